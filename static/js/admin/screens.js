// The joined screens: which board each shows, of which zone or counter, how it looks and how loud it is.
import { $, command, onSubmit } from "hallsys/admin/ask.js";
import { choices, counterNames, fill } from "hallsys/admin/lists.js";
import { h } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { data, t } from "hallsys/texts.js";

const SILENT = 180_000; // ms without a word after which a screen is taken for switched off: it speaks once a minute
const form = $("screen-form");
const fields = form.elements;
const zones = new Map(data.zones.map(({ id, name }) => [id, name]));

let screens = new Map(); // id -> settings
let shown = null;

const DEFAULTS = { board: "hall", zone: null, counter: null, theme: "dark", languages: [], volume: 100 };

/** Devices that show boards, with their settings and what they said last. */
export function drawScreens(devices, settings, health, now) {
  screens = new Map(devices.map((device) => [device.id, { ...DEFAULTS, name: device.name, ...settings[device.id] }]));
  const rows = devices.map(({ id }) => row(id, screens.get(id), health.get(id), now));
  fill("screen-rows", rows);
  form.hidden = !devices.length;
  choices(fields.screen, devices.map(({ id }) => [id, screens.get(id).name]));
  if (fields.screen.value !== shown) show();
}

function row(id, screen, said, now) {
  const edit = () => {
    fields.screen.value = id;
    show();
    fields.board.focus();
  };
  const named = t("admin.screen_edit_named", { name: screen.name });
  return h(
    "tr",
    { "data-key": id },
    h("th", { scope: "row" }, screen.name),
    h("td", {}, what(screen)),
    h("td", {}, `${t(`admin.theme.${screen.theme}`)} · ${t("admin.volume_of", { volume: screen.volume })}`),
    h("td", {}, healthOf(said, now)),
    h("td", {}, h("button", { class: "btn", type: "button", "aria-label": named, click: edit }, t("admin.screen_edit"))),
  );
}

function what({ board, zone, counter }) {
  return [t(`admin.board.${board}`), zone && zones.get(zone), counter && counterNames.get(counter)].filter(Boolean).join(" · ");
}

function healthOf(said, now) {
  if (!said?.seen) return t("admin.screen_never");
  const time = hourMinute(said.seen, data.tz);
  if (now - said.seen > SILENT) return h("span", { class: "chip lost" }, t("admin.screen_silent", { time }));
  const blocked = said.health?.sound === "blocked";
  return h("span", { class: blocked ? "chip lost" : "chip" }, t(blocked ? "admin.screen_mute" : "admin.screen_well", { time }));
}

/** The form as the chosen screen is set. */
function show() {
  shown = fields.screen.value;
  const screen = screens.get(shown);
  if (!screen) return;
  fields.name.value = screen.name;
  for (const name of ["board", "zone", "counter", "theme"]) if (fields[name]) fields[name].value = screen[name] ?? "";
  fields.languages.value = screen.languages.join(" ");
  fields.volume.value = screen.volume;
  volume();
}

function volume() {
  $("how-loud").textContent = `${fields.volume.value} %`;
}

export function startScreens(refresh) {
  fields.screen.addEventListener("change", show);
  fields.volume.addEventListener("input", volume);
  onSubmit(form, async () => {
    const { screen, name, board, zone, counter, theme, languages, volume: loud } = Object.fromEntries(new FormData(form));
    const args = { screen, name, board, theme, volume: Number(loud), languages: languages.split(" ").filter(Boolean) };
    await command("set_screen", { ...args, zone: zone || null, counter: counter || null });
    await refresh();
    return t("admin.screen_set", { name });
  });
}
