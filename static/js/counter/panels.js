// What the officer reads: the ticket at hand, who waits, who may come back, the colleagues.
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { elapsed, level, minutes, whole } from "hallsys/staff/clock.js";
import { chip } from "hallsys/staff/dom.js";
import { counterName, pauseReason, priorityName, serviceName, whyWords } from "hallsys/staff/hall.js";
import { t } from "hallsys/texts.js";

const TIMED = ["called", "serving", "paused"]; // a counter is open since the morning: that says nothing of how long it is free
const LOOK = { called: ["called", "speaker"], serving: ["serving", "person"], ready: ["serving", "done"], paused: ["off", "pause"], closed: ["off", "closed"] };
const LISTED = 3; // rows of those who may come back; the key * has them all
const KNOWN = ["aged", "disabled", "pregnant", "merit"]; // priority kinds that have an icon

/** A wait with its state: plain within the limits, else icon, word and colour. */
function wait(ms, limits) {
  const how = level(ms, limits);
  return how === "fine" ? minutes(ms) : chip(how, how, minutes(ms));
}

const drawnKind = (kind) => (KNOWN.includes(kind) ? kind : "people");

const priority = (view, kind) => kind && chip("called prio", drawnKind(kind), t("counter.priority", { kind: priorityName(view, kind) }));

/** The ticket at hand with its times and why, or what there is instead. */
export function atHand(view, desk, { lost, asOf }) {
  const { ticket, counter, state, since } = desk;
  if (!ticket) return empty(desk, view);
  const tz = view.hall.tz;
  const came = [["counter.issued", ticket.issued_at, {}]];
  if (ticket.queued_at !== ticket.issued_at) came.push(["counter.queued", ticket.queued_at, {}]);
  came.push(["counter.called", ticket.called_at, { counter: counterName(counter), n: whole(ticket.called_at - ticket.queued_at) }]);
  if (ticket.started_at) came.push(["counter.started", ticket.started_at, {}]);
  const why = whyWords(view, ticket.why);
  const [kind, drawn] = LOOK[state];
  const running = h("span", { "data-since": since });
  return [
    h("div", { class: "who" },
      lost ? chip("lost", "lost", t("counter.as_of", { time: hourMinute(asOf, tz) }))
        : h("span", { class: `chip ${kind}` }, icon(drawn), h("span", {}, t(`state.${state}`), " · ", running)),
      h("span", { class: "calls" }, t("counter.calls", { n: ticket.calls }))),
    h("p", { class: "num" }, ticket.label),
    h("p", { class: "what" }, serviceName(view, ticket.service), " ", priority(view, ticket.priority)),
    why && h("p", { class: "note" }, icon("info"), h("span", {}, h("span", { class: "ask" }, t("counter.why"), " "), h("b", {}, why), ".")),
    h("ol", { class: "hist" }, came.map(([key, at, params]) => h("li", {}, h("time", {}, hourMinute(at, tz)), h("span", {}, t(key, params))))),
  ];
}

function empty({ counter, queue, since, state }, view) {
  const tz = view.hall.tz;
  const facts = {
    closed: ["closed", t("counter.is_closed"), t("counter.is_closed_hint")],
    paused: ["pause", t("counter.is_paused", { time: hourMinute(since, tz) }), counter.reason ? pauseReason(counter.reason) : t("counter.is_paused_hint")],
    ready: queue.length
      ? ["people", t("counter.is_ready", { n: queue.length }), t("counter.is_ready_hint")]
      : ["cup", t("counter.nobody"), t("counter.nobody_hint")],
  };
  const [drawn, title, hint] = facts[state];
  return h("div", { class: "empty" }, icon(drawn), h("b", {}, title), h("span", {}, hint));
}

/** Rows of those waiting for this counter, one a service: how many, who stands first, the longest wait. */
export function queueRows(view, desk, now) {
  return desk.services.map(({ id, count, longest, head }) =>
    h("tr", { class: count ? null : "none" },
      h("td", { class: "l" }, view.services[id]?.letter ?? id),
      h("td", {}, serviceName(view, id, "short")),
      h("td", {}, head ? head.label : "–", head?.priority && h("span", { class: "who" }, icon(drawnKind(head.priority)), h("span", { class: "sr" }, t("counter.priority", { kind: priorityName(view, head.priority) })))),
      h("td", { class: "n" }, String(count)),
      h("td", { class: "m" }, longest ? wait(now - longest.queued_at, view.hall.limits) : "–")));
}

/** Those who were sent for papers or did not come, with the button that brings them back. */
export function backRows(view, desk, press) {
  const row = (ticket, command, drawn, since) =>
    h("li", {}, h("b", {}, ticket.label), chip(command === "resume" ? "held" : "off", drawn, t(`counter.${command}_since`, { time: hourMinute(since, view.hall.tz) })),
      h("button", { type: "button", class: "small", "data-focus": ticket.label, click: () => press(command, { ticket: ticket.label }) },
        t(`counter.do.${command}`), h("span", { class: "sr" }, ` ${ticket.label}`)));
  const rows = [
    ...desk.held.map((ticket) => row(ticket, "resume", "hourglass", ticket.queued_at)),
    ...desk.missed.map((ticket) => row(ticket, "reinstate", "closed", ticket.ended_at)),
  ];
  const rest = rows.length - LISTED;
  return rest > 0 ? [...rows.slice(0, LISTED), h("li", { class: "rest" }, t("counter.back_more", { n: rest }), " ", h("kbd", {}, "*"))] : rows;
}

export function mateRows(view, desk) {
  return desk.mates.map(({ counter, state, since, ticket }) => {
    const [kind, drawn] = LOOK[state];
    return h("li", {}, h("b", { "aria-label": counterName(counter) }, counter.id), h("b", {}, ticket?.label ?? "–"),
      h("span", { class: `chip ${kind === "called" ? "soft" : kind}` }, icon(drawn), h("span", {}, t(`state.${state}`), ...(TIMED.includes(state) ? [" · ", h("span", { "data-since": since, "data-in": state === "called" ? "seconds" : "minutes" })] : []))));
  });
}

/** Sets every running time under `root`. */
export function runTimes(root, now) {
  for (const element of root.querySelectorAll("[data-since]")) {
    const passed = now - Number(element.dataset.since);
    const text = element.dataset.in === "minutes" ? minutes(passed) : elapsed(passed);
    if (element.textContent !== text) element.textContent = text;
  }
}
