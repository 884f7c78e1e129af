// The loudspeaker of a screen: one <audio>, one call at a time. Its silence never holds up a picture.
import { freshId } from "hallsys/live/link.js";
import { Turns } from "hallsys/live/turns.js";

const LIT = 14_000; // ms a call stays lit where this screen does not speak it: about as long as the sentence, twice
const LONGEST = 40_000; // ms: a player that hangs must not hold up the next call
const KNOWN = 3_000; // ms to wait after a cut for the word who speaks

/** `new Announcer({link, audio, base, staleS})`: follows the calls of a hall and says each in its turn, if this screen owns
    the loudspeaker. `changed()` after every change of `current`, `next`, `speaking`, `blocked`, `own`. */
export class Announcer {
  speaking = false;
  blocked = false;
  own = false;
  #turns;
  #ownKnown = () => {};

  constructor({ link, audio, base, wanted, staleS, changed }) {
    Object.assign(this, { link, audio, base, changed });
    this.screen = wanted ? screenId() : null;
    this.#turns = new Turns({
      speak: (call) => this.#speak(call),
      stale: (call) => link.now() - call.at > staleS() * 1000,
      changed,
    });
    if (!wanted) return;
    this.own = null;
    link.on("sound", ({ own }) => this.#owns(own));
    this.unblock();
  }

  get current() {
    return this.#turns.current;
  }

  get next() {
    return this.#turns.next;
  }

  add(call) {
    this.#turns.add(call);
  }

  /** A browser speaks only after a touch unless it was told otherwise: said at once, not at the first call.
      An officer's touch calls this again. */
  async unblock() {
    const silence = URL.createObjectURL(new Blob([silentWav()], { type: "audio/wav" }));
    this.blocked = (await this.#play(silence)) === "blocked";
    this.audio.removeAttribute("src");
    this.audio.load();
    URL.revokeObjectURL(silence);
    this.link.wantSound(this.screen, !this.blocked);
    this.changed();
  }

  #owns(own) {
    this.own = own;
    if (own !== null) this.#ownKnown();
    this.changed();
  }

  async #speak(call) {
    if (this.own === null && !this.blocked) {
      await new Promise((resolve) => {
        this.#ownKnown = resolve;
        setTimeout(resolve, KNOWN);
      });
    }
    const ended = this.own === true && !this.blocked && call.voice ? await this.#say(call) : "silent";
    if (ended !== "ended") await pause(LIT);
  }

  async #say(call) {
    this.speaking = true;
    this.changed();
    const ended = await this.#play(`${this.base}${encodeURIComponent(call.voice)}.mp3`);
    this.speaking = false;
    if (ended === "ended") this.link.played(call.voice);
    if (ended === "blocked") {
      this.blocked = true;
      this.link.wantSound(this.screen, false);
    }
    this.changed();
    return ended;
  }

  /** "ended", "blocked" (the browser wants a touch first) or "failed". */
  #play(source) {
    const { audio } = this;
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, LONGEST, "failed");
      const over = (how) => () => {
        clearTimeout(limit);
        resolve(how);
      };
      audio.onended = over("ended");
      audio.onerror = over("failed");
      audio.src = source;
      audio.play().catch((refusal) => over(refusal.name === "NotAllowedError" ? "blocked" : "failed")());
    });
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A name for this screen that outlives a reload; two tabs are two screens. */
function screenId() {
  const key = "hallsys_screen";
  const known = sessionStorage.getItem(key);
  if (known) return known;
  const fresh = freshId();
  sessionStorage.setItem(key, fresh);
  return fresh;
}

/** A tenth of a second of silence: 8 kHz, 8 bit, mono. */
function silentWav() {
  const samples = 800;
  const bytes = new DataView(new ArrayBuffer(44 + samples));
  const text = (at, letters) => [...letters].forEach((letter, index) => bytes.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, 8000, true);
  bytes.setUint32(28, 8000, true);
  bytes.setUint16(32, 1, true);
  bytes.setUint16(34, 8, true);
  text(36, "data");
  bytes.setUint32(40, samples, true);
  for (let at = 44; at < 44 + samples; at++) bytes.setUint8(at, 128);
  return bytes.buffer;
}
