// The list of prompts, and what was found in a recording.
import { h, icon } from "hallsys/elements/piece.js";
import { fill } from "hallsys/staff/dom.js";
import { groups, mark, wordOf } from "hallsys/studio/model.js";
import { has, lang, t } from "hallsys/texts.js";

const ICONS = { kept: "check", flawed: "warn", now: "microphone", missing: "closed", sending: "hourglass" };
const decimals = new Intl.NumberFormat(lang() === "vi" ? "vi-VN" : "en-GB", { maximumFractionDigits: 1 });
const number = (value) => decimals.format(value).replace("-", "−");

function heading({ group, language }, several) {
  const name = t(`studio.group.${group}`);
  if (!several) return name;
  return t(language === "vi" ? "studio.group_in" : "studio.group_in_en", { group: name });
}

/** What stands at the end of a prompt's line: its length, or what is wrong with it. */
function note(take, state) {
  if (state === "sending") return t("studio.mark.sending");
  const flaw = take?.flaws?.find((one) => has(`studio.short.${one}`));
  if (flaw) return t(`studio.short.${flaw}`);
  return take?.seconds ? t("studio.seconds", { n: number(take.seconds) }) : "";
}

/** Every prompt as a button; the one that is read now is in view. */
export function drawList(box, prompts, takes, at, sending) {
  const several = new Set(prompts.map(({ language }) => language)).size > 1;
  const rows = prompts.map((prompt, index) => {
    const take = takes[wordOf(prompt)];
    const state = mark(take, index === at, sending(prompt));
    return { prompt, index, state, note: note(take, state), known: mark(take, false, sending(prompt)) };
  });
  fill(box, rows, () => {
    let next = 0;
    return groups(prompts).map((group) => [
      h("h2", {}, heading(group, several)),
      h("ul", {}, group.prompts.map(() => line(rows[next++]))),
    ]);
  });
  const now = box.querySelector(".now");
  // Not scrollIntoView: that would move the page of a phone, where the list stands below.
  const top = now ? now.offsetTop - box.offsetTop : 0;
  if (top < box.scrollTop || top + now.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2;
}

function line({ prompt, index, state, note: words, known }) {
  const { sign, text, language } = prompt;
  const name = sign ? `${sign} – ${text}` : text;
  const attributes = { type: "button", class: state, "data-at": index, "data-focus": index, "aria-current": state === "now" };
  return h(
    "li",
    {},
    h(
      "button",
      attributes,
      icon(ICONS[state]),
      h("span", { lang: language }, name),
      h("span", { class: "sr" }, `, ${t(`studio.mark.${known}`)}`),
      h("small", {}, words),
    ),
  );
}

const chip = (kind, drawn, words) => h("li", { class: `chip ${kind}` }, icon(drawn), h("span", {}, words));
const OF = { trimmed: ["cut", "silent", "short", "long"], level: ["faint"], clean: ["clipped"], quiet: ["noisy"] };
const BAD = ["silent", "cut", "clipped", "short"];

/** Four checks; one that fails says what to do instead. `unchecked`: the server did not answer. */
export function drawChecks(box, taken, unchecked) {
  const report = taken?.report ?? null;
  fill(box, [report, Boolean(unchecked)], () => {
    if (unchecked) return [chip("lost", "lost", t("studio.unchecked"))];
    if (!report) return [];
    return Object.entries(OF).flatMap(([check, flaws]) => {
      const found = flaws.filter((flaw) => report.flaws.includes(flaw));
      if (!found.length) return [chip("ok", "done", t(`studio.check.${check}`, { lufs: number(Math.round(report.lufs)) }))];
      return found.map((flaw) => chip(BAD.includes(flaw) ? "alarm" : "warn", BAD.includes(flaw) ? "alarm" : "warn", t(`studio.flaw.${flaw}`)));
    });
  });
}
