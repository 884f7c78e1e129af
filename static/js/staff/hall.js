// What the staff pages read out of a view, and its words. No DOM, no clock.
import { sorted } from "hallsys/live/hall.js";
import { has, lang, named, t } from "hallsys/texts.js";

/** A counter as people say it: "Quầy 3". */
export const counterName = (counter) => t("counter.named", { n: counter.id });

export const priorityName = (view, kind) => view.hall.priority_names?.[kind]?.[lang()] ?? kind;

export const serviceName = (view, id, field = "name") => (view.services[id] ? named(view.services[id], field) : id);

/** Why this ticket was chosen, from `"<code> k=v …"`; empty for a reason this page has no words for. `words` names
    shorter ones, which are taken where there are any. */
export function whyWords(view, why, words = "why") {
  const [code, ...rest] = (why ?? "").split(" ");
  const key = has(`${words}.${code}`) ? `${words}.${code}` : `why.${code}`;
  if (!has(key)) return "";
  const params = Object.fromEntries(rest.map((pair) => pair.split("=")));
  const group = params.name && view.hall.groups?.find(({ id }) => id === params.name);
  if (group) params.name = named(group);
  if (params.kind) params.kind = priorityName(view, params.kind);
  if (params.service) params.service = serviceName(view, params.service, "short");
  return t(key, params);
}

/** A pause's reason; one that a program gave in its own words stands as it is. */
export const pauseReason = (reason) => (has(`pause.${reason}`) ? t(`pause.${reason}`) : reason);

/** Order of place in a queue: brought back first, then by arrival. */
export const byPlace = (a, b) => Boolean(b.front) - Boolean(a.front) || a.arrival - b.arrival || a.number - b.number;

/** The tickets that wait, the longest wait first. */
export function waiting(view) {
  return Object.values(view.tickets).filter((ticket) => ticket.state === "waiting").sort((a, b) => a.queued_at - b.queued_at);
}

/** What a counter does and since when (ms): "called", "serving", "ready", "paused" or "closed". */
export function activity(view, counter) {
  const ticket = view.tickets[counter.ticket] ?? null;
  if (ticket?.state === "called") return { state: "called", since: ticket.called_at, ticket };
  if (ticket) return { state: "serving", since: ticket.started_at ?? ticket.called_at, ticket };
  return { state: counter.state === "open" ? "ready" : counter.state, since: counter.since, ticket: null };
}

export const activities = (view) => sorted(view.counters).map((counter) => ({ counter, ...activity(view, counter) }));
