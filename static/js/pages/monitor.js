// The supervisor's page: a sentence, the figures, the services against their limits, the day, the counters.
import { comeBack } from "hallsys/elements/comeback.js";
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute, longDay } from "hallsys/elements/time.js";
import { Link } from "hallsys/live/link.js";
import { Alarms, WALL } from "hallsys/monitor/alarms.js";
import { Adviser } from "hallsys/monitor/advice.js";
import { chart } from "hallsys/monitor/chart.js";
import { Figures } from "hallsys/monitor/figures.js";
import { flowRows, needs, overview } from "hallsys/monitor/model.js";
import { startTrail } from "hallsys/monitor/trail.js";
import { elapsed, exact, level, minutes, whole } from "hallsys/staff/clock.js";
import { chip, fill, write } from "hallsys/staff/dom.js";
import { counterName, pauseReason, priorityName, serviceName } from "hallsys/staff/hall.js";
import { play, sounding, useSounds, wake } from "hallsys/staff/sound.js";
import { data, lang, named, t } from "hallsys/texts.js";
import { crowdWords, waitWords } from "hallsys/waits.js";

const $ = (name) => document.getElementById(name);
const link = new Link(data.hall, { lang: lang() });
const figures = new Figures(`/api/v1/halls/${encodeURIComponent(data.hall)}/stats`, () => render());
const forecast = new Figures(`/api/v1/halls/${encodeURIComponent(data.hall)}/waits`, () => render());
const screens = new Figures(`/api/v1/halls/${encodeURIComponent(data.hall)}/screens`, () => render());
const printers = new Figures(`/api/v1/halls/${encodeURIComponent(data.hall)}/printers`, () => render());
const alarms = new Alarms(() => render());
const adviser = new Adviser($("advice"), link, data.hall);
const store = { ready: null };
const SILENT = 180_000; // ms without a word after which a screen counts as lost: it speaks once a minute
const TIMED = ["called", "serving", "paused"]; // a counter is open since the morning: that says nothing of how long it is free
const LOOK = { called: ["called", "speaker"], serving: ["ok", "person"], ready: ["ok", "done"], paused: ["off", "pause"], closed: ["off", "closed"] };
const followTrail = startTrail(() => link.view);
const BELOW = 60; // px under the picture: the summary of its table, the box's and the page's edge
let chartWidth = 0;
let heard = {}; // by zone, whether the hall hears
let noDossiers = null; // the alarm that dossiers cannot be looked up, while there is one
let needed = null; // what the supervisor was told to see to, to sound for what is new

function render() {
  const { view } = link;
  const now = link.now();
  const lost = link.state === "lost";
  $("mon").dataset.link = link.state;
  $("lost").hidden = !lost;
  if (lost) fill($("lost"), [link.since], () => [icon("lost"), h("span", {}, t("monitor.lost", { time: exact(link.since, view?.hall.tz) }))]);
  fill($("health"), [link.state, store.ready, figures.failed, heard, view?.hall.zones, screensNow(), printersNow(), noDossiers, alarms.facts], health);
  if (!view) return;
  const { hall } = view;
  // a cut stops the clock of the waits, not the clock on the wall: nobody knows who was called since
  const at = lost ? link.since : now;
  const waits = lost ? {} : (forecast.now?.services ?? {});
  const all = overview(view, figures.now, at, waits);
  write($("clock"), hourMinute(now, hall.tz));
  write($("place"), `${named(hall)}, ${named(hall, "province")} · ${longDay(now, hall.tz)}`);
  alarms.draw(hall.tz, lost);
  seeTo(view, lost, at);
  const [key, params] = all.sentence;
  const told = t(key, { ...params, name: params.name && named(params.name, "short"), wait: params.wait && waitWords(params.wait, t) });
  write($("sentence"), lost ? t("monitor.not_known") : told); // the last picture must not pass for how the hall is now
  tiles(all);
  const limit = (seconds) => Number((seconds / 60).toFixed(1));
  write($("limits"), t("monitor.limits", { warn: limit(hall.limits.warn), alarm: limit(hall.limits.alarm), ceiling: limit(hall.limits.ceiling) }));
  const services = all.services.map((row) => ({ ...row, longest: row.longest === null ? null : whole(row.longest) }));
  fill($("services"), [services, hall.limits, waits], () => all.services.map((row) => serviceRow(row, hall.limits, waits[row.service.id])));
  fill($("counters"), [all.counters, whole(at)], () => all.counters.map((row) => counterRow(row, at)));
  for (const element of document.querySelectorAll("[data-called]")) write(element, elapsed(at - Number(element.dataset.called)));
  fill($("longest"), [all.queue, whole(at)], () => longest(view, all.queue, at));
  adviser.render();
  $("urgent").hidden = [...$("urgent").children].every(({ hidden }) => hidden);
  flow(hall);
  day(hall);
  promises();
}

/** Above everything: where somebody is needed. After a cut nobody knows whether it still holds. */
function seeTo(view, lost, at) {
  // what is an alarm stands among the alarms
  const rows = lost ? [] : needs(view, heard, at).filter(({ what, zone }) => what !== "deaf" || !alarms.has(zone ? `deaf.${zone.id}` : "deaf"));
  fill($("needs"), rows, () => rows.map((row) => needRow(view, row)));
  $("needs").hidden = !rows.length;
  if (lost) return;
  const names = rows.map(({ what, counter, zone, kind, ticket }) => [what, counter?.id ?? zone?.id ?? ticket?.label, kind].join(" "));
  if (needed && names.some((name) => !needed.includes(name))) play("help");
  needed = names;
}

function needRow(view, { what, counter, kind, zone, ticket }) {
  const done = () => link.do("ask_help", { counter: counter.id, kind: null }).catch(() => {}); // the row stays, then
  const words = {
    help: () => t("counter.asks", { counter: counterName(counter), kind: t(`help.${kind}`) }),
    deaf: () => (zone ? t("monitor.need.deaf_zone", { zone: named(zone) }) : t("monitor.need.deaf")),
    stranded: () => (ticket.to_counter ? t("monitor.need.stranded", { label: ticket.label, counter: ticket.to_counter })
      : t("monitor.need.stranded_group", { label: ticket.label, name: named(view.hall.groups?.find(({ id }) => id === ticket.to_group) ?? { name: ticket.to_group }) })),
    left: () => t("monitor.need.left", { counter: counterName(counter) }),
  }[what]();
  return h("li", { class: what }, icon({ help: "help", deaf: "muted", stranded: "people", left: "warn" }[what]), h("b", {}, words),
    what === "help" && h("button", { type: "button", click: done, "data-focus": counter.id }, t("monitor.need.done"), h("span", { class: "sr" }, ` ${counterName(counter)}`)));
}

const soundSwitch = () => write($("sounds").lastElementChild, t(sounding() ? "monitor.sounds_on" : "monitor.sounds_off"));

function tiles(all) {
  const bad = { alarm: "fig bad", warn: "fig some" };
  const tile = (name, value, unit, look = "fig") => {
    const box = $(`fig-${name}`);
    box.className = look;
    fill(box.lastElementChild, [value, unit], () => [String(value ?? "–"), value !== null && unit && h("small", {}, ` ${unit}`)]);
  };
  tile("waiting", all.waiting);
  tile("longest", all.longest === null ? null : whole(all.longest), t("monitor.minutes"), bad[all.level]);
  tile("p50", all.hour && Math.round(all.hour.p50 / 60), t("monitor.minutes"));
  tile("served", all.served);
  tile("open", all.open, `/ ${all.counters.length}`);
}

function serviceRow({ service, waiting, longest, level: how, hour, served, noShows }, limits, wait) {
  const bar = h("span", { class: `lim ${how}`, "aria-hidden": "true" }, h("i"), h("u"), h("u"));
  const share = (ms) => `${Math.min(100, (ms / (limits.ceiling * 1000)) * 100)}%`;
  const [fillBar, warn, alarm] = bar.children;
  fillBar.style.width = share(longest ?? 0);
  warn.style.left = share(limits.warn * 1000);
  alarm.style.left = share(limits.alarm * 1000);
  const waited = longest === null ? "–" : how === "fine" ? minutes(longest) : chip(how, how, minutes(longest));
  return h("tr", {},
    h("th", { scope: "row" }, h("div", {}, h("span", { class: "l" }, service.letter), h("span", { class: "name" }, named(service)))),
    h("td", {}, h("b", {}, String(waiting))), h("td", { class: "c" }, bar), h("td", {}, waited),
    h("td", { class: "wide" }, hour ? `${Math.round(hour.p50 / 60)} · ${Math.round(hour.p90 / 60)}` : "–"),
    h("td", { class: "wide" }, waitWords(wait, t, true) || "–"),
    h("td", { class: "wide" }, String(served ?? "–")), h("td", { class: "wide" }, String(noShows ?? "–")));
}

function counterRow({ counter, state, since, ticket, served }, at) {
  const [kind, drawn] = LOOK[state];
  const reason = state === "paused" && counter.reason ? ` · ${pauseReason(counter.reason)}` : "";
  const time = state === "called" ? [" ", h("span", { "data-called": since })] : TIMED.includes(state) ? [` ${minutes(at - since)}`] : [];
  return h("li", {}, h("b", { "aria-label": counterName(counter) }, counter.id), h("b", {}, ticket?.label ?? "–"),
    h("span", {}, h("span", { class: `chip ${kind}` }, icon(drawn), h("span", {}, t(`state.${state}`), ...time, reason))),
    h("span", { class: "r" }, served === null ? "" : t("monitor.count", { n: served })));
}

function longest(view, queue, now) {
  if (!queue.length) return h("li", { class: "none" }, t("monitor.nobody"));
  return queue.map((ticket) => {
    const how = level(now - ticket.queued_at, view.hall.limits);
    const wait = minutes(now - ticket.queued_at);
    return h("li", { class: "q" }, h("b", {}, ticket.label),
      h("span", {}, serviceName(view, ticket.service, "short"), ticket.priority && h("small", {}, ` · ${priorityName(view, ticket.priority)}`)),
      h("span", { class: "r" }, how === "fine" ? wait : chip(how, how, wait)));
  });
}

function flow(hall) {
  const width = Math.floor($("chart").clientWidth);
  if (!figures.now || width < 50) return;
  chartWidth = width;
  const told = figures.now.flow;
  const height = width < 600 ? 200 : WALL.matches ? room() : 260;
  const ahead = link.state === "lost" ? [] : (forecast.now?.queue ?? []);
  fill($("chart"), [told, width, height, hall.hours, ahead], () => chart(told, hall, figures.now.now, width, height, ahead));
  const row = (at, ...cells) => h("tr", {}, h("th", { scope: "row" }, hourMinute(at, hall.tz)), cells.map((cell) => h("td", {}, String(cell))));
  fill($("numbers"), [told, ahead], () => [
    ...flowRows(told).map(({ from, issued, called, waiting }) => row(from, issued, called, waiting)),
    ...ahead.filter((_, index) => index % 3 === 2).map(([at, low, , high]) => row(at, "–", "–", t("monitor.ahead_cell", { n: crowdWords([low, high]) }))),
  ]);
}

/** The height that is left for the picture on a wall, where nobody scrolls. */
function room() {
  const top = $("chart").getBoundingClientRect().top + scrollY;
  return Math.max(200, Math.min(340, Math.floor(innerHeight - top - BELOW)));
}

function day(hall) {
  const told = figures.now;
  if (!told) return;
  const { total } = told;
  const spread = (each) => (each ? `${Math.round(each.p50 / 60)} · ${Math.round(each.p90 / 60)}` : "–");
  const rows = [["issued", total.issued], ["served", total.served], ["no_shows", total.no_shows], ["cancelled", total.cancelled],
    ["wait", spread(total.wait_day)], ["service", spread(total.service_time)]];
  write($("as-of"), figures.failed ? t("monitor.as_of", { time: hourMinute(told.now, hall.tz) }) : "");
  fill($("day"), rows, () => rows.map(([key, value]) => h("div", {}, h("dt", {}, t(`monitor.day.${key}`)), h("dd", {}, String(value)))));
}

/** Did people wait as long as they were told? */
function promises() {
  const kept = forecast.now?.kept ?? null;
  fill($("kept"), kept, () => {
    if (!kept) return h("p", {}, t("monitor.kept_none"));
    const minutesOf = (seconds) => (Math.abs(seconds) / 60).toLocaleString(lang(), { maximumFractionDigits: 1 });
    const side = Math.abs(kept.bias) < 30 ? "even" : kept.bias > 0 ? "late" : "early";
    return [h("b", {}, `${kept.by_p80} %`), h("p", {}, t("monitor.kept_words", { n: kept.count, error: minutesOf(kept.error), half: kept.by_p50 }), " ", t(`monitor.bias.${side}`, { n: minutesOf(kept.bias) }))];
  });
}

/** How many joined screens speak, and how many fell silent; null where it is not known. */
function screensNow() {
  if (!screens.now || screens.failed) return null;
  const joined = screens.now.screens.filter((each) => each.joined);
  const lost = joined.filter(({ seen }) => seen !== null && link.now() - seen > SILENT).length;
  return { well: joined.filter(({ seen }) => seen !== null).length - lost, lost };
}

function screenChips() {
  const found = screensNow();
  return found && [found.well > 0 && chip("ok", "done", t("monitor.screens", { n: found.well })), found.lost > 0 && chip("alarm", "alarm", t("monitor.screens_lost", { n: found.lost }))];
}

/** The hall's printers and how they are; null where it is not known. */
const printersNow = () => (printers.failed ? null : (printers.now?.printers ?? null));

function printerChips() {
  const found = printersNow() ?? [];
  return found.filter(({ state }) => state && state !== "unknown").map(({ id, state, works }) => {
    const [kind, drawn] = state === "ok" ? ["ok", "print"] : works ? ["warn", "print"] : ["alarm", "print"];
    const name = found.length > 1 ? ` · ${id}` : "";
    return chip(kind, drawn, `${state === "ok" ? t("monitor.printer_ok") : t("monitor.printer_trouble", { state: t(`alarm.printer.${state}`) })}${name}`);
  });
}

function health() {
  const linkChip = { live: ["ok", "done"], lost: ["lost", "lost"], connecting: ["off", "clock"] }[link.state];
  const storeChip = store.ready === null ? null : store.ready ? ["ok", "done", "monitor.store_ok"] : ["alarm", "alarm", "monitor.store_away"];
  return [
    chip(...linkChip, t(`monitor.link.${link.state}`)),
    storeChip && chip(storeChip[0], storeChip[1], t(storeChip[2])),
    ...Object.entries(heard).map(([id, { state }]) => {
      const zone = link.view?.hall.zones?.find((each) => each.id === id);
      const [kind, drawn] = { ok: ["ok", "sound"], deaf: ["alarm", "muted"], none: ["off", "muted"] }[state];
      return chip(kind, drawn, [t(`monitor.heard.${state}`), zone && ` · ${named(zone)}`].filter(Boolean).join(""));
    }),
    screenChips(),
    printerChips(),
    noDossiers && chip("alarm", "alarm", named(noDossiers, "text")),
    alarms.chips(),
    figures.failed && chip("warn", "warn", t("monitor.figures_old")),
  ];
}

async function askStore() {
  store.ready = await fetch("/readyz").then((answer) => answer.ok, () => null);
  render();
}

link.on("view", () => {
  figures.want();
  followTrail();
  render();
});
link.on("alarms", (told) => {
  noDossiers = told.alarms.find(({ kind, state }) => kind === "dossiers" && state !== "over") ?? null;
  alarms.tell(told.alarms);
});
link.on("waits", () => forecast.want());
link.on("heard", ({ zones }) => {
  heard = zones;
  render();
});
link.on("state", () => {
  if (link.state === "live") for (const each of [figures, forecast, screens, printers, alarms]) each.want();
  askStore();
});
link.on("tick", () => askStore());
new ResizeObserver(() => $("chart").clientWidth !== chartWidth && link.view && flow(link.view.hall)).observe($("chart"));
$("sounds").addEventListener("click", () => {
  useSounds(!sounding());
  soundSwitch();
});
document.addEventListener("pointerdown", wake);
document.addEventListener("keydown", wake);
soundSwitch();
comeBack(link);
link.start();
render();
setInterval(render, 1_000);
