// Presses: one at a time, kept over a cut, and never taken twice because a finger bounced.
import { step } from "hallsys/live/view.js";
import { t } from "hallsys/texts.js";

const BOUNCE = 700; // ms after its own answer in which the large button ignores a press: a double press must not use up a number
const FADE = 4_000; // ms that "ignored" stays; a refusal stays until the next press

export class Presses {
  pending = null; // {name, since}: the press that waits for its answer
  told = null; // {kind: "refused" | "ignored", text}
  #link;
  #changed;
  #answered = -BOUNCE;
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

  /** Sends one press; `large` for the button of the common path. */
  async send(name, args, { large = false } = {}) {
    if (this.pending) return this.say("ignored", t("counter.still_sending"));
    if (large && performance.now() - this.#answered < BOUNCE) return this.say("ignored", t("counter.too_soon"));
    this.told = null;
    this.pending = { name, since: this.#link.now() };
    this.#changed();
    try {
      const { at } = await this.#link.do(name, args, { patience: Infinity });
      await this.#follow(at);
      if (large) this.#answered = performance.now();
    } catch (refused) {
      this.told = { kind: "refused", text: refused.code === "link_ended" ? t("counter.ended") : refused.message };
    }
    this.pending = null;
    this.#changed();
  }

  /** The answer comes before the event it tells of: the next press must see what this one did. */
  #follow(at) {
    if (step(this.#link.at, at) === "old") return;
    return new Promise((resolve) => this.#reached.push({ at, go: () => resolve() }));
  }

  /** Says something beside the button: "ignored" fades, "refused" stays until the next press. */
  say(kind, text) {
    const told = (this.told = { kind, text });
    this.#changed();
    if (kind === "ignored") {
      setTimeout(() => {
        if (this.told !== told) return;
        this.told = null;
        this.#changed();
      }, FADE);
    }
  }
}
