// What the view does not hold and an officer may see: a ticket's history and notes, and whom the hall would call next.
import { data } from "hallsys/texts.js";

const REST = 250; // ms of quiet before the server is asked again: events come in groups
const AGAIN = 20_000; // ms after which an answer is asked for anew: who is next changes as waits grow

/** Keeps the answer to one question fresh: `got` is the last answer, null until there is one or where the server has none. */
class Answer {
  got = null;
  #path = null;
  #timer = null;
  #asked = 0;
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  /** Asks for what is at `path` below the hall's API, soon; null asks for nothing. */
  want(path) {
    if (path !== this.#path) {
      this.#path = path;
      this.got = null;
      if (path) return void this.#ask(path);
    }
    clearTimeout(this.#timer);
    if (path) this.#timer = setTimeout(() => this.#ask(path), REST);
  }

  async #ask(path) {
    const turn = ++this.#asked;
    clearTimeout(this.#timer);
    let found;
    try {
      const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/${path}`, { credentials: "same-origin" });
      // 401: asked with the session that ended when an officer signed in
      found = answer.ok ? await answer.json() : answer.status === 401 ? this.got : null;
    } catch {
      found = this.got; // no server: the link says so, and asks again when it is back
    }
    if (turn !== this.#asked || path !== this.#path) return;
    this.got = found;
    this.#timer = setTimeout(() => this.#ask(path), AGAIN);
    this.#changed();
  }
}

/** The look-ups of one counter; `changed()` is called with each new answer. */
export class Lookups {
  #history;
  #next;

  constructor(changed) {
    this.#history = new Answer(changed);
    this.#next = new Answer(changed);
  }

  /** What is known of the ticket at hand: `{ticket, notes, outcome, delivered, history}`, or null. */
  get history() {
    return this.#history.got;
  }

  /** `{ticket, why, waiting, longest, officer}`, or null where the hall does not say. */
  get next() {
    return this.#next.got;
  }

  /** The hall changed by an event (null: by everything at once). */
  follow(event, counter) {
    const label = counter?.ticket ?? null;
    const touches = (table) => !event || event.changes[table];
    const path = label && `tickets/${encodeURIComponent(label)}`;
    if (this.#label !== path || !event || event.changes.tickets?.[label] || event.kind === "noted") this.#history.want(path);
    this.#label = path;
    if (touches("tickets") || touches("counters") || touches("hall")) this.#next.want(counter ? `counters/${encodeURIComponent(counter.id)}/next` : null);
  }

  #label = null;
}
