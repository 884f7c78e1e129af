// The officer's view of the hall, computed from the tables. No DOM: what is shown, and what the one large button does.
import { activities, activity, byPlace, waiting } from "hallsys/staff/hall.js";

/** Everything about counter `id` at `now`; null when the hall has no such counter. */
export function desk(view, id, now) {
  const counter = view.counters[id];
  if (!counter) return null;
  const { return_pause_s: pause, reinstate_s: grace } = view.hall.policy;
  // what this counter has just sent back is for another one, for a while
  const sentBack = (ticket) => ticket.label === counter.returned && !ticket.front && !ticket.to_counter
    && now < ticket.queued_at + pause * 1000;
  const mine = (ticket) =>
    (ticket.to_counter ? ticket.to_counter === id : counter.services.includes(ticket.service)) && !sentBack(ticket);
  const queue = waiting(view).filter(mine);
  const all = Object.values(view.tickets);
  return {
    counter,
    ...activity(view, counter),
    queue,
    // a ticket sent to this very counter may be of a service that it does not take otherwise
    services: [...new Set([...counter.services, ...queue.map((ticket) => ticket.service)])].map((service) => {
      const line = queue.filter((ticket) => ticket.service === service);
      return { id: service, count: line.length, longest: line[0] ?? null, head: [...line].sort(byPlace)[0] ?? null };
    }),
    held: all.filter((ticket) => ticket.state === "held").sort((a, b) => a.queued_at - b.queued_at),
    missed: all
      .filter((ticket) => ticket.state === "no_show" && now - ticket.ended_at < grace * 1000)
      .sort((a, b) => b.ended_at - a.ended_at),
    mates: activities(view).filter((other) => other.counter.id !== id),
  };
}

/** The common path: which command the large button sends, or null where there is nothing to do but wait. */
export function common({ counter, ticket, queue }) {
  if (counter.state !== "open" && !ticket) return "open_counter";
  if (ticket) return queue.length && counter.state === "open" ? "call_next" : "finish";
  return queue.length ? "call_next" : null;
}

/** May this key be pressed now? The hall's rules decide; this only spares a press that is bound to be refused. */
export function possible(name, { counter, ticket, held, missed }) {
  const open = counter.state === "open";
  switch (name) {
    case "start":
    case "no_show":
      return ticket?.state === "called";
    case "recall":
    case "hold":
    case "transfer":
    case "return":
    case "finish":
      return ticket !== null;
    case "call":
    case "pause_counter":
      return open && ticket === null;
    case "close_counter":
      return counter.state !== "closed" && ticket === null;
    case "back":
      return held.length + missed.length > 0;
    default:
      return true;
  }
}
