// The lists of devices, users and tokens, and the devices that wait to be let in.
import { $, ask, complain, say } from "hallsys/admin/ask.js";
import { h } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { data, t } from "hallsys/texts.js";

export const ROLE_OF = { board: "display", kiosk: "kiosk", counter: "counter", monitor: "supervisor" };
const day = (ms) => new Date(ms).toLocaleDateString(data.lang === "vi" ? "vi-VN" : "en-GB", { timeZone: data.tz });
/** Every counter's number and name, by id. */
export const counterNames = new Map(data.counters.map(({ id, name }) => [id, `${id} · ${name}`]));

/** A button that asks to be pressed twice: what it does cannot be taken back. */
function removeButton(name, path, body, refresh) {
  const named = t("admin.remove_named", { name });
  const button = h("button", { class: "btn", type: "button", "aria-label": named }, t("admin.remove"));
  button.addEventListener("blur", () => {
    delete button.dataset.armed;
    button.textContent = t("admin.remove");
  });
  button.addEventListener("click", async () => {
    if (!button.dataset.armed) {
      button.dataset.armed = "yes";
      button.removeAttribute("aria-label");
      button.textContent = t("admin.remove_sure");
      return;
    }
    delete button.dataset.armed;
    try {
      await ask(path, body);
      say(t("admin.removed", { name }));
    } catch (error) {
      complain(error.message);
    }
    await refresh();
  });
  return button;
}

/** One line of a list; `more` cells stand before the day. */
export function accountRow(entry, path, body, refresh, ...more) {
  const screen = entry.role === "display" || entry.role === "kiosk";
  const role = t(`admin.role.${entry.role}`) + (entry.hall === null ? ` · ${t("admin.every_hall")}` : "");
  return h(
    "tr",
    { "data-key": body.id ?? body.name },
    h("th", { scope: "row" }, entry.name || "–"),
    h("td", {}, role),
    h("td", {}, screen ? "–" : (counterNames.get(entry.counter) ?? t("admin.counter_all"))),
    ...more.map((cell) => h("td", {}, cell)),
    h("td", {}, day(entry.created)),
    h("td", {}, removeButton(entry.name, path, body, refresh)),
  );
}

/** Rows into a table's body. A list under somebody's finger stays as it is until the finger has gone; one that is the
    same as before is left alone, so that the focus stays where it is: `data-key` tells apart what looks alike. */
export function fill(id, rows) {
  const body = $(id);
  if (body.querySelector("[data-armed]")) return;
  const span = body.closest("table").tHead.rows[0].cells.length;
  const fresh = rows.length ? rows : [h("tr", {}, h("td", { colspan: span }, t("admin.none")))];
  if (fresh.length === body.rows.length && fresh.every((row, place) => row.isEqualNode(body.rows[place]))) return;
  body.replaceChildren(...fresh);
}

function waitingButton({ code, page, address, created }) {
  const take = () => {
    const form = $("confirm").elements;
    form.code.value = code;
    form.role.value = ROLE_OF[page];
    form.name.focus();
  };
  return h(
    "button",
    { class: "btn", type: "button", "aria-label": t("admin.take", { code }), click: take },
    h("b", {}, code),
    h("span", {}, `${t(`admin.page.${page}`)} ${t("admin.from", { address, time: hourMinute(created, data.tz) })}`),
  );
}

let drawn = "";

export function drawWaiting(waiting) {
  const now = JSON.stringify(waiting);
  if (now === drawn) return; // the focus stays where it is
  drawn = now;
  $("waiting").replaceChildren(...(waiting.length ? waiting.map(waitingButton) : [h("p", {}, t("admin.waiting_none"))]));
  // A square code was scanned: its page says what the device is for.
  const scanned = waiting.find(({ code }) => code === $("confirm").elements.code.value);
  if (scanned) $("confirm").elements.role.value = ROLE_OF[scanned.page];
}

/** The choices of a select; what was chosen stays chosen. */
export function choices(select, pairs) {
  const fresh = pairs.map(([value, name]) => h("option", { value }, name));
  if (fresh.length === select.options.length && fresh.every((one, place) => one.isEqualNode(select.options[place]))) return;
  const chosen = select.value;
  select.replaceChildren(...fresh);
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
}
