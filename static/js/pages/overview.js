// All halls of a supervisor: five figures, up to four halls side by side, and every hall as a row.
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute, longDay } from "hallsys/elements/time.js";
import { Figures } from "hallsys/monitor/figures.js";
import { chosen, condition, fallsFirst, whole } from "hallsys/overview/model.js";
import { Panel } from "hallsys/overview/panel.js";
import { whole as inMinutes } from "hallsys/staff/clock.js";
import { chip, fill, write } from "hallsys/staff/dom.js";
import { data, lang, named, t } from "hallsys/texts.js";

const ASK = 5_000; // ms between two questions
const FEW = 3; // so many halls stand side by side without being asked for
const CHIPS = { fine: ["ok", "done"], warn: ["warn", "warn"], unmanned: ["warn", "pause"], alarm: ["alarm", "alarm"], closed: ["off", "closed"], idle: ["off", "pause"], unread: ["off", "clock"], away: ["lost", "lost"] };
const GRAVE = { warn: ["warn", "warn"], alarm: ["alarm", "alarm"], critical: ["alarm", "alarm"] };

const $ = (name) => document.getElementById(name);
const address = new URLSearchParams(location.search);
const told = new Figures("/api/v1/halls", () => render());
const find = { text: "", show: "all", by: "state", down: true };
const panels = new Map();
let side = address.get("side")?.split(",").filter(Boolean) ?? null; // null: nobody has chosen

function render() {
  const halls = told.now?.halls ?? [];
  $("lost").hidden = !told.failed;
  $("over").dataset.link = told.failed ? "lost" : "live";
  if (!told.now) return told.failed && fill($("lost"), "never", () => [icon("lost"), h("span", {}, t("overview.lost", { time: "–" }))]);
  const { now } = told.now;
  const tz = halls[0]?.tz;
  if (told.failed) fill($("lost"), now, () => [icon("lost"), h("span", {}, t("overview.lost", { time: hourMinute(now, tz) }))]);
  write($("clock"), hourMinute(now, tz));
  write($("place"), longDay(now, tz));
  tiles(whole(halls));
  watch(halls);
  const rows = chosen(halls, find);
  write($("shown"), t("overview.shown", { n: rows.length, all: halls.length }));
  fill($("halls"), [rows, side], () => (rows.length ? rows.map(row) : h("tr", {}, h("td", { colspan: 10, class: "c-none" }, t("overview.nobody")))));
  for (const button of document.querySelectorAll("[data-sort]")) {
    const sorted = button.dataset.sort === find.by;
    button.parentElement.setAttribute("aria-sort", sorted ? (find.down ? "descending" : "ascending") : "none");
  }
}

function tiles(all) {
  const [key, params] = all.sentence;
  write($("sentence"), t(key, params));
  for (const name of ["waiting", "over", "alarms", "open", "served"]) {
    const box = $(`fig-${name}`);
    box.className = `fig${all[name] && name === "over" ? " bad" : all[name] && name === "alarms" ? " some" : ""}`;
    write(box.lastElementChild, all[name].toLocaleString(lang()));
  }
}

function row(hall) {
  const how = condition(hall);
  const known = !["unread", "away"].includes(how);
  const figure = (value) => (known && value !== null && value !== undefined ? String(value) : "–");
  const wait = (seconds) => (known && seconds !== null && seconds !== undefined ? t("overview.minutes", { n: inMinutes(seconds * 1000) }) : "–");
  const cell = (name, ...content) => h("td", { class: `c-${name}` }, ...content);
  const watched = (side ?? []).includes(hall.id);
  const put = h("input", { type: "checkbox", change: () => choose(hall.id), checked: watched, "data-focus": `put-${hall.id}`,
    "aria-label": t("overview.put", { name: named(hall) }) });
  const place = named(hall, "province");
  return h("tr", { class: how },
    h("th", { scope: "row", class: "c-name" }, h("a", { href: `/halls/${encodeURIComponent(hall.id)}/monitor?lang=${lang()}`, "data-focus": `hall-${hall.id}` }, named(hall)), place && h("small", {}, place)),
    cell("state", chip(...CHIPS[how], t(`overview.state.${how}`))),
    cell("waiting", h("b", {}, figure(hall.waiting))), cell("longest", wait(hall.longest)), cell("p90", wait(hall.hour?.p90)),
    cell("open", known ? `${hall.open} / ${hall.counters}` : "–"), cell("served", figure(hall.served)), cell("no_shows", figure(hall.no_shows)),
    cell("alarms", hall.worst ? alarms(hall) : "–"), cell("put", put));
}

/** How many alarms wait for somebody, and how grave the gravest is; a phone has room for the number. */
function alarms({ alarms: count, worst }) {
  const [kind, drawn] = GRAVE[worst];
  return h("span", { class: `chip ${kind}` }, icon(drawn), h("span", {}, String(count), h("span", { class: "word" }, ` · ${t(`overview.alarm.${worst}`)}`)));
}

/** Puts a hall beside the others, or takes it away; the address keeps the choice, so that a wall comes back to it. */
function choose(id) {
  const others = (side ?? []).filter((each) => each !== id);
  if (others.length === (side ?? []).length) {
    if (others.length >= data.most) return refuse(id);
    others.push(id);
  }
  side = others;
  keep();
  render();
}

function refuse(id) {
  const box = document.querySelector(`[data-focus="put-${CSS.escape(id)}"]`);
  box.checked = false;
  write($("shown"), t("overview.side_most", { n: data.most }));
}

function keep() {
  address.set("side", side.join(","));
  history.replaceState(null, "", `?${address}`);
  for (const link of [$("other"), $("theme")]) {
    const to = new URL(link.href);
    to.searchParams.set("side", side.join(","));
    link.href = to;
  }
}

function watch(halls) {
  if (side === null && halls.length) side = halls.length <= FEW && halls.length > 1 ? halls.map(({ id }) => id) : [];
  const wanted = (side ?? []).filter((id) => halls.some((hall) => hall.id === id)).slice(0, data.most);
  for (const [id, panel] of panels) {
    if (wanted.includes(id)) continue;
    panel.stop();
    panel.element.remove();
    panels.delete(id);
  }
  for (const id of wanted) {
    if (panels.has(id)) continue;
    panels.set(id, new Panel(halls.find((hall) => hall.id === id), () => choose(id)));
    $("side").append(panels.get(id).element);
  }
  $("side").hidden = !panels.size;
}

document.querySelector(".halls thead").addEventListener("click", ({ target }) => {
  const by = target.closest("[data-sort]")?.dataset.sort;
  if (!by) return;
  find.down = by === find.by ? !find.down : fallsFirst(by);
  find.by = by;
  render();
});
$("find").addEventListener("input", () => {
  const { text, show } = $("find").elements;
  Object.assign(find, { text: text.value, show: show.value });
  render();
});
$("find").addEventListener("submit", (event) => event.preventDefault());
if (side?.length) keep();
told.want();
setInterval(() => told.want(), ASK);
setInterval(() => panels.forEach((panel) => panel.render()), 1_000);
