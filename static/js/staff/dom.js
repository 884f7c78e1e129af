// What the staff pages add to the drawn parts of a page: changing only what changed, and states as chips.
import { h, icon } from "hallsys/elements/piece.js";

const shown = new WeakMap();

/** Rebuilds what is in `box` only when `facts` differ from last time, and gives the focus back to what had it (`data-focus`). */
export function fill(box, facts, build) {
  const key = JSON.stringify(facts);
  if (shown.get(box) === key) return;
  shown.set(box, key);
  const { activeElement } = box.ownerDocument;
  const focused = box.contains(activeElement) ? activeElement.dataset.focus : null;
  box.replaceChildren(...[build()].flat(Infinity).filter(Boolean));
  if (focused) box.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

/** Writes a text only when it changed. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A state: icon, word and colour together. */
export const chip = (kind, drawn, words) => h("span", { class: `chip ${kind}` }, icon(drawn), h("span", {}, words));
