// The strip of lights above a row of counters: number and counter, as large as it goes.
import { words } from "hallsys/board/words.js";
import { ARROWS, arrow, room } from "hallsys/elements/board.js";
import { Piece, h, icon } from "hallsys/elements/piece.js";

/** `{title, calls: [{look, label, counter}], to, arrow, rest, lost}`: one call or two; without one the clock and the words `rest`; `lost` is what is
    said of a link that is gone (empty: it is there). */
class HallStrip extends Piece {
  draw({ title, calls, to, arrow: way, clock, rest, lost }) {
    this.classList.toggle("pair", calls.length > 1);
    return [
      h("h1", { class: "sr" }, title),
      ...calls.map(({ look, label, counter }) =>
        h("p", { class: `call ${look}` },
          h("b", { class: "num", "data-len": String(room(label)) }, label), " ",
          h("span", { class: "to" }, h("span", { class: "say" }, words(to)), " ",
            h("b", { class: "num", "data-len": String(counter.length) }, counter), way in ARROWS && arrow(way)))),
      calls.length === 0 && h("p", { class: "idle" }, h("b", { class: "num" }, clock), " ", h("span", {}, words(rest))),
      lost.length > 0 && h("p", { class: "lost" }, icon("lost"), h("span", {}, words(lost)))];
  }
}

customElements.define("hall-strip", HallStrip);
