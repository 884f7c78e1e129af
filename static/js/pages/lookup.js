// The look-up station: a citizen scans or types the code of a receipt and reads its status. No ticket, and nothing stays.
import { hourMinute } from "hallsys/elements/time.js";
import { aids } from "hallsys/kiosk/aids.js";
import { Aloud } from "hallsys/kiosk/aloud.js";
import "hallsys/kiosk/screens.js";
import { hearScanner, isCode, lookUp, masked } from "hallsys/kiosk/slip.js";
import { data, lang, t } from "hallsys/texts.js";

const part = (selector) => document.querySelector(selector);
let slip = { asks: "code", code: null, trouble: null, answer: null };
let opened = 0;
let asked = 0;
let clearing;
const aloud = new Aloud();

function show(next) {
  clearTimeout(clearing);
  slip = { asks: "code", code: null, trouble: null, answer: null, ...next };
  opened += 1;
  if (slip.code || slip.trouble) clearing = setTimeout(clear, data.cleared * 1000);
  draw();
  part(slip.answer ? "kiosk-dossier h1" : "kiosk-slip input").focus();
  aloud.read(part("main"));
}

function clear() {
  asked += 1;
  show({});
}

function draw() {
  const { asks, trouble, answer, code } = slip;
  const [shown, other] = answer ? ["kiosk-dossier", "kiosk-slip"] : ["kiosk-slip", "kiosk-dossier"];
  part(shown).hidden = false;
  part(other).hidden = true;
  part(other).replaceChildren(); // nothing of a receipt stays, hidden or not
  part(shown).show({ ...(answer ? { answer, masked: masked(code), tickets: false } : { asks, trouble, home: asks === "check" }), opened, lang: lang() });
  document.title = t("kiosk.look_up_title");
  clock();
}

async function ask(code, check) {
  if (!isCode(code)) return show({ trouble: t("kiosk.slip_no_code") });
  const mine = ++asked;
  const answer = await lookUp(code, check);
  if (mine !== asked) return;
  if (answer.found === "check_needed") return show({ asks: "check", code });
  if (answer.found === "check_wrong") return show({ asks: "check", code, trouble: t("kiosk.slip_check_wrong") });
  show({ code, answer });
}

const presses = {
  home: clear,
  scanned: ({ code }) => isCode(code) && void ask(code),
  look_up: ({ code, check }) => (code ? ask(code) : ask(slip.code, check)),
};

const clock = () => void (part(".clock").textContent = hourMinute(Date.now(), data.tz));

document.addEventListener("press", ({ detail }) => presses[detail.kind](detail));
hearScanner((code) => void ask(code));
aids({ drawn: draw, idle: clear, aloud: (on) => aloud.turn(on, part("main")) });
document.addEventListener("pointerdown", () => aloud.stop());
setInterval(clock, 1000);
show({});
