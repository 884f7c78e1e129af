// What the studio shows, worked out from plain facts. No DOM, no clock.

const FIRST_PACE = 25; // s a prompt takes, before this reader's own pace is known
const KNOWN = 3; // prompts after which it is

export const wordOf = ({ language, text }) => `${language}/${text}`;

/** Prompts in groups as they are read: `[{language, group, prompts}]`. */
export function groups(prompts) {
  const found = [];
  for (const prompt of prompts) {
    const last = found[found.length - 1];
    if (last?.group === prompt.group && last.language === prompt.language) last.prompts.push(prompt);
    else found.push({ language: prompt.language, group: prompt.group, prompts: [prompt] });
  }
  return found;
}

/** How far a pack is: takes count for the prompts of this hall only. */
export function done(prompts, takes) {
  return prompts.filter((prompt) => takes[wordOf(prompt)]).length;
}

/** Where to go after a prompt: the next that is missing, from the beginning again at the end; else the next one. */
export function following(prompts, takes, at) {
  for (let step = 1; step < prompts.length; step += 1) {
    const next = (at + step) % prompts.length;
    if (!takes[wordOf(prompts[next])]) return next;
  }
  return Math.min(at + 1, prompts.length - 1);
}

/** The first prompt that is missing, or the first. */
export const beginning = (prompts, takes) => Math.max(0, prompts.findIndex((prompt) => !takes[wordOf(prompt)]));

/** Seconds until everything is read. `times`: when prompts were kept in this sitting, ms. */
export function left(missing, times) {
  // A pause for coffee is no pace: the middle of the gaps counts.
  const gaps = times.slice(1).map((time, at) => time - times[at]).sort((a, b) => a - b);
  const pace = gaps.length >= KNOWN ? gaps[Math.floor(gaps.length / 2)] / 1000 : FIRST_PACE;
  return missing * pace;
}

/** The state of a prompt in the list: "now", "sending", "kept", "flawed" or "missing". */
export function mark(take, now, sending) {
  if (now) return "now";
  if (sending) return "sending";
  if (!take) return "missing";
  return take.flaws?.length ? "flawed" : "kept";
}

/** A level in dBFS as words: "quiet", "low", "good" or "high". */
export function loudness(level) {
  if (level < -50) return "quiet";
  if (level < -36) return "low";
  return level > -6 ? "high" : "good";
}
