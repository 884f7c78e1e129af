// "What if?": so many people tomorrow, these counters at these times; the answer is played by the server.
import { h } from "hallsys/elements/piece.js";
import { clock, minutesOf, picture } from "hallsys/monitor/whatif.js";
import { data, lang, named, t } from "hallsys/texts.js";

const $ = (name) => document.getElementById(name);
const HEIGHT = 260;
const STEP = 300; // s: as everywhere, nothing is said more exactly than it is known
let next = 0; // names the fields of a block
let told = null; // the last answer

function block(from, to, counters) {
  const id = next++;
  const wrong = h("p", { class: "wrong", id: `wrong-${id}` });
  const time = (name, value) => h("label", {}, t(`whatif.${name}`), h("input", { type: "time", name, value, required: true, "aria-describedby": `wrong-${id}` }));
  const boxes = data.counters.map((each) => h("label", {}, h("input", { type: "checkbox", value: each.id, checked: counters.includes(each.id), "aria-describedby": `wrong-${id}` }), h("span", {}, each.id)));
  const box = h("div", { class: "block", role: "group", "aria-label": t("whatif.block") },
    h("div", { class: "times" }, time("from", from), time("to", to),
      h("button", { type: "button", class: "btn drop", click: () => { box.remove(); drops(); $("add").focus(); } }, t("whatif.drop"))),
    h("fieldset", { class: "checks" }, h("legend", {}, t("whatif.counters")), boxes), wrong);
  return box;
}

/** The only block cannot be taken away: a day without counters is no question. */
function drops() {
  const all = [...document.querySelectorAll(".drop")];
  for (const each of all) each.hidden = all.length < 2;
}

const checked = (box) => [...box.querySelectorAll("input[type=checkbox]:checked")].map(({ value }) => value);

function question() {
  const blocks = [...$("blocks").children].map((box) => ({
    from: box.querySelector("[name=from]").value, to: box.querySelector("[name=to]").value, counters: checked(box),
  }));
  const services = checked($("services"));
  return { tickets: Number($("tickets").value), blocks, services: services.length === Object.keys(data.services).length ? null : services };
}

/** Says what is wrong beside the field; whether anything is. */
function wrong(asked) {
  const say = (where, key, field) => {
    where.textContent = key ? t(key) : "";
    field?.setAttribute("aria-invalid", String(Boolean(key)));
    return key ? field : null;
  };
  const found = [say($("tickets-wrong"), Number.isInteger(asked.tickets) && asked.tickets >= 1 && asked.tickets <= 2000 ? null : "whatif.wrong.tickets", $("tickets"))];
  asked.blocks.forEach(({ from, to, counters }, index) => {
    const box = $("blocks").children[index];
    const times = !from || !to ? "whatif.wrong.time" : to <= from ? "whatif.wrong.order" : null;
    const last = box.querySelector("[name=to]");
    const bad = say(box.querySelector(".wrong"), times ?? (counters.length ? null : "whatif.wrong.counters"), times ? last : box.querySelector("[type=checkbox]"));
    if (!times) last.setAttribute("aria-invalid", "false");
    found.push(bad);
  });
  found.push(say($("services-wrong"), asked.services?.length === 0 ? "whatif.wrong.services" : null, $("services").querySelector("input")));
  const first = found.find(Boolean);
  if (first) {
    first.closest("details")?.setAttribute("open", "");
    first.focus();
  }
  return Boolean(first);
}

async function play(event) {
  event.preventDefault();
  $("wrong").textContent = "";
  const asked = question();
  if (wrong(asked)) return;
  $("play").disabled = true;
  $("found").replaceChildren(h("p", {}, t("whatif.playing")));
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/whatif`, {
      method: "POST", headers: { "content-type": "application/json", "accept-language": lang() }, body: JSON.stringify(asked),
    });
    const body = await answer.json();
    told = answer.ok ? body : null;
    if (!answer.ok) $("wrong").textContent = body.error.message;
  } catch {
    told = null;
    $("wrong").textContent = t("whatif.away");
  }
  $("play").disabled = false;
  show();
}

function show() {
  $("table").hidden = !told;
  if (!told) {
    $("found").replaceChildren(h("p", {}, t("whatif.none")));
    $("picture").replaceChildren();
    return;
  }
  const { hours, longest, ends, left, nowhere, days } = told;
  const steps = (round, seconds) => round(seconds / STEP) * STEP;
  const range = ([p50, p80], words) => `${words(steps(Math.floor, p50))}–${words(steps(Math.ceil, Math.max(p80, p50 + 1)))}`;
  $("found").replaceChildren(
    ...(left < told.hours.reduce((sum, { people }) => sum + people, 0)
      ? [h("p", { class: "big" }, t("whatif.longest", { minutes: range(longest, minutesOf) })), h("p", {}, t("whatif.ends", { time: range(ends, clock) }))]
      : []),
    left > 0 ? h("p", { class: "bad" }, t("whatif.left", { n: left })) : "",
    nowhere.length ? h("p", { class: "bad" }, t("whatif.nowhere", { names: nowhere.map((id) => named(data.services[id])).join(", ") })) : "",
    h("p", { class: "from" }, days ? t("whatif.days", { n: days }) : t("whatif.no_days")),
  );
  draw();
  $("rows").replaceChildren(...hours.map(({ at, people, longest: [p50, p80], waiting }) =>
    h("tr", {}, h("th", { scope: "row" }, clock(at)), [people, minutesOf(p50), minutesOf(p80), waiting].map((cell) => h("td", {}, String(cell))))));
}

function draw() {
  const width = Math.floor($("picture").clientWidth);
  if (told && width > 50) $("picture").replaceChildren(picture(told.hours, data.limits, width, HEIGHT));
}

const everybody = data.counters.map(({ id }) => id);
$("blocks").append(...data.hours.map(([from, to]) => block(from, to, everybody)));
drops();
$("add").addEventListener("click", () => {
  const last = $("blocks").lastElementChild?.querySelector("[name=to]").value || "07:30";
  $("blocks").append(block(last, "", everybody));
  drops();
  $("blocks").lastElementChild.querySelector("[name=to]").focus();
});
$("ask").addEventListener("submit", play);
let drawn = 0;
new ResizeObserver(() => {
  if ($("picture").clientWidth === drawn) return;
  drawn = $("picture").clientWidth;
  draw();
}).observe($("picture"));
