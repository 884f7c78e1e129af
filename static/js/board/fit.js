// A wall that has too much to say says less, never smaller (LOOKS): the call keeps its size, whatever else has to go.

const STEPS = 7; // board.css: 1 one notice in one language, 2 one language of waits and counters, 3 no notice, 4 no words below the number, 5 how many
// wait but not how long, 6 no waits, 7 no last calls
const INSIDE = [[".board > *", ".board"], [".main > *", ".main"], [".left > *", ".left"], [".calls > *", ".calls"], [".call > *, .call .who .num", ".call"], [".call .who > *", ".who"],
  [".call .to > *", ".call"], [".idle hall-idle > *", ".idle"], [".media > .cap", ".media"], [".media .cap > *", ".cap"], [".ctr > *, .ctr .nm > *", ".ctr"]];
const AIR = 0.17; // of a number's line: its figures begin so far below it
const TAIL = 0.085; // of it: a Q's tail ends so far below it

/** Leaves out, step by step, until what must be seen is seen whole. */
export function fit(wall) {
  for (let step = 1; step <= STEPS; step++) wall.classList.remove(`less-${step}`);
  for (let step = 1; step <= STEPS && tight(wall); step++) wall.classList.add(`less-${step}`);
}

const tight = (wall) => INSIDE.some(([parts, box]) => [...wall.querySelectorAll(parts)].some((part) => outside(part, part.closest(box))));

function outside(part, box) {
  const [inner, outer] = [part.getBoundingClientRect(), box.getBoundingClientRect()];
  if (!inner.height) return false;
  const number = part.classList.contains("num");
  const tail = number && box.matches(".call") && part.matches(".who .num") ? inner.height * TAIL : 0;
  return inner.bottom + tail > outer.bottom + 1 || inner.top < outer.top - (number ? inner.height * AIR : 1);
}
