// How a phone calls its holder: a rising tune and a buzz, after one touch; the tab's title and mark, always.
const TUNE = [523, 659, 784]; // Hz
const STEP = 0.18; // s
const TIMES = 3;
const BUZZ = { soon: [300], call: [500, 200, 500, 200, 800] }; // ms on, off, on …
const MARK = "data:image/svg+xml," + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="8" fill="#0b4535"/><circle cx="24" cy="24" r="15" fill="#ffd469"/></svg>');

let touched = false; // browsers let a page buzz only then, and complain of one that tries
addEventListener("pointerup", () => (touched = true), { once: true });
let context = null;
let sounding = [];
let lock = null;
const plain = document.querySelector("link[rel=icon]")?.href;

export const belled = () => context?.state === "running";

/** Called with the touch that a browser wants before a page may sound; resolves to whether it may now. */
export async function wake() {
  context ??= new AudioContext();
  await context.resume();
  keepAwake();
  ring(1, TUNE.slice(0, 1)); // so that people know what they have switched on
  return belled();
}

export function call() {
  buzz(BUZZ.call);
  ring(TIMES, TUNE);
}

export const soon = () => buzz(BUZZ.soon);

export function hush() {
  buzz(0);
  for (const tone of sounding) tone.stop();
  sounding = [];
}

/** What stands on the tab: the call, even where the phone may neither sound nor buzz. */
export function mark(title, called) {
  document.title = title;
  const link = document.querySelector("link[rel=icon]");
  const wanted = called ? MARK : plain;
  if (link && link.href !== wanted) link.href = wanted;
}

function buzz(pattern) {
  if (touched) navigator.vibrate?.(pattern);
}

function ring(times, tune) {
  if (!belled()) return;
  hush();
  for (let time = 0; time < times; time++) {
    for (const [index, hertz] of tune.entries()) {
      const from = context.currentTime + time * (tune.length + 2) * STEP + index * STEP;
      const tone = new OscillatorNode(context, { type: "triangle", frequency: hertz });
      const loud = new GainNode(context, { gain: 0 });
      loud.gain.setTargetAtTime(0.5, from, 0.01);
      loud.gain.setTargetAtTime(0, from + STEP * 0.7, 0.05);
      tone.connect(loud).connect(context.destination);
      tone.start(from);
      tone.stop(from + STEP * 2);
      sounding.push(tone);
    }
  }
}

/** A phone that sleeps does not ring. Only over https, and only while the page is seen; elsewhere the page says so. */
async function keepAwake() {
  try {
    lock = await navigator.wakeLock?.request("screen");
  } catch {
    lock = null; // the battery is low, or the page was left meanwhile
  }
}
document.addEventListener("visibilitychange", () => lock && document.visibilityState === "visible" && keepAwake());
