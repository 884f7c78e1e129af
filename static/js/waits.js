// A forecast in plain words. The one place that rounds: steps of five minutes, a range, never a single figure. Pure.
const STEP = 300; // s
const NONE = 15; // s: whoever is called by then does not wait
const SHORT = 10; // min up to which a range would only look exact

/** A wait `[p50, p80]` in seconds as words, by `t`; empty where nothing is known. `brief`: for a column headed "minutes". */
export function waitWords(wait, t, brief = false) {
  if (!wait) return "";
  const [p50, p80] = wait;
  if (p80 < NONE) return brief ? "0" : t("waits.none");
  const from = Math.floor(p50 / STEP) * 5;
  const to = Math.max(Math.ceil(p80 / STEP) * 5, from + 5);
  if (to <= SHORT || from === 0) return t(brief ? "waits.brief_under" : "waits.under", { to });
  return brief ? `${from}–${to}` : t("waits.range", { from, to });
}

/** A number of people `[p10, p90]` as a range, in steps that suit it. */
export function crowdWords([low, high]) {
  const step = high <= 10 ? 1 : 5;
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  return to === from ? String(to) : `${from}–${to}`;
}
