// The waveform: bars, those of the word in the brand's colour, and the marks where it is cut.
import { columns } from "hallsys/studio/sound.js";

const SVG = "http://www.w3.org/2000/svg";
const BARS = 150;
const AROUND = 0.25; // s
const [WIDTH, HEIGHT] = [900, 120];

function part(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** `sizes` 0 to 1 from left to right; `from` and `to` where the word is, 0 to 1, or null while that is not known. */
function draw(svg, sizes, word) {
  const step = WIDTH / sizes.length;
  const inside = (at) => !word || (at + 0.5 >= word.from * sizes.length && at + 0.5 <= word.to * sizes.length);
  const bars = sizes.map((size, at) => {
    const height = Math.max(3, Math.min(1, size) * (HEIGHT - 8));
    const shape = { x: at * step, y: (HEIGHT - height) / 2, width: step * 0.6, height, rx: step * 0.3 };
    return part("rect", { ...shape, class: inside(at) ? "in" : "out" });
  });
  const cuts = word ? [word.from, word.to].map((at) => part("path", { d: `M${at * WIDTH} 2v${HEIGHT - 4}`, class: "cut" })) : [];
  svg.replaceChildren(...bars, ...cuts);
}

/** A finished recording: the word with a little of what is cut off, or all of it while nobody has said where the word
    is. As tall as the box, for whether it is loud enough is said in words. */
export function drawTake(svg, { samples, rate }, report) {
  const from = report ? Math.max(0, report.start - AROUND) : 0;
  const to = report ? Math.min(samples.length / rate, report.end + AROUND) : samples.length / rate;
  const sizes = columns(samples.subarray(Math.round(from * rate), Math.round(to * rate)), BARS);
  const top = Math.max(0.02, ...sizes);
  const word = report && { from: (report.start - from) / (to - from), to: (report.end - from) / (to - from) };
  draw(svg, sizes.map((size) => size / top), word);
}

/** What comes out of the microphone now: `levels` in dBFS, the newest last. */
export function drawLive(svg, levels) {
  const shown = levels.slice(-BARS);
  const sizes = [...shown, ...new Array(BARS - shown.length).fill(-60)].map((level) => Math.max(0, (level + 60) / 55));
  draw(svg, sizes, null);
}

export const clear = (svg) => svg.replaceChildren();
