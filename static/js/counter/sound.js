// The officer's notes: one low note when somebody waits after a pause, two when a limit is passed. Nothing else sounds.
const HERTZ = 196;
const LENGTH = 0.22; // s

let context = null;

/** Browsers let a page sound only after a press: called with each. */
export function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

export function notes(count) {
  if (context?.state !== "running") return;
  for (let index = 0; index < count; index += 1) {
    const from = context.currentTime + index * LENGTH * 1.6;
    const tone = new OscillatorNode(context, { type: "sine", frequency: HERTZ });
    const loud = new GainNode(context, { gain: 0 });
    loud.gain.setTargetAtTime(0.25, from, 0.01);
    loud.gain.setTargetAtTime(0, from + LENGTH * 0.6, 0.05);
    tone.connect(loud).connect(context.destination);
    tone.start(from);
    tone.stop(from + LENGTH * 2);
  }
}
