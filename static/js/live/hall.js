// What pages ask of a view. Pure: no DOM, no clock.

const numeric = new Intl.Collator("en", { numeric: true });

/** The rows of a table in the order of their ids: 1, 2, … 10. */
export const sorted = (table) => Object.values(table ?? {}).sort((a, b) => numeric.compare(a.id, b.id));

/** How many wait for each service. */
export function waiting(view) {
  const count = Object.fromEntries(Object.keys(view.services).map((id) => [id, 0]));
  for (const ticket of Object.values(view.tickets)) if (ticket.state === "waiting") count[ticket.service] += 1;
  return count;
}

/** "called" | "serving" | "free" | "paused" | "closed": how a counter looks to somebody who waits. */
export function counterState(view, counter) {
  const ticket = view.tickets[counter.ticket];
  if (ticket) return ticket.state === "called" ? "called" : "serving";
  return counter.state === "open" ? "free" : counter.state;
}

/** Every ticket that was called to a counter, the latest call first. `heard` maps labels to the time of a later recall. */
export function calls(view, heard = {}) {
  return Object.values(view.tickets)
    .filter((ticket) => ticket.called_at && ticket.counter && view.counters[ticket.counter])
    .map((ticket) => ({ label: ticket.label, service: ticket.service, counter: ticket.counter, state: ticket.state,
      at: Math.max(ticket.called_at, heard[ticket.label] ?? 0) }))
    .sort((a, b) => b.at - a.at);
}

/** The call that an event makes, or null: `{label, service, counter, voice, at}`. */
export function callOf(event) {
  if (event?.kind !== "called" && event?.kind !== "recalled") return null;
  const ticket = Object.values(event.changes.tickets ?? {}).find((row) => row?.state === "called");
  return ticket ? { label: ticket.label, service: ticket.service, counter: ticket.counter, voice: event.voice, at: event.time } : null;
}

/** How many of those waiting in the same line are called before this waiting ticket, if nobody else comes; how far the
    present run of priority calls has got is not public, so a run is taken to begin. With `now`, those who come later than
    that are not counted. The twin of `ahead` in core/turns.py. */
export function ahead(view, ticket, now = Infinity) {
  const line = (row) => (row.to_counter ? `@${row.to_counter}` : row.service);
  const before = (a, b) => a.arrival - b.arrival || a.number - b.number || numeric.compare(a.label, b.label);
  const same = Object.values(view.tickets).filter((row) => row.state === "waiting" && line(row) === line(ticket) && !(row.not_before > now)).sort(before);
  const front = same.filter((row) => row.front);
  const priority = same.filter((row) => !row.front && row.priority);
  const ordinary = same.filter((row) => !row.front && !row.priority);
  const turns = view.hall.policy?.priority_calls ?? 2;
  const place = (lane) => lane.findIndex((row) => row.label === ticket.label);
  if (ticket.front) return place(front);
  if (!ticket.priority) return front.length + place(ordinary) + Math.min(priority.length, turns * (place(ordinary) + 1));
  const index = place(priority);
  const between = index < turns ? 0 : 1 + Math.floor((index - turns) / Math.max(1, turns));
  return front.length + index + Math.min(ordinary.length, between);
}

/** The open counters that take a ticket's service, or the one it was sent to. */
export function countersFor(view, ticket) {
  return sorted(view.counters)
    .filter(({ id, services, state }) => state === "open" && (ticket.to_counter ? id === ticket.to_counter : services.includes(ticket.service)))
    .map(({ id }) => id);
}
