// The parts of a wall board. Each is drawn from plain facts; pages/board.js says which. Words come in one language or two.
import { words } from "hallsys/board/words.js";
import { Piece, h, icon } from "hallsys/elements/piece.js";
const FEW = 6; // counters with their names; more become tiles
const CROWD = 14; // from here on tiles in three columns

const WAVE = [[7, 6], [3, 14], [0, 20], [5, 10]]; // top and height of the four bars
const SVG = "http://www.w3.org/2000/svg";

function drawing(box, name, shapes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = shapes;
  return svg;
}

export const wave = () =>
  drawing("0 0 26 20", "wave", WAVE.map(([y, height], x) => `<rect x="${x * 7}" y="${y}" width="4" height="${height}" rx="2"/>`).join(""));
export const ARROWS = { right: 0, down: 90, left: 180, up: 270 };
export const arrow = (way) =>
  drawing("0 0 64 64", "arrow", `<path d="M12 32h38M34 15l17 17-17 17" transform="rotate(${ARROWS[way]} 32 32)"/>`);

/** How many figures' room a label takes: M and W are as wide as one and a half. */
export const room = (label) => label.length + (/[MW]/.test(label) ? 1 : 0);

/** `{name, below}`: whose hall this is, and where; `below` in one language or two. */
class HallTitle extends Piece {
  draw({ name, below }) {
    this.classList.toggle("long", name.length > 60);
    return h("h1", {}, h("b", {}, name), h("span", {}, words(below.filter(Boolean))));
  }
}

/** `{calls: [{look: "lit"|"rest"|"stale", wave, say, label, what, counter}], to, arrow}`: one call, or two at once; `to` is the
    word for a counter, `arrow` the way to the counters, where known. */
class HallCall extends Piece {
  draw({ calls, to, arrow: way }) {
    this.classList.toggle("pair", calls.length > 1);
    return calls.map((call) =>
      h("section", { class: `call ${call.look}` },
        h("div", { class: "who" },
          h("p", { class: "say" }, h("span", {}, words(call.say)), call.wave && wave()),
          h("p", { class: "num", "data-len": String(room(call.label)) }, call.label),
          calls.length === 1 && h("p", { class: "what" }, words(call.what))),
        h("p", { class: "to" },
          h("span", { class: "say" }, words(to)),
          h("span", { class: "num", "data-len": String(call.counter.length) }, call.counter),
          way in ARROWS && arrow(way))));
  }
}

/** `{calls: [{label, counter}], title, to}`: the last calls, without the one that is large. */
class HallLast extends Piece {
  draw({ calls, title, to }) {
    this.hidden = calls.length === 0;
    this.classList.toggle("long", calls.some(({ label, counter }) => label.length > 4 || room(label) + counter.length > 6));
    return [h("h2", {}, title[0]),
      h("ul", {}, calls.map(({ label, counter }) =>
        h("li", {}, h("span", { class: "num" }, label), " ",
          h("span", { class: "q" }, to[0], " ", h("b", {}, counter)))))];
  }
}

export const STATE_ICON = { called: "speaker", serving: "person", free: "done", paused: "pause", closed: "closed" };

/** `{counters: [{sign, name, state, word, label}], title, lost}`: every counter; more than six become tiles without names. */
class HallCounters extends Piece {
  draw({ counters, title, lost }) {
    this.hidden = counters.length === 0;
    this.classList.toggle("many", counters.length > FEW);
    this.classList.toggle("crowd", counters.length > CROWD);
    this.classList.toggle("lost", lost);
    return h("ul", { "aria-label": title }, counters.map(({ sign, name, state, word, label }) =>
      h("li", { class: "ctr", "data-state": state },
        h("span", { class: "no", "data-len": String(sign.length) }, sign),
        h("span", { class: "nm" }, h("b", { class: name[0]?.length > 40 ? "long" : null }, name[0]), h("span", {}, icon(STATE_ICON[state]), h("span", {}, words(word)))),
        label ? h("span", { class: "num", "data-len": String(room(label)) }, label) : h("span", { class: "none", "aria-hidden": "true" }, "–"))));
  }
}

/** `{waits: [{letter, name, count, note, range}], word}`: who waits for what; a count of null is not known. */
class HallWaits extends Piece {
  draw({ waits, word }) {
    this.classList.toggle("many", waits.length > 10);
    return h("ul", {}, waits.map(({ letter, name: [name = "", also], count, note, range }) => {
      const said = [...note.slice(0, 1), ...range.slice(0, 1)][0];
      const below = [said ? h("span", { class: note.length ? "no" : null }, said) : also && h("span", { class: "also" }, also)].filter(Boolean);
      return h("li", { class: below.length ? "w" : "w one" },
        h("span", { class: "l" }, letter),
        h("span", { class: "s" }, name),
        h("span", { class: "n" }, String(count ?? "–"), " ", h("small", {}, word)),
        below.length > 0 && h("span", { class: "r" }, below));
    }));
  }
}

/** `{kind: "lost"|"deaf"|null, head, hint, button}`: what the hall has to know about this screen. `unblock` is the button's press. */
class HallBand extends Piece {
  unblock = () => {};

  draw({ kind, head, hint, button }) {
    this.hidden = kind === null;
    this.className = `band ${kind ?? ""}`;
    return kind && [icon(kind === "lost" ? "lost" : "muted"), h("span", {}, h("b", {}, words(head)), " ", h("span", { class: "hint" }, hint[0])),
      kind === "deaf" && h("button", { type: "button", click: () => this.unblock() }, icon("sound"), words(button))];
  }
}

/** `{signs: [{icon, words}]}`: how this screen is, quietly: its link, its sound, its clock. */
class HallHealth extends Piece {
  draw({ signs }) {
    return signs.map(({ icon: name, words: said }) => h("span", {}, icon(name), said));
  }
}

/** `{notices: [{id, texts, lit}]}`: the lines at the foot; the words before a colon are the heading of their line. */
class HallNotice extends Piece {
  draw({ notices }) {
    this.hidden = notices.length === 0;
    return notices.map(({ texts, lit }) => h("div", { class: lit ? "note lit" : "note" }, icon(lit ? "speaker" : "info"),
      h("p", {}, texts.map((text, index) => {
        const [, head = "", rest = text] = /^([^:]{1,40}:)\s+(.*)$/s.exec(text) ?? [];
        return h("span", { class: index ? "also" : null }, head && h("b", {}, head, " "), rest, " ");
      }))));
  }
}

/** `{head, hint}`: nobody waits. */
class HallIdle extends Piece {
  draw({ head, hint }) {
    return [h("h2", {}, words(head)), h("p", {}, words(hint))];
  }
}

customElements.define("hall-idle", HallIdle);
customElements.define("hall-title", HallTitle);
customElements.define("hall-call", HallCall);
customElements.define("hall-last", HallLast);
customElements.define("hall-counters", HallCounters);
customElements.define("hall-waits", HallWaits);
customElements.define("hall-band", HallBand);
customElements.define("hall-health", HallHealth);
customElements.define("hall-notice", HallNotice);
