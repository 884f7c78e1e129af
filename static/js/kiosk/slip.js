// The code on a receipt: read from a scanner that types, asked of the server, shown masked. It goes nowhere else.
import { data, lang } from "hallsys/texts.js";

const TYPED_WITHIN = 80; // ms between two letters; fingers are slower, scanners faster
const PATIENCE = 6_000; // ms for an answer; then people get an ordinary ticket
const CODE = /^[0-9A-Z.]{3,24}-\d{6}-\d{3,6}$/;

/** A code as people type it, with case, spaces and dashes made equal; the twin of fold_dossier. */
export const foldCode = (text) => text.replace(/\s/g, "").replace(/[\u2010-\u2015\u2212_]/g, "-").toUpperCase();

export const isCode = (text) => CODE.test(foldCode(text));

/** A booking's code, eight letters and figures; people put blanks and dashes into it. */
export const bookingOf = (text) => /^[A-Z2-7]{8}$/.exec(foldCode(text).replace(/-/g, ""))?.[0] ?? null;

/** "…-260915-••••48": enough to know one's own, not enough to ask for another's. */
export function masked(code) {
  const [, day, number] = foldCode(code).split("-");
  return day && number ? `…-${day}-••••${number.slice(-2)}` : "…";
}

/** Hears a scanner wherever the page is, where nobody types into a field: `scanned(text)`, if it is a code of ours. */
export function hearScanner(scanned) {
  let typed = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLInputElement) return;
    const now = performance.now();
    if (now - last > TYPED_WITHIN) typed = "";
    last = now;
    if (event.key.length === 1) typed += event.key;
    if (event.key !== "Enter" || !(isCode(typed) || bookingOf(typed))) return;
    event.preventDefault(); // the button that has the focus was not meant
    event.stopPropagation();
    scanned(typed);
    typed = "";
  }, true);
}

/** `{found, status?, words?, due?}`; `found: "unavailable"` where no answer comes, `"too_many"` where it is refused. */
export async function lookUp(code, check) {
  const given = new AbortController();
  const clock = setTimeout(() => given.abort(), PATIENCE);
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/lookup`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": lang() },
      body: JSON.stringify({ code, ...(check && { check }) }),
      signal: given.signal,
    });
    if (answer.status === 429) return { found: "too_many" };
    return answer.ok ? await answer.json() : { found: "unavailable" };
  } catch {
    return { found: "unavailable" };
  } finally {
    clearTimeout(clock);
  }
}
