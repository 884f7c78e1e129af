// The hall's alarms on the supervisor's page: the worst first, each with its word and a button; what was; who is told outside.
import { h, icon } from "hallsys/elements/piece.js";
import { hourMinute, longDay } from "hallsys/elements/time.js";
import { Figures } from "hallsys/monitor/figures.js";
import { chip, fill, write } from "hallsys/staff/dom.js";
import { play } from "hallsys/staff/sound.js";
import { data, lang, named, t } from "hallsys/texts.js";

export const WALL = matchMedia("(min-width: 1600px)"); // as in monitor.css: nobody scrolls there
const shownFirst = () => (WALL.matches ? 3 : 2); // alarms; the rest on a press, or a bad day would push the hall's figures away
const DRAWN = { warn: "warn", alarm: "alarm", critical: "alarm" };
const base = `/api/v1/halls/${encodeURIComponent(data.hall)}`;
const headers = { "content-type": "application/json", "accept-language": document.documentElement.lang };
const $ = (name) => document.getElementById(name);

/** "09:42", with the day where it is not today's. */
function when(ms, tz) {
  const day = longDay(ms, tz) === longDay(Date.now(), tz) ? "" : new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : "vi-VN", { timeZone: tz, day: "2-digit", month: "2-digit" }).format(ms);
  return `${day} ${hourMinute(ms, tz)}`.trim();
}

export class Alarms {
  #now = []; // as the server told them last
  #before = null; // what was told of each, to sound for what is new
  #mine = []; // as the server answered when somebody pressed here
  #all = false;
  #book; // what only supervisors may ask: names, what was, who is told outside
  #changed;

  /** `changed` is called when there is something to draw. */
  constructor(changed) {
    this.#changed = changed;
    this.#book = new Figures(`${base}/alarms`, changed);
    $("alarm-past").addEventListener("toggle", changed);
  }

  want() {
    this.#book.want();
  }

  /** The frame `alarms`. */
  tell(alarms) {
    this.#now = alarms;
    this.#mine = this.#mine.filter(({ id }) => this.has(id));
    this.#announce();
    this.#book.want();
    this.#changed();
  }

  has(id) {
    return this.#now.some((alarm) => alarm.id === id);
  }

  /** Draws everything; after a cut nobody knows what still holds. */
  draw(tz, lost) {
    const names = new Map([...(this.#book.now?.alarms ?? []), ...this.#mine].map(({ id, since, by }) => [`${id} ${since}`, by]));
    const rows = lost ? [] : this.#now.map((alarm) => ({ ...alarm, by: names.get(`${alarm.id} ${alarm.since}`) }));
    const shown = this.#all ? rows : rows.slice(0, shownFirst());
    $("alarms").hidden = !rows.length;
    fill($("alarm-list"), [shown, rows.length], () => [...shown.map((alarm) => this.#row(alarm, tz)), this.#rest(rows.length)]);
    if ($("alarm-past").open) this.#past(tz);
  }

  /** Whoever is told outside, where something is wrong with it. */
  chips() {
    return (this.#book.now?.webhooks ?? []).flatMap(({ id, dead, trouble }) => [
      trouble && chip("alarm", "alarm", t("alarms.hook.trouble", { name: id })),
      dead > 0 && chip("warn", "warn", t("alarms.hook.dead", { name: id, n: dead })),
    ]).filter(Boolean);
  }

  /** What the chips depend on. */
  get facts() {
    return this.#book.now?.webhooks ?? null;
  }

  #announce() {
    const told = new Map(this.#now.map(({ id, since, times }) => [`${id} ${since}`, times]));
    const fresh = this.#now.filter(({ id, since, times, state }) => state === "raised" && times > (this.#before?.get(`${id} ${since}`) ?? 0));
    if (fresh.length) write($("alarm-said"), fresh.map((alarm) => `${t(`alarms.severity.${alarm.severity}`)}: ${named(alarm, "text")}`).join(". "));
    if (this.#before && fresh.some(({ severity }) => severity !== "warn")) play("limit");
    this.#before = told;
  }

  #row(alarm, tz) {
    const { id, severity, state, since, times, by, at } = alarm;
    const taken = state === "acknowledged";
    const time = at && hourMinute(at, tz);
    const facts = [t("alarms.since", { time: hourMinute(since, tz) }), times > 1 && t("alarms.again", { n: times }),
      taken && (by ? t("alarms.taken", { name: by, time }) : t("alarms.taken_by_somebody", { time }))].filter(Boolean);
    return h("li", { class: `${severity}${taken ? " taken" : ""}`, "data-alarm": id },
      icon(taken ? "person" : DRAWN[severity]), h("b", { class: "word" }, t(`alarms.severity.${severity}`)),
      h("div", {}, h("b", {}, named(alarm, "text")), h("small", {}, facts.join(" · "))),
      !taken && h("button", { type: "button", "data-focus": id, click: () => this.#take(id) }, t("alarms.take"), h("span", { class: "sr" }, `: ${named(alarm, "text")}`)));
  }

  #rest(count) {
    if (this.#all || count <= shownFirst()) return null;
    const all = () => {
      this.#all = true;
      this.#changed();
    };
    return h("li", { class: "rest" }, h("button", { type: "button", "data-focus": "rest", click: all }, t("alarms.more", { n: count - shownFirst() })));
  }

  async #take(id) {
    const told = await this.#send(`alarms/${encodeURIComponent(id)}/acknowledge`);
    write($("alarm-told"), told ? "" : t("alarms.failed"));
    if (told) this.#mine.push(told.alarm);
    this.#changed();
  }

  async #again(ids) {
    const told = await this.#send("webhooks/again", { ids });
    write($("alarm-told"), told ? t("alarms.sending", { n: told.sent }) : t("alarms.failed"));
    this.#book.want();
  }

  /** The answer, or null. */
  async #send(path, body = {}) {
    try {
      const answer = await fetch(`${base}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  #past(tz) {
    const { past = [], webhooks = [], dead = [] } = this.#book.now ?? {};
    write($("past-none"), past.length ? "" : t("alarms.past_none"));
    $("past-table").hidden = !past.length;
    fill($("past-rows"), past, () => past.map((alarm) => h("tr", {}, h("th", { scope: "row" }, named(alarm, "text")),
      h("td", {}, when(alarm.since, tz)), h("td", {}, when(alarm.over, tz)), h("td", {}, t(`alarms.severity.${alarm.worst ?? "warn"}`)), h("td", {}, alarm.by ?? "–"))));
    fill($("hooks"), webhooks, () => webhooks.map(({ id, waiting, dead: lost, trouble }) =>
      trouble ? chip("alarm", "alarm", t("alarms.hook.trouble", { name: id })) : lost ? chip("warn", "warn", t("alarms.hook.dead", { name: id, n: lost }))
        : waiting ? chip("off", "clock", t("alarms.hook.waiting", { name: id, n: waiting })) : chip("ok", "done", t("alarms.hook.ok", { name: id }))));
    fill($("dead"), dead, () => dead.length && [
      h("h3", {}, t("alarms.dead"), " ", h("button", { type: "button", "data-focus": "all", click: () => this.#again(null) }, t("alarms.send_all_again"))),
      h("ul", {}, dead.map(({ id, webhook, alarm, event, made, said }) => h("li", {}, h("span", {}, `${when(made, tz)} · ${webhook} · ${t(`alarm.event.${event}`)} · ${alarm} · ${said}`),
        h("button", { type: "button", "data-focus": id, click: () => this.#again([id]) }, t("alarms.send_again"), h("span", { class: "sr" }, ` ${alarm}`)))))]);
  }
}
