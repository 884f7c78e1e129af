// A tablet at a counter: after each service it asks for a while how it was, and then rests again.
import { comeBack } from "hallsys/elements/comeback.js";
import { hourMinute } from "hallsys/elements/time.js";
import { Link } from "hallsys/live/link.js";
import { data, lang, t } from "hallsys/texts.js";
import "hallsys/elements/rating.js";

const PATIENCE = 20_000; // ms for which an answer is repeated while the store is away
const THANKS = 4_000; // ms

const part = (selector) => document.querySelector(selector);
const asks = part("rating-ask");
const link = new Link(data.hall, { lang: lang() });
let label = null; // the ticket that is asked about
let timer = 0;
let until = 0; // ms: an answer is not taken after that, however long somebody chooses

link.on("view", ({ view, event }) => follow(view, event)).on("state", told);
comeBack(link);

function told() {
  part(".rate").dataset.link = link.state;
  part("#gone").hidden = link.state !== "lost";
  part("#gone span").textContent = t("rate.lost", { time: hourMinute(link.since, data.tz) });
}

/** A service that ends at this counter is asked about; the next call ends the question, as somebody else comes. */
function follow(view, event) {
  const rows = Object.values(event?.changes.tickets ?? {}).filter((row) => row?.counter === data.counter);
  const ended = rows.find(({ state }) => state === "done");
  if (event?.kind === "finished" && ended) ask(ended.label);
  else if (rows.some((row) => row.label === label && row.state !== "done")) rest(); // taken back
  else if (label !== null && view.tickets[label]?.counter !== data.counter) rest();
}

function ask(which) {
  label = which;
  part("#rest").hidden = true;
  part("#whose").hidden = false;
  part("#whose").textContent = t("rate.for", { label, counter: data.counter });
  asks.ask(data.reasons);
  until = performance.now() + (data.ask_s + data.grace_s) * 1000;
  linger();
}

/** Somebody is choosing. */
function linger() {
  wait(Math.min(data.ask_s * 1000, until - performance.now()));
}

function rest() {
  label = null;
  clearTimeout(timer);
  part("#whose").hidden = true;
  asks.hidden = true;
  asks.replaceChildren();
  part("#rest").hidden = false;
}

function wait(ms) {
  clearTimeout(timer);
  timer = setTimeout(rest, ms);
}

if (data.counter) {
  part("#where").textContent = t("rate.counter", { counter: data.counter });
  asks.addEventListener("touched", linger);
  asks.addEventListener("skip", rest);
  asks.addEventListener("rate", ({ detail }) => {
    const ticket = label;
    label = null;
    part("#whose").hidden = true;
    asks.thank();
    wait(THANKS);
    // It is not for the person to wait for, nor to hear that the phone was quicker.
    link.do("rate_here", { counter: data.counter, ticket, ...detail }, { patience: PATIENCE }).catch(() => {});
  });
  link.start();
}
