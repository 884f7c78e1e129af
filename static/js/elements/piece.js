// The few things every drawn part of a page needs.

/** An element: `h("p", {class: "say"}, "Mời", icon("speaker"))`; an attribute that is null or false is left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the page's sprite (`sprite()` of web/parts.html). It stands beside its word, so screen readers pass over it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Runs `change`, which rebuilds what is in `box`, and gives the focus back to what had it: by its `data-focus`, or as the
    heading. Never to a button that merely stands where the other stood: the next Enter would do something else. */
export function keepingFocus(box, change) {
  const { activeElement: held } = box.ownerDocument;
  const inside = held !== box && box.contains(held);
  const place = inside && (held.dataset.focus ? `[data-focus="${CSS.escape(held.dataset.focus)}"]` : held.localName === "h1" && "h1");
  change();
  if (place) box.querySelector(place)?.focus({ preventScroll: true });
}

/** A part of a page that is drawn from plain facts, anew only when they changed: what did not change keeps its focus and
    its place, and is not read out again. A part says how it looks in `draw(facts)`, which returns its children. */
export class Piece extends HTMLElement {
  #shown = null;

  show(facts) {
    const now = JSON.stringify(facts);
    if (now === this.#shown) return;
    this.#shown = now;
    keepingFocus(this, () => this.replaceChildren(...[this.draw(facts)].flat().filter(Boolean)));
  }
}
