// What each board draws, from `{view, settings, scope, lost, stage, heard, noticed, waits, now, time(ms)}`.
import { counterFacts, duties, instead, noticeFacts, quiet, recent, serviceName, stateWord, waitFacts, waitingFor } from "hallsys/board/model.js";
import { fit } from "hallsys/board/fit.js";
import { landscape } from "hallsys/board/media.js";
import { both } from "hallsys/board/words.js";
import { hoursOf } from "hallsys/elements/time.js";
import { counterState } from "hallsys/live/hall.js";
import { data } from "hallsys/texts.js";

const LAST = 4; // last calls that a board has room for; beside media there is room for two
const BESIDE_MEDIA = 2;
const FEW = 4; // services that a line beside media has room for

const part = (selector) => document.querySelector(selector);
const counterWord = () => both(({ t }) => t("board.counter"));

/** Hall, zone and media: the call, what was called before, every counter, who waits, what the hall has to say. */
export function drawWall(context) {
  const { view, settings, scope, lost, time } = context;
  const media = settings.board === "media";
  const place = ({ named }) => named(settings.zone ?? view.hall, settings.zone ? "name" : "province");
  const [name, also] = both(({ named }) => named(view.hall));
  const [below, alsoBelow] = both(place);
  part("hall-title").show({ name, below: [below, [also, alsoBelow].filter(Boolean).join(", ")] });
  const { large, past, idle, next } = callsOf(context);
  const [wall, left] = [part(".board"), part(".left")];
  part("#idle").hidden = !idle;
  part("hall-call").hidden = idle;
  if (idle) welcome(context);
  else part("hall-call").show({ arrow: settings.arrow, to: counterWord(), calls: large });
  const shown = new Set(idle ? [] : large.map(({ label }) => label));
  const last = next ? [] : past.filter(({ label }) => !shown.has(label)).slice(0, media ? BESIDE_MEDIA : LAST);
  part("hall-last").show({ calls: last.map(({ label, counter }) => ({ label, counter })), to: counterWord(), title: both(({ t }) => t("board.last")) });
  left.classList.toggle("full", last.length === 0);
  wall.classList.toggle("paired", large.length > 1);
  const counters = media ? [] : counterFacts(view, scope, both, time);
  part("hall-counters").show({ lost, title: both(({ t }) => t("board.counters"))[0], counters });
  part(".main").classList.toggle("solo", !media && counters.length === 0);
  const waits = waitFacts(view, scope, both, lost, context.waits);
  part("hall-waits").hidden = waits.length === 0;
  part("hall-waits").show({ word: both(({ t }) => t("board.waiting"))[0], waits: media ? busiest(waits) : waits });
  drawNotices(context);
  playMedia(context, media);
  fit(wall);
}

/** Which calls are large: those that are spoken and the one that follows, else the last one at rest. */
function callsOf({ view, scope, lost, stage, heard, time }) {
  const past = recent(view, heard, scope);
  const lit = lost ? [] : stage.lit.filter(scope.sees).slice(0, 2);
  const next = lit.length === 1 && stage.next && scope.sees(stage.next) ? stage.next : null;
  const idle = !lit.length && !lost && (past.length === 0 || quiet(view, scope));
  const fact = (call, look, say) => ({ label: call.label, counter: call.counter, look, wave: look === "lit" && stage.speaks(call), say: both(say),
    what: both(serviceName(view.services[call.service])) });
  const large = [
    ...lit.map((call) => fact(call, "lit", ({ t }) => t("board.now"))),
    ...(next ? [fact(next, "rest", ({ t }) => t("board.next"))] : []),
    ...(lit.length || idle ? [] : past.slice(0, 1).map((call) => (lost
      ? fact(call, "stale", ({ t }) => t("board.stale", { time: time(call.at) }))
      : fact(call, "rest", ({ t }) => t("board.rest"))))),
  ];
  return { large, past, idle, next: large.length > 1 };
}

/** Nobody waits: an empty board says so, and what to do. */
function welcome({ view, scope }) {
  const served = view.hall.open && scope.counters.some(({ state }) => state === "open");
  const picture = part("#idle .pic");
  if (!picture.firstChild) picture.append(landscape("tall"));
  part("hall-idle").show({ head: both(({ t }) => t(view.hall.open ? "board.nobody" : "board.closed_day")),
    hint: served ? both(({ t }) => t("board.nobody_hint")) : hours(view) });
}

/** The hall's opening hours as a sentence; nothing where they are not known. */
const hours = (view) => (view.hall.hours?.length ? both(({ t }) => t("board.hours", { hours: hoursOf(view.hall) })) : []);

/** A hall's notice may carry its hours already; without any notice the hours are the notice. */
function drawNotices({ view, settings, now, noticed }) {
  const found = noticeFacts(view, settings.zone, now, both).map(({ id, texts }) => ({ texts, lit: Boolean(id) && (noticed ?? "").startsWith(`notice-${id}-`) }));
  const texts = hours(view);
  part("hall-notice").show({ notices: found.length || !texts.length ? found : [{ texts, lit: false }] });
}

const busiest = (waits) => [...waits].sort((a, b) => (b.count ?? 0) - (a.count ?? 0)).slice(0, FEW);

function playMedia({ view, scope }, media) {
  const piece = part("hall-media");
  piece.hidden = !media;
  if (media) piece.play({ base: `/halls/${encodeURIComponent(data.hall)}/media`, services: scope.services.filter(({ open }) => open), both });
  else piece.rest();
}

/** The screen on a counter. */
export function drawTop({ view, settings, lost, heard, time }) {
  const counter = view.counters[settings.counter];
  const state = counterState(view, counter);
  const ticket = view.tickets[counter.ticket];
  const other = instead(view, counter);
  const waits = waitingFor(view, counter);
  const others = waits ? both(({ t }) => t("board.people", { n: waits })) : [];
  const hints = {
    free: waits ? [] : both(({ t }) => t("board.nobody_hint")),
    paused: both(({ t }) => (other ? t("board.instead_kept", { counter: other }) : t("board.kept"))),
    closed: other ? both(({ t }) => t("board.instead", { counter: other })) : hours(view),
  };
  const right = { called: stateWord(view, counter, both, time), closed: [],
    paused: counter.until ? both(({ t }) => t("board.open_at", { time: time(counter.until) })) : [] };
  part("hall-top").show({
    sign: counter.id, to: counterWord(), state, lost, label: ticket?.label ?? null,
    say: lost && ticket ? both(({ t }) => t("board.stale_number", { time: time(Math.max(ticket.called_at ?? 0, ticket.started_at ?? 0, heard[ticket.label] ?? 0)) }))
      : both(({ t }) => (state === "called" ? t("board.now") : t("board.serving"))),
    big: stateWord(view, counter, both, time),
    hint: hints[state] ?? [],
    left: lost ? both(({ t }) => t("board.lost_top")) : both(duties(view, counter)),
    right: lost ? [] : right[state] ?? others,
  });
}

/** The strip of lights. */
export function drawStrip(context) {
  const { view, settings, lost, time, now } = context;
  const { large, idle } = callsOf(context);
  part("hall-strip").show({
    title: both(({ named }) => named(view.hall))[0],
    calls: idle ? [] : large.map(({ look, label, counter }) => ({ look, label, counter })),
    to: counterWord(),
    arrow: settings.arrow,
    clock: time(now),
    rest: both(({ t }) => t(view.hall.open ? "board.nobody" : "board.closed_day")),
    lost: lost ? both(({ t }) => t("board.lost_short")) : [],
  });
}
