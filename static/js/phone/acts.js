// What a holder may do. Nothing is asked twice that can be taken back: a press waits a moment before it is sent. Only
// giving up the place is asked first, too, since nobody can give it back.
import { Piece, h, icon } from "hallsys/elements/piece.js";
import { t } from "hallsys/texts.js";

const MOMENT = 5_000; // ms in which a press can be taken back

/** `{state, label, bell, late, live, problem}`: `bell` "off" | "on", `late` the minutes that may be asked for, 0 for none. */
export class PhoneActs extends Piece {
  #stage = "idle"; // "asking" | "pending"
  #what = null;
  #timer = 0;
  #facts = null;

  /** `press(name)` sends a command, `bell()` is the touch that lets the phone ring. */
  be({ press, bell, coming }) {
    Object.assign(this, { press, bell, coming });
  }

  tell(facts) {
    if (this.#what && !may(this.#what, facts)) this.#turn("idle", null, facts);
    this.#facts = facts;
    this.show({ ...facts, stage: this.#stage, what: this.#what });
  }

  draw({ state, label, bell, late, live, problem, stage, what }) {
    const said = problem && h("p", { class: "no", role: "alert" }, problem);
    if (stage === "asking") {
      return [said, h("section", { class: "card ask", role: "group", "aria-labelledby": "ask" }, h("p", { class: "big", id: "ask" }, h("b", {}, t("phone.give_up_ask", { label }))),
        h("p", { class: "say" }, t("phone.give_up_means"))),
        this.#button("go", "return", t("phone.keep"), () => this.#turn("idle")),
        this.#button("", "close", t("phone.give_up"), () => this.#begin("cancel"))];
    }
    if (stage === "pending") {
      return [h("p", { class: "pending", role: "status" }, t(`phone.pending_${what}`, { minutes: late })),
        this.#button("go", "return", t("phone.take_back"), () => this.#turn("idle"))];
    }
    const acts = { late, state };
    return [said,
      state === "called" && this.#button("go", "check", t("phone.coming"), () => this.coming()),
      state === "held" && this.#button("go", "check", t("phone.back"), () => this.#begin("resume"), !live),
      bell === "off" && ["waiting", "soon", "away", "held"].includes(state) && this.#button(state === "held" ? "" : "go", "sound", t("phone.bell"), () => this.bell()),
      may("late", acts) && this.#button("", "hourglass", t("phone.late", { minutes: late }), () => this.#begin("late"), !live),
      may("cancel", acts) && this.#button("plain", null, t("phone.give_up_link"), () => this.#turn("asking", "cancel"), !live)];
  }

  #button(kind, sign, words, act, disabled = false) {
    return h("button", { type: "button", class: `btn ${kind}`, click: act, disabled }, sign && icon(sign), words);
  }

  #begin(what) {
    this.#turn("pending", what);
    this.#timer = setTimeout(() => {
      this.#turn("idle");
      this.press(what);
    }, MOMENT);
  }

  #turn(stage, what = null, facts = this.#facts) {
    clearTimeout(this.#timer);
    const moved = this.contains(document.activeElement);
    this.#stage = stage;
    this.#what = what;
    this.show({ ...facts, stage, what });
    if (moved) this.querySelector("button:not([disabled])")?.focus(); // who works by keyboard stays where it goes on
  }
}
customElements.define("phone-acts", PhoneActs);

const FIT = { late: ["waiting", "soon", "away", "called"], cancel: ["waiting", "soon", "away", "called", "held"], resume: ["held"] };

function may(what, { state, late }) {
  return FIT[what].includes(state) && (what !== "late" || late > 0);
}
