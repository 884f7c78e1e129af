// One hall beside others: a monitor small enough that four of them stand on a wall. It follows its hall by a link of its own.
import { h, icon } from "hallsys/elements/piece.js";
import { Link } from "hallsys/live/link.js";
import { Figures } from "hallsys/monitor/figures.js";
import { overview } from "hallsys/monitor/model.js";
import { elapsed, exact, minutes, whole } from "hallsys/staff/clock.js";
import { chip, fill } from "hallsys/staff/dom.js";
import { counterName } from "hallsys/staff/hall.js";
import { lang, named, t } from "hallsys/texts.js";

const LINES = 6; // services that are listed, those with the longest waits
const LOOK = { called: ["called", "speaker"], serving: ["ok", "person"], ready: ["ok", "done"], paused: ["off", "pause"], closed: ["off", "closed"] };

export class Panel {
  #link;
  #figures;
  #parts;

  /** `remove()` takes the panel away. */
  constructor(hall, remove) {
    const path = `/halls/${encodeURIComponent(hall.id)}`;
    this.#link = new Link(hall.id, { lang: lang() });
    this.#figures = new Figures(`/api/v1${path}/stats`, () => this.render());
    const part = (tag, name) => h(tag, { class: name });
    this.#parts = { say: part("p", "say"), lost: part("p", "lostline"), figs: part("dl", "small"), services: part("ul", "lines"), counters: part("ul", "ctrs") };
    const { say, lost, figs, services, counters } = this.#parts;
    lost.setAttribute("role", "status");
    this.element = h("section", { class: "box panel", "aria-label": named(hall) },
      h("h2", {}, h("a", { href: `${path}/monitor?lang=${lang()}` }, named(hall)),
        h("button", { type: "button", class: "away", click: remove, "aria-label": t("overview.remove", { name: named(hall) }) }, icon("close"))),
      say, lost, figs, h("h3", {}, t("overview.services")), services, h("h3", {}, t("overview.counters")), counters);
    this.#link.on("view", () => {
      this.#figures.want();
      this.render();
    });
    this.#link.on("state", () => this.render());
    this.#link.start();
    this.render();
  }

  stop() {
    this.#figures.stop();
    this.#link.stop();
  }

  render() {
    const { view, state, since } = this.#link;
    const { say, lost, figs, services, counters } = this.#parts;
    const cut = state === "lost";
    this.element.dataset.link = state;
    lost.hidden = !cut;
    if (cut) fill(lost, since, () => [icon("lost"), h("span", {}, t("monitor.lost", { time: exact(since, view?.hall.tz) }))]);
    if (!view) return;
    const at = cut ? since : this.#link.now();
    const all = overview(view, this.#figures.now, at);
    const [key, params] = all.sentence;
    fill(say, [key, params, all.level], () => [chip(all.level === "fine" ? "ok" : all.level, all.level === "fine" ? "done" : all.level, t(key, { ...params, name: params.name && named(params.name, "short") }))]);
    const spread = all.hour ? `${Math.round(all.hour.p50 / 60)} · ${Math.round(all.hour.p90 / 60)}` : "–";
    const rows = [["monitor.fig.waiting", all.waiting], ["monitor.fig.longest", all.longest === null ? "–" : minutes(all.longest)],
      ["overview.p50p90", spread], ["monitor.fig.open", `${all.open} / ${all.counters.length}`]];
    fill(figs, rows, () => rows.map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, String(value)))));
    const lines = all.services.filter(({ waiting }) => waiting).sort((a, b) => b.longest - a.longest).slice(0, LINES);
    const shown = lines.map((row) => ({ ...row, longest: whole(row.longest) }));
    fill(services, [shown, view.hall.limits], () => (lines.length ? lines.map((row) => line(row, view.hall.limits)) : h("li", { class: "none" }, t("monitor.nobody"))));
    fill(counters, [all.counters, whole(at)], () => all.counters.map((row) => counter(row)));
    for (const element of counters.querySelectorAll("[data-called]")) element.textContent = elapsed(at - Number(element.dataset.called));
  }
}

function line({ service, waiting, longest, level }, limits) {
  const bar = h("span", { class: `lim ${level}`, "aria-hidden": "true" }, h("i"));
  bar.firstElementChild.style.width = `${Math.min(100, longest / limits.ceiling / 10)}%`;
  const wait = level === "fine" ? minutes(longest) : chip(level, level, minutes(longest));
  return h("li", {}, h("span", { class: "l" }, service.letter), h("span", { class: "name" }, named(service, "short")), h("b", {}, String(waiting)), bar, h("span", { class: "r" }, wait));
}

function counter({ counter: row, state, since, ticket }) {
  const [kind, drawn] = LOOK[state];
  return h("li", {}, h("b", { "aria-label": counterName(row) }, row.id), h("b", {}, ticket?.label ?? "–"),
    h("span", {}, h("span", { class: `chip ${kind}` }, icon(drawn), h("span", {}, t(`state.${state}`), state === "called" && [" ", h("span", { "data-called": since })]))));
}
