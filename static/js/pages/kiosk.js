// The ticket kiosk: three presses to a number, nothing by accident, nothing that cannot be taken back for a moment.
import "hallsys/elements/kiosk.js";
import { comeBack } from "hallsys/elements/comeback.js";
import { hourMinute, hoursOf } from "hallsys/elements/time.js";
import { countersFor, waiting } from "hallsys/live/hall.js";
import { Link } from "hallsys/live/link.js";
import { data, has, lang, named, speak, t } from "hallsys/texts.js";

const SETTLE = 450; // ms after a new screen in which a second tap of the same finger counts for nothing
const SLOW = 400; // ms without an answer before the screen says that it is waiting
const UNDO = 8; // s to take a number back
const SHOWN = 12_000; // ms that a ticket stays: the next person waits behind
const READ = 6_000; // ms that a short word stays
const IDLE = 60_000; // ms without a touch before the kiosk is as it was for the next person

const part = (selector) => document.querySelector(selector);
const link = new Link(data.hall, { lang: lang() });
const first = lang();
let screen = "start"; // start | priority | ticket | word
let service = null;
let told = null; // what the "word" screen says
let ticket = null;
let shownAt = 0;
let asked = 0; // counts presses: an answer to a press that was given up is not shown
let timers = [];

link.on("view", draw).on("state", draw);
comeBack(link);

function go(to) {
  timers.forEach(clearTimeout);
  timers = [];
  screen = to;
  shownAt = performance.now();
  draw();
  part(`kiosk-${to} h1`)?.focus();
}

const later = (ms, then) => timers.push(setTimeout(then, ms));

function draw() {
  const { view } = link;
  const lost = link.state === "lost";
  part("kiosk-band").show({ since: lost ? hourMinute(link.since, view?.hall.tz ?? data.tz) : null });
  words();
  clock();
  for (const name of ["start", "priority", "ticket", "word"]) part(`kiosk-${name}`).hidden = name !== screen || (name === "start" && !view);
  if (!view) return;
  document.documentElement.lang = lang();
  part(".hall b").textContent = named(view.hall);
  part(".hall span").textContent = named(view.hall, "province");
  if (screen === "start" && shut(view)) return word({ icon: "closed", title: t("kiosk.hall_closed"), text: hoursText(view), stays: true });
  if (screen === "word" && told.stays && !shut(view)) return go("start");
  const facts = { start, priority, ticket: () => ticket, word: () => told }[screen](view, lost);
  part(`kiosk-${screen}`).show({ ...facts, lang: lang() });
}

function start(view, lost) {
  const count = waiting(view);
  return { lost, services: Object.values(view.services).map((row) => ({ id: row.id, letter: row.letter, name: named(row),
    about: named(row, "about"), open: row.open, count: lost ? null : count[row.id] })) };
}

function priority(view) {
  const kinds = view.hall.priorities.map((id) => {
    const [, name, note = ""] = /^(.*?)(?:\s*\((.*)\))?$/.exec(view.hall.priority_names[id][lang()]);
    return { id, name, note };
  });
  return { service: view.services[service], kinds };
}

/** Closed by hand for the rest of the day; a day that has not begun opens with its first ticket. */
const shut = ({ hall }) => !hall.open && hall.day === new Intl.DateTimeFormat("en-CA", { timeZone: hall.tz }).format(link.now());

const hoursText = (view) => (view.hall.hours?.length ? t("kiosk.hours", { hours: hoursOf(view.hall) }) : "");

function word(facts, stays = READ) {
  told = { action: { kind: "home", word: t("kiosk.other") }, ...facts };
  go("word");
  if (!facts.stays) later(stays, () => go("start"));
}

const presses = {
  home: () => go("start"),
  service({ id }) {
    const row = link.view.services[id];
    if (!row.open) return refuse("service_closed", row);
    service = id;
    if (link.view.hall.priorities.length === 0) return issue(null);
    go("priority");
  },
  issue: ({ priority: kind }) => issue(kind),
  undo: takeBack,
  give_up() {
    asked += 1;
    go("start");
  },
};

document.addEventListener("press", ({ detail }) => {
  if (performance.now() - shownAt < SETTLE || !link.view) return;
  presses[detail.kind](detail);
});

async function issue(kind) {
  if (link.state === "lost") return;
  const mine = ++asked;
  const row = link.view.services[service];
  shownAt = Infinity; // one press, one number: no other counts until the answer is here
  later(SLOW, () => word({ icon: "clock", title: t("kiosk.taking"), text: t("kiosk.taking_hint"), service: row,
    action: { kind: "give_up", word: t("kiosk.give_up") }, stays: true }));
  try {
    const { result } = await link.do("issue", kind ? { service: row.id, priority: kind } : { service: row.id }, { patience: 5_000 });
    if (mine !== asked) return void link.do("cancel", { token: result.token }).catch(() => {}); // nobody holds it: refused means that it has ended already
    show(row, result);
  } catch (refused) {
    if (mine === asked) refuse(refused.code, row, refused.message);
  }
}

function show(row, { ticket: made, token, ahead }) {
  ticket = { service: row, label: made.label, ahead, counters: countersFor(link.view, made), token };
  go("ticket");
  for (let second = 0; second <= UNDO; second++) later(second * 1000, () => part("kiosk-ticket").countdown(UNDO - second));
  part("kiosk-ticket").countdown(UNDO);
  later(SHOWN, () => go("start"));
}

async function takeBack() {
  const { label, token } = ticket;
  shownAt = Infinity;
  try {
    await link.do("cancel", { token });
    word({ icon: "return", title: t("kiosk.taken_back", { label }), text: t("kiosk.taken_back_hint") });
  } catch {
    word({ icon: "info", title: t("kiosk.not_taken_back", { label }), text: t("kiosk.not_taken_back_hint") });
  }
}

function refuse(code, row, message) {
  const own = `kiosk.refused.${code}`;
  word({ icon: "closed", service: row, title: t("kiosk.no_number"), text: has(own) ? t(own) : message ?? t("kiosk.ask_officer") }, 2 * READ);
}

// words that the page itself carries, in the language in use
function words() {
  part(".lang").textContent = t("kiosk.other_language");
  part(".lang").lang = lang() === "vi" ? "en" : "vi";
  part("#low span").textContent = t("kiosk.low");
  part("#large span").textContent = t("kiosk.large");
  document.title = t("kiosk.title");
}

function clock() {
  part(".clock").textContent = hourMinute(link.now(), link.view?.hall.tz ?? data.tz);
}

function turn(language) {
  speak(language);
  if (screen === "word") go("start");
  else draw();
  if (screen === "ticket") part("kiosk-ticket").countdown(0);
}

function toggle(id, on) {
  part(`#${id}`).setAttribute("aria-pressed", String(on));
  part(".kiosk").classList.toggle(id, on);
}

const pressed = (id) => part(`#${id}`).getAttribute("aria-pressed") === "true";
for (const id of ["low", "large"]) part(`#${id}`).addEventListener("click", () => toggle(id, !pressed(id)));
part(".lang").addEventListener("click", () => turn(lang() === "vi" ? "en" : "vi"));

let idle;
function touched() {
  clearTimeout(idle);
  idle = setTimeout(() => {
    toggle("low", false);
    toggle("large", false);
    speak(first);
    if (shownAt !== Infinity) go("start");
  }, IDLE);
}
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, touched);

setInterval(clock, 1000);
draw();
link.start();
