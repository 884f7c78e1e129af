// The screen on a counter: whose turn it is here, and nothing else.
import { words } from "hallsys/board/words.js";
import { Piece, h, icon } from "hallsys/elements/piece.js";
import { STATE_ICON, room } from "hallsys/elements/board.js";

/** `{sign, to, state, lost, say, label, big, hint, left, right}`: the counter's number and state; with a ticket its `label`, else
    the words `big` and what whoever stands here may do. */
class HallTop extends Piece {
  draw({ sign, to, state, lost, say, label, big, hint, left, right }) {
    this.dataset.state = state;
    this.classList.toggle("lost", lost);
    return [
      h("h1", { class: "no" }, h("span", {}, words(to)), h("b", { class: "num", "data-len": String(sign.length) }, sign)),
      h("div", { class: "body" },
        h("div", { class: "see" }, label
          ? [h("p", { class: "say" }, icon(lost ? "lost" : STATE_ICON[state]), h("span", {}, words(say))),
            h("p", { class: "num", "data-len": String(room(label)) }, label)]
          : [h("p", { class: "big" }, words(big)), hint.length > 0 && h("p", { class: "hint" }, words(hint))]),
        h("p", { class: "foot" }, h("span", {}, words(left)), h("span", {}, words(right))))];
  }
}

customElements.define("hall-top", HallTop);
