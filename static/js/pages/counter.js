// The officer's page: what is at hand, the one large button, the keys of the number pad.
import { asking, concerning, look, tunes } from "hallsys/counter/alerts.js";
import { renderBar, renderUndo } from "hallsys/counter/bar.js";
import { askKeys } from "hallsys/counter/bindings.js";
import { askBack, askCall, askHold, askOutcome, askService, askTransfer, askWalkIn } from "hallsys/counter/dialogs.js";
import { atHand } from "hallsys/counter/hand.js";
import { actionOf, capOf, keyOf } from "hallsys/counter/keys.js";
import { Lookups } from "hallsys/counter/lookup.js";
import { askHelp, askMore, askNotice, askPause, askTakeOver } from "hallsys/counter/matters.js";
import { common, desk, possible } from "hallsys/counter/model.js";
import { backRows, mateRows, newsRows, nextUp, queueRows, runTimes } from "hallsys/counter/panels.js";
import { Presses } from "hallsys/counter/press.js";
import { askSign, mustTake, signIn, signOut, took } from "hallsys/counter/sign.js";
import { printSlip } from "hallsys/counter/slip.js";
import { play, wake } from "hallsys/staff/sound.js";
import { part as $, stage } from "hallsys/counter/stage.js";
import { elsewhere, openSmall } from "hallsys/counter/window.js";
import { comeBack } from "hallsys/elements/comeback.js";
import { Link } from "hallsys/live/link.js";
import { minutes, whole } from "hallsys/staff/clock.js";
import { fill, write } from "hallsys/staff/dom.js";
import { data, has, lang, t } from "hallsys/texts.js";

const id = data.counter;
const link = new Link(data.hall, { lang: lang() });
const presses = new Presses(link, () => render());
const lookups = new Lookups(() => render());
const small = new URLSearchParams(location.search).has("small");
let here = null; // the desk as last drawn
let before = null; // the look at the hall that the officer was told of
let heard = {}; // by zone, whether the hall hears
let alarms = []; // the hall's

const tz = () => link.view.hall.tz;
const label = () => here?.ticket?.label ?? null;
const notices = () => Object.values(link.view.hall.notices ?? {}).filter(({ until }) => until > link.now()).sort((a, b) => a.at - b.at);
const outcomes = () => link.view.hall.outcomes?.length > 0;
const outcomeMust = () => outcomes() && link.view.hall.policy.outcome_required;
const signFirst = () => Boolean(link.view.hall.policy.sign_in && data.who.role === "counter" && !data.officer);

/** What a key asks before it does anything; what asks nothing now gives undefined. `by` is the key. */
const QUESTIONS = {
  transfer: (by) => askTransfer(link.view, here, by),
  service: (by) => askService(link.view, here, by),
  hold: (by) => askHold(here, by),
  call: (by) => askCall(link.view, here, link.now(), by),
  back: (by) => askBack(here, by),
  walk_in: (by) => askWalkIn(link.view, here, by),
  pause_counter: (by) => askPause(link.now(), tz(), by),
  ask_help: (by) => askHelp(here, by),
  notice: (by) => askNotice(notices(), link.now(), tz(), by),
  finish: (by) => (outcomes() ? askOutcome(link.view, here, outcomeMust(), by) : undefined),
  call_next: (by) => (here.ticket && outcomeMust() ? askOutcome(link.view, here, true, by) : undefined),
};

/** What a key does on this page alone. */
const OWN = {
  more: async (by) => {
    const action = await askMore(["walk_in", data.prints && here.ticket && "print", "notice", "ask_help", "sign", !data.bound && "move", !small && "window", "keys", "card"].filter(Boolean), by);
    if (action) take(action);
  },
  note: () => $("note").focus(),
  keys: () => askKeys().then(() => $("main").focus()).then(render),
  window: () => openSmall((doc) => doc && listen(doc)).then((how) => (how === "blocked" ? presses.say("refused", t("counter.window_blocked")) : render())),
  print: () => printSlip(label()).then(({ kind, text }) => presses.say(kind, text)),
  card: () => void window.open(`${location.pathname}/card`),
  move: () => location.assign(location.pathname),
  sign,
};

async function sign(by) {
  const wish = data.officer ? await askSign(data.officer, by) : "in";
  if (wish === "in") await signIn(by);
  if (wish !== "off") return $("main").focus();
  if (await presses.send("sign_off", { counter: id })) return;
  const told = await signOut();
  if (told) presses.say("refused", told);
}

/** One press: `action` of a key or a button; `args` where a button already says for what. */
function press(action, args = null, by = "") {
  wake();
  if (!here) return presses.say("ignored", t("counter.connecting"));
  if (presses.bounced(args ? `${action} ${args.ticket}` : action)) return presses.say("ignored", t("counter.too_soon"));
  if (presses.pending) return presses.wait(action, label(), t(`counter.do.${action}`), args);
  return take(action, args, by);
}

async function take(action, args = null, by = "") {
  const wanted = action !== "common" ? action : signFirst() ? "sign" : common(here);
  if (!wanted) return presses.say("ignored", t("counter.nobody"));
  if (!possible(wanted, here)) return presses.say("ignored", has(`counter.not_now.${wanted}`) ? t(`counter.not_now.${wanted}`) : t("counter.changed"));
  if (OWN[wanted]) return OWN[wanted](by);
  const asked = args ? undefined : QUESTIONS[wanted]?.(by);
  if (!asked) return send(wanted, args ?? {}, action);
  const at = label();
  const answer = await asked;
  $("main").focus();
  if (!answer) return;
  if (label() !== at) return presses.say("refused", t("counter.changed"));
  return send(wanted, answer, action);
}

async function send(wanted, { name = wanted === "service" ? "transfer" : wanted, ...rest }, action) {
  saveNote();
  const free = ["resume", "reinstate", "end_notice"].includes(name);
  const refused = await presses.send(name, free ? rest : { counter: id, ...rest }, action);
  return refused ? mend(refused) : follow();
}

/** The press that came while another one was under way. */
function follow() {
  const behind = presses.next();
  if (!behind) return;
  const meant = behind.label === label() || (behind.action === "common" && !here.ticket);
  return meant ? take(behind.action) : presses.say("ignored", t("counter.changed"));
}

/** What can be done about a refusal, here and now. */
async function mend({ code, message }) {
  if (code === "sign_in_first") return signIn();
  if (code !== "counter_taken" || !data.officer) return;
  if (await askTakeOver(message)) await signOn(true);
  $("main").focus();
}

async function signOn(over = false) {
  const refused = await presses.send("sign_on", over ? { counter: id, take_over: true } : { counter: id });
  if (refused) return over ? undefined : mend(refused);
  took(id);
  return follow();
}

/** A note that was typed goes with the next press, if not by Enter before. */
function saveNote() {
  const text = $("note").value.trim();
  if (!text || !label()) return;
  $("note").value = "";
  link.do("note", { ticket: label(), text }, { patience: Infinity }).catch(({ message }) => {
    $("note").value = text;
    presses.say("refused", message);
  });
}

function render() {
  const { view } = link;
  const lost = link.state === "lost";
  // nobody knows who was called elsewhere since the cut: waits stand still, only the clock on the wall goes on
  const now = lost ? link.since : link.now();
  here = view && desk(view, id, now);
  renderBar({ link, here, presses, heard, holder: lookups.next?.officer, words: pressName });
  renderButton(lost, now);
  if (!here) return;
  renderUndo(here, link.now(), lost || presses.pending !== null, view.hall.policy.undo_s);
  const known = lookups.history?.ticket.label === label() ? lookups.history : null;
  const { ticket } = here;
  $("now").className = `box now ${ticket ? "taken" : ""} ${ticket?.priority ? "urgent" : ""} ${ticket && !lost ? here.state : ""}`;
  fill($("hand"), [here.counter, here.ticket, here.queue.length, lost, view.services, known], () => atHand(view, here, { lost, asOf: link.since, known }));
  $("memo").hidden = !here.ticket;
  const shown = lost ? [] : notices();
  const ours = lost ? [] : concerning(alarms, here.counter);
  const news = [here.forgotten, here.counter.asks, here.queue.length, asking(here).map(({ counter }) => [counter.id, counter.asks]), shown, ours];
  fill($("news"), news, () => newsRows(view, here, asking(here), shown, ours));
  $("news").hidden = !$("news").firstChild;
  $("nextbox").hidden = !lookups.next;
  if (lookups.next) fill($("next"), [lookups.next.ticket, lookups.next.why, whole(now)], () => nextUp(view, lookups.next, now));
  fill($("queue"), [here.services, whole(now), view.services], () => queueRows(view, here, now));
  $("aside").hidden = here.held.length + here.missed.length === 0;
  fill($("back"), [here.held, here.missed], () => backRows(view, here, press));
  fill($("mates"), here.mates, () => mateRows(view, here));
  runTimes(stage.doc.body, link.now());
  notice(lost, now);
}

const pressName = (name) => {
  const key = name === "call_next" && here?.ticket ? "counter.main.finish_call" : `counter.main.${name}`;
  return t(has(key) ? key : `counter.do.${name}`);
};

function renderButton(lost, now) {
  const { pending, told } = presses;
  const wanted = here && (signFirst() ? "sign" : common(here));
  $("main").setAttribute("aria-disabled", String(!wanted && !pending));
  if (pending) {
    write($("what"), pressName(pending.name));
    write($("hint"), lost ? t("counter.kept") : t("counter.sending"));
  } else if (here) {
    write($("what"), pressName(wanted ?? "call_next"));
    write($("hint"), hint(wanted, here.queue.length, now));
  }
  write($("told"), told?.text ?? "");
  $("told").className = `told ${told?.kind ?? ""}`;
  for (const button of stage.doc.querySelectorAll("#pad button")) {
    const action = button.dataset.do;
    button.setAttribute("aria-disabled", String(!here || !possible(action, here) || (lost && pending !== null)));
    write(button.querySelector("kbd"), capOf(action));
  }
}

function hint(wanted, n, now) {
  if (wanted === "sign") return t("sign.first");
  if (wanted === "open_counter") return n ? t("counter.hint.open_waiting", { n }) : t("counter.hint.open");
  if (wanted === "finish") return t("counter.hint.finish", { label: here.ticket.label });
  if (wanted === null) return t("counter.hint.nobody");
  const next = lookups.next?.ticket;
  if (next) return t(next.priority ? "counter.hint.next_priority" : "counter.hint.next", { label: next.label, n });
  return t("counter.hint.call_next", { n, time: minutes(now - here.queue[0].queued_at) });
}

/** Sounds and spoken words for what changed since last time; after a cut nothing is known to have changed. */
function notice(lost, now) {
  if (lost) return;
  const after = look(link.view, here, now, concerning(alarms, here.counter));
  if (!elsewhere()) tunes(before, after).slice(0, 1).forEach(play);
  if (before && after.idle && before.queue === 0 && after.queue > 0) write($("spoken"), t("counter.somebody", { n: after.queue }));
  if (after.label && after.label !== before?.label) write($("spoken"), `${t(`state.${here.state}`)} ${after.label}`);
  before = after;
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || stage.doc.querySelector("dialog[open]")) return;
  // the focus stays in a question for a moment after it has been closed: what is pressed then is a press
  if (event.target.matches("input") && !event.target.closest("dialog")) return void (event.key === "Escape" && $("main").focus());
  const action = actionOf(event);
  // Enter on a control that was reached with the Tab key is that control's own
  if (!action || (event.key === "Enter" && event.target.closest("a, button:not(#main)"))) return;
  event.preventDefault(); // or the digit would stand in the dialog that it opens
  if (!event.repeat) press(action, null, keyOf(event));
}

function onClick(event) {
  const button = event.target.closest("[data-do]");
  if (button) press(button.dataset.do);
  // after a press with mouse or finger Enter means the common path again, not this key once more
  if (event.detail > 0 && event.target.closest("button") && !stage.doc.querySelector("dialog[open]")) $("main").focus();
}

function listen(doc) {
  doc.addEventListener("keydown", onKey);
  doc.addEventListener("click", onClick);
}

$("memo").addEventListener("submit", (event) => {
  event.preventDefault();
  saveNote();
  presses.calm();
  $("main").focus();
});

// a press that waits for its answer lives in this page alone
addEventListener("beforeunload", (event) => presses.pending && event.preventDefault());
listen(document);
link
  .on("view", ({ event }) => {
    const left = !presses.pending && ["cancelled", "delayed"].includes(event?.kind) && label();
    render();
    if (left && left in event.changes.tickets) presses.say("refused", t(`counter.left.${event.kind}`, { label: left }));
    lookups.follow(event, here?.counter);
    if (event === null && here && mustTake(id) && !presses.pending) signOn();
  })
  .on("heard", ({ zones }) => {
    heard = zones;
    render();
  })
  .on("alarms", (told) => {
    alarms = told.alarms;
    render();
  })
  .on("state", render)
  .on("tick", render);
comeBack(link);
link.start();
setInterval(render, 1_000);
