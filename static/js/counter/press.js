// Presses: one at a time and one behind it, kept over a cut, and never taken twice because a finger bounced.
import { stage } from "hallsys/counter/stage.js";
import { step } from "hallsys/live/view.js";
import { t } from "hallsys/texts.js";

const BOUNCE = 700; // ms after an answer in which the large button ignores a press: a double press must not use up a number
const SAME = 400; // ms after a press, and after its answer, in which the same key is the same press
const FADE = 4_000; // ms that "ignored" stays; a refusal stays until the next press

export class Presses {
  pending = null; // {name, action, since}: the press that waits for its answer
  behind = null; // {action, label}: the press that comes after it, meant for the ticket of that moment
  told = null; // {kind: "refused" | "ignored" | "kept", text}
  #link;
  #changed;
  #calm = -BOUNCE;
  #last = { action: null, at: -BOUNCE };
  #reached = [];

  /** `changed()` is called whenever `pending` or `told` is another. */
  constructor(link, changed) {
    this.#link = link;
    this.#changed = changed;
    link.on("view", ({ event }) => {
      // a snapshot is newer than any answer given before it
      this.#reached = this.#reached.filter(({ at, go }) => (event === null || step(link.at, at) === "old" ? go() : true));
    });
  }

  /** Is this the same press once more, from a finger or a pedal that bounced? */
  bounced(action) {
    const now = performance.now();
    if ((this.#last.action === action && now - this.#last.at < SAME) || (action === "common" && now - Math.max(this.#calm, stage.answered) < BOUNCE)) return true;
    this.#last = { action, at: now };
    return false;
  }

  /** Enter has just done something else: what bounces now is not for the large button. */
  calm() {
    this.#calm = performance.now();
  }

  /** While one press is under way: the same one again is no press; another one waits for its turn. */
  wait(action, label, words, args) {
    const lost = this.#link.state !== "live";
    if (lost || args || action === this.pending.action) return this.say("ignored", t("counter.still_sending"));
    this.behind = { action, label };
    this.say("kept", t("counter.behind", { press: words }));
  }

  /** Sends one press, and is back once its event is here, too; with the refusal, if it was refused. */
  async send(name, args, action = name) {
    this.told = null;
    this.pending = { name, action, since: this.#link.now() };
    this.#changed();
    let refusal = null;
    try {
      const { at } = await this.#link.do(name, args, { patience: Infinity });
      await this.#follow(at);
      this.#last = { action, at: performance.now() };
      if (action === "common") this.calm();
    } catch (refused) {
      refusal = refused;
      this.behind = null;
      this.told = { kind: "refused", code: refused.code, text: refused.code === "link_ended" ? t("counter.ended") : refused.message };
    }
    this.pending = null;
    this.#changed();
    return refusal;
  }

  /** The press that waited behind the one just done. */
  next() {
    const { behind } = this;
    this.behind = null;
    return behind;
  }

  /** The answer comes before the event it tells of: the next press must see what this one did. */
  #follow(at) {
    if (step(this.#link.at, at) === "old") return;
    return new Promise((resolve) => this.#reached.push({ at, go: () => resolve() }));
  }

  /** Says something beside the button: a refusal stays until the next press, anything else fades. */
  say(kind, text) {
    const told = (this.told = { kind, text });
    this.#changed();
    if (kind !== "refused") {
      setTimeout(() => {
        if (this.told !== told) return;
        this.told = null;
        this.#changed();
      }, FADE);
    }
  }
}
