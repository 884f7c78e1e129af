// The kiosk's screens for those who look something up: a procedure by its name, a dossier by the code on its receipt.
import { Piece, h, icon } from "hallsys/elements/piece.js";
import { longDay } from "hallsys/elements/time.js";
import { hasCamera } from "hallsys/kiosk/camera.js";
import { data, lang, named, t } from "hallsys/texts.js";

const tell = (element, kind, detail = {}) => element.dispatchEvent(new CustomEvent("press", { bubbles: true, detail: { kind, ...detail } }));
const press = (kind, detail) => ({ currentTarget }) => tell(currentTarget, kind, detail);
const button = (style, kind, sign, word, detail) =>
  h("button", { type: "button", class: `btn ${style}`, "data-focus": kind, click: press(kind, detail) }, icon(sign), word);

const LETTERS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
const CODE = ["1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM.-"];

/** A field and keys below it, for screens without a keyboard; a real one works as well. `changed(text)`, `done(text)`. */
function typing({ rows, label, sign, value = "", most, changed = () => {}, done, go, space }) {
  const field = h("input", { type: "text", inputmode: "none", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    maxlength: most, "aria-label": label, class: "typed", value,
    input: () => changed(field.value),
    keydown: (event) => event.key === "Enter" && done(field.value) });
  const put = (text) => {
    field.value = text.slice(0, most);
    changed(field.value);
  };
  const key = (word, pressed, name) => h("button", { type: "button", class: name ? "wide" : null, "aria-label": name ?? null,
    pointerdown: (event) => event.preventDefault(), click: pressed }, word); // the field keeps its caret
  const keys = rows.map((row) => h("div", {}, [...row].map((letter) => key(letter, () => put(field.value + letter)))));
  keys.push(h("div", {},
    key(t("kiosk.erase"), () => put(field.value.slice(0, -1)), t("kiosk.erase")),
    space && key(t("kiosk.space"), () => put(`${field.value} `), t("kiosk.space")),
    key(go, () => done(field.value), go)));
  return [h("div", { class: "field" }, icon(sign), field,
    h("button", { type: "button", class: "x", "aria-label": t("kiosk.clear"), click: () => put("") }, icon("close"))),
  h("div", { class: "keys" }, keys)];
}

/** `{opened}`: which procedure? What was found is shown by `found(facts)`, so that the field keeps its caret. */
class KioskSearch extends Piece {
  draw() {
    const changed = (query) => tell(this, "searched", { query });
    const [field, keys] = typing({ rows: LETTERS, label: t("kiosk.which"), sign: "search", most: 60, changed, done: changed,
      go: t("kiosk.find"), space: true });
    return [h("h1", { class: "ask", tabindex: "-1" }, t("kiosk.which")), field, h("kiosk-found", { class: "scroll" }), keys,
      button("", "home", "arrow-left", t("kiosk.back"))];
  }

  found(facts) {
    this.querySelector("kiosk-found").show(facts);
  }
}

/** `{query, hits: [{place, letter, name, waits}]}` */
class KioskFound extends Piece {
  draw({ query, hits }) {
    const told = hits.length ? t("kiosk.hits", { n: hits.length }) : query.trim() ? t("kiosk.no_hits") : t("kiosk.search_hint");
    return [h("p", { class: "sub", role: "status" }, told),
      hits.length > 0 && h("ul", { class: "hits" }, hits.map(({ place, letter, name, waits }) => h("li", {},
        h("button", { type: "button", class: "hit", "data-focus": place, click: press("procedure", { place }) },
          h("span", { class: "l" }, letter), h("span", { class: "t" }, h("b", { lang: "vi" }, name), h("span", {}, waits)), icon("arrow")))))];
  }
}

/** `{service, open, name, papers, days, fee, paper}`: what to bring, and the ticket of its service; `paper` is null where
    nothing prints, "offered", "waiting", "printed" or "failed". */
class KioskPapers extends Piece {
  draw({ service, open, name, papers, days, fee, paper }) {
    return [h("p", { class: "chosen" }, h("b", {}, service.letter), named(service)),
      h("h1", { class: "ask", tabindex: "-1", lang: "vi" }, name),
      h("section", { class: "answer papers scroll", tabindex: "0" },
        h("h2", {}, t("kiosk.bring")),
        papers.length ? h("ol", { lang: "vi" }, papers.map((paper) => h("li", {}, paper))) : h("p", {}, t("kiosk.ask_papers")),
        (days || fee) && h("dl", { class: "facts" },
          days && [h("dt", {}, t("kiosk.days")), h("dd", { lang: "vi" }, days)],
          fee && [h("dt", {}, t("kiosk.fee")), h("dd", { lang: "vi" }, fee)])),
      h("div", { class: "actions" },
        open ? button("go tall", "service", "arrow", t("kiosk.take_for", { letter: service.letter }), { id: service.id })
          : h("p", { class: "sub" }, t("kiosk.refused.service_closed")),
        paper && h("button", { type: "button", class: "btn", "data-focus": "print_papers", disabled: paper === "waiting", click: press("print_papers") }, icon("print"), t(`kiosk.papers_${paper}`)),
        button("", "search", "arrow-left", t("kiosk.back")))];
  }
}

/** `{asks: "code" | "check" | "booking", trouble, home, opened}` */
class KioskSlip extends Piece {
  /** The camera takes the place of the keys, and gives it back. */
  #watch(eye) {
    const open = this.querySelector("kiosk-camera");
    const keys = this.querySelector(".keys");
    eye.setAttribute("aria-expanded", String(!open));
    keys.hidden = !open;
    if (open) return open.remove();
    const camera = document.createElement("kiosk-camera");
    camera.addEventListener("seen", ({ detail }) => tell(this, "scanned", detail));
    camera.addEventListener("blind", () => {
      camera.remove();
      eye.remove();
      keys.hidden = false;
    });
    keys.after(camera);
  }

  draw({ asks, trouble, home }) {
    const ask = t(`kiosk.slip_${asks}`);
    const done = (text) => text.trim() && tell(this, "look_up", { [asks]: text });
    const [field, keys] = typing({ rows: CODE, label: ask, sign: "scan", most: asks === "check" ? 4 : 40, done, go: t(asks === "booking" ? "kiosk.check_in" : "kiosk.look_up") });
    return [h("h1", { class: "ask", tabindex: "-1" }, ask), field,
      h("p", { class: "sub", role: "status" }, trouble ?? t(`kiosk.slip_${asks}_hint`)), keys,
      hasCamera && asks !== "check" && h("button", { type: "button", class: "btn eye", "aria-expanded": "false", click: (event) => this.#watch(event.currentTarget) },
        icon("scan"), t("kiosk.camera")),
      home && button("", "home", "arrow-left", t("kiosk.back"))];
  }
}

const TO_DO = new Set([5, 6]); // papers or a payment are asked for
const UNDER_WAY = new Set([1, 2, 4]);

function verdict({ found, status, words }) {
  if (found === "ready") return { sign: "done", title: t("kiosk.ready"), text: t("kiosk.ready_hint") };
  if (found !== "not_ready") return { sign: "info", title: t("kiosk.not_found"), text: t(found === "unknown" ? "kiosk.not_found_hint" : "kiosk.no_answer_hint") };
  if (UNDER_WAY.has(status)) return { sign: "clock", title: t("kiosk.not_ready"), text: t("kiosk.not_ready_hint") };
  return { sign: "info", title: words[lang()], text: t(TO_DO.has(status) ? "kiosk.to_do_hint" : "kiosk.ended_hint") };
}

/** `{answer: {found, status, words, due}, masked, tickets}`: the verdict, what is known, and the way on. */
class KioskDossier extends Piece {
  draw({ answer, masked, tickets }) {
    const { sign, title, text } = verdict(answer);
    const wait = answer.found === "not_ready" && UNDER_WAY.has(answer.status);
    return [
      h("section", { class: "answer" },
        h("div", { class: "verdict" }, icon(sign), h("div", {}, h("h1", { tabindex: "-1" }, title), h("p", {}, text))),
        h("dl", { class: "facts" },
          h("dt", {}, t("kiosk.receipt")), h("dd", {}, masked),
          answer.words && [h("dt", {}, t("kiosk.status")), h("dd", { class: "told" }, answer.words[lang()])],
          answer.due && answer.found !== "ready" && [h("dt", {}, t("kiosk.due")), h("dd", { class: "told" }, longDay(Date.parse(`${answer.due}T12:00Z`), "UTC"))])),
      h("p", { class: "sub" }, t("kiosk.bring_slip")),
      h("div", { class: "actions" },
        tickets && answer.found === "ready" && button("go tall", "collect", "arrow", t("kiosk.collect")),
        button(tickets && answer.found !== "ready" && !wait ? "" : tickets && answer.found === "ready" ? "" : "go tall", "home", "home", t("kiosk.finish")),
        tickets && answer.found !== "ready" && button(wait ? "" : "go tall", "collect", "arrow", t(answer.found === "not_ready" ? "kiosk.still" : "kiosk.ordinary_instead"), { ordinary: true })),
      h("p", { class: "cleared" }, t("kiosk.cleared", { n: data.cleared })),
    ];
  }
}

customElements.define("kiosk-found", KioskFound);
customElements.define("kiosk-search", KioskSearch);
customElements.define("kiosk-papers", KioskPapers);
customElements.define("kiosk-slip", KioskSlip);
customElements.define("kiosk-dossier", KioskDossier);
