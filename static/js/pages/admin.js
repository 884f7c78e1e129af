// The IT officer's page: who waits to join, who has joined, how screens and counters are set, and who may enter.
import { $, ask, onSubmit } from "hallsys/admin/ask.js";
import { drawCounters, startCounters } from "hallsys/admin/counters.js";
import { drawKiosks } from "hallsys/admin/kiosks.js";
import { accountRow, choices, drawWaiting, fill } from "hallsys/admin/lists.js";
import { drawScreens, startScreens } from "hallsys/admin/screens.js";
import { hourMinute } from "hallsys/elements/time.js";
import { data, t } from "hallsys/texts.js";

const EVERY = 5000; // ms between looks while the page is seen
const time = (ms) => hourMinute(ms, data.tz);

let seenAt = Date.now();

async function refresh() {
  try {
    const [lists, { view }, { screens }, { printers }, dossiers] = await Promise.all(["accounts", "view", "screens", "printers", "dossiers"].map((what) => ask(what)));
    draw(lists, view, new Map(screens.map((screen) => [screen.id, screen])));
    drawKiosks(printers, dossiers);
    seenAt = Date.now();
    $("as-of").textContent = t("admin.as_of", { time: time(seenAt) });
    $("store").textContent = t("admin.health_ok");
    $("store").classList.remove("lost");
  } catch (error) {
    $("as-of").textContent = t("admin.lost", { time: time(seenAt) });
    $("store").classList.add("lost");
    $("store").textContent = t("admin.health_bad");
  }
}

function draw({ waiting, grants, users }, view, health) {
  drawWaiting(waiting);
  for (const [id, kind] of [["device-rows", "device"], ["token-rows", "token"]]) {
    const some = grants.filter((grant) => grant.kind === kind);
    fill(id, some.map((grant) => accountRow(grant, "grants/remove", { id: grant.id }, refresh)));
  }
  const pin = (user) => (user.role !== "counter" ? "–" : t(user.pin ? "admin.pin_yes" : "admin.pin_no"));
  fill("user-rows", users.map((user) => accountRow(user, "users/remove", { name: user.name }, refresh, pin(user))));
  const officers = users.filter((user) => user.role === "counter");
  $("pin-form").hidden = !officers.length;
  choices($("pin-form").elements.name, officers.map(({ name }) => [name, name]));
  drawScreens(grants.filter(({ kind, role }) => kind === "device" && role === "display"), view.hall.screens ?? {}, health, Date.now());
  drawCounters(view);
}

for (const form of document.querySelectorAll("form[data-to]")) {
  onSubmit(form, async () => {
    const body = Object.fromEntries(new FormData(form));
    if (body.counter === "") delete body.counter;
    const answer = await ask(form.dataset.to, body);
    form.reset();
    if (form.id === "confirm") form.elements.code.value = "";
    await refresh();
    if (form.dataset.to !== "tokens") return t(form.dataset.to === "users" ? "admin.user_made" : "admin.joined", { name: body.name });
    $("token").hidden = false;
    $("token").querySelector("output").textContent = answer.token;
    return "";
  });
}

onSubmit($("pin-form"), async (form, pressed) => {
  const { name, pin } = Object.fromEntries(new FormData(form));
  const off = pressed?.value === "off";
  await ask("users/pin", { name, pin: off ? null : pin });
  form.elements.pin.value = "";
  await refresh();
  return t(off ? "admin.pin_removed" : "admin.pin_set", { name });
});

startScreens(refresh);
startCounters(refresh);
$("refresh").addEventListener("click", refresh);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), EVERY);
refresh();
