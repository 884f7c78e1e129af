// A screen of the hall: one thing is large, everything else says what it can still be trusted for. Which board it is, the
// administrator says from afar, or its address; a change shows at once.
import "hallsys/elements/board.js";
import "hallsys/board/media.js";
import "hallsys/board/strip.js";
import "hallsys/board/top.js";
import { drawStrip, drawTop, drawWall } from "hallsys/board/drawing.js";
import { Life, leftBehind } from "hallsys/board/life.js";
import { holds } from "hallsys/board/model.js";
import { scopeOf, settingsOf, zoneOf } from "hallsys/board/settings.js";
import { Stage } from "hallsys/board/stage.js";
import { both, use } from "hallsys/board/words.js";
import { comeBack } from "hallsys/elements/comeback.js";
import { hourMinute, longDay } from "hallsys/elements/time.js";
import { Announcer } from "hallsys/elements/voice.js";
import { callOf } from "hallsys/live/hall.js";
import { Link } from "hallsys/live/link.js";
import { data } from "hallsys/texts.js";

const SKEW = 2_000; // ms that a screen's own clock may be wrong before it says so
const BREATH = 100; // ms between two pictures: a burst of events is one picture, and a small machine keeps up
const STRIP = 3; // a picture wider than three times its height is a strip, whatever it is set to

const query = new URLSearchParams(location.search);
const part = (selector) => document.querySelector(selector);
const before = leftBehind();
const heard = before?.heard ?? {}; // label -> time of its last call or recall on this screen
const link = new Link(data.hall, { lang: data.lang });
const stage = new Stage({
  stale: (call) => link.now() - call.at > (link.view?.hall.stale_s ?? 30) * 1000,
  changed: draw,
});
let settings = settingsOf(null, data.screen, query, data.lang);
let said = null;
let painted = -BREATH;
let painting = null;
let noticed = null; // the voice of a notice that is being spoken
let waits = {}; // the forecast, by service

const announcer = new Announcer({
  link,
  audio: part("#voice"),
  base: `/halls/${encodeURIComponent(data.hall)}/voice/`,
  settings: () => ({ zone: settings.zone?.id ?? "", volume: settings.volume, sound: settings.sound }),
  changed: draw,
});
const life = new Life({
  link,
  screen: () => data.screen ?? announcer.screen,
  health: () => ({ link: link.state, sound: announcer.blocked ? "blocked" : announcer.own ? "ok" : "off", skew: skew() }),
  busy: () => stage.lit.length > 0,
  picture: () => ({ view: link.view, heard }),
  hour: () => hourMinute(link.now(), data.tz).slice(0, 2),
  moving: part("#wall"),
});

link.on("view", ({ view, event }) => {
  const call = callOf(event);
  if (call) {
    heard[call.label] = call.at;
    stage.add({ ...call, zone: zoneOf(view, call.counter) });
  }
  for (const label of Object.keys(heard)) if (!view.tickets[label]) delete heard[label];
  stage.keep((one) => holds(view, one));
  draw();
});
link.on("state", () => {
  draw();
  if (link.state === "live") life.say();
});
link.on("waits", ({ services }) => {
  waits = services;
  draw();
});
link.on("speaking", ({ voice }) => start(voice));
link.on("spoken", ({ voice }) => end(voice));
comeBack(link);
part("hall-band").unblock = () => announcer.unblock();
addEventListener("resize", draw);

function start(voice) {
  if (voice?.startsWith("notice-")) noticed = voice;
  stage.start(voice);
  draw();
}

function end(voice) {
  if (noticed === voice) noticed = null;
  stage.end(voice);
  draw();
  life.renew();
}

/** Draws at once, or as soon as the picture before has stood for a moment. */
function draw() {
  if (painting !== null) return;
  const wait = painted + BREATH - performance.now();
  if (wait > 0) painting = setTimeout(paint, wait);
  else paint();
}

function paint() {
  painting = null;
  painted = performance.now();
  const { view } = link.view ? link : before ?? link;
  apply(settingsOf(view, data.screen, query, data.lang));
  const lost = link.state === "lost";
  drawBand(lost);
  const context = { view, settings, lost, stage, heard, noticed, waits, now: link.now(), time: (ms) => hourMinute(ms, view?.hall.tz ?? data.tz) };
  if (view) {
    document.documentElement.dataset.day = view.hall.open ? "open" : "closed";
    context.scope = scopeOf(view, settings);
    (({ counter: drawTop, led: drawStrip })[shape()] ?? drawWall)(context);
  }
  speakOut();
  life.renew();
}

/** A strip of lights shows what it has room for, whatever it was set to. */
const shape = () => (settings.board !== "counter" && innerWidth > STRIP * innerHeight ? "led" : settings.board);

function apply(wanted) {
  const root = document.documentElement;
  const changed = JSON.stringify(wanted) !== JSON.stringify(settings) || !root.dataset.theme || !root.dataset.board;
  settings = wanted;
  root.dataset.theme = wanted.theme;
  root.dataset.board = shape();
  root.dataset.languages = wanted.languages.length;
  part(".board").hidden = shape() === "led" || shape() === "counter";
  part("hall-top").hidden = shape() !== "counter";
  part("hall-strip").hidden = shape() !== "led";
  if (!changed) return;
  if (settings.name) document.title = settings.name;
  use(settings.languages);
  announcer.settle();
  clock();
}

function drawBand(lost) {
  const deaf = announcer.blocked && settings.sound;
  const time = lost ? hourMinute(link.since, link.view?.hall.tz ?? data.tz) : "";
  const kind = lost ? "lost" : deaf ? "deaf" : null;
  part("hall-band").show({
    kind,
    head: both(({ t }) => (lost ? t("board.lost", { time }) : t("board.deaf"))),
    hint: both(({ t }) => (lost ? t("board.lost_hint") : t("board.deaf_hint"))),
    button: both(({ t }) => t("board.deaf_button")),
  });
  part(".board").classList.toggle("banded", kind !== null);
  const off = Math.round(Math.abs(skew()) / 1000);
  part("hall-health").show({ signs: [
    link.state === "live" && { icon: "done", words: both(({ t }) => t("board.live"))[0] },
    announcer.own === true && !deaf && { icon: "sound", words: both(({ t }) => t("board.sound_on"))[0] },
    off * 1000 > SKEW && { icon: "clock", words: both(({ t }) => t("board.skew", { off: off < 600 ? `${off} s` : t("board.far") }))[0] },
  ].filter(Boolean) });
}

/** For whoever hears the page instead of seeing it. */
function speakOut() {
  const [call] = stage.lit;
  if (!call || call === said) return;
  said = call;
  part("#say").textContent = both(({ t }) => t("board.spoken", call))[0];
}

/** By how many ms this screen's own clock is behind the hall's. */
const skew = () => link.now() - Date.now();

function clock() {
  const [now, tz] = [link.now(), link.view?.hall.tz ?? data.tz];
  part(".clock time").textContent = hourMinute(now, tz);
  part(".day").textContent = longDay(now, tz);
}

let minute = "";
setInterval(() => {
  clock();
  const now = part(".clock time").textContent;
  if (now !== minute) draw(); // a notice or a pause may have ended
  minute = now;
}, 1000);
draw();
link.start();
