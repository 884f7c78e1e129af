// Whose turn it is to be spoken: calls in order, one at a time, a stale one not at all. No DOM, no sound.

export class Turns {
  current = null;
  queue = [];

  /** `speak(call)` is a promise for the end of that call's turn; `stale(call)` says that it came too late to be spoken;
      `changed()` is told whenever the turn passes on. */
  constructor({ speak, stale, changed }) {
    Object.assign(this, { speak, stale, changed });
  }

  add(call) {
    this.queue.push(call);
    if (!this.current) this.#pass();
    else this.changed();
  }

  get next() {
    return this.queue[0] ?? null;
  }

  async #pass() {
    while (this.queue.length) {
      const call = this.queue.shift();
      if (this.stale(call)) continue;
      this.current = call;
      this.changed();
      await this.speak(call);
    }
    this.current = null;
    this.changed();
  }
}
