// What is asked about the counter itself: breaks, help, a line for the screens, and everything else behind one key.
import { ask, choice, group, line, pick, row } from "hallsys/counter/ask.js";
import { capOf } from "hallsys/counter/keys.js";
import { h } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { pauseReason } from "hallsys/staff/hall.js";
import { t } from "hallsys/texts.js";

const PAUSES = ["break", "lunch", "papers", "meeting", "other"];
const HELP = ["colleague", "supervisor", "technical", "security"];
const MINUTES = [5, 10, 15, 30, 60, 90, 120];

const numbered = (name, codes, words) => codes.map((code, index) => choice(name, code, String(index + 1), words(code)));

/** Why a pause, and how long? `{reason, minutes?}`. */
export function askPause(now, tz, by) {
  const until = (n) => hourMinute(now + n * 60_000, tz);
  const parts = [
    group(t("counter.pause_why"), ...numbered("reason", PAUSES, pauseReason)),
    row(pick("minutes", t("counter.pause_minutes"), [["", t("counter.pause_open_end")], ...MINUTES.map((n) => [n, t("counter.pause_until", { n, time: until(n) })])])),
  ];
  return ask({ title: t("counter.do.pause_counter"), parts, missing: t("counter.choose_reason"), by, answer: ({ reason, minutes }) =>
    reason && {
      say: minutes ? t("counter.pause_for_until", { reason: pauseReason(reason), time: until(Number(minutes)) }) : t("counter.pause_for", { reason: pauseReason(reason) }),
      send: minutes ? { reason, minutes: Number(minutes) } : { reason },
    } });
}

/** Who should come? `{kind}`, or null in it when nobody is needed any more. */
export function askHelp({ counter }, by) {
  const kinds = counter.asks ? ["none", ...HELP] : HELP;
  const parts = [
    counter.asks && h("p", { class: "aside" }, t("counter.help_asked", { kind: t(`help.${counter.asks}`) })),
    group(t("counter.help_who"), ...numbered("kind", kinds, (kind) => (kind === "none" ? t("counter.help_end") : t(`help.${kind}`)))),
  ];
  return ask({ title: t("counter.do.ask_help"), parts, missing: t("counter.choose_help"), by, answer: ({ kind }) =>
    kind && { say: kind === "none" ? t("counter.help_end") : t("counter.help_send", { kind: t(`help.${kind}`) }), send: { kind: kind === "none" ? null : kind } } });
}

/** A line for the hall's screens: `{name: "notice", text, minutes, speak}`, or `{name: "end_notice", notice}`. */
export function askNotice(shown, now, tz, by) {
  const parts = [
    line("text", t("counter.notice_text"), { maxlength: 200, placeholder: t("counter.notice_example") }),
    row(
      pick("minutes", t("counter.notice_minutes"), MINUTES.map((n) => [n, t("counter.notice_until", { n, time: hourMinute(now + n * 60_000, tz) })])),
      choice("speak", "1", null, t("counter.notice_speak"), { type: "checkbox" })),
    h("p", { class: "aside" }, t("counter.notice_hint")),
    shown.length > 0 && group(t("counter.notice_shown"), ...shown.map((each, index) => choice("end", each.id, String(index + 1), t("counter.notice_end", { text: each.text })))),
  ];
  return ask({ title: t("counter.do.notice"), parts, missing: t("counter.notice_empty"), by, answer: ({ text, minutes, speak, end }) => {
    if (end) return { say: t("counter.notice_end_now"), send: { name: "end_notice", notice: end } };
    if (!text.trim()) return null;
    return { say: t("counter.notice_send"), send: { name: "notice", text: text.trim(), minutes: Number(minutes), speak: Boolean(speak) } };
  } });
}

/** Everything else: the action, chosen by its number. */
export function askMore(actions, by) {
  const rows = actions.map((action, index) => {
    const cap = capOf(action);
    return choice("action", action, String((index + 1) % 10), [t(`counter.do.${action}`), cap && h("kbd", { class: "own" }, cap)].filter(Boolean));
  });
  return ask({ title: t("counter.do.more"), parts: [group(t("counter.more_which"), ...rows)], missing: t("counter.choose_more"), by, answer: ({ action }) =>
    action && { say: t(`counter.do.${action}`), send: action } });
}

/** Somebody else holds the counter: take it over? Resolves with true or null. */
export function askTakeOver(words) {
  return ask({ title: t("counter.taken"), parts: [h("p", {}, words), h("p", { class: "aside" }, t("counter.taken_hint"))], missing: "", first: ".leave",
    answer: () => ({ say: t("counter.take_over"), send: true }) });
}
