// What a loudspeaker has to say, and in which order. No DOM, no clock, no sound; the twin of hallsys/display/announcer/queue.py,
// and both keep the cases of tests/display/cases.json.

const BACKLOG = 2; // calls that may wait behind one before it is spoken once and not twice
const RECALL = 4; // how many times longer a recall stays worth saying: somebody was asked for twice
const NOTICE = 600_000; // ms for which a notice waits for its turn
const KEPT = 200; // voices remembered
const ALSO = new Set(["prepared", "transferred"]); // about a ticket, and no call
const TURNS = ["calls", "also", "notice"]; // what is spoken before what

/** The zones of a hall with a loudspeaker; the hall's own is "", where a counter is in no other. */
export function zonesOf(view) {
  const zones = view.hall.zones ?? [];
  const inside = new Set(zones.flatMap(({ counters }) => counters));
  const own = Object.keys(view.counters).some((id) => !inside.has(id));
  return [...(own ? [""] : []), ...zones.map(({ id }) => id)];
}

/** Whether the hall wants quiet now: calls are shown and not spoken. */
export const quiet = (hall, now) => hall.sound?.enabled === false || (hall.sound?.quiet ?? []).some((span) => within(span, minute(hall, now)));

/** How loud the hall is at this time of day, 0 to 100; the last span that holds counts. */
export const volume = (hall, now) =>
  (hall.sound?.volume ?? []).reduce((loud, [from, to, value]) => (within([from, to], minute(hall, now)) ? value : loud), 100);

const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const minute = ({ tz }, now) =>
  minutes(new Intl.DateTimeFormat("en-GB", { timeZone: tz, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now));

/** A span that ends before it begins goes over midnight. */
function within([from, to], at) {
  const [start, end] = [minutes(from), minutes(to)];
  return start <= end ? start <= at && at < end : at >= start || at < end;
}

export class Queue {
  current = null;
  waiting = [];
  skipped = []; // [voice, "stale" | "quiet"] of what `next` passed over; whoever speaks says so, and empties it
  #said = new Set();

  constructor(zone) {
    this.zone = zone;
  }

  /** An event of the hall, folded into the view already. True when it takes back what is being spoken. */
  hear(event, view) {
    const gone = this.#takenBack(event, view);
    this.waiting = this.waiting.filter((call) => !gone(call));
    const call = event.voice && this.#call(event, view);
    if (call && call.zones.includes(this.zone) && !this.#said.has(call.voice)) this.waiting = [...this.waiting, call].slice(-KEPT);
    return this.current !== null && gone(this.current);
  }

  /** Somebody, perhaps another screen, has spoken this to its end, or has passed it over. */
  spoken(voice) {
    this.#remember(voice);
    this.waiting = this.waiting.filter((call) => call.voice !== voice);
  }

  /** What is to be spoken now, `{voice, short}`, or null; it is `current` until `end` or `again`. */
  next(now, hall) {
    for (;;) {
      const call = TURNS.map((turn) => this.waiting.find((one) => turnOf(one) === turn)).find(Boolean);
      if (!call) return null;
      this.waiting = this.waiting.filter((other) => other !== call);
      const why = stale(call, now, hall) ? "stale" : quiet(hall, now) ? "quiet" : null;
      if (why) {
        this.skipped.push([call.voice, why]);
        continue;
      }
      this.current = call;
      const behind = this.waiting.filter((one) => turnOf(one) === "calls").length;
      return { voice: call.voice, short: behind > BACKLOG && call.kind !== "recall" };
    }
  }

  /** The current one is over. */
  end() {
    if (this.current) this.#remember(this.current.voice);
    this.current = null;
  }

  /** The current one was broken off, and is to be said again from its beginning. */
  again() {
    if (this.current && !this.#said.has(this.current.voice)) this.waiting = [this.current, ...this.waiting];
    this.current = null;
  }

  /** Lets go of what nobody will want to hear any more; for a screen that only follows. */
  tidy(now, hall) {
    this.waiting = this.waiting.filter((call) => !stale(call, now, hall));
  }

  #remember(voice) {
    this.#said.add(voice);
    if (this.#said.size > KEPT) this.#said.delete(this.#said.values().next().value);
  }

  #takenBack({ kind, changes }, view) {
    if (kind === "undone" || kind === "delayed") return ({ label }) => label in (changes.tickets ?? {}) && changes.tickets[label]?.state !== "called";
    if (kind === "notice_ended") return ({ kind: what, label }) => what === "notice" && label !== null && !(label in (view.hall.notices ?? {}));
    // whoever is called need not get ready any more
    if (kind === "called") return ({ kind: what, label }) => what === "also" && changes.tickets?.[label]?.state === "called";
    return () => false;
  }

  #call({ kind, voice, time, changes }, view) {
    const of = /^(.+?)-(.+)-[0-9a-f]{6}$/.exec(voice);
    if (of && of[1] !== "notice") {
      const zone = (view.hall.zones ?? []).find(({ counters }) => counters.includes(of[2]))?.id ?? "";
      return { voice, kind: ALSO.has(kind) ? "also" : kind === "recalled" ? "recall" : "call", label: of[1], time, zones: [zone] };
    }
    const notice = of && changes.hall?.notices?.[of[2]];
    const zones = notice?.zone ? [notice.zone] : zonesOf(view);
    return { voice, kind: "notice", label: notice?.id ?? null, time, until: notice?.until ?? Infinity, zones };
  }
}

const turnOf = ({ kind }) => (kind === "also" || kind === "notice" ? kind : "calls");

function stale({ kind, time, until }, now, hall) {
  if (kind === "notice") return now >= Math.min(until, time + NOTICE);
  return now - time > (hall.stale_s ?? 30) * 1000 * (kind === "recall" ? RECALL : 1);
}
