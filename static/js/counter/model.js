// The officer's view of the hall, computed from the tables. No DOM: what is shown, and what the one large button does.
// Its twin is hallsys/caller/console/desk.py; tests/js/test_counter_model.py holds them equal.
import { activities, activity, byPlace, waiting } from "hallsys/staff/hall.js";
import { callable, leftOpen, standsFor } from "hallsys/staff/queue.js";

/** Everything about counter `id` at `now`; null when the hall has no such counter. */
export function desk(view, id, now) {
  const counter = view.counters[id];
  if (!counter) return null;
  const { reinstate_s: grace, idle_s: idle } = view.hall.policy;
  const waits = waiting(view);
  const lined = waits.filter((ticket) => standsFor(view, counter, ticket, now));
  const all = Object.values(view.tickets);
  const forgotten = (each) => leftOpen(view, each, waits, idle * 1000, now);
  return {
    counter,
    ...activity(view, counter),
    queue: callable(counter, lined, now),
    // a ticket sent to this very counter may be of a service that it does not take otherwise
    services: [...new Set([...counter.services, ...lined.map((ticket) => ticket.service)])].map((service) => {
      const line = lined.filter((ticket) => ticket.service === service);
      return { id: service, count: line.length, longest: line[0] ?? null, head: [...line].sort(byPlace)[0] ?? null };
    }),
    held: all.filter((ticket) => ticket.state === "held").sort((a, b) => a.queued_at - b.queued_at),
    missed: all
      .filter((ticket) => ticket.state === "no_show" && now - ticket.ended_at < grace * 1000)
      .sort((a, b) => b.ended_at - a.ended_at),
    mates: activities(view)
      .filter((other) => other.counter.id !== id)
      .map((other) => ({ ...other, forgotten: forgotten(other.counter) })),
    undo: undoable(view, counter, now),
    forgotten: forgotten(counter),
  };
}

/** What the counter did last, if it can still be taken back: a call only while nobody has come. */
function undoable(view, { state, did }, now) {
  if (!did || state !== "open" || now >= did.at + view.hall.policy.undo_s * 1000) return null;
  return did.what !== "called" || view.tickets[did.ticket]?.state === "called" ? did : null;
}

/** The common path: which command the large button sends, or null where there is nothing to do but wait. */
export function common({ counter, ticket, queue }) {
  if (counter.state !== "open" && !ticket) return "open_counter";
  if (ticket) return queue.length && counter.state === "open" ? "call_next" : "finish";
  return queue.length ? "call_next" : null;
}

/** May this key be pressed now? The hall's rules decide; this only spares a press that is bound to be refused. */
export function possible(name, { counter, ticket, held, missed, undo }) {
  const open = counter.state === "open";
  switch (name) {
    case "start":
    case "no_show":
      return ticket?.state === "called";
    case "recall":
    case "hold":
    case "transfer":
    case "service":
    case "return":
    case "finish":
    case "note":
      return ticket !== null;
    case "call":
    case "walk_in":
    case "pause_counter":
      return open && ticket === null;
    case "close_counter":
      return counter.state !== "closed" && ticket === null;
    case "back":
      return held.length + missed.length > 0;
    case "undo":
      return undo !== null;
    default:
      return true;
  }
}
