// What was done in the hall, by whom and why: the lines of a day, asked for while somebody looks, and only what is new.
import { h } from "hallsys/elements/piece.js";
import { exact } from "hallsys/staff/clock.js";
import { fill, write } from "hallsys/staff/dom.js";
import { counterName, pauseReason, whyWords } from "hallsys/staff/hall.js";
import { data, has, named, t } from "hallsys/texts.js";

const GAP = 5_000; // ms between two looks at the running day
const SHOWN = 200; // lines, the latest first; the table for a spreadsheet has all of them
const GIVEN = /^(chosen|held|noted|transferred|cancelled): /; // before the officer's own words
const path = `/api/v1/halls/${encodeURIComponent(data.hall)}/audit`;
const $ = (name) => document.getElementById(name);

/** Follows the form `#trail-form` while `#trail` is open. `view()` is the hall as it is now. Returns what to call after events. */
export function startTrail(view) {
  const form = $("trail-form");
  const state = { query: null, lines: [], after: null, asked: -Infinity, timer: null, problem: "" };

  const wanted = () => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, tidy(name, value)]).filter(([, value]) => value));

  async function ask() {
    state.timer = null;
    state.asked = performance.now();
    const query = wanted();
    if (String(query) !== state.query) Object.assign(state, { query: String(query), lines: [], after: null });
    const mine = state.query;
    try {
      for (let more = true; more; ) {
        const page = new URLSearchParams(query);
        if (state.after) page.set("after", state.after);
        const answer = await fetch(`${path}?${page}`, { headers: { accept: "application/json", "accept-language": document.documentElement.lang } });
        const told = await answer.json();
        if (state.query !== mine) return; // somebody has asked for something else since
        if (!answer.ok) throw new Error(answer.status === 404 ? t("trail.no_day") : told.error.message);
        state.lines.push(...told.lines);
        state.after = told.lines.at(-1)?.at ?? state.after;
        more = told.next !== null;
      }
      state.problem = "";
    } catch (error) {
      if (state.query !== mine) return;
      state.problem = error instanceof TypeError ? t("trail.away") : error.message;
    }
    draw(query);
  }

  function draw(query) {
    const { hall } = view();
    const found = state.lines.length;
    const latest = state.lines.slice(-SHOWN).reverse();
    write($("trail-said"), state.problem || (found > SHOWN ? t("trail.more", { n: found, shown: SHOWN }) : found ? t("trail.all", { n: found }) : t("trail.nothing")));
    $("trail-table").hidden = !found;
    fill($("trail-lines"), latest, () => latest.map((line) => row(view(), line, hall.tz)));
    $("trail-csv").href = `${path}?${new URLSearchParams([...query, ["format", "csv"]])}`;
  }

  /** Looks now, or when the last look is long enough ago. */
  function look(now = false) {
    if (!$("trail").open || !view()) return;
    if (now) clearTimeout(state.timer);
    else if (state.timer !== null) return;
    state.timer = setTimeout(ask, now ? 0 : Math.max(0, state.asked + GAP - performance.now()));
  }

  $("trail").addEventListener("toggle", () => look(true));
  form.addEventListener("change", () => look(true));
  form.addEventListener("submit", (event) => (event.preventDefault(), look(true)));
  return () => look();
}

const tidy = (name, value) => (name === "ticket" ? value.trim().toUpperCase() : value);

function row(view, { time, kind, who, counter, ticket, why, note }, tz) {
  const words = has(`trail.kind.${kind}`) ? t(`trail.kind.${kind}`) : kind;
  const place = counter && (view.counters[counter] ? counterName(view.counters[counter]) : counter);
  return h("tr", {}, h("td", {}, exact(time, tz)), h("th", { scope: "row" }, words), h("td", {}, ticket ?? ""), h("td", {}, place ?? ""),
    h("td", {}, by(who)), h("td", { class: "words" }, [why && exactly(view, why), said(view, kind, note)].filter(Boolean).join(" · ")));
}

/** `officer Lan` in words. */
function by(who) {
  const [role, ...name] = who.split(" ");
  return [has(`trail.by.${role}`) ? t(`trail.by.${role}`) : role, name.join(" ")].filter(Boolean).join(" ");
}

/** Why, or where to: the codes of a choice, and those that only the trail has. */
function exactly(view, why) {
  const params = Object.fromEntries(why.split(" ").slice(1).map((pair) => pair.split("=")));
  if (why.startsWith("asks ")) return t(`help.${params.kind}`);
  const words = why.startsWith("to_") || why.startsWith("assigned ") ? ["place", "after", "mode"].filter((name) => params[name] && params[name] !== "all").map((name) =>
    name === "after" ? t("counter.after_minutes", { n: params.after }) : t(name === "place" ? `counter.place.${params.place}` : `trail.mode.${params.mode}`)) : [];
  return [whyWords(view, why, "trail.why"), ...words].join(", ");
}

/** What was said with it: an officer's words as they are, a pause's reason and an outcome by their names. */
function said(view, kind, note) {
  if (!note) return "";
  if (kind === "counter_paused") return pauseReason(note);
  const outcome = kind === "finished" && view.hall.outcomes?.find(({ id }) => id === note);
  return outcome ? named(outcome) : `“${note.replace(GIVEN, "")}”`;
}
