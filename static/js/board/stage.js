// Which call is large: the one that is being spoken. In each zone one at a time, in order; without a word from the
// loudspeaker every call has its turn all the same. No DOM, no clock of its own.

const UNHEARD = 14_000; // ms a call stays lit where nobody says that it is spoken: about as long as the sentence, twice
const LONGEST = 60_000; // ms: a loudspeaker that died in the middle of a sentence does not hold up the picture
const REMEMBERED = 24; // calls of which a loudspeaker may still say that it speaks them

/** `new Stage({stale(call), changed()})`; a call is `{label, service, counter, zone, voice, at}`. */
export class Stage {
  #lanes = new Map(); // zone -> {current, heard, queue, timer}
  #recent = [];

  constructor({ stale, changed }) {
    Object.assign(this, { stale, changed });
  }

  /** The calls that are lit, one of each zone at the most, the latest turn first. */
  get lit() {
    return [...this.#lanes.values()].filter(({ current }) => current).sort((a, b) => b.since - a.since).map(({ current }) => current);
  }

  /** The call whose turn comes next, or null. */
  get next() {
    const waiting = [...this.#lanes.values()].map(({ current, queue }) => queue.find(({ label }) => label !== current?.label));
    return waiting.filter(Boolean).sort((a, b) => a.at - b.at)[0] ?? null;
  }

  /** Is a loudspeaker at this call just now? */
  speaks(call) {
    const lane = this.#lane(call.zone);
    return lane.current === call && lane.heard;
  }

  add(call) {
    const lane = this.#lane(call.zone);
    this.#recent = [...this.#recent.slice(1 - REMEMBERED), call];
    lane.queue = [...lane.queue.filter(({ label }) => label !== call.label), call]; // called again before its turn: one turn
    if (lane.current) this.changed();
    else this.#pass(lane);
  }

  /** A loudspeaker began with this voice: its call is the large one, whatever we thought. */
  start(voice) {
    const call = this.#recent.find((one) => one.voice === voice);
    if (!call) return;
    const lane = this.#lane(call.zone);
    lane.queue = lane.queue.slice(lane.queue.indexOf(call) + 1); // what came before it was passed over
    this.#light(lane, call, true);
  }

  /** It ended. */
  end(voice) {
    for (const lane of this.#lanes.values()) if (lane.current?.voice === voice) this.#pass(lane);
  }

  /** Calls that no longer hold are gone, from the picture and from the queue. */
  keep(holds) {
    this.#recent = this.#recent.filter(holds);
    for (const lane of this.#lanes.values()) {
      const before = lane.queue.length;
      lane.queue = lane.queue.filter(holds);
      if (lane.current && !holds(lane.current)) this.#pass(lane);
      else if (lane.queue.length !== before) this.changed();
    }
  }

  #lane(zone) {
    const key = zone ?? "";
    if (!this.#lanes.has(key)) this.#lanes.set(key, { current: null, heard: false, queue: [], since: 0, timer: null });
    return this.#lanes.get(key);
  }

  #pass(lane) {
    let call = null;
    while (lane.queue.length && !call) {
      const first = lane.queue.shift();
      if (!this.stale(first)) call = first;
    }
    this.#light(lane, call, false);
  }

  #light(lane, call, heard) {
    clearTimeout(lane.timer);
    if (call !== lane.current) lane.since = (this.#turns += 1);
    Object.assign(lane, { current: call, heard });
    lane.timer = call && setTimeout(() => this.#pass(lane), heard ? LONGEST : UNHEARD);
    this.changed();
  }

  #turns = 0;
}
