// The loudspeaker of a screen: it says the calls of its zone, one at a time, while it owns that zone's loudspeaker.
import { freshId } from "hallsys/live/link.js";
import { Player } from "hallsys/voice/player.js";
import { Queue, volume } from "hallsys/voice/queue.js";

const CONFIRM = 2_000; // ms to wait for the server's word that we may begin: without it another may be speaking
const HOLD = 2_500; // ms that a call goes on while the link is cut; our lease lasts a little longer, then another takes over
const TRIES = 3; // for a sound that does not come
const AGAIN = 1_000; // ms before it is tried again

/** `new Announcer({link, audio, base, settings, changed})`. `settings()` says `{zone, volume, sound}` as the screen is set now: the
    zone's id ("" is the hall's own), 0 to 100, whether it speaks at all; `settle()` after they may have changed. `changed()` is
    told after every change of `speaking`, `current`, `blocked`, `own` (null: not known). */
export class Announcer {
  speaking = false;
  blocked = false;
  own = false;
  screen = screenId();
  #queue = new Queue("");
  #player;
  #asked = null; // what we asked the server for: a zone, or null
  #running = false;
  #begin = () => {};
  #hold = null;
  #unconfirmed = new Set(); // spoken, and the server has not said so yet
  #failed = { voice: null, tries: 0 };

  constructor({ link, audio, base, settings, changed }) {
    Object.assign(this, { link, base, settings, changed });
    this.#player = new Player(audio);
    link.on("view", ({ event }) => this.#follow(event));
    link.on("sound", ({ own }) => this.#owns(own));
    link.on("speaking", ({ voice, zone }) => zone === this.#queue.zone && this.#begin(voice));
    link.on("spoken", ({ voice, zone }) => zone === this.#queue.zone && this.#heard(voice));
  }

  /** The call that is being spoken here, or is about to be. */
  get current() {
    return this.#queue.current;
  }

  /** The screen may have been set otherwise: asks for another zone's loudspeaker, or hands ours back. */
  settle() {
    if (!this.link.view) return;
    const { zone, sound } = this.settings();
    if (zone !== this.#queue.zone) {
      if (this.speaking) this.#player.stop("stopped");
      this.#queue = new Queue(zone);
    }
    const wanted = sound ? zone : null;
    if (wanted === this.#asked) return;
    const first = this.#asked === null;
    this.#asked = wanted;
    if (first) this.unblock();
    else this.#ask();
  }

  /** A browser speaks only after a touch unless it was told otherwise: said at once, not at the first call. An officer's
      touch calls this again. */
  async unblock() {
    this.blocked = !(await this.#player.allowed());
    this.#ask();
    this.changed();
  }

  #ask() {
    this.own = null;
    this.link.wantSound(this.screen, this.#asked !== null && !this.blocked, this.#asked ?? this.#queue.zone);
  }

  #follow(event) {
    this.settle();
    if (event && this.#queue.hear(event, this.link.view)) this.#player.stop("taken back");
    if (this.own === true) this.#run();
    else this.#queue.tidy(this.link.now(), this.link.view.hall);
  }

  #heard(voice) {
    this.#unconfirmed.delete(voice);
    this.#queue.spoken(voice);
  }

  #owns(own) {
    this.own = own;
    clearTimeout(this.#hold);
    if (own === true) {
      for (const voice of this.#unconfirmed) this.link.send({ type: "played", voice });
      this.#run();
    } else {
      this.#begin(null);
      this.#hold = setTimeout(() => this.#player.stop("stopped"), own === null ? HOLD : 0);
    }
    this.changed();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    while (this.own === true && !this.blocked) {
      const queue = this.#queue;
      const turn = queue.next(this.link.now(), this.link.view.hall);
      for (const [voice] of queue.skipped.splice(0)) this.link.send({ type: "played", voice, skipped: true });
      if (!turn) break;
      const how = await this.#speak(turn);
      this.speaking = false;
      this.#after(how, queue, turn.voice);
      this.changed();
      if (how === "failed" || how === "unconfirmed") await pause(AGAIN);
    }
    this.#running = false;
  }

  async #speak({ voice, short }) {
    this.#player.load(`${this.base}${encodeURIComponent(voice)}.mp3${short ? "?short=1" : ""}`);
    if (!(await this.#mayBegin(voice))) return "unconfirmed";
    this.speaking = true;
    this.changed();
    return this.#player.play((this.settings().volume * volume(this.link.view.hall, this.link.now())) / 10_000);
  }

  #after(how, queue, voice) {
    if (how === "ended" || how === "taken back") {
      queue.end();
      if (how === "ended") this.#unconfirmed.add(voice);
      this.link.send({ type: "played", voice, ...(how === "taken back" && { skipped: true }) });
    } else if (how === "failed" && this.#tries(voice) >= TRIES) queue.end(); // not acknowledged: the hall learns that it is deaf
    else queue.again();
    if (how === "blocked") {
      this.blocked = true;
      this.#ask();
    }
  }

  #tries(voice) {
    this.#failed = { voice, tries: this.#failed.voice === voice ? this.#failed.tries + 1 : 1 };
    return this.#failed.tries;
  }

  #mayBegin(wanted) {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, CONFIRM, false);
      this.#begin = (voice) => {
        if (voice !== null && voice !== wanted) return;
        clearTimeout(limit);
        resolve(voice === wanted);
      };
      this.link.send({ type: "playing", voice: wanted });
    });
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A name for this screen that outlives a reload. */
function screenId() {
  const key = "hallsys_screen";
  const known = sessionStorage.getItem(key);
  if (known) return known;
  const fresh = freshId();
  sessionStorage.setItem(key, fresh);
  return fresh;
}
