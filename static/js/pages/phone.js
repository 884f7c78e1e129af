// A ticket on its holder's phone: it follows the hall as the boards do, calls its holder, and takes the few presses that
// a holder has.
import { comeBack } from "hallsys/elements/comeback.js";
import { hourMinute } from "hallsys/elements/time.js";
import { ahead, calls, countersFor } from "hallsys/live/hall.js";
import { Link } from "hallsys/live/link.js";
import * as bell from "hallsys/phone/bell.js";
import { data, lang, named, t } from "hallsys/texts.js";
import { waitWords } from "hallsys/waits.js";
import "hallsys/elements/rating.js";
import "hallsys/phone/acts.js";
import "hallsys/phone/ticket.js";

const SOON = 2; // people before me from which on I should be near
const PATIENCE = 20_000; // ms for which a press is repeated while the store is away

const part = (selector) => document.querySelector(selector);
const token = location.pathname.split("/").pop();
const link = new Link(data.hall, { lang: lang(), ticket: token }); // its right to follow a hall that is not open for reading
const label = data.ticket.label;
let wait = null; // this ticket's forecast
let problem = null; // why the last press was not done
let was = null; // the state that was drawn last
let heard = 0; // the calls of this ticket that the phone has rung for
let asked = data.rated; // whether the rating is over

link.on("view", ({ view }) => notice(view)).on("state", draw).on("waits", ask).on("tick", draw);
comeBack(link);
part("phone-acts").be({ press, bell: () => bell.wake().then(draw), coming: bell.hush });
part("rating-ask").addEventListener("rate", ({ detail }) => rate(detail));
part("rating-ask").addEventListener("skip", () => {
  asked = true;
  draw();
});

/** There is a new forecast: what does it say of this ticket? */
async function ask() {
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/waits?${new URLSearchParams({ ticket: token })}`);
    wait = answer.ok ? (await answer.json()).tickets[label] ?? null : null;
  } catch {
    wait = null; // cut: nothing is better than something old
  }
  draw();
}

async function press(name) {
  problem = null;
  try {
    await link.do(name, { token }, { patience: PATIENCE });
  } catch (refused) {
    problem = refused.message;
  }
  draw();
}

async function rate(answer) {
  asked = true;
  draw();
  part("rating-ask").thank();
  try {
    await link.do("rate", { token, ...answer }, { patience: PATIENCE });
  } catch (refused) {
    problem = refused.message;
    draw();
  }
}

/** What has changed that its holder should hear of. */
function notice(view) {
  const ticket = view.tickets[label];
  const calls = ticket?.state === "called" ? ticket.calls : 0;
  if (calls > heard) {
    bell.call();
    part("#told").textContent = t("phone.told", { label, counter: ticket.counter });
  } else if (heard && !calls) {
    bell.hush();
    part("#told").textContent = "";
  }
  heard = calls;
  draw();
}

function draw() {
  const { view, state } = link;
  part("#live").hidden = state !== "live";
  part("#gone").hidden = state !== "lost";
  part("#gone span").textContent = t("phone.lost", { time: hourMinute(link.since, data.tz) });
  // a ticket that ended long ago is no longer in the view; then what the page came with is still true
  const ticket = view?.tickets[label] ?? data.ticket;
  const shown = view ? facts(view, ticket) : { ...bare(ticket), service: "", counters: [] };
  if (shown.state === "soon" && was === "waiting") bell.soon();
  if (shown.state !== was) problem = null;
  was = shown.state;
  const delay = late(view, ticket);
  part("phone-ticket").show({ ...shown, delay: delay > 0 });
  part("phone-acts").tell({ state: shown.state, label, bell: bell.belled() ? "on" : "off", late: delay, live: state === "live", problem });
  offer(shown.state === "done");
  bell.mark(shown.state === "called" ? t("phone.told", { label, counter: shown.counter }) : `${label} · ${t("phone.title")}`, shown.state === "called");
}

/** Whether it was good is asked once, when all is done. */
function offer(done) {
  const element = part("rating-ask");
  const open = Boolean(element.querySelector(".faces"));
  if (done && !asked && !open) element.ask(data.reasons);
  else if ((!done || asked) && open) element.replaceChildren();
}

/** The minutes that this ticket may still ask for. */
function late(view, ticket) {
  const policy = view?.hall.policy;
  return policy && (ticket.delays ?? 0) < policy.late_times ? Math.round(policy.late_s / 60) : 0;
}

const bare = ({ label: number, state, counter, called_at: at }) =>
  ({ label: number, state, counter, at: at && hourMinute(at, data.tz), before: null, wait: "", last: null, until: null, belled: bell.belled() });

function facts(view, ticket) {
  const waits = ticket.state === "waiting";
  const away = waits && ticket.not_before > link.now();
  const before = waits && !away ? ahead(view, ticket, link.now()) : null;
  const until = away ? ticket.not_before : ticket.state === "held" ? ticket.queued_at + view.hall.policy.held_expire_s * 1000 : null;
  return { ...bare(ticket), state: away ? "away" : waits && before <= SOON ? "soon" : ticket.state, before,
    wait: waits && !away && link.state === "live" ? waitWords(wait, t) : "",
    until: until && hourMinute(until, data.tz),
    service: named(view.services[ticket.service] ?? {}),
    counters: waits ? countersFor(view, ticket) : ticket.counter ? [ticket.counter] : [],
    last: waits ? calls(view).find(({ service }) => service === ticket.service)?.label ?? null : null };
}

draw();
link.start();
