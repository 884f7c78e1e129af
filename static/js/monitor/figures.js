// The figures of the day from the server: asked for after events, but seldom, and kept when they cannot be had.
const GAP = 5_000; // ms between two requests
const STOPPED = -1;
const ANEW = 60_000; // ms after which they are asked for in any case: the last hour moves on by itself

export class Figures {
  now = null; // the last answer
  failed = false;
  #url;
  #changed;
  #asked = -Infinity;
  #timer = null;
  #anew;

  constructor(url, changed) {
    this.#url = url;
    this.#changed = changed;
    this.#anew = setInterval(() => this.want(), ANEW);
  }

  /** Asks now, or as soon as the last request is long enough ago; asking twice is asking once. */
  want() {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#ask(), Math.max(0, this.#asked + GAP - performance.now()));
  }

  /** Asks for nothing any more. */
  stop() {
    clearInterval(this.#anew);
    clearTimeout(this.#timer);
    this.#timer = STOPPED;
  }

  async #ask() {
    this.#asked = performance.now();
    try {
      const answer = await fetch(this.#url, { headers: { accept: "application/json" } });
      this.failed = !answer.ok;
      if (answer.ok) this.now = await answer.json();
    } catch {
      this.failed = true;
    }
    if (this.#timer === STOPPED) return;
    this.#timer = null;
    if (this.failed) this.want();
    this.#changed();
  }
}
