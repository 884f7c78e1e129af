// The small window beside the province's own system: one that stays on top where the browser lends one (only on https and
// this machine), else an ordinary one of the same size.
import { stage } from "hallsys/counter/stage.js";
import { h } from "hallsys/elements/piece.js";
import { data, t } from "hallsys/texts.js";

const SIZE = { width: 360, height: 300 };

let small = null;

/** Is the counter worked in a window of its own? Then that one sounds, not this. */
export const elsewhere = () => Boolean(small && !small.closed);

/** Opens the small window, or brings it to the front. `moved(doc)` is called with each window the page moves into; a
    window that the browser kept closed is said by "blocked". */
export async function openSmall(moved) {
  if (elsewhere()) return void small.focus();
  const lent = await window.documentPictureInPicture?.requestWindow(SIZE).catch(() => null); // refused without a press: the other way works
  if (lent) return moveInto(lent, moved);
  small = window.open(`${location.pathname}?counter=${encodeURIComponent(data.counter)}&small`, `hallsys-counter-${data.counter}`, `popup,width=${SIZE.width},height=${SIZE.height}`);
  return small ? undefined : "blocked";
}

function moveInto(lent, moved) {
  const { head, body, documentElement: html } = lent.document;
  html.lang = document.documentElement.lang;
  html.dataset.theme = document.documentElement.dataset.theme ?? "light";
  lent.document.title = document.title;
  head.append(...[...document.querySelectorAll("link[rel=stylesheet]")].map((sheet) => sheet.cloneNode()));
  const parts = [...document.querySelectorAll("#desk, #spoken, body > svg")];
  const away = h("main", { class: "away" }, h("h1", {}, t("counter.away")), h("p", {}, t("counter.away_hint")),
    h("button", { type: "button", class: "small", click: () => lent.close() }, t("counter.away_back")));
  body.append(...parts);
  document.body.prepend(away);
  stage.doc = lent.document;
  moved(lent.document);
  lent.addEventListener("pagehide", () => {
    away.remove();
    document.body.prepend(...parts);
    stage.doc = document;
    moved(null);
  });
}
