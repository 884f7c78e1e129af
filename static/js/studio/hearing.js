// When a recording ends by itself: when somebody has spoken and is silent again. No DOM; time comes with the blocks.

const RISE = 12; // dB above the room: somebody speaks
const LEAST = -55; // dBFS; below, it is the microphone's own noise
const SPEECH = 0.09; // s of speech, or it was a click
const SILENCE = 0.7; // s after the last speech
const PATIENCE = 5; // s without speech
const LONGEST = 9.5; // s; the server takes ten
const MEMORY = 2.5; // s from which the room's own level is known

export class Hearing {
  #levels = []; // of the last MEMORY seconds
  #spoken = 0;
  #silent = 0;
  #passed = 0;

  /** A recording begins; what is known of the room stays. */
  begin() {
    this.#spoken = this.#silent = this.#passed = 0;
  }

  /** dBFS of the room: of the quietest tenth of the last seconds. */
  get room() {
    const sorted = [...this.#levels].sort((a, b) => a.level - b.level);
    return sorted.length ? sorted[Math.floor(sorted.length / 10)].level : LEAST;
  }

  /** One more block: its level in dBFS and its length in s. */
  hear(level, seconds) {
    this.#levels.push({ level, seconds });
    let known = this.#levels.reduce((sum, block) => sum + block.seconds, 0);
    while (known > MEMORY) known -= this.#levels.shift().seconds;
    this.#passed += seconds;
    if (level > Math.max(this.room + RISE, LEAST)) {
      this.#spoken += seconds;
      this.#silent = 0;
    } else {
      this.#silent += seconds;
      if (this.#silent > SILENCE / 2 && this.#spoken < SPEECH) this.#spoken = 0;
    }
  }

  /** "done", "nothing" when nobody spoke, or null while it goes on. */
  get verdict() {
    const spoken = this.#spoken >= SPEECH;
    if (spoken && (this.#silent >= SILENCE || this.#passed >= LONGEST)) return "done";
    return !spoken && this.#passed >= PATIENCE ? "nothing" : null;
  }
}
