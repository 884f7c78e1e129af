// What the staff pages add to the drawn parts of a page: changing only what changed, and states as chips.
import { h, icon, keepingFocus } from "hallsys/elements/piece.js";

const shown = new WeakMap();

/** Rebuilds what is in `box` only when `facts` differ from last time; what had the focus keeps it. */
export function fill(box, facts, build) {
  const key = JSON.stringify(facts);
  if (shown.get(box) === key) return;
  shown.set(box, key);
  keepingFocus(box, () => box.replaceChildren(...[build()].flat(Infinity).filter(Boolean)));
}

/** Writes a text only when it changed. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A state: icon, word and colour together. */
export const chip = (kind, drawn, words) => h("span", { class: `chip ${kind}` }, icon(drawn), h("span", {}, words));
