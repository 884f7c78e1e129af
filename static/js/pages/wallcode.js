// The square code on the wall: fetched anew when it is due, and taken down where it has become old.
import { data } from "hallsys/texts.js";

const AGAIN = 5_000; // ms after a question that was not answered
const GRACE = 20_000; // ms for which an old code is still good enough to be shown

const square = document.querySelector("#square");
const gone = document.querySelector("#gone");
let stale = 0;

async function turn() {
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/wallcode`);
    if (answer.status === 401 || answer.status === 403) return location.reload(); // let in no more: the page says how
    if (!answer.ok) throw new Error(String(answer.status));
    const { square: picture, now, until } = await answer.json();
    square.src = picture;
    show(true);
    clearTimeout(stale);
    stale = setTimeout(() => show(false), until - now + GRACE);
    setTimeout(turn, until - now + 100);
  } catch {
    setTimeout(turn, AGAIN);
  }
}

function show(good) {
  square.hidden = !good;
  gone.hidden = good;
}

turn();
