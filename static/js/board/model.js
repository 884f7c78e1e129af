// What a board shows of the hall, as plain facts. No DOM, no clock; words come in by `both` (board/words.js).
import { calls, counterState, sorted, waiting } from "hallsys/live/hall.js";
import { waitWords } from "hallsys/waits.js";

const ONE_LINE = 24; // letters of a service's name below the number: a longer one would need two lines
const TOLD = 2; // notices at a time; more would have to be smaller

/** The calls that a screen knows, the latest first. Whoever was taken in without a call is not announced. */
export const recent = (view, heard, scope) =>
  calls(view, heard).filter((call) => scope.sees(call) && view.tickets[call.label].why !== "walk_in");

/** Does a call still hold? A press that was taken back, a transfer and a new day end it; being served or done does not. */
export function holds(view, call) {
  const row = view.tickets[call.label];
  return Boolean(row) && row.state !== "waiting" && row.state !== "cancelled" && row.state !== "expired" &&
    (row.state !== "called" || row.counter === call.counter);
}

/** Nobody waits and nobody is on the way to a counter, as far as this screen sees. */
export function quiet(view, scope) {
  const services = new Set(scope.services.map(({ id }) => id));
  return !Object.values(view.tickets).some(({ state, service, counter }) =>
    (state === "waiting" && services.has(service)) || (state === "called" && scope.sees({ counter })));
}

/** A service's name on one line: the short one where the long one would need two. */
export const serviceName = (service) => ({ named }) =>
  !service ? "" : named(service).length <= ONE_LINE ? named(service) : named(service, "short");

/** `{sign, name, state, word, label}` of every counter in sight, in order; `time(ms)` says a time of day. */
export const counterFacts = (view, scope, both, time) =>
  sorted(Object.fromEntries(scope.counters.map((counter) => [counter.id, counter]))).map((counter) => ({
    sign: counter.id,
    name: both(duties(view, counter)),
    state: counterState(view, counter),
    word: stateWord(view, counter, both, time),
    label: counter.ticket,
  }));

/** The word for a counter's state; a pause says until when, where that is known. */
export function stateWord(view, counter, both, time) {
  const state = counterState(view, counter);
  if (state === "paused" && counter.until) return both(({ t }) => t("board.paused_until", { time: time(counter.until) }));
  return both(({ t }) => t(`board.${state}`));
}

/** What a counter is for: its own name, or, as names have one language, its services. */
export const duties = (view, counter) => ({ named, language }) => {
  if (language === "vi" && counter.name !== counter.id) return counter.name;
  const names = counter.services.map((id) => view.services[id]).filter(Boolean).map((service) => named(service, "short"));
  return names.slice(0, 2).join(", ") + (names.length > 2 ? "…" : "");
};

/** `{letter, name, count, note, range}` of every service in sight; while the link is lost a count is not known. `waits`
    is the forecast by service. */
export function waitFacts(view, scope, both, lost, waits = {}) {
  const count = waiting(view);
  return scope.services.map((service) => ({
    letter: service.letter,
    name: both(({ named }) => named(service, "short")),
    count: lost ? null : count[service.id],
    note: lost ? both(({ t }) => t("board.no_link")) : service.open ? [] : both(({ t }) => t("board.service_closed")),
    range: lost || !service.open ? [] : both(({ t }) => waitWords(waits[service.id], t)),
  }));
}

/** What the hall says to everybody just now, the latest first, then the notice of its settings: `{id, texts, head}`. */
export function noticeFacts(view, zone, now, both) {
  const live = Object.values(view.hall.notices ?? {})
    .filter((notice) => notice.at <= now && now < notice.until && (!notice.zone || !zone || notice.zone === zone.id))
    .sort((a, b) => b.at - a.at)
    .slice(0, TOLD)
    .map(({ id, text }) => ({ id, texts: [text] }));
  const settled = view.hall.notice;
  if (live.length < TOLD && settled) live.push({ id: "", texts: both(({ language }) => settled[language] ?? settled.vi) });
  return live;
}

/** Another open counter that takes what this one takes, for whoever stands before one that pauses; null: none. */
export function instead(view, counter) {
  const takes = (other) => other.id !== counter.id && other.state === "open" && counter.services.some((id) => other.services.includes(id));
  return sorted(view.counters).find(takes)?.id ?? null;
}

/** How many wait for what a counter takes. */
export function waitingFor(view, counter) {
  const count = waiting(view);
  return counter.services.reduce((sum, id) => sum + (count[id] ?? 0), 0);
}
