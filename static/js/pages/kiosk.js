// The ticket kiosk: three presses to a number, nothing by accident, nothing that cannot be taken back for a moment.
import "hallsys/elements/kiosk.js";
import { comeBack } from "hallsys/elements/comeback.js";
import { hourMinute, hoursOf } from "hallsys/elements/time.js";
import { aids } from "hallsys/kiosk/aids.js";
import { Aloud } from "hallsys/kiosk/aloud.js";
import "hallsys/kiosk/screens.js";
import { Procedures } from "hallsys/kiosk/search.js";
import { howIsPrinter, printPapers, printTicket } from "hallsys/kiosk/paper.js";
import { bookingOf, hearScanner, isCode, lookUp, masked } from "hallsys/kiosk/slip.js";
import { countersFor, waiting } from "hallsys/live/hall.js";
import { Link } from "hallsys/live/link.js";
import { data, has, lang, named, t } from "hallsys/texts.js";
import { waitWords } from "hallsys/waits.js";

const SETTLE = 450; // ms after a new screen in which a second tap of the same finger counts for nothing
const SLOW = 400; // ms without an answer before the screen says that it is waiting
const UNDO = 8; // s to take a number back
const SHOWN = 12_000; // ms that a ticket stays: the next person waits behind
const SHOWN_ALONE = 40_000; // ms where no paper came: to read it, and to note it down
const PRINTER = 5_000; // ms between two looks at the printer
const READ = 6_000; // ms that a short word stays
const CLEARED = data.cleared * 1000; // ms that what a receipt says stays for others to see
const HITS = 8; // procedures shown for a query

const part = (selector) => document.querySelector(selector);
const link = new Link(data.hall, { lang: lang() });
const procedures = new Procedures(data.procedures);
const SCREENS = ["start", "search", "papers", "slip", "dossier", "priority", "ticket", "word"];
let screen = "start";
let service = null;
let query = "";
let procedure = null;
let papersOut = "offered"; // how printing the procedure's papers went
let slip = null; // {asks, trouble, code, answer}: what the citizen's receipt says; gone with its screen
let printer = null; // why it cannot print, or null
let opened = 0; // a field begins empty each time
let told = null; // what the "word" screen says
let ticket = null;
let held = null; // the token of the ticket that is shown
let left = 0; // s to take it back
let shownAt = 0;
let waits = {}; // the forecast, by service
let asked = 0; // counts presses: an answer to a press that was given up is not shown
let timers = [];
const aloud = new Aloud();
let finger = false; // one is on the screen

link.on("view", redraw).on("state", redraw).on("waits", ({ services }) => {
  waits = services;
  redraw();
});
comeBack(link);

function go(to) {
  timers.forEach(clearTimeout);
  timers = [];
  screen = to;
  if (to !== "slip" && to !== "dossier") slip = null;
  for (const name of ["slip", "dossier"]) if (to !== name) part(`kiosk-${name}`).replaceChildren(); // nothing of a receipt stays, hidden or not
  if (to !== "search" && to !== "papers") query = "";
  shownAt = performance.now();
  draw();
  part(`kiosk-${to} ${to === "search" || to === "slip" ? "input" : "h1"}`)?.focus();
  aloud.read(part(`kiosk-${to}`));
}

/** What happens in the hall is drawn when no finger is down: a button that is drawn anew under it would lose the press. */
function redraw() {
  if (!finger) draw();
}

for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
  document.addEventListener(kind, () => {
    finger = kind === "pointerdown";
    if (!finger) setTimeout(redraw); // the click comes first
  }, true);
}

const later = (ms, then) => timers.push(setTimeout(then, ms));

function draw() {
  const { view } = link;
  const lost = link.state === "lost";
  part("kiosk-band").show({ since: lost ? hourMinute(link.since, view?.hall.tz ?? data.tz) : null });
  part("kiosk-printer").show({ state: screen === "start" ? printer : null, lang: lang() });
  document.title = t("kiosk.title");
  clock();
  for (const name of SCREENS) part(`kiosk-${name}`).hidden = name !== screen || (name === "start" && !view);
  if (!view) return;
  document.documentElement.lang = lang();
  part(".hall b").textContent = named(view.hall);
  part(".hall span").textContent = named(view.hall, "province");
  if (screen === "start" && shut(view)) return word({ icon: "closed", title: shut(view), text: hoursText(view), stays: true, shut: true });
  if (screen === "word" && told.shut && !shut(view)) return go("start");
  const facts = { start, search: () => ({ opened }), papers, slip: () => ({ asks: slip.asks, trouble: slip.trouble, home: true, opened }),
    dossier: () => ({ answer: slip.answer, masked: masked(slip.code), tickets: !lost, opened }), priority, ticket: () => ticket, word: () => told }[screen](view, lost);
  part(`kiosk-${screen}`).show({ ...facts, lang: lang() });
  if (screen === "search") found(view, lost);
}

function start(view, lost) {
  const count = waiting(view);
  return { lost, services: Object.values(view.services).map((row) => ({ id: row.id, letter: row.letter, name: named(row),
    about: named(row, "about"), ...openNow(row), count: lost ? null : count[row.id],
    wait: lost ? "" : waitWords(waits[row.id], t) })), slip: data.slip !== null, booking: data.booking, search: procedures.all.length > 0 };
}

/** Some services have hours of their own; `opens` is when today. */
function openNow(row) {
  const hours = data.service_hours[row.id];
  const now = hourMinute(link.now(), data.tz);
  if (!hours || !row.open || hours.some(([from, to]) => from <= now && now < to)) return { open: row.open, opens: null };
  return { open: false, opens: hours.find(([from]) => now < from)?.[0] ?? null };
}

function found(view, lost) {
  const count = waiting(view);
  const hits = procedures.search(query, HITS).map((one) => ({ place: procedures.all.indexOf(one), letter: view.services[one.service]?.letter ?? "",
    name: one.name, waits: lost ? "" : count[one.service] ? t("kiosk.waiting", { n: count[one.service] }) : t("kiosk.nobody") }));
  part("kiosk-search").found({ query, hits, lang: lang() });
}

function papers(view, lost) {
  const row = view.services[procedure.service];
  return { ...procedure, service: row, open: openNow(row).open && !lost, paper: data.prints && !lost ? papersOut : null };
}

function priority(view) {
  const kinds = view.hall.priorities.map((id) => {
    const [, name, note = ""] = /^(.*?)(?:\s*\((.*)\))?$/.exec(view.hall.priority_names[id][lang()]);
    return { id, name, note };
  });
  return { service: view.services[service], kinds };
}

/** What to say where no ticket is to be had: closed by hand for the rest of the day (a day that has not begun opens with
    its first ticket), or outside hours that are kept. */
function shut({ hall }) {
  const now = hourMinute(link.now(), hall.tz);
  if (!hall.open && hall.day === new Intl.DateTimeFormat("en-CA", { timeZone: hall.tz }).format(link.now())) return t("kiosk.hall_closed");
  if (!hall.enforce_hours || !hall.hours?.length || hall.hours.some(([from, to]) => from <= now && now < to)) return null;
  const opens = hall.hours.find(([from]) => now < from)?.[0];
  return opens ? t("kiosk.hall_opens", { time: opens }) : t("kiosk.hall_closed");
}

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
  search() {
    opened += query ? 0 : 1;
    go("search");
  },
  searched({ query: typed }) {
    query = typed;
    draw();
  },
  procedure({ place }) {
    procedure = procedures.all[place];
    papersOut = "offered";
    go("papers");
  },
  async print_papers() {
    const mine = procedure;
    papersOut = "waiting";
    draw();
    const told = await printPapers(mine.name, lang());
    if (procedure !== mine) return;
    papersOut = told.printed ? "printed" : "failed";
    draw();
  },
  slip: () => askSlip("code"),
  booking: () => askSlip("booking"),
  look_up: ({ code, check, booking }) => (code ?? booking ? scanned(code ?? booking) : ask(slip.code, check)),
  scanned: ({ code }) => (isCode(code) || bookingOf(code)) && scanned(code),
  collect({ ordinary }) {
    const { code } = slip;
    service = data.slip;
    if (ordinary && link.view.hall.priorities.length) return go("priority");
    issue(null, ordinary ? {} : { dossier: code, ready: true });
  },
  again: () => print(held),
  undo: takeBack,
  give_up() {
    asked += 1;
    go("start");
  },
};

document.addEventListener("press", ({ detail }) => {
  const typing = detail.kind === "searched"; // no finger slips into a whole word
  if ((!typing && performance.now() - shownAt < SETTLE) || !link.view) return;
  presses[detail.kind](detail);
});

function askSlip(asks, trouble = null) {
  slip = { code: null, ...slip, asks, trouble };
  opened += 1;
  go("slip");
  later(CLEARED, () => go("start"));
}

async function ask(code, check) {
  if (!isCode(code)) return askSlip("code", t("kiosk.slip_no_code"));
  const mine = ++asked;
  slip = { code, asks: "code" };
  shownAt = Infinity;
  later(SLOW, () => mine === asked && waitWord());
  const answer = await lookUp(code, check);
  if (mine !== asked) return;
  slip = { code, asks: "check" };
  if (answer.found === "check_needed") return askSlip("check");
  if (answer.found === "check_wrong") return askSlip("check", t("kiosk.slip_check_wrong"));
  slip.answer = answer;
  opened += 1;
  go("dossier");
  later(CLEARED, () => go("start"));
}

function waitWord() {
  word({ icon: "clock", title: t("kiosk.looking"), text: t("kiosk.taking_hint"), action: { kind: "give_up", word: t("kiosk.give_up_look") }, stays: true });
}

const LISTENS = ["start", "search", "papers", "slip", "dossier"];
hearScanner((code) => LISTENS.includes(screen) && shownAt !== Infinity && link.view && scanned(code));

/** Whatever code it is: that of a booking, or of a receipt. */
function scanned(text) {
  const booking = bookingOf(text);
  if (booking) return take("check_in", { booking }, null);
  if (screen === "slip" && slip.asks === "booking" && !isCode(text)) return askSlip("booking", t("kiosk.slip_no_booking"));
  if (data.slip !== null) ask(text);
}

function issue(kind, more = {}) {
  const row = link.view.services[service];
  take("issue", { service: row.id, ...(kind && { priority: kind }), ...more }, row);
}

async function take(command, args, row) {
  if (link.state === "lost") return;
  const mine = ++asked;
  shownAt = Infinity; // one press, one number: no other counts until the answer is here
  later(SLOW, () => word({ icon: "clock", title: t("kiosk.taking"), text: t("kiosk.taking_hint"), service: row,
    action: { kind: "give_up", word: t("kiosk.give_up") }, stays: true }));
  try {
    const { result } = await link.do(command, args, { patience: 5_000 });
    if (mine !== asked) return void link.do("cancel", { token: result.token }).catch(() => {}); // nobody holds it: refused means that it has ended already
    show(row ?? link.view.services[result.ticket.service], result);
  } catch (refused) {
    if (mine === asked) refuse(refused.code, row, refused.message);
  }
}

function show(row, { ticket: made, token, ahead = null, wait = null }) {
  const note = made.ready ? t("kiosk.ready") : made.booked ? t("kiosk.booked", { time: hourMinute(made.booked, link.view.hall.tz) }) : null;
  ticket = { service: row, label: made.label, ahead, wait: ahead && wait?.[1] < 15 ? null : wait, note, counters: countersFor(link.view, made), paper: data.prints ? "waiting" : null, picture: null };
  held = token;
  go("ticket");
  for (let second = 0; second <= UNDO; second++) later(second * 1000, () => count(UNDO - second));
  count(UNDO);
  later(SHOWN, () => go("start"));
  if (data.prints) print(token);
}

function count(seconds) {
  left = seconds;
  part("kiosk-ticket").countdown(seconds);
}

/** The number is on disk already: whatever the printer does, it counts, and the screen shows it for longer without paper. */
async function print(token) {
  if (ticket.paper !== "waiting") {
    ticket = { ...ticket, paper: "waiting" };
    draw();
    count(left);
  }
  const told = await printTicket(token, lang());
  printer = told.works ? null : told.state;
  if (held !== token || screen !== "ticket") return;
  ticket = { ...ticket, paper: told.printed ? "printed" : told.state, picture: told.picture };
  draw();
  count(left);
  if (told.printed) return;
  timers.splice(0).forEach(clearTimeout);
  for (let second = 1; second <= left; second++) later(second * 1000, ((rest) => () => count(rest))(left - second));
  later(SHOWN_ALONE, () => go("start"));
}

async function takeBack() {
  const { label, paper } = ticket;
  const token = held;
  shownAt = Infinity;
  try {
    await link.do("cancel", { token });
    word({ icon: "return", title: t("kiosk.taken_back", { label }), text: t(paper ? "kiosk.taken_back_paper" : "kiosk.taken_back_hint") });
  } catch {
    word({ icon: "info", title: t("kiosk.not_taken_back", { label }), text: t("kiosk.not_taken_back_hint") });
  }
}

function refuse(code, row, message) {
  const own = `kiosk.refused.${code}`;
  word({ icon: "closed", service: row, title: t("kiosk.no_number"), text: has(own) ? t(own) : message ?? t("kiosk.ask_officer") }, 2 * READ);
}

function clock() {
  part(".clock").textContent = hourMinute(link.now(), link.view?.hall.tz ?? data.tz);
}

function turned() {
  if (screen === "word") go("start");
  else draw();
  if (screen === "ticket") part("kiosk-ticket").countdown(0);
}

aids({ drawn: turned, idle: () => shownAt !== Infinity && go("start"), aloud: (on) => aloud.turn(on, part(`kiosk-${screen}`)) });
document.addEventListener("pointerdown", () => aloud.stop());
setInterval(clock, 1000);
if (data.prints) {
  setInterval(async () => {
    const told = await howIsPrinter();
    if (told) printer = told.works ? null : told.state;
    if (screen === "start") redraw();
  }, PRINTER);
}
draw();
link.start();
