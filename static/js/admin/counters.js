// Which services a counter takes today, in which order, and whom: for a colleague who is ill, or a crowd at one service.
import { $, command, onSubmit } from "hallsys/admin/ask.js";
import { counterNames, fill } from "hallsys/admin/lists.js";
import { h } from "hallsys/elements/piece.js";
import { sorted } from "hallsys/live/hall.js";
import { data, t } from "hallsys/texts.js";

const form = $("counter-form");
const fields = form.elements;
const services = new Map(data.services.map(({ id, name }) => [id, name]));
const named = (id) => `${id} · ${services.get(id) ?? id}`;

let counters = new Map();
let shown = null;

export function drawCounters(view) {
  counters = new Map(sorted(view.counters).map((counter) => [counter.id, counter]));
  fill("counter-rows", [...counters.values()].map(row));
  if (fields.counter.value !== shown) show();
}

function row(counter) {
  const edit = () => {
    fields.counter.value = counter.id;
    show();
    fields.mode.focus();
  };
  const name = counterNames.get(counter.id) ?? counter.name;
  const label = t("admin.assign_named", { counter: name });
  return h(
    "tr",
    { "data-key": counter.id },
    h("th", { scope: "row" }, name),
    h("td", {}, t(`admin.state.${counter.state}`)),
    h("td", {}, counter.services.join(" → ")),
    h("td", {}, t(`admin.mode.${counter.mode ?? "all"}`)),
    h("td", {}, counter.assigned ? h("span", { class: "chip" }, t("admin.today_only")) : t("admin.as_settings")),
    h("td", {}, h("button", { class: "btn", type: "button", "aria-label": label, click: edit }, t("admin.assign_edit"))),
  );
}

/** The form as the chosen counter works: its services first, in their order, then those it does not take. */
function show() {
  shown = fields.counter.value;
  const counter = counters.get(shown);
  if (!counter) return;
  fields.mode.value = counter.mode ?? "all";
  const rest = [...services.keys()].filter((id) => !counter.services.includes(id));
  $("order").replaceChildren(...[...counter.services, ...rest].map((id) => item(id, counter.services.includes(id))));
}

function item(id, taken) {
  const up = (event) => {
    const line = event.currentTarget.closest("li");
    line.previousElementSibling?.before(line);
    event.currentTarget.focus(); // moving a node takes its focus away
  };
  return h(
    "li",
    {},
    h("label", { class: "check" }, h("input", { type: "checkbox", name: "service", value: id, checked: taken }), named(id)),
    h("button", { class: "btn", type: "button", "aria-label": t("admin.up_named", { service: named(id) }), click: up }, "↑"),
  );
}

export function startCounters(refresh) {
  fields.counter.addEventListener("change", show);
  onSubmit(form, async (_form, pressed) => {
    const { counter, mode } = Object.fromEntries(new FormData(form));
    const chosen = new FormData(form).getAll("service");
    const plain = pressed?.value === "plain";
    await command("assign_counter", plain ? { counter } : { counter, mode, services: chosen });
    shown = null;
    await refresh();
    return t(plain ? "admin.assigned_back" : "admin.assigned", { counter: counterNames.get(counter) ?? counter });
  });
}
