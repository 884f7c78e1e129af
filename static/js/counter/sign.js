// Who works here: an officer's name and PIN, on the device that stands at the counter.
import { ask, choice, group, line } from "hallsys/counter/ask.js";
import { h } from "hallsys/elements/piece.js";
import { data, lang, t } from "hallsys/texts.js";

const KNOWN = "hallsys.officers";
const DESK = "hallsys.desk";
const door = (path) => `/api/v1/halls/${encodeURIComponent(data.hall)}/${path}`;

/** The names of officers who signed in on this device, the latest first. */
function known() {
  try {
    const found = JSON.parse(localStorage.getItem(KNOWN));
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // an entry that is not ours: begin anew
  }
}

/** The hall's officers who have a PIN, those who use this device first. */
async function officers() {
  const recent = known();
  const place = (name) => (recent.includes(name) ? recent.indexOf(name) : recent.length);
  try {
    const answer = await fetch(door("officer"));
    const names = answer.ok ? (await answer.json()).names : [];
    return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b, "vi"));
  } catch {
    return []; // no link: a name can still be typed, and the next step says what is wrong
  }
}

/** Asks for name and PIN until they are right, or until it is left; then the page begins anew, signed in. */
export async function signIn(by) {
  for (let name = await askName(by); name; name = await askName()) {
    let told = "";
    for (let pin = await askPin(name, told); pin; pin = await askPin(name, told)) {
      told = await tell("officer", { name, pin });
      if (told) continue;
      localStorage.setItem(KNOWN, JSON.stringify([name, ...known().filter((other) => other !== name)]));
      sessionStorage.removeItem(DESK);
      location.reload();
      return;
    }
  }
}

/** The device forgets who worked here; says why not, if it cannot. */
export async function signOut() {
  const told = await tell("officer/leave", {});
  if (told) return told;
  sessionStorage.removeItem(DESK);
  location.reload();
  return "";
}

/** Has the officer who is signed in not yet taken this counter, since this window was opened? */
export const mustTake = (counter) => Boolean(data.officer) && sessionStorage.getItem(DESK) !== `${data.officer}@${counter}`;
export const took = (counter) => sessionStorage.setItem(DESK, `${data.officer}@${counter}`);

/** Sends it; what was refused in words, empty when it was done. */
async function tell(path, body) {
  const request = { method: "POST", headers: { "Content-Type": "application/json", "Accept-Language": lang() }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(door(path), request);
    if (answer.ok) return "";
    return (await answer.json()).error.message;
  } catch {
    return t("sign.no_link");
  }
}

/** Somebody is signed in: "in" for the next officer, "off" to leave the counter. */
export function askSign(officer, by) {
  const parts = [group(t("sign.is", { name: officer }), choice("wish", "in", "1", t("sign.hand_over")), choice("wish", "off", "2", t("sign.leave")))];
  return ask({ title: t("counter.do.sign"), parts, missing: t("counter.choose_more"), by, answer: ({ wish }) =>
    wish && { say: t(wish === "in" ? "sign.hand_over" : "sign.leave"), send: wish } });
}

async function askName(by = "") {
  const names = await officers();
  const parts = [
    names.length > 0 && group(t("sign.who"), ...names.map((name, index) => choice("name", name, index < 9 ? String(index + 1) : null, name))),
    line("other", t(names.length ? "sign.other" : "sign.name"), { maxlength: 60 }),
    h("p", { class: "aside" }, t("sign.hint")),
  ];
  return ask({ title: t("sign.title"), parts, missing: t("sign.choose"), by, kind: "sign", answer: ({ name, other }) => {
    const wanted = other.trim() || name;
    return wanted && { say: t("sign.as", { name: wanted }), send: wanted };
  } });
}

function askPin(name, told) {
  const pin = h("input", { type: "password", name: "pin", inputmode: "numeric", autocomplete: "off", minlength: 4, maxlength: 8, "aria-label": t("sign.pin") });
  const put = (value) => {
    pin.value = value;
    pin.dispatchEvent(new Event("input", { bubbles: true }));
    pin.focus();
  };
  const keypad = h("div", { class: "pins" },
    [..."789456123"].map((digit) => h("button", { type: "button", tabindex: "-1", click: () => pin.value.length < 8 && put(pin.value + digit) }, digit)),
    h("button", { type: "button", tabindex: "-1", class: "wide", click: () => pin.value.length < 8 && put(`${pin.value}0`) }, "0"),
    h("button", { type: "button", tabindex: "-1", "aria-label": t("sign.erase"), click: () => put(pin.value.slice(0, -1)) }, "⌫"));
  const parts = [told && h("p", { class: "told", role: "alert" }, told), h("label", { class: "field" }, t("sign.pin"), pin), keypad];
  return ask({ title: name, parts, missing: t("sign.pin_short"), kind: "sign", answer: (values) =>
    /^\d{4,8}$/.test(values.pin) && { say: t("sign.in"), send: values.pin } });
}
