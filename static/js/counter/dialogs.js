// What is asked about a ticket. Nothing is chosen beforehand where a stray Enter would do harm: it asks again.
import { ask, choice, group, line, pick, row } from "hallsys/counter/ask.js";
import { h } from "hallsys/elements/piece.js";
import { sorted } from "hallsys/live/hall.js";
import { minutes } from "hallsys/staff/clock.js";
import { byPlace, counterName, priorityName, serviceName, waiting } from "hallsys/staff/hall.js";
import { named, t } from "hallsys/texts.js";

const LISTED = 40; // tickets shown at once; typing digits narrows the list
const DELAYS = [5, 10, 15, 30, 60];

const numbered = (name, rows) => rows.map(([value, words], index) => choice(name, value, String(index + 1), words));

const services = (view, name, wanted) =>
  sorted(view.services).filter(wanted).map((each) => choice(name, each.id, each.letter, serviceName(view, each.id)));

/** Where to? `{service | to_counter | to_group, place, after?, note?}`. */
export function askTransfer(view, { ticket, counter }, by) {
  const to = (key, typed, each, words) => choice("to", `${key} ${each.id}`, typed, words);
  const others = sorted(view.counters).filter((other) => other.id !== counter.id);
  const parts = [
    group(t("counter.to_service"), ...sorted(view.services).filter((each) => each.id !== ticket.service && each.open)
      .map((each) => to("service", each.letter, each, serviceName(view, each.id)))),
    group(t("counter.to_counter"), ...others.map((each) =>
      to("to_counter", each.id, each, [counterName(each), each.state !== "open" && h("small", {}, t(`state.${each.state}`))].filter(Boolean)))),
    view.hall.groups?.length > 0 && group(t("counter.to_group"), ...view.hall.groups.map((each) => to("to_group", null, each, named(each)))),
    row(
      pick("place", t("counter.place"), ["arrival", "front", "end"].map((place) => [place, t(`counter.place.${place}`)])),
      pick("after", t("counter.after"), [["", t("counter.after_now")], ...DELAYS.map((n) => [n, t("counter.after_minutes", { n })])]),
      line("note", t("counter.note_for"), { maxlength: 500 })),
  ];
  return ask({ title: t("counter.transfer_title", { label: ticket.label }), parts, missing: t("counter.choose_where"), by, answer: (values) => {
    if (!values.to) return null;
    const [key, ...rest] = values.to.split(" ");
    const id = rest.join(" ");
    const name = { service: () => serviceName(view, id), to_counter: () => counterName(view.counters[id]), to_group: () => named(view.hall.groups.find((each) => each.id === id)) }[key]();
    const send = { [key]: id, place: values.place };
    if (values.after) send.after = Number(values.after);
    if (values.note.trim()) send.note = values.note.trim();
    return { say: t("counter.transfer_to", { label: ticket.label, name }), send };
  } });
}

/** The wrong service was taken at the kiosk: `{service, place}`, at its place by arrival. */
export function askService(view, { ticket }, by) {
  const parts = [group(t("counter.to_service"), ...services(view, "service", (each) => each.id !== ticket.service && each.open)), h("p", { class: "aside" }, t("counter.service_hint"))];
  return ask({ title: t("counter.service_title", { label: ticket.label }), parts, missing: t("counter.choose_service"), by, answer: ({ service }) =>
    service && { say: t("counter.transfer_to", { label: ticket.label, name: serviceName(view, service) }), send: { service, place: "arrival" } } });
}

/** What is still missing? `{note?}`; Enter at once holds without a word. */
export function askHold({ ticket }, by) {
  const reasons = ["copy", "form", "fee", "paper"].map((code) => [t(`counter.hold_why.${code}`), t(`counter.hold_why.${code}`)]);
  const parts = [group(t("counter.hold_why"), ...numbered("why", reasons)), line("words", t("counter.hold_words"), { maxlength: 200 })];
  return ask({ title: t("counter.hold_title", { label: ticket.label }), parts, by, answer: ({ why, words }) => {
    const note = [why, words.trim()].filter(Boolean).join(": ");
    return { say: t("counter.hold_now", { label: ticket.label }), send: note ? { note } : {} };
  } });
}

/** How did it end? `{outcome?, delivered?}`, from the hall's own list. */
export function askOutcome(view, { ticket }, must, by) {
  const parts = [
    group(t("counter.outcome"), ...numbered("outcome", view.hall.outcomes.map((each) => [each.id, named(each)]))),
    group(t("counter.delivered"), ...sorted(view.services).filter((each) => each.open || each.id === ticket.service).map((each) =>
      choice("delivered", each.id, each.letter, serviceName(view, each.id, "short"), { type: "checkbox", checked: each.id === ticket.service }))),
  ];
  return ask({ title: t("counter.outcome_title", { label: ticket.label }), parts, missing: t("counter.choose_outcome"), by, answer: ({ outcome, all }) => {
    if (must && !outcome) return null;
    const name = outcome && named(view.hall.outcomes.find((each) => each.id === outcome));
    const send = { delivered: all("delivered") };
    return { say: name ? t("counter.outcome_is", { label: ticket.label, name }) : t("counter.outcome_none", { label: ticket.label }), send: outcome ? { ...send, outcome } : send };
  } });
}

/** Which number, and why out of order? `{ticket, reason}`. */
export function askCall(view, { queue }, now, by) {
  const mine = new Set(queue.map((ticket) => ticket.label));
  const everyone = waiting(view).sort((a, b) => mine.has(b.label) - mine.has(a.label) || byPlace(a, b));
  const list = h("div", { class: "list" });
  const field = line("wanted", t("counter.number"), { id: "wanted", class: "label" });
  const number = field.querySelector("input");
  const narrow = () => {
    const typed = number.value.trim().toUpperCase();
    const [, letters, digits] = /^(\D*)0*(\d*)$/.exec(typed) ?? [];
    const same = ({ label, number: count }) => digits && label.startsWith(letters) && String(count) === digits; // "n18" for N018
    const found = everyone.filter((ticket) => ticket.label.includes(typed) || same(ticket)).slice(0, LISTED);
    list.replaceChildren(...found.map((ticket) => choice("ticket", ticket.label, null, [h("b", {}, ticket.label), " ", serviceName(view, ticket.service, "short"),
      h("small", {}, minutes(now - ticket.queued_at), ticket.priority ? ` · ${priorityName(view, ticket.priority)}` : "")])));
    if (typed && found.length === 1) list.querySelector("input").checked = true;
    if (!found.length) list.append(h("p", {}, t("counter.not_waiting")));
  };
  number.addEventListener("input", narrow);
  narrow();
  const reasons = ["help", "urgent", "together", "mistake"].map((code) => [t(`counter.call_why.${code}`), t(`counter.call_why.${code}`)]);
  const parts = [field, group(t("counter.who_waits"), list), group(t("counter.call_why"), ...numbered("reason", reasons))];
  return ask({ title: t("counter.do.call"), parts, missing: t("counter.choose_call"), by, answer: ({ ticket, reason }) =>
    ticket && reason && { say: t("counter.call_now", { label: ticket }), send: { ticket, reason } } });
}

/** Who comes back? `{name: "resume" | "reinstate", ticket}`. */
export function askBack({ held, missed }, by) {
  let digit = 0;
  const each = (command) => (ticket) => choice("ticket", `${command} ${ticket.label}`, ++digit < 10 ? String(digit) : null, h("b", {}, ticket.label));
  const parts = [
    held.length > 0 && group(t("counter.held"), ...held.map(each("resume"))),
    missed.length > 0 && group(t("counter.missed"), ...missed.map(each("reinstate"))),
  ];
  return ask({ title: t("counter.do.back"), parts, missing: t("counter.choose_back"), by, answer: ({ ticket }) => {
    if (!ticket) return null;
    const [name, label] = ticket.split(" ");
    return { say: t(`counter.${name}_now`, { label }), send: { name, ticket: label } };
  } });
}

/** Who stands at the counter without a number? `{service, priority?}`. */
export function askWalkIn(view, { counter }, by) {
  const own = new Set(counter.services);
  const kinds = view.hall.priorities.map((kind) => [kind, priorityName(view, kind)]);
  const parts = [
    group(t("counter.walk_in_service"), ...services(view, "service", (each) => own.has(each.id) && each.open), ...services(view, "service", (each) => !own.has(each.id) && each.open)),
    row(pick("priority", t("counter.walk_in_priority"), [["", t("counter.walk_in_ordinary")], ...kinds])),
  ];
  return ask({ title: t("counter.do.walk_in"), parts, missing: t("counter.choose_service"), by, answer: ({ service, priority }) =>
    service && { say: t("counter.walk_in_now", { name: serviceName(view, service, "short") }), send: priority ? { service, priority } : { service } } });
}
