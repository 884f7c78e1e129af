// The parts of a wall board. Each is drawn from plain facts; pages/board.js says which.
import { Piece, h, icon } from "hallsys/elements/piece.js";
import { t } from "hallsys/texts.js";

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

const wave = () =>
  drawing("0 0 26 20", "wave", WAVE.map(([y, height], x) => `<rect x="${x * 7}" y="${y}" width="4" height="${height}" rx="2"/>`).join(""));
const ARROWS = { right: 0, down: 90, left: 180, up: 270 };
const arrow = (way) =>
  drawing("0 0 64 64", "arrow", `<path d="M12 32h38M34 15l17 17-17 17" transform="rotate(${ARROWS[way]} 32 32)"/>`);

/** How many figures' room a label takes: M and W are as wide as one and a half. */
const room = (label) => label.length + (/[MW]/.test(label) ? 1 : 0);

/** `[{look: "lit"|"rest"|"stale", wave, say, label, what, counter}]`: one call, or two at once; `arrow`: the way to the counters, where known. */
class HallCall extends Piece {
  draw({ calls, arrow: way }) {
    this.classList.toggle("pair", calls.length > 1);
    return calls.map((call) =>
      h("section", { class: `call ${call.look}` },
        h("div", { class: "who" },
          h("p", { class: "say" }, call.say, call.wave && wave()),
          h("p", { class: "num", "data-len": String(room(call.label)) }, call.label),
          calls.length === 1 && h("p", { class: "what" }, call.what)),
        h("p", { class: "to" },
          h("span", { class: "say" }, t("board.counter")),
          h("span", { class: "num", "data-len": String(call.counter.length) }, call.counter),
          way in ARROWS && arrow(way))));
  }
}

/** `[{label, counter}]`: the last calls, without the one that is large. */
class HallLast extends Piece {
  draw({ calls }) {
    this.hidden = calls.length === 0;
    this.classList.toggle("long", calls.some(({ label, counter }) => label.length > 4 || room(label) + counter.length > 6));
    return [h("h2", {}, t("board.last")),
      h("ul", {}, calls.map(({ label, counter }) =>
        h("li", {}, h("span", { class: "num" }, label), " ",
          h("span", { class: "q" }, t("board.counter"), " ", h("b", {}, counter)))))];
  }
}

const STATE_ICON = { called: "speaker", serving: "person", free: "done", paused: "pause", closed: "closed" };

/** `[{sign, name, state, label}]`: every counter; more than six become tiles without names. */
class HallCounters extends Piece {
  draw({ counters, lost }) {
    this.classList.toggle("many", counters.length > 6);
    this.classList.toggle("lost", lost);
    return h("ul", { "aria-label": t("board.counters") }, counters.map(({ sign, name, state, label }) =>
      h("li", { class: "ctr", "data-state": state },
        h("span", { class: "no", "data-len": String(sign.length) }, sign),
        h("span", { class: "nm" }, h("b", {}, name), h("span", {}, icon(STATE_ICON[state]), t(`board.${state}`))),
        label ? h("span", { class: "num" }, label) : h("span", { class: "none", "aria-hidden": "true" }, "–"))));
  }
}

/** `[{letter, name, count, note}]`: who waits for what; a count of null is not known. */
class HallWaits extends Piece {
  draw({ waits }) {
    return h("ul", {}, waits.map(({ letter, name, count, note }) =>
      h("li", { class: "w" },
        h("span", { class: "l" }, letter),
        h("span", { class: "s" }, name),
        h("span", { class: "n" }, String(count ?? "–"), " ", h("small", {}, t("board.waiting"))),
        note && h("span", { class: "r no" }, note))));
  }
}

/** `{kind: "lost"|"deaf"|null, since}`: what the hall has to know about this screen. `unblock` is the button's press. */
class HallBand extends Piece {
  unblock = () => {};

  draw({ kind, since }) {
    this.hidden = kind === null;
    this.className = `band ${kind ?? ""}`;
    if (kind === "lost")
      return [icon("lost"), h("span", {}, h("b", {}, t("board.lost", { time: since })), " ", t("board.lost_hint"))];
    return kind === "deaf" &&
      [icon("muted"), h("span", {}, h("b", {}, t("board.deaf")), " ", t("board.deaf_hint")),
        h("button", { type: "button", click: () => this.unblock() }, icon("sound"), t("board.deaf_button"))];
  }
}

/** `{live, speaks}`: the picture is true; this screen speaks. */
class HallHealth extends Piece {
  draw({ live, speaks }) {
    return [live && h("span", {}, icon("done"), t("board.live")), speaks && h("span", {}, icon("sound"), t("board.sound_on"))];
  }
}

/** `{head, rest}`: the notice at the foot. */
class HallNotice extends Piece {
  draw({ head, rest }) {
    return [icon("info"), h("p", {}, head && h("b", {}, head, " "), rest)];
  }
}

customElements.define("hall-call", HallCall);
customElements.define("hall-last", HallLast);
customElements.define("hall-counters", HallCounters);
customElements.define("hall-waits", HallWaits);
customElements.define("hall-band", HallBand);
customElements.define("hall-health", HallHealth);
customElements.define("hall-notice", HallNotice);
