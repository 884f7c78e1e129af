// The link between a page and its hall. No DOM: a page listens, a test may bring its own socket and timings.
//
//   const link = new Link("phutho");
//   link.on("view", ({view, event}) => …)      after every change; `event` is null for a snapshot
//   link.on("state", ({state, since}) => …)    "connecting" | "live" | "lost" (5 s without a link), since when (ms, hall's clock)
//   link.on("sound", ({own}) => …)             true | false | null (cut: not known)
//   link.on("tick", ({now}) => …)              every 10 s, the hall's time
//   link.on("speaking" | "spoken", ({voice, zone, heard}) => …)    a loudspeaker of the hall begins, ends
//   link.on("heard", ({zones}) => …)           on joining and on change: zone -> {state: "ok" | "deaf" | "none", since}
//   link.on("version", …) and whatever else the server says beside the stream: the frame as it came
//   link.on("ended", ({code}) => …)            the server said not to come back (close codes 45xx)
//   const {at, result} = await link.do("call_next", {counter: "3"});      throws Refused
//   link.start();
import { fold, step } from "hallsys/live/view.js";

const TIMING = {
  first: 200, // ms before the first retry; doubled for each further one
  cap: 5_000, // ms, the longest pause between two tries: a hall is not left alone for longer
  opening: 10_000, // ms for a connection to come about
  again: 1_000, // ms before a store that was away is asked again (its Retry-After)
  silence: 25_000, // ms without a frame: two ticks were missed, the link is dead though nobody said so
  patience: 5_000, // ms without a link before the page says so; shorter cuts heal unseen
};

/** A command that the hall did not carry out; `message` is written for people. */
export class Refused extends Error {
  constructor({ code, message, field }) {
    super(message ?? code);
    this.code = code;
    this.field = field;
  }
}

/** A name for a press that nobody else has. `crypto.randomUUID` is missing on plain http, which is what a LAN speaks. */
export function freshId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Link {
  view = null;
  at = null;
  state = "connecting";
  since = Date.now();
  #listeners = new Map();
  #pending = new Map();
  #socket = null;
  #timers = {};
  #tries = 0;
  #offset = 0;
  #sound = null; // the loudspeaker that we ask for after every cut
  #page = freshId(); // by which this page finds its loudspeaker again; two tabs of one screen are two pages
  #joined = false;
  #stopped = false;

  /** `lang`: the language of refusals; Vietnamese if not given. */
  constructor(hall, { lang = "vi", ticket, url, Socket = WebSocket, timing = {} } = {}) {
    this.url = url ?? `${location.protocol.replace("http", "ws")}//${location.host}/ws/${encodeURIComponent(hall)}?${new URLSearchParams({ lang, ...(ticket && { ticket }) })}`;
    this.Socket = Socket;
    this.timing = { ...TIMING, ...timing };
  }

  on(kind, heard) {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), heard]);
    return this;
  }

  start() {
    this.#after("patience", this.timing.patience, () => this.#be("lost"));
    this.#connect();
    return this;
  }

  /** Leaves for good; presses that are still open are refused as "link_ended". */
  stop(code = null) {
    this.#stopped = true;
    Object.values(this.#timers).forEach(clearTimeout);
    this.#socket?.close();
    for (const press of this.#pending.values()) press.reject(new Refused({ code: "link_ended" }));
    this.#pending.clear();
    if (this.state !== "lost") this.#be("lost");
    if (code !== null) this.#tell("ended", { code });
  }

  /** The hall's clock, in ms: this screen's own may be wrong. */
  now() {
    return Date.now() + this.#offset;
  }

  /** One press. Sent at once or as soon as there is a link, sent again after a cut under the same id, answered once.
      For `patience` ms a store that is away is asked again, too: a new press with a new id might be done twice. */
  do(name, args, { patience = 0 } = {}) {
    const id = freshId();
    const until = performance.now() + patience;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { frame: { type: "do", id, name, args }, until, resolve, reject });
      if (this.#joined) this.#send(this.#pending.get(id).frame);
    });
  }

  /** Asks for a zone's loudspeaker (now and after every cut), or hands it back: a screen that cannot speak must not own it. */
  wantSound(screen, want = true, zone = "") {
    const frame = { type: "sound", want, screen, zone, page: this.#page };
    this.#sound = want ? frame : null;
    if (this.#joined) this.#send(frame);
  }

  /** A frame that is no press and needs no answer; lost where there is no link. */
  send(frame) {
    if (this.#joined) this.#send(frame);
  }

  #connect() {
    const socket = (this.#socket = new this.Socket(this.url));
    socket.onopen = () => this.#send({ type: "hello", v: 1, since: this.at, more: true });
    socket.onmessage = ({ data }) => socket === this.#socket && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#cut(code);
    this.#after("silence", this.timing.opening, () => this.#again());
  }

  #take(frame) {
    this.#after("silence", this.timing.silence, () => this.#again());
    if (frame.now !== undefined) this.#offset = frame.now - Date.now(); // ticks have it, and what a link begins with
    const took = {
      snapshot: () => this.#arrive(frame.at, frame.view, null),
      resumed: () => (frame.at === this.at ? this.#join() : this.#lostPlace()),
      event: () => this.#follow(frame),
      tick: () => this.#tick(frame),
      done: () => this.#answer(frame.id, (press) => press.resolve({ at: frame.at, result: frame.result })),
      refused: () => this.#refuse(frame),
      sound: () => this.#tell("sound", { own: frame.own }),
    }[frame.type];
    if (took) took();
    else this.#tell(frame.type, frame); // what is not of the stream: a page that knows it listens
  }

  #arrive(at, view, event) {
    this.at = at;
    this.view = view;
    if (!this.#joined) this.#join();
    this.#tell("view", { view, event });
  }

  #follow(event) {
    const kind = this.at === null ? "gap" : step(this.at, event.at);
    if (kind === "gap") return this.#again();
    if (kind === "next") this.#arrive(event.at, fold(this.view, event.changes), event);
    this.#tries = 0;
  }

  #tick({ at, now }) {
    if (this.#joined && step(this.at, at) !== "old") return this.#again();
    this.#tries = 0;
    this.#tell("tick", { now });
  }

  #join() {
    this.#joined = true;
    clearTimeout(this.#timers.patience);
    this.#be("live");
    if (this.#sound) this.#send(this.#sound);
    for (const press of this.#pending.values()) this.#send(press.frame);
  }

  #refuse(frame) {
    const press = this.#pending.get(frame.id);
    if (frame.code === "store_unavailable" && press && performance.now() < press.until) {
      setTimeout(() => this.#joined && this.#pending.has(frame.id) && this.#send(press.frame), this.timing.again);
      return;
    }
    this.#answer(frame.id, ({ reject }) => reject(new Refused(frame)));
  }

  #answer(id, give) {
    const press = this.#pending.get(id);
    if (press && this.#pending.delete(id)) give(press);
  }

  /** Somewhere a frame is missing: ask for it from the last one applied. */
  #again() {
    this.#socket.close();
    this.#cut(0);
  }

  #lostPlace() {
    this.at = null;
    this.#again();
  }

  #cut(code) {
    this.#socket = null;
    clearTimeout(this.#timers.silence);
    if (this.#stopped) return;
    if (code >= 4500 && code < 4600) return this.stop(code);
    if (this.#joined) {
      this.#joined = false;
      this.since = this.now();
      this.#tell("sound", { own: null });
      this.#after("patience", this.timing.patience, () => this.#be("lost"));
    }
    const pause = Math.min(this.timing.cap, this.timing.first * 2 ** this.#tries++);
    // a thousand screens that lost the same server must not come back in the same instant
    this.#after("retry", pause * (0.5 + Math.random() / 2), () => this.#connect());
  }

  #be(state) {
    if (state === "live") this.since = this.now();
    if (state === this.state) return;
    this.state = state;
    this.#tell("state", { state, since: this.since });
  }

  #after(name, ms, then) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(then, ms);
  }

  #send(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #tell(kind, detail) {
    for (const heard of this.#listeners.get(kind) ?? []) {
      try {
        heard(detail);
      } catch (error) {
        reportError(error); // a page that cannot draw must not cost it the link
      }
    }
  }
}
