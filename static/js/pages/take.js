// A number taken by phone: the code that the wall showed is in the address, behind the #, where no server on the way sees it.
import { h } from "hallsys/elements/piece.js";
import { freshId } from "hallsys/live/link.js";
import { data, lang, named, t } from "hallsys/texts.js";

const STORED = `hallsys.number.${data.hall}`;
const code = location.hash.slice(1);
const part = (selector) => document.querySelector(selector);
const keys = new Map(); // service -> the press's own name: a press after a cut asks for the same number

function say(words) {
  part("#no").textContent = words;
  part("#no").hidden = !words;
}

async function take(service) {
  if (!keys.has(service)) keys.set(service, freshId());
  const buttons = document.querySelectorAll("#services button");
  say("");
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/take`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": lang(), "Idempotency-Key": keys.get(service) },
      body: JSON.stringify({ code, service }),
    });
    const found = await answer.json();
    if (answer.ok) {
      localStorage.setItem(STORED, JSON.stringify({ label: found.ticket.label, token: found.token, at: found.ticket.issued_at }));
      location.replace(`/t/${found.token}?lang=${lang()}`);
      return;
    }
    say(found.error.message);
  } catch {
    say(t("take.cut"));
  }
  for (const button of buttons) button.disabled = false;
}

/** Who has taken one today finds it again. */
function had() {
  try {
    const { label, token, at } = JSON.parse(localStorage.getItem(STORED));
    if (new Date(at).toDateString() !== new Date().toDateString()) return;
    const link = part("#has a");
    link.textContent = t("take.has", { label });
    link.href = `/t/${token}?lang=${lang()}`;
    part("#has").hidden = false;
  } catch {
    // none was taken
  }
}

part("#services").append(...data.services.map((row) => h("li", {}, h("button", { type: "button", class: "btn", disabled: !code, click: () => take(row.id) },
  h("b", { class: "let", "aria-hidden": "true" }, row.id), h("span", {}, named(row), h("small", {}, named(row, "about")))))));
part("#other").addEventListener("click", () => location.replace(`?lang=${lang() === "vi" ? "en" : "vi"}${location.hash}`));
if (!code) say(t("take.scan"));
had();
