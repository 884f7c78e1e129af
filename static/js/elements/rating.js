// "How was it?": five faces with their words, and what might have been better for three or fewer. Nobody's name.
import { h } from "hallsys/elements/piece.js";
import { lang, t } from "hallsys/texts.js";

const SVG = "http://www.w3.org/2000/svg";
const MOUTH = ["M12 31 Q20 18 28 31", "M12 29 Q20 21.2 28 29", "M12 26 Q20 26 28 26", "M12 23 Q20 30.8 28 23", "M12 21 Q20 34 28 21"];
const ASKED = 3; // the score up to which reasons are asked for

/** Fires "rate" with `{score, reasons}`, "skip", and "touched" with every press. */
class RatingAsk extends HTMLElement {
  #score = 0;
  #chosen = new Set();

  /** Asks anew: `reasons` are `{id, vi, en}`. */
  ask(reasons, { skips = true } = {}) {
    this.#score = 0;
    this.#chosen.clear();
    const faces = MOUTH.map((mouth, index) =>
      h("button", { type: "button", "aria-pressed": "false", click: () => this.#choose(index + 1) }, face(mouth), h("span", {}, t(`rate.score_${index + 1}`))));
    const tags = reasons.map((reason) =>
      h("button", { type: "button", "aria-pressed": "false", "data-id": reason.id, click: ({ currentTarget }) => this.#toggle(currentTarget) }, reason[lang()]));
    this.replaceChildren(
      h("h2", { class: "big", id: "rate-ask" }, t("rate.ask")),
      h("div", { class: "faces", role: "group", "aria-labelledby": "rate-ask" }, faces),
      h("section", { class: "card why", hidden: true }, h("p", { id: "rate-why" }, h("b", {}, t("rate.why")), " ", t("rate.if_you_like")),
        h("div", { class: "tags", role: "group", "aria-labelledby": "rate-why" }, tags)),
      h("p", { class: "say" }, t("rate.anonymous")),
      h("button", { type: "button", class: "btn go send", disabled: true, click: () => this.#send() }, t("rate.send")),
      skips && h("button", { type: "button", class: "btn plain", click: () => this.dispatchEvent(new Event("skip")) }, t("rate.skip")));
    this.hidden = false;
  }

  thank() {
    this.replaceChildren(h("p", { class: "big thanks", role: "status" }, h("b", {}, t("rate.thanks"))));
    this.hidden = false;
  }

  #choose(score) {
    this.#score = score;
    for (const [index, button] of [...this.querySelectorAll(".faces button")].entries()) button.setAttribute("aria-pressed", String(index + 1 === score));
    this.querySelector(".why").hidden = score > ASKED || !this.querySelector(".tags button");
    this.querySelector(".send").disabled = false;
    this.dispatchEvent(new Event("touched"));
  }

  #toggle(button) {
    const id = button.dataset.id;
    if (!this.#chosen.delete(id)) this.#chosen.add(id);
    button.setAttribute("aria-pressed", String(this.#chosen.has(id)));
    this.dispatchEvent(new Event("touched"));
  }

  #send() {
    const reasons = this.#score <= ASKED ? [...this.#chosen] : [];
    this.dispatchEvent(new CustomEvent("rate", { detail: { score: this.#score, reasons } }));
  }
}
customElements.define("rating-ask", RatingAsk);

function face(mouth) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 40 40");
  svg.setAttribute("aria-hidden", "true");
  const circle = document.createElementNS(SVG, "circle");
  for (const [name, value] of [["cx", 20], ["cy", 20], ["r", 16]]) circle.setAttribute(name, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M14 16v1M26 16v1${mouth}`);
  svg.append(circle, path);
  return svg;
}
