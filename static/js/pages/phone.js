// A ticket on its holder's phone: one thing large, and only what is known.
import { comeBack } from "hallsys/elements/comeback.js";
import { Piece, h, icon } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { ahead, calls, countersFor } from "hallsys/live/hall.js";
import { Link } from "hallsys/live/link.js";
import { data, lang, named, t } from "hallsys/texts.js";
import { waitWords } from "hallsys/waits.js";

const SOON = 2; // people before me from which on I should be near
const CHIP = { waiting: "clock", soon: "speaker", serving: "person", held: "hourglass" };

/** `{state, label, service, at, before, wait, last, counters, counter}`; `state` is the ticket's, or "soon". */
class PhoneTicket extends Piece {
  draw(facts) {
    return facts.state === "called" ? come(facts) : place(facts);
  }
}
customElements.define("phone-ticket", PhoneTicket);

function come({ label, counter, at }) {
  return [
    h("section", { class: "card me now" }, h("p", {}, t("phone.come")), h("h1", { class: "num" }, label), h("p", {}, t("phone.to")),
      h("p", { class: "to" }, t("phone.counter_big", { counter }))),
    h("p", { class: "big" }, h("b", {}, t("phone.come_hint"))),
    h("p", { class: "say" }, t("phone.called_at", { time: at })),
  ];
}

function place({ state, label, service, before, wait, last, counters, counter }) {
  const sign = CHIP[state];
  const where = counters.length ? t("phone.counter", { counters: listed(counters) }) : null;
  return [
    h("section", { class: `card me ${state}` },
      sign ? h("p", {}, h("span", { class: `chip ${state}` }, icon(sign), t(`phone.${state}`))) : h("p", {}, h("b", {}, t(`phone.${state}`))),
      h("h1", { class: "num" }, label),
      h("p", {}, [service, where].filter(Boolean).join(" · "))),
    before !== null && h("dl", { class: "pair2" },
      h("div", { class: "card" }, h("dt", {}, t("phone.ahead")), h("dd", {}, before ? t("phone.people", { n: before }) : t("phone.nobody_ahead"))),
      wait && h("div", { class: "card" }, h("dt", {}, t("waits.label")), h("dd", {}, wait)),
      last && h("div", { class: "card" }, h("dt", {}, t("phone.last")), h("dd", {}, last))),
    h("p", { class: "say" }, t(`phone.${{ cancelled: "ended", expired: "ended" }[state] ?? state}_hint`, { counter })),
  ];
}

const listed = (ids) => (ids.length < 2 ? ids.join("") : `${ids.slice(0, -1).join(", ")} ${t("phone.or")} ${ids.at(-1)}`);

const part = (selector) => document.querySelector(selector);
const token = location.pathname.split("/").pop();
const link = new Link(data.hall, { lang: lang(), ticket: token }); // its right to follow a hall that is not open for reading
let wait = null; // this ticket's forecast
link.on("view", draw).on("state", draw).on("waits", ask);
comeBack(link);

/** There is a new forecast: what does it say of this ticket? */
async function ask() {
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/waits?${new URLSearchParams({ ticket: token })}`);
    wait = answer.ok ? (await answer.json()).tickets[data.ticket.label] ?? null : null;
  } catch {
    wait = null; // cut: nothing is better than something old
  }
  draw();
}

function draw() {
  const { view, state } = link;
  part("#live").hidden = state !== "live";
  part("#gone").hidden = state !== "lost";
  part("#gone span").textContent = t("phone.lost", { time: hourMinute(link.since, data.tz) });
  // a ticket that ended long ago is no longer in the view; then what the page came with is still true
  const ticket = view?.tickets[data.ticket.label] ?? data.ticket;
  part("phone-ticket").show(view ? facts(view, ticket) : { ...bare(ticket), service: "", counters: [] });
  document.title = `${ticket.label} · ${t("phone.title")}`;
}

const bare = ({ label, state, counter, called_at: at }) => ({ label, state, counter, at: at && hourMinute(at, data.tz), before: null, wait: "", last: null });

function facts(view, ticket) {
  const waits = ticket.state === "waiting";
  const before = waits ? ahead(view, ticket) : null;
  return { ...bare(ticket), state: waits && before <= SOON ? "soon" : ticket.state, before,
    wait: waits && link.state === "live" ? waitWords(wait, t) : "",
    service: named(view.services[ticket.service] ?? {}),
    counters: waits ? countersFor(view, ticket) : ticket.counter ? [ticket.counter] : [],
    last: waits ? calls(view).find(({ service }) => service === ticket.service)?.label ?? null : null };
}

draw();
link.start();
