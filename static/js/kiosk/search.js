// The procedures that people ask for, searched without accents. Pure; the twin of kiosk/procedures.py, which says what is
// better than what. Here, because a kiosk must search while its link is cut.

const LIKE_ENOUGH = 0.8;
const MOST = 20;

/** Letters and figures alone, without marks: "Mã hồ sơ" and "MA HO SO" are "mahoso". */
export const fold = (text) => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "");

export class Procedures {
  #texts;

  constructor(all) {
    this.all = all;
    this.#texts = all.map(read);
  }

  /** The procedures a query means, the likeliest first. */
  search(query, most = MOST) {
    const words = folded(query);
    if (!words.length) return [];
    let scored = this.#texts.map((text, place) => [score(text, words), place]).filter(([value]) => value);
    if (!scored.length && words.join("").length > 3) scored = this.#nearly(words);
    const name = (place) => this.all[place].name.length;
    scored.sort((a, b) => b[0] - a[0] || name(a[1]) - name(b[1]) || a[1] - b[1]);
    return scored.slice(0, most).map(([, place]) => this.all[place]);
  }

  #nearly(words) {
    const known = new Set(this.#texts.flatMap((text) => text.words));
    const near = words.map((part) => new Map([...known].map((word) => [word, likeness(part, word)])));
    const best = (text) => near.reduce((sum, like) => sum + Math.max(...text.words.map((word) => like.get(word))), 0);
    return this.#texts.map((text, place) => [best(text) / words.length, place]).filter(([value]) => value >= LIKE_ENOUGH);
  }
}

const folded = (text) => text.split(/\s+/).map(fold).filter(Boolean);

function read({ code, name, words: others = "" }) {
  const words = folded(`${name} ${others}`);
  const starts = new Set();
  let at = 0;
  for (const word of words) {
    starts.add(at);
    at += word.length;
  }
  return { code: fold(code), words, together: words.join(""), starts };
}

function score({ code, words, together, starts }, query) {
  const asked = query.join("");
  if (asked === code) return 6;
  let at = together.indexOf(asked);
  if (at === 0) return 5;
  for (; at > 0; at = together.indexOf(asked, at + 1)) if (starts.has(at)) return 4;
  if (asked.length > 3 && together.includes(asked)) return 3;
  return query.every((part) => words.some((word) => word.startsWith(part))) ? 2 : 0;
}

const likeness = (part, word) => (word.startsWith(part) ? 1 : (2 * matching(part, word)) / (part.length + word.length));

/** How many letters two words have in common: the longest run, then the same left and right of it, as difflib counts. */
function matching(a, b) {
  let length = 0;
  let [atA, atB] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      let run = 0;
      while (i + run < a.length && a[i + run] === b[j + run]) run += 1;
      if (run > length) [length, atA, atB] = [run, i, j];
    }
  }
  if (!length) return 0;
  return length + matching(a.slice(0, atA), b.slice(0, atB)) + matching(a.slice(atA + length), b.slice(atB + length));
}
