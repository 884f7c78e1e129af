// Whom a counter may call, and whether it forgets to. Pure: no DOM, no clock.
const direct = (ticket) => Boolean(ticket.to_counter || ticket.to_group);

/** Does this waiting ticket stand in a line of the counter? What the counter has just sent back is for another, for a while. */
export function standsFor(view, counter, ticket, now) {
  if (ticket.to_counter) return ticket.to_counter === counter.id;
  if (ticket.to_group) return (counter.groups ?? []).includes(ticket.to_group);
  const sentBack = ticket.label === counter.returned && !ticket.front && now < ticket.queued_at + view.hall.policy.return_pause_s * 1000;
  return !sentBack && counter.services.includes(ticket.service);
}

/** Those of its lines whom the counter may call now: not before their time, by its mode, and by the conditions under
    which it takes a service. As core/policy.py sees it. */
export function callable(counter, lined, now) {
  const conditions = counter.conditions ?? {};
  const due = lined.filter((ticket) => now >= (ticket.not_before ?? 0));
  const ready = due.filter((ticket) => fits(counter.mode, ticket));
  const own = (ticket) => direct(ticket) || !conditions[ticket.service];
  const busy = ready.some((ticket) => own(ticket) && (ticket.front || now >= (ticket.booked ?? 0)));
  const met = (service) => {
    const { wait_over_s: over = 0, idle = false } = conditions[service];
    const waits = due.filter((ticket) => !direct(ticket) && ticket.service === service).map((ticket) => now - (ticket.booked ?? ticket.arrival));
    return !(idle && busy) && (!over || Math.max(...waits) >= over * 1000);
  };
  return ready.filter((ticket) => own(ticket) || met(ticket.service));
}

/** Who was sent to the counter is taken in every mode. */
const fits = (mode, ticket) => direct(ticket) || ({
  ordinary: !ticket.priority && !ticket.booked,
  priority: Boolean(ticket.priority),
  booked: Boolean(ticket.booked),
}[mode] ?? true);

/** Open, free, and for `idle` ms somebody waits whom it could call while nothing was done there: forgotten, perhaps. */
export function leftOpen(view, counter, waits, idle, now) {
  if (counter.state !== "open" || counter.ticket) return false;
  const mine = callable(counter, waits.filter((ticket) => standsFor(view, counter, ticket, now)), now);
  if (!mine.length) return false;
  const done = Object.values(view.tickets).filter((ticket) => ticket.counter === counter.id).map((ticket) => ticket.ended_at ?? 0);
  return now - Math.max(counter.since, counter.did?.at ?? 0, mine[0].queued_at, ...done) > idle;
}
