// A visit booked ahead: which service, which day, what time; then a code. One question at a time, and the browser's own
// way back leads to the question before.
import { find, once, slots } from "hallsys/book/desk.js";
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute, longDay } from "hallsys/elements/time.js";
import { data, named, t } from "hallsys/texts.js";

const STEPS = { service, day, time, person, code, cancelled };
const part = document.querySelector("#step");
let began = false; // the first question is where a page begins anyway
let made = null; // the booking that is shown: never in the browser's history, which others may look through

const dayOf = ({ at }) => longDay(at, data.tz);
const button = (kind, sign, words, act, more = {}) => h("button", { type: "button", class: `btn ${kind}`, click: act, ...more }, sign && icon(sign), words);
const back = () => h("div", { class: "acts" }, button("plain", "arrow-left", t("book.back"), () => history.back()));
const serviceOf = (id) => data.services.find((row) => row.id === id) ?? {};

/** Shows a step; `facts` are what was chosen so far. */
function go(step, facts = {}, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"]({ step, facts }, "");
  show(step, facts);
}

async function show(step, facts, problem = "") {
  part.setAttribute("aria-busy", "true");
  let drawn;
  try {
    drawn = await STEPS[step](facts);
  } catch (refused) {
    drawn = [h("h1", { tabindex: "-1" }, t("book.title")), button("go", null, t("book.again"), () => show(step, facts)), back()];
    problem = words(refused);
  }
  part.replaceChildren(...[problem && h("p", { class: "no", role: "alert" }, problem), ...drawn].filter(Boolean));
  part.removeAttribute("aria-busy");
  if (began) part.querySelector("h1").focus();
  began = true;
}

const words = ({ code, message }) => (code === "cut" ? t("book.cut") : message);
const title = (text, ...trail) => [h("h1", { tabindex: "-1" }, text), trail.length && h("p", { class: "trail" }, trail.join(" · "))];

function service() {
  return [...title(t("book.which_service")),
    h("ul", { class: "choices" }, data.services.map((row) => h("li", {}, button("", null, [
      h("b", { class: "let", "aria-hidden": "true" }, row.id),
      h("span", {}, named(row), h("small", {}, named(row, "about")))], () => go("day", { service: row.id }))))),
    !data.services.length && h("p", { class: "say" }, t("book.nothing")),
    known()];
}

/** Who has a code already: what was booked, and a way out of it. */
function known() {
  const input = h("input", { id: "known", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "16", required: true });
  const send = async (event) => {
    event.preventDefault();
    try {
      made = await find(input.value);
      go("code", {});
    } catch (refused) {
      show("service", {}, words(refused));
    }
  };
  return h("form", { class: "card", submit: send }, h("label", { for: "known" }, t("book.known")), input,
    h("button", { class: "btn" }, icon("search"), t("book.look")));
}

async function day({ service: id }) {
  const { slots: found } = await slots(id);
  const days = new Map();
  for (const slot of found) days.set(dayOf(slot), [...(days.get(dayOf(slot)) ?? []), slot]);
  return [...title(t("book.which_day"), named(serviceOf(id))),
    h("ul", { class: "choices" }, [...days].map(([name, all]) => {
      const free = all.reduce((sum, slot) => sum + slot.free, 0);
      return h("li", {}, button("", "calendar", h("span", {}, name, h("small", {}, free ? t("book.places", { n: free }) : t("book.full"))),
        () => go("time", { service: id, day: name }), { disabled: !free }));
    })),
    !days.size && h("p", { class: "say" }, t("book.no_days")),
    back()];
}

async function time({ service: id, day: chosen }) {
  const { slots: found } = await slots(id);
  return [...title(t("book.which_time"), named(serviceOf(id)), chosen),
    h("ul", { class: "choices times" }, found.filter((slot) => dayOf(slot) === chosen).map((slot) =>
      h("li", {}, button("", null, h("span", {}, hourMinute(slot.at, data.tz), h("small", {}, slot.free ? t("book.places", { n: slot.free }) : t("book.full"))),
        () => go("person", { service: id, day: chosen, at: slot.at }), { disabled: !slot.free })))),
    back()];
}

function person({ service: id, day: chosen, at }) {
  const input = h("input", { id: "person", type: "tel", inputmode: "tel", autocomplete: "tel", minlength: "4", maxlength: "32", required: data.citizen, "aria-describedby": "why" });
  let asked = null; // a press after a cut asks for the same booking, not for another
  const send = async (event) => {
    event.preventDefault();
    if (asked?.person !== input.value) asked = { person: input.value, send: once("bookings", { service: id, at, ...(input.value && { person: input.value }) }) };
    event.submitter?.setAttribute("disabled", "");
    try {
      made = await asked.send();
      go("code", {}, { replace: true });
    } catch (refused) {
      if (refused.code === "slot_full") return show("time", { service: id, day: chosen }, words(refused));
      form.querySelector(".no")?.remove();
      form.prepend(h("p", { class: "no", role: "alert" }, words(refused)));
      event.submitter?.removeAttribute("disabled");
    }
  };
  const form = h("form", { submit: send }, h("label", { for: "person" }, t(data.citizen ? "book.phone" : "book.phone_staff")), input,
    h("p", { class: "say", id: "why" }, t("book.phone_why")), h("button", { class: "btn go" }, icon("check"), t("book.book")));
  return [...title(t("book.who"), named(serviceOf(id)), chosen, hourMinute(at, data.tz)), form, back()];
}

function code() {
  if (!made) return service(); // back here after the page was left: a code is not kept
  const { booking, square } = made;
  const shown = booking.id.replace(/(.{4})(?=.)/g, "$1-");
  const time = (ms) => hourMinute(ms, data.tz);
  return [...title(t("book.yours")),
    h("section", { class: "card got" },
      h("p", { class: "code" }, shown),
      h("img", { src: square, alt: t("book.square"), width: 200, height: 200 }),
      h("p", { class: "when" }, `${time(booking.at)} · ${longDay(booking.at, data.tz)}`),
      h("p", {}, named(serviceOf(booking.service)))),
    h("p", { class: "say" }, booking.ticket ? t("book.came", { label: booking.ticket }) : t("book.check_in", { late: Math.round(data.late_s / 60) })),
    h("div", { class: "acts" },
      button("go", "print", t("book.print"), () => print()),
      button("", "calendar", t("book.another"), () => go("service")),
      !booking.ticket && cancelling(booking))];
}

/** Cancelling is asked once more, in place: nobody can take it back, as somebody else may have the place by then. */
function cancelling(booking) {
  const send = once("bookings/cancel", { booking: booking.id });
  const ask = button("plain", null, t("book.cancel"), () => {
    sure.hidden = false;
    ask.hidden = true;
    sure.querySelector("button").focus();
  });
  const sure = h("section", { class: "card ask", hidden: true, role: "group", "aria-label": t("book.cancel_ask") }, h("p", { class: "say" }, t("book.cancel_ask")),
    h("div", { class: "acts" }, button("go", null, t("book.keep"), () => {
      sure.hidden = true;
      ask.hidden = false;
      ask.focus();
    }), button("", "close", t("book.cancel_do"), async () => {
      try {
        await send();
        made = null;
        go("cancelled", {}, { replace: true });
      } catch (refused) {
        show("code", {}, words(refused));
      }
    })));
  return h("div", {}, ask, sure);
}

function cancelled() {
  return [...title(t("book.cancelled")), h("div", { class: "acts" }, button("go", "calendar", t("book.another"), () => go("service")))];
}

addEventListener("popstate", ({ state }) => show(state?.step ?? "service", state?.facts ?? {}));
go("service", {}, { replace: true });
