// A wall that has too much to say says less, never smaller (LOOKS): the call keeps its size, whatever else has to go.

const STEPS = 6; // board.css: 1 one notice in one language, 2 one language of waits and counters, 3 no notice, 4 no words below the number, 5 no waits, 6 no last calls
const INSIDE = [[".board > *", ".board"], [".main > *", ".main"], [".left > *", ".left"], [".calls > *", ".calls"], [".call > *", ".call"], [".call .who > *", ".who"],
  [".call .to > *", ".call"], [".idle hall-idle > *", ".idle"], [".media > .cap", ".media"], [".media .cap > *", ".cap"], [".ctr > *, .ctr .nm > *", ".ctr"]];
const AIR = 0.17; // of a number's line: its figures begin so far below it

/** Leaves out, step by step, until what must be seen is seen whole. */
export function fit(wall) {
  for (let step = 1; step <= STEPS; step++) wall.classList.remove(`less-${step}`);
  for (let step = 1; step <= STEPS && tight(wall); step++) wall.classList.add(`less-${step}`);
}

const tight = (wall) => INSIDE.some(([parts, box]) => [...wall.querySelectorAll(parts)].some((part) => outside(part, part.closest(box))));

function outside(part, box) {
  const [inner, outer] = [part.getBoundingClientRect(), box.getBoundingClientRect()];
  if (!inner.height) return false;
  const air = part.classList.contains("num") ? inner.height * AIR : 1;
  return inner.bottom > outer.bottom + 1 || inner.top < outer.top - air;
}
