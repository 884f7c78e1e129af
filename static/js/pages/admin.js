// The IT officer's page: who waits to join, who has joined, and the forms that let people and programs in.
import { h } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { data, t } from "hallsys/texts.js";

const EVERY = 5000; // ms between looks while the page is seen
const ROLE_OF = { board: "display", kiosk: "kiosk", counter: "counter", monitor: "supervisor" };
const $ = (id) => document.getElementById(id);
const api = `/api/v1/halls/${encodeURIComponent(data.hall)}`;
const time = (ms) => hourMinute(ms, data.tz);
const day = (ms) => new Date(ms).toLocaleDateString(data.lang === "vi" ? "vi-VN" : "en-GB", { timeZone: data.tz });
const counters = new Map(data.counters.map((counter) => [counter.id, counter.name]));

let seenAt = Date.now();

async function ask(path, body) {
  const options = body && { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${api}/${path}`, {
    ...options,
    headers: { "Content-Type": "application/json", "Accept-Language": data.lang },
  });
  if (answer.status === 401) location.reload(); // signed out meanwhile: the server shows the way back in
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error.message), found.error);
  return found;
}

function say(words) {
  $("said").textContent = words;
  $("said").hidden = !words;
  $("problem").hidden = true;
}

function complain(words) {
  $("problem").lastElementChild.textContent = words;
  $("problem").hidden = false;
  $("said").hidden = true;
}

/** A button that asks to be pressed twice: what it does cannot be taken back. */
function removeButton(name, path, body) {
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

function row(entry, path, body) {
  const screen = entry.role === "display" || entry.role === "kiosk";
  const role = t(`admin.role.${entry.role}`) + (entry.hall === null ? ` · ${t("admin.every_hall")}` : "");
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, entry.name || "–"),
    h("td", {}, role),
    h("td", {}, screen ? "–" : (counters.get(entry.counter) ?? t("admin.counter_all"))),
    h("td", {}, day(entry.created)),
    h("td", {}, removeButton(entry.name, path, body)),
  );
}

function fill(id, rows) {
  // A list under somebody's finger stays as it is until the finger has gone.
  if ($(id).querySelector("[data-armed]")) return;
  $(id).replaceChildren(...(rows.length ? rows : [h("tr", {}, h("td", { colspan: 5 }, t("admin.none")))]));
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
    h("span", {}, `${t(`admin.page.${page}`)} ${t("admin.from", { address, time: time(created) })}`),
  );
}

let drawn = "";

function drawWaiting(waiting) {
  const now = JSON.stringify(waiting);
  if (now === drawn) return; // the focus stays where it is
  drawn = now;
  $("waiting").replaceChildren(...(waiting.length ? waiting.map(waitingButton) : [h("p", {}, t("admin.waiting_none"))]));
  // A square code was scanned: its page says what the device is for.
  const scanned = waiting.find(({ code }) => code === $("confirm").elements.code.value);
  if (scanned) $("confirm").elements.role.value = ROLE_OF[scanned.page];
}

async function refresh() {
  try {
    const { waiting, grants, users } = await ask("accounts");
    drawWaiting(waiting);
    for (const [id, kind] of [["device-rows", "device"], ["token-rows", "token"]]) {
      fill(id, grants.filter((grant) => grant.kind === kind).map((grant) => row(grant, "grants/remove", { id: grant.id })));
    }
    fill("user-rows", users.map((user) => row(user, "users/remove", { name: user.name })));
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

function done(form, body, answer) {
  if (form.dataset.to === "tokens") {
    $("token").hidden = false;
    $("token").querySelector("output").textContent = answer.token;
    say("");
  } else {
    say(t(form.dataset.to === "users" ? "admin.user_made" : "admin.joined", { name: body.name }));
  }
}

for (const form of document.querySelectorAll("form[data-to]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(form));
    if (body.counter === "") delete body.counter;
    for (const field of form.elements) field.removeAttribute("aria-invalid");
    try {
      done(form, body, await ask(form.dataset.to, body));
      form.reset();
      if (form.id === "confirm") form.elements.code.value = "";
    } catch (error) {
      complain(error.message);
      const field = error.field && form.elements[error.field];
      if (field) {
        field.setAttribute("aria-invalid", "true");
        field.focus();
      }
    }
    await refresh();
  });
}

$("refresh").addEventListener("click", refresh);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), EVERY);
refresh();
