// What stands beside the ticket at hand: who is next, who waits, who may come back, what colleagues do, what is announced.
import { LOOK, drawnKind } from "hallsys/counter/hand.js";
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { elapsed, level, minutes } from "hallsys/staff/clock.js";
import { chip } from "hallsys/staff/dom.js";
import { counterName, priorityName, serviceName, whyWords } from "hallsys/staff/hall.js";
import { named, t } from "hallsys/texts.js";

const TIMED = ["called", "serving", "paused"]; // a counter is open since the morning: that says nothing of how long it is free
const ALARMS = 2; // lines about the hall
const LISTED = 3; // rows of those who may come back; the key * has them all

/** A wait with its state: plain within the limits, else icon, word and colour. */
function wait(ms, limits) {
  const how = level(ms, limits);
  return how === "fine" ? minutes(ms) : chip(how, how, minutes(ms));
}

/** Whom the hall would call now, and why. */
export function nextUp(view, { ticket, why }, now) {
  if (!ticket) return h("p", { class: "none" }, t("counter.next_nobody"));
  // the chip says which kind, the words only whose turn it is
  const words = ticket.priority ? whyWords(view, why, "counter.next_why") : whyWords(view, why);
  return h("div", { class: "next" },
    h("span", { class: "num" }, ticket.label),
    h("span", { class: "kind" }, ticket.priority ? chip("called prio", drawnKind(ticket.priority), priorityName(view, ticket.priority)) : h("b", {}, serviceName(view, ticket.service, "short"))),
    h("small", {}, words && `${words[0].toUpperCase()}${words.slice(1)} · `, t("counter.waited", { time: minutes(now - ticket.queued_at) })));
}

/** When a counter takes a service that it does not always take. */
function helps(counter, service) {
  const { wait_over_s: over, idle } = counter.conditions?.[service] ?? {};
  if (over) return t(idle ? "counter.helps_both" : "counter.helps_over", { n: Math.round(over / 60) });
  return idle ? t("counter.helps_idle") : "";
}

/** Rows of those waiting for this counter, one a service: how many, who stands first, the longest wait. */
export function queueRows(view, desk, now) {
  return desk.services.map(({ id, count, longest, head }) => {
    const when = helps(desk.counter, id);
    return h("tr", { class: count ? null : "none" },
      h("td", { class: "l" }, view.services[id]?.letter ?? id),
      h("td", {}, serviceName(view, id, "short"), when && h("small", {}, " ", when)),
      h("td", {}, head ? head.label : "–", head?.priority && h("span", { class: "who" }, icon(drawnKind(head.priority)), h("span", { class: "sr" }, t("counter.priority", { kind: priorityName(view, head.priority) })))),
      h("td", { class: "n" }, String(count)),
      h("td", { class: "m" }, longest ? wait(now - longest.queued_at, view.hall.limits) : "–"));
  });
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
  return desk.mates.map(({ counter, state, since, ticket, forgotten }) => {
    const [kind, drawn] = LOOK[state];
    const until = state === "paused" && counter.until;
    const words = until ? [t("counter.paused_until", { time: hourMinute(until, view.hall.tz) })]
      : [t(`state.${state}`), ...(TIMED.includes(state) ? [" · ", h("span", { "data-since": since, "data-in": state === "called" ? "seconds" : "minutes" })] : [])];
    return h("li", {}, h("b", { "aria-label": counterName(counter) }, counter.id), h("b", {}, ticket?.label ?? "–"),
      h("span", { class: "does" },
        h("span", { class: `chip ${kind === "called" ? "soft" : kind}` }, icon(drawn), h("span", {}, ...words)),
        forgotten && chip("warn", "warn", t("counter.left_open")),
        counter.asks && chip("asks", "help", t(`help.${counter.asks}`))));
  });
}

/** What is announced above everything: help asked, alarms, lines for the hall, a counter that seems left. */
export function newsRows(view, desk, asking, notices, alarms) {
  const tz = view.hall.tz;
  return [
    desk.forgotten && h("li", { class: "warn" }, icon("warn"), h("span", {}, h("b", {}, t("counter.still_there")), " ", t("counter.still_there_hint", { n: desk.queue.length }))),
    ...asking.map(({ counter }) => h("li", { class: "asks" }, icon("help"), h("span", {}, h("b", {}, t("counter.asks", { counter: counterName(counter), kind: t(`help.${counter.asks}`) }))))),
    desk.counter.asks && h("li", { class: "asks mine" }, icon("help"), h("span", {}, t("counter.help_asked", { kind: t(`help.${desk.counter.asks}`) }), " ", t("counter.help_key"), " "), h("kbd", {}, "9")),
    ...alarms.slice(0, ALARMS).map((alarm) => h("li", { class: "warn" }, icon(alarm.severity === "warn" ? "warn" : "alarm"), h("span", {}, h("b", {}, t(`alarms.severity.${alarm.severity}`), ": "), named(alarm, "text"),
      alarms.length > ALARMS && alarm === alarms[ALARMS - 1] && ` (${t("alarms.more", { n: alarms.length - ALARMS })})`))),
    ...notices.map(({ text, until }) => h("li", { class: "line" }, icon("info"), h("span", {}, text, " ", h("small", {}, t("counter.notice_till", { time: hourMinute(until, tz) }))))),
  ];
}

/** Sets every running time under `root`. */
export function runTimes(root, now) {
  for (const element of root.querySelectorAll("[data-since]")) {
    const passed = now - Number(element.dataset.since);
    const text = element.dataset.in === "minutes" ? minutes(passed) : elapsed(passed);
    if (element.textContent !== text) element.textContent = text;
  }
}
