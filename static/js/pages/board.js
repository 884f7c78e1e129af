// The wall board: one thing is large, everything else says what it can still be trusted for.
import "hallsys/elements/board.js";
import { comeBack } from "hallsys/elements/comeback.js";
import { hourMinute, hoursOf, longDay } from "hallsys/elements/time.js";
import { Announcer } from "hallsys/elements/voice.js";
import { callOf, calls, counterState, sorted, waiting } from "hallsys/live/hall.js";
import { Link } from "hallsys/live/link.js";
import { data, lang, named, t } from "hallsys/texts.js";

const LAST = 4; // how many last calls a board has room for
const SETTLED = 2; // words of services on a counter's line: more do not fit
const ONE_LINE = 24; // letters of a service's name below the number
const DRIFT = 180_000; // ms between two shifts of the picture by a pixel or two, against burn-in

const wishes = new URLSearchParams(location.search);
const part = (selector) => document.querySelector(selector);
const heard = {}; // label -> time of its last call or recall on this screen

const link = new Link(data.hall, { lang: lang() });
const announcer = new Announcer({
  link,
  audio: part("#voice"),
  base: `/halls/${encodeURIComponent(data.hall)}/voice/`,
  wanted: wishes.get("sound") !== "0",
  staleS: () => link.view?.hall.stale_s ?? 30,
  changed: draw,
});

link.on("view", ({ event }) => {
  const call = callOf(event);
  if (call) {
    heard[call.label] = call.at;
    announcer.add(call);
  }
  draw();
});
link.on("state", draw);
comeBack(link);

part("hall-band").unblock = () => announcer.unblock();

let spoken = null;

function draw() {
  const lost = link.state === "lost";
  const deaf = announcer.blocked;
  const { view } = link;
  part("hall-band").show({
    kind: lost ? "lost" : deaf ? "deaf" : null,
    since: lost ? hourMinute(link.since, view?.hall.tz) : null,
  });
  part(".board").classList.toggle("banded", lost || deaf);
  part("hall-health").show({ live: link.state === "live", speaks: announcer.own === true && !deaf });
  if (!view) return;
  document.documentElement.dataset.day = view.hall.open ? "open" : "closed";
  drawCalls(view, lost);
  part("hall-counters").show({ lost, counters: sorted(view.counters).map((counter) => ({
    sign: counter.id, name: duties(view, counter), state: counterState(view, counter), label: counter.ticket })) });
  drawWaits(view, lost);
  drawNotice(view);
  clock();
}

function drawCalls(view, lost) {
  const past = calls(view, heard);
  const turn = lost ? null : announcer.current;
  const next = turn && announcer.next;
  const large = turn ? [lit(turn, announcer.speaking), next && upNext(next)].filter(Boolean) : past.slice(0, 1).map((call) => resting(call, lost));
  const idle = !turn && !lost && (past.length === 0 || quiet(view));
  part("#idle").hidden = !idle;
  part("hall-call").hidden = idle;
  if (idle) welcome(view);
  else part("hall-call").show({ arrow: wishes.get("arrow"), calls: large.map((call) => ({ ...call,
    what: nameOf(view.services[call.service]), counter: call.counter })) });
  const shown = new Set(idle ? [] : large.map(({ label }) => label));
  part("hall-last").show({ calls: next ? [] : past.filter(({ label }) => !shown.has(label)).slice(0, LAST)
    .map(({ label, counter }) => ({ label, counter })) });
  if (turn && turn !== spoken) {
    spoken = turn;
    part("#say").textContent = t("board.spoken", turn);
  }
}

const lit = (call, wave) => ({ ...pick(call), look: "lit", wave, say: t("board.now") });
const upNext = (call) => ({ ...pick(call), look: "rest", say: t("board.next") });
const resting = (call, lost) => ({ ...pick(call), look: lost ? "stale" : "rest",
  say: lost ? t("board.stale", { time: hourMinute(call.at, link.view.hall.tz) }) : t("board.rest") });
const pick = ({ label, service, counter }) => ({ label, service, counter });

/** A service's name on one line below the number: the short one where the long one would need two. */
function nameOf(service) {
  if (!service) return "";
  const name = named(service);
  return name.length <= ONE_LINE ? name : named(service, "short");
}

/** Nobody waits and nobody is on the way to a counter. */
const quiet = (view) => !Object.values(view.tickets).some(({ state }) => state === "waiting" || state === "called");

function welcome(view) {
  part("#idle h2").textContent = t(view.hall.open ? "board.nobody" : "board.closed_day");
  const served = view.hall.open && Object.values(view.counters).some(({ state }) => state === "open");
  part("#idle p").textContent = served ? t("board.nobody_hint") : hours(view);
}

/** A hall's notice may carry its hours already; without one the hours are the notice. */
const hours = (view) => (view.hall.hours?.length ? t("board.hours", { hours: hoursOf(view.hall) }) : "");

/** What a counter is for: its own name, or, as names have one language, its services. */
function duties(view, counter) {
  if (lang() === "vi" && counter.name !== counter.id) return counter.name;
  const names = counter.services.map((id) => view.services[id]).filter(Boolean).map((service) => named(service, "short"));
  return names.slice(0, SETTLED).join(", ") + (names.length > SETTLED ? "…" : "");
}

function drawWaits(view, lost) {
  const count = waiting(view);
  part("hall-waits").show({ waits: Object.values(view.services).map((service) => ({
    letter: service.letter,
    name: named(service, "short"),
    count: lost ? null : count[service.id],
    note: lost ? t("board.no_link") : service.open ? null : t("board.service_closed"),
  })) });
}

function drawNotice(view) {
  const text = view.hall.notice?.[lang()] || "";
  const [, head = "", rest = text] = /^([^:]{1,40}:)\s+(.*)$/.exec(text) ?? [];
  part("hall-notice").show({ head, rest: rest || hours(view) });
}

function clock() {
  const [now, tz] = [link.now(), link.view?.hall.tz ?? data.tz];
  part(".clock time").textContent = hourMinute(now, tz);
  part(".day").textContent = longDay(now, tz);
}

function drift() {
  const pixels = () => `${Math.round(Math.random() * 4 - 2)}px`;
  part(".board").style.translate = `${pixels()} ${pixels()}`;
}

setInterval(clock, 1000);
setInterval(drift, DRIFT);
draw();
clock();
link.start();
