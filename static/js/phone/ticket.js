// A ticket drawn for its holder: one thing large, and only what is known.
import { Piece, h, icon } from "hallsys/elements/piece.js";
import { t } from "hallsys/texts.js";

const SIGN = { waiting: "clock", soon: "speaker", away: "hourglass", serving: "person", held: "hourglass", done: "done" };
const DOTS = 12; // people drawn at most: more is a crowd, and the number says it

/** `{state, label, service, at, before, wait, last, until, counters, counter, belled, delay}`; `state` is the ticket's,
    "soon" when few are before it, "away" when its holder comes later; `delay`: whether that may be asked for. */
class PhoneTicket extends Piece {
  draw(facts) {
    return facts.state === "called" ? come(facts) : place(facts);
  }
}
customElements.define("phone-ticket", PhoneTicket);

function come({ label, counter, at, delay }) {
  return [
    h("section", { class: "card me now" }, h("p", {}, t("phone.come")), h("h1", { class: "num" }, label), h("p", {}, t("phone.to")),
      h("p", { class: "to" }, t("phone.counter_big", { counter }))),
    h("p", { class: "big" }, h("b", {}, t("phone.come_hint"))),
    h("p", { class: "say" }, t("phone.called_at", { time: at }), delay && ` ${t("phone.called_late")}`),
  ];
}

function place({ state, label, service, before, wait, last, until, counters, counter, belled }) {
  const sign = SIGN[state];
  const where = counters.length ? t("phone.counter", { counters: listed(counters) }) : null;
  return [
    h("section", { class: `card me ${state}` },
      sign ? h("p", {}, h("span", { class: `chip ${state}` }, icon(sign), t(`phone.${state}`))) : h("p", {}, h("b", {}, t(`phone.${state}`))),
      h("h1", { class: "num" }, label),
      h("p", {}, [service, where].filter(Boolean).join(" · "))),
    (before !== null || until) && h("dl", { class: "pair2" },
      before !== null && pair(t("phone.ahead"), before ? t("phone.people", { n: before }) : t("phone.nobody_ahead")),
      wait && pair(t("waits.label"), wait),
      until && pair(t(state === "held" ? "phone.held_until" : "phone.away_until"), until),
      last && pair(t("phone.last"), last)),
    before > 0 && h("p", { class: "ppl", "aria-hidden": "true" },
      Array.from({ length: Math.min(before, DOTS) }, () => h("i")), h("i", { class: "me-dot" })),
    h("p", { class: "say" }, hint(state, counter, belled)),
  ];
}

const pair = (name, value) => h("div", { class: "card" }, h("dt", {}, name), h("dd", {}, value));
const hint = (state, counter, belled) =>
  t(belled && state === "waiting" ? "phone.belled_hint" : `phone.${{ cancelled: "ended", expired: "ended" }[state] ?? state}_hint`, { counter });
const listed = (ids) => (ids.length < 2 ? ids.join("") : `${ids.slice(0, -1).join(", ")} ${t("phone.or")} ${ids.at(-1)}`);
