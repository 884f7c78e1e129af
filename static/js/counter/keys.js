// Keys and pedals. What stands on a keycap always works; a browser may bind more keys, and pedals, to the same actions.
import { data } from "hallsys/texts.js";

const STORED = "hallsys.keys";
const PAD = { NumpadDivide: "/", NumpadMultiply: "*", NumpadSubtract: "-", NumpadAdd: "+", NumpadDecimal: ".", NumpadEnter: "Enter" };
const NEVER = /^(Tab|Escape|(Shift|Control|Alt|Meta|OS|Caps|Num|Scroll)(Left|Right|Lock)?)$/;

let kept = read();

/** Keys of this browser: `{on: are the keycaps' characters in use, bound: {code: action}}`. */
function read() {
  try {
    const found = JSON.parse(localStorage.getItem(STORED)) ?? {};
    return { on: found.on !== false, bound: { ...found.bound } };
  } catch {
    return { on: true, bound: {} }; // an entry that is not ours: begin anew
  }
}

function keep(next) {
  kept = next;
  localStorage.setItem(STORED, JSON.stringify(next));
}

addEventListener("storage", ({ key }) => key === STORED && (kept = read()));

/** What a key types, wherever the number lock stands. */
export function keyOf(event) {
  const digit = /^Numpad(\d)$/.exec(event.code);
  return digit ? digit[1] : (PAD[event.code] ?? event.key);
}

/** The action that a key press means, or null. */
export function actionOf(event) {
  const own = kept.bound[event.code];
  if (own) return own;
  const key = keyOf(event);
  if (key === "Enter") return "common";
  if (!kept.on || key.length !== 1) return null;
  return Object.keys(data.keys).find((action) => data.keys[action] === key.toUpperCase()) ?? null;
}

/** What stands on the key of an action: a key of this browser's own, else the one that all have. */
export function capOf(action) {
  const code = Object.keys(kept.bound).find((each) => kept.bound[each] === action);
  if (code) return nameOf(code);
  return kept.on || action === "common" ? data.keys[action] : "";
}

/** A key's name as people say it: "KeyA" is A, "Numpad5" is Num 5. */
export const nameOf = (code) => code.replace(/^(Key|Digit)(?=.$)/, "").replace(/^Numpad/, "Num ").replace(/^Arrow/, "");

export const bound = () => kept.bound;
export const typing = () => kept.on;
export const useTyping = (on) => keep({ ...kept, on });

/** May this key be bound? Those that a keyboard needs for itself may not. */
export const bindable = (code) => Boolean(code) && !NEVER.test(code);

export function bind(code, action) {
  keep({ ...kept, bound: { ...kept.bound, [code]: action } });
}

export function release(action) {
  keep({ ...kept, bound: Object.fromEntries(Object.entries(kept.bound).filter(([, own]) => own !== action)) });
}
