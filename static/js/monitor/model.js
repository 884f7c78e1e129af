// The hall in a sentence, tiles and rows: the view for what is true now, the figures for what was. No DOM.
import { sorted } from "hallsys/live/hall.js";
import { level, whole } from "hallsys/staff/clock.js";
import { activities, waiting } from "hallsys/staff/hall.js";
import { leftOpen } from "hallsys/staff/queue.js";

const LISTED = 5; // of those who wait longest

/** Everything the page shows, at `now`; `figures` may be null before they came. `waits` is the forecast by service. */
export function overview(view, figures, now, waits = {}) {
  const queue = waiting(view);
  const { limits } = view.hall;
  const wait = (ticket) => (ticket ? now - ticket.queued_at : null);
  const services = sorted(view.services).map((service) => {
    const line = queue.filter((ticket) => ticket.service === service.id);
    const longest = wait(line[0]);
    return { service, waiting: line.length, longest, level: level(longest ?? 0, limits), ...past(figures?.services[service.id]) };
  });
  const counters = activities(view).map((each) => ({ ...each, served: figures ? (figures.counters[each.counter.id]?.served ?? 0) : null }));
  return {
    waiting: queue.length,
    longest: wait(queue[0]),
    level: level(wait(queue[0]) ?? 0, limits),
    ...past(figures?.total),
    open: counters.filter(({ counter }) => counter.state === "open").length,
    services,
    counters,
    queue: queue.slice(0, LISTED),
    sentence: sentence(view, queue, services, counters, limits, waits),
  };
}

const past = (figures) => ({ hour: figures?.wait_hour ?? null, served: figures?.served ?? null, noShows: figures?.no_shows ?? null });

/** The hall in one sentence: a key of the catalog and its parameters, the worst first. */
function sentence(view, queue, services, counters, limits, waits) {
  if (!view.hall.open) return ["monitor.say.closed", {}];
  const nobodyCalls = !counters.some(({ counter }) => counter.state === "open");
  if (nobodyCalls && queue.length) return ["monitor.say.no_counter", { n: queue.length }];
  const over = (how) => services.filter((row) => row.level === how);
  const [alarm, warn] = [over("alarm"), over("warn")];
  const late = (rows, seconds) => ({ n: rows.length, name: rows[0]?.service, minutes: whole(seconds * 1000) });
  if (alarm.length) return [alarm.length === 1 ? "monitor.say.alarm_one" : "monitor.say.alarm", late(alarm, limits.alarm)];
  if (warn.length) return [warn.length === 1 ? "monitor.say.warn_one" : "monitor.say.warn", late(warn, limits.warn)];
  const [worst] = services.filter(({ service }) => waits[service.id]?.[0] > limits.ceiling).sort((a, b) => waits[b.service.id][0] - waits[a.service.id][0]);
  if (worst) return ["monitor.say.coming", { name: worst.service, minutes: whole(limits.warn * 1000), wait: waits[worst.service.id] }];
  if (queue.length) return ["monitor.say.fine", { n: queue.length, minutes: whole(limits.warn * 1000) }];
  return [nobodyCalls ? "monitor.say.not_begun" : "monitor.say.nobody", {}];
}

/** Was this waiting ticket sent to a counter, or to a group of them, that calls nobody any more? */
function stranded(view, { to_counter: one, to_group: group }) {
  const closed = (counter) => counter.state === "closed";
  if (one) return !view.counters[one] || closed(view.counters[one]);
  return Boolean(group) && Object.values(view.counters).filter(({ groups }) => groups?.includes(group)).every(closed);
}

/** What somebody has to go and see to, the most urgent first: `{what: "help" | "deaf" | "stranded" | "left", …}`. `heard` is what the
    server says of the loudspeakers, by zone. */
export function needs(view, heard, now) {
  const counters = sorted(view.counters);
  const waits = waiting(view);
  const zone = (id) => view.hall.zones?.find((each) => each.id === id) ?? null;
  return [
    ...counters.filter(({ asks }) => asks).map((counter) => ({ what: "help", counter, kind: counter.asks })),
    ...Object.entries(heard).filter(([, { state }]) => state === "deaf").map(([id]) => ({ what: "deaf", zone: zone(id) })),
    ...waits.filter((ticket) => stranded(view, ticket)).slice(0, LISTED).map((ticket) => ({ what: "stranded", ticket })),
    ...counters.filter((counter) => leftOpen(view, counter, waits, view.hall.policy.idle_s * 1000, now)).map((counter) => ({ what: "left", counter })),
  ];
}

/** The flow as rows: `{from, issued, called, waiting}` a bar, `waiting` at its end or now. */
export function flowRows({ start, step, issued, called, waiting: line }) {
  return issued.map((count, index) => {
    const end = start + (index + 1) * step;
    const last = line.filter(([at]) => at <= end).at(-1);
    return { from: start + index * step, issued: count, called: called[index], waiting: last?.[1] ?? 0 };
  });
}
