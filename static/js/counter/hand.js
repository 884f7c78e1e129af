// The ticket at hand: its state, its number, why it was called, and what it has been through.
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { whole } from "hallsys/staff/clock.js";
import { chip } from "hallsys/staff/dom.js";
import { counterName, pauseReason, priorityName, serviceName, whyWords } from "hallsys/staff/hall.js";
import { has, t } from "hallsys/texts.js";

export const LOOK = { called: ["called", "speaker"], serving: ["serving", "person"], ready: ["serving", "done"], paused: ["off", "pause"], closed: ["off", "closed"] };
const KNOWN = ["aged", "disabled", "pregnant", "merit"]; // priority kinds that have an icon
const SHOWN = 6; // lines of history; the oldest one stays, what is left out lies between
const GIVEN = /^(chosen|held|noted|transferred): /; // before the officer's own words

export const drawnKind = (kind) => (KNOWN.includes(kind) ? kind : "people");

export const priority = (view, kind) => kind && chip("called prio", drawnKind(kind), t("counter.priority", { kind: priorityName(view, kind) }));

/** The ticket at hand with its times and why, or what there is instead. `known` is what the server told of it, if it did. */
export function atHand(view, desk, { lost, asOf, known }) {
  const { ticket, state, since } = desk;
  if (!ticket) return empty(desk, view);
  const tz = view.hall.tz;
  const why = whyWords(view, ticket.why);
  const [kind, drawn] = LOOK[state];
  const facts = [
    ticket.then?.length > 0 && t("counter.then", { names: ticket.then.map((id) => serviceName(view, id, "short")).join(", ") }),
    ticket.dossiers > 1 && t("counter.dossiers", { n: ticket.dossiers }),
    ticket.ready && t("counter.ready"),
    ticket.booked && t("counter.booked", { time: hourMinute(ticket.booked, tz) }),
  ].filter(Boolean);
  return [
    h("div", { class: "who" },
      lost ? chip("lost", "lost", t("counter.as_of", { time: hourMinute(asOf, tz) }))
        : h("span", { class: `chip ${kind}` }, icon(drawn), h("span", {}, t(`state.${state}`), " · ", h("span", { "data-since": since }))),
      h("span", { class: "calls" }, t("counter.calls", { n: ticket.calls }))),
    h("p", { class: "num" }, ticket.label),
    h("p", { class: "what" }, serviceName(view, ticket.service), " ", priority(view, ticket.priority)),
    facts.length > 0 && h("p", { class: "facts" }, facts.join(" · ")),
    why && h("p", { class: "note" }, icon("info"), h("span", {}, h("span", { class: "ask" }, t("counter.why"), " "), h("b", {}, why), ".")),
    h("ol", { class: "hist" }, history(view, desk, known).map(([at, words]) => h("li", {}, at && h("time", {}, hourMinute(at, tz)), h("span", {}, words)))),
  ];
}

/** Lines `[time, words]`, oldest first; without the server's account, what the row itself tells. */
function history(view, { ticket, counter }, known) {
  const wait = { counter: counterName(counter), n: whole(ticket.called_at - ticket.queued_at) };
  const lines = known ? told(view, known, wait) : [
    [ticket.issued_at, t("counter.issued")],
    ticket.queued_at !== ticket.issued_at && [ticket.queued_at, t("counter.queued")],
    [ticket.called_at, t("counter.called", wait)],
    ticket.started_at && [ticket.started_at, t("counter.started")],
  ].filter(Boolean);
  if (lines.length <= SHOWN) return lines;
  return [lines[0], [null, t("counter.history_more", { n: lines.length - SHOWN + 1 })], ...lines.slice(2 - SHOWN)];
}

function told(view, { history: events }, wait) {
  const lines = [];
  let waits = null; // since when it waited, to say how long at the next call
  for (const { time, kind, counter, note } of events) {
    const key = `history.${kind}`;
    if (["issued", "returned", "transferred", "resumed", "reinstated"].includes(kind)) waits = time;
    if (!has(key)) continue;
    const name = view.counters[counter] ? counterName(view.counters[counter]) : wait.counter;
    const words = kind === "called" && waits ? t("counter.called", { counter: name, n: whole(time - waits) }) : t(key, { counter: name });
    const given = note?.replace(GIVEN, "");
    lines.push([time, given ? [`${words}: `, h("q", {}, given)] : words]);
  }
  return lines;
}

function empty({ counter, queue, since, state }, view) {
  const tz = view.hall.tz;
  const facts = {
    closed: ["closed", t("counter.is_closed"), t("counter.is_closed_hint")],
    paused: ["pause", counter.until ? t("counter.is_paused_until", { time: hourMinute(counter.until, tz) }) : t("counter.is_paused", { time: hourMinute(since, tz) }),
      counter.reason ? pauseReason(counter.reason) : t("counter.is_paused_hint")],
    ready: queue.length
      ? ["people", t("counter.is_ready", { n: queue.length }), t("counter.is_ready_hint")]
      : ["cup", t("counter.nobody"), t("counter.nobody_hint")],
  };
  const [drawn, title, hint] = facts[state];
  return h("div", { class: "empty" }, icon(drawn), h("b", {}, title), h("span", {}, hint));
}
