// The helpers at the foot of a kiosk's page and its language; all of it is as before for the next person.
import { data, lang, speak, t } from "hallsys/texts.js";

const IDLE = 60_000; // ms without a touch before the kiosk is as it was

const part = (selector) => document.querySelector(selector);
const AIDS = ["low", "large", "contrast", "aloud"];

/** `drawn()` draws the page in another language, `idle()` takes it back to its start, `aloud(on)` begins or ends reading out. */
export function aids({ drawn, idle, aloud }) {
  const first = lang();
  let waiting;

  function words() {
    part(".lang").textContent = t("kiosk.other_language");
    part(".lang").lang = lang() === "vi" ? "en" : "vi";
    for (const id of AIDS) part(`#${id} span`).textContent = t(`kiosk.${id}`);
  }

  function toggle(id, on) {
    part(`#${id}`).setAttribute("aria-pressed", String(on));
    part(".kiosk").classList.toggle(id, on);
    if (id === "aloud") aloud(on);
  }

  function turn(language) {
    speak(language);
    words();
    drawn();
  }

  function touched() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      for (const id of AIDS) toggle(id, false);
      turn(first);
      idle();
    }, IDLE);
  }

  for (const id of AIDS) part(`#${id}`).addEventListener("click", () => toggle(id, part(`#${id}`).getAttribute("aria-pressed") !== "true"));
  part(".lang").addEventListener("click", () => turn(lang() === "vi" ? "en" : "vi"));
  part("#aloud").hidden = !data.aloud;
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, touched);
  words();
}
