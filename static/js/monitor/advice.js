// One piece of advice, with its reason and two buttons: do it, or hear of it later. Asked for whenever a forecast was made.
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { Figures } from "hallsys/monitor/figures.js";
import { fill } from "hallsys/staff/dom.js";
import { serviceName } from "hallsys/staff/hall.js";
import { named, t } from "hallsys/texts.js";

const LONG = 120; // min from which a wait is only said to be longer
const APART = 600_000; // ms by which the end of the day must differ to be worth a word
const LESS = 120; // s of wait below which a difference is not worth a word

export class Adviser {
  #box;
  #link;
  #base;
  #told;
  #done = null; // the advice that somebody followed or put off here: gone before the next answer
  #trouble = "";

  constructor(box, link, hall) {
    this.#box = box;
    this.#link = link;
    this.#base = `/api/v1/halls/${encodeURIComponent(hall)}/advice`;
    this.#told = new Figures(this.#base, () => this.render());
    link.on("waits", () => this.#told.want());
  }

  /** Draws what stands; nothing while the link is cut. */
  render() {
    const { view, state } = this.#link;
    const advice = view && state !== "lost" && !this.#told.failed ? (this.#told.now?.advice ?? null) : null;
    const shown = advice && advice.id !== this.#done ? advice : null;
    this.#box.hidden = !shown;
    fill(this.#box, [shown, this.#trouble], () => (shown ? this.#row(view, shown) : []));
  }

  #row(view, advice) {
    const button = (name, press) => h("button", { type: "button", class: name, click: press, "data-focus": name }, t(`advice.${name}`));
    return [icon("advice"), h("div", {}, h("b", {}, heading(view, advice)), h("p", {}, reason(view, advice)), this.#trouble && h("p", { role: "alert" }, this.#trouble)),
      button("go", () => this.#follow(view, advice)), button("later", () => this.#later(advice))];
  }

  async #follow(view, { id, kind, counter, serves }) {
    this.#trouble = "";
    try {
      const takes = view.counters[counter]?.services ?? [];
      if (kind !== "close" && serves.join() !== takes.join()) await this.#link.do("assign_counter", { counter, services: serves });
      if (kind !== "also") await this.#link.do(kind === "open" ? "open_counter" : "close_counter", { counter });
      this.#done = id;
    } catch (error) {
      this.#trouble = error.message;
    }
    this.render();
  }

  async #later({ id }) {
    this.#done = id;
    this.render();
    const sent = await fetch(`${this.#base}/later`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ id }) }).catch(() => null);
    if (!sent?.ok) this.#done = null;
    this.#told.want();
  }
}

function lineName(view, line) {
  if (line.startsWith("@")) return t("advice.sent", { counter: line.slice(1) });
  if (line.startsWith("#")) return named(view.hall.groups?.find(({ id }) => id === line.slice(1)) ?? { name: line.slice(1) });
  return serviceName(view, line, "short");
}

const heading = (view, { kind, counter, service }) => t(`advice.${kind}`, { counter, service: service && lineName(view, service) });

function reason(view, { kind, service, before, after, ends_before: from, ends_after: to, other, grows }) {
  if (kind === "close") return t("advice.idle", { after: minutesOf(after) });
  const tz = view.hall.tz;
  return [
    before - after >= LESS && t("advice.wait", { service: lineName(view, service), before: minutesOf(before), after: minutesOf(after) }),
    from - to >= APART && t("advice.ends", { before: hourMinute(from, tz), after: hourMinute(to, tz) }),
    grows && t("advice.grows", { service: lineName(view, other), n: Math.round(grows / 60) }),
  ].filter(Boolean).join(" ");
}

function minutesOf(seconds) {
  const n = Math.max(1, Math.round(seconds / 60));
  return n > LONG ? t("advice.hours", { n: Math.floor(n / 60) }) : t("advice.minutes", { n });
}
