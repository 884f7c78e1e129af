// The officer's page: what is at hand, the one large button, the keys of the number pad.
import { askBack, askCall, askPause, askTransfer } from "hallsys/counter/dialogs.js";
import { common, desk, possible } from "hallsys/counter/model.js";
import { atHand, backRows, mateRows, queueRows, runTimes } from "hallsys/counter/panels.js";
import { Presses } from "hallsys/counter/press.js";
import { notes, wake } from "hallsys/counter/sound.js";
import { comeBack } from "hallsys/elements/comeback.js";
import { hourMinute } from "hallsys/elements/time.js";
import { Link } from "hallsys/live/link.js";
import { exact, level, minutes, whole } from "hallsys/staff/clock.js";
import { chip, fill, write } from "hallsys/staff/dom.js";
import { counterName, serviceName } from "hallsys/staff/hall.js";
import { data, lang, t } from "hallsys/texts.js";

const id = data.counter;
const $ = (name) => document.getElementById(name);
const link = new Link(data.hall, { lang: lang() });
const presses = new Presses(link, () => render());
const QUESTIONS = {
  transfer: () => askTransfer(link.view, here),
  pause_counter: () => askPause(),
  call: () => askCall(link.view, here, link.now()),
  back: () => askBack(here),
};
const LINK = { live: ["serving", "done"], lost: ["lost", "lost"], connecting: ["off", "clock"] };
let here = null; // the desk as last drawn
let before = { queue: 0, level: "fine", label: null };

async function press(name, args = {}) {
  wake();
  if (!here) return presses.say("ignored", t("counter.connecting"));
  if (name === "common") {
    const wanted = common(here);
    if (!wanted) return presses.say("ignored", t("counter.nobody"));
    return presses.send(wanted, { counter: id }, { large: true });
  }
  if (!presses.pending && !possible(name, here)) return presses.say("ignored", t(`counter.not_now.${name}`));
  if (QUESTIONS[name] && !presses.pending) {
    const answer = await QUESTIONS[name]();
    $("main").focus();
    if (!answer) return;
    if (name === "back") return presses.send(answer.name, { ticket: answer.ticket });
    return presses.send(name, { counter: id, ...answer });
  }
  presses.send(name, "ticket" in args ? args : { counter: id });
}

function render() {
  const { view } = link;
  const lost = link.state === "lost";
  // nobody knows who was called elsewhere since the cut: waits stand still, only the clock on the wall goes on
  const now = lost ? link.since : link.now();
  here = view && desk(view, id, now);
  renderLink(lost, now);
  renderButton(now);
  if (!here) return;
  write($("name"), counterName(here.counter));
  // a counter's own name has one language, its services have two
  const { name, services } = here.counter;
  write($("takes"), lang() === "vi" && name !== id ? name : services.map((service) => serviceName(view, service, "short")).join(", "));
  const facts = [here.counter, here.ticket, here.queue.length, lost, view.services];
  $("now").className = `box now ${here.ticket && !lost ? here.state : ""}`;
  fill($("now"), facts, () => atHand(view, here, { lost, asOf: link.since }));
  fill($("queue"), [here.services, whole(now), view.services], () => queueRows(view, here, now));
  $("aside").hidden = here.held.length + here.missed.length === 0;
  fill($("back"), [here.held, here.missed], () => backRows(view, here, press));
  fill($("mates"), here.mates, () => mateRows(view, here));
  runTimes(document.body, link.now());
  notice(now);
}

function renderLink(lost, now) {
  const tz = link.view?.hall.tz;
  $("desk").dataset.link = link.state;
  $("lost").hidden = !lost;
  if (lost) {
    const kept = presses.pending ? t("counter.lost_kept", { press: pressName(presses.pending.name) }) : t("counter.lost_still");
    write($("lost").lastElementChild, `${t("counter.lost", { time: exact(link.since, tz) })} ${kept}`);
  }
  write($("clock"), tz ? hourMinute(link.now(), tz) : "");
  const longest = here?.queue[0];
  const how = longest ? level(now - longest.queued_at, link.view.hall.limits) : "fine";
  const late = !lost && how !== "fine"; // after a cut nobody knows whether they still wait
  fill($("chips"), [link.state, late && [how, longest.label, whole(now - longest.queued_at)]], () => [
    late && chip(how, how, t("counter.waits_long", { label: longest.label, time: minutes(now - longest.queued_at) })),
    chip(...LINK[link.state], t(`link.${link.state}`)),
  ]);
}

const pressName = (name) => t(name === "call_next" && here?.ticket ? "counter.main.finish_call" : `counter.main.${name}`);

function renderButton(now) {
  const { pending, told } = presses;
  const wanted = here && common(here);
  const n = here?.queue.length ?? 0;
  const able = Boolean(wanted || pending);
  $("main").setAttribute("aria-disabled", String(!able));
  if (pending) {
    write($("what"), pressName(pending.name));
    write($("hint"), link.state === "lost" ? t("counter.kept") : t("counter.sending"));
  } else if (here) {
    write($("what"), pressName(wanted ?? "call_next"));
    write($("hint"), hint(wanted, n, now));
  }
  write($("told"), told?.text ?? "");
  $("told").className = `told ${told?.kind ?? ""}`;
  for (const button of document.querySelectorAll("#pad button")) {
    button.setAttribute("aria-disabled", String(Boolean(pending) || !here || !possible(button.dataset.do, here)));
  }
}

function hint(wanted, n, now) {
  if (wanted === "open_counter") return n ? t("counter.hint.open_waiting", { n }) : t("counter.hint.open");
  if (wanted === "finish") return t("counter.hint.finish", { label: here.ticket.label });
  if (wanted === null) return t("counter.hint.nobody");
  return t("counter.hint.call_next", { n, time: minutes(now - here.queue[0].queued_at) });
}

/** Sounds and spoken words for what changed since last time. */
function notice(now) {
  const longest = here.queue[0];
  const how = longest ? level(now - longest.queued_at, link.view.hall.limits) : "fine";
  const idle = here.state === "ready";
  if (idle && before.queue === 0 && here.queue.length > 0) {
    notes(1);
    write($("spoken"), t("counter.somebody", { n: here.queue.length }));
  } else if (how !== before.level && how !== "fine" && !(how === "warn" && before.level === "alarm")) {
    notes(2);
  }
  const label = here.ticket?.label ?? null;
  if (label && label !== before.label) write($("spoken"), `${t(`state.${here.state}`)} ${label}`);
  before = { queue: here.queue.length, level: how, label };
}

/** The key's meaning wherever the number lock stands. */
function keyOf(event) {
  const pad = { NumpadDivide: "/", NumpadMultiply: "*", NumpadSubtract: "-", NumpadEnter: "Enter" };
  const digit = /^Numpad(\d)$/.exec(event.code);
  return digit ? digit[1] : (pad[event.code] ?? event.key);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const key = keyOf(event);
  if (key === "Enter") {
    // Enter on a control that was reached with the Tab key is that control's own
    if (event.target.closest("a, button:not(#main)")) return;
    event.preventDefault();
    if (!event.repeat) press("common");
    return;
  }
  const button = $("keys").ariaPressed === "true" && $("pad").querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault(); // or the digit would stand in the dialog that it opens
  if (!event.repeat) press(button.dataset.do);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) press(button.dataset.do);
  // after a press with mouse or finger Enter means the common path again, not this key once more
  if (event.detail > 0 && event.target.closest("button") && !document.querySelector("dialog[open]")) $("main").focus();
});

$("keys").addEventListener("click", () => useKeys($("keys").ariaPressed !== "true"));

function useKeys(on) {
  $("keys").ariaPressed = String(on);
  localStorage.setItem("hallsys.keys", on ? "on" : "off");
}

useKeys(localStorage.getItem("hallsys.keys") !== "off");
link.on("view", render).on("state", render).on("tick", render);
comeBack(link);
link.start();
setInterval(render, 1_000);
