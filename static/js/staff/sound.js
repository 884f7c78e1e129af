// The staff's notes: one low when somebody waits after a pause, two when a limit is passed, a rising pair for a priority
// visitor, three when a colleague needs somebody. Nothing else sounds, and a switch silences all of it.
const LOW = 196; // Hz
const TUNES = { somebody: [LOW], limit: [LOW, LOW], priority: [LOW * 1.5, LOW * 2], help: [LOW * 2, LOW * 1.5, LOW * 2], left: [LOW, LOW * 1.5] };
const LENGTH = 0.22; // s
const STORED = "hallsys.sounds";

let context = null;

/** Browsers let a page sound only after a press: called with each. */
export function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

export const sounding = () => localStorage.getItem(STORED) !== "off";
export const useSounds = (on) => localStorage.setItem(STORED, on ? "on" : "off");

export function play(tune) {
  if (!sounding() || context?.state !== "running") return;
  for (const [index, hertz] of TUNES[tune].entries()) {
    const from = context.currentTime + index * LENGTH * 1.6;
    const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
    const loud = new GainNode(context, { gain: 0 });
    loud.gain.setTargetAtTime(0.25, from, 0.01);
    loud.gain.setTargetAtTime(0, from + LENGTH * 0.6, 0.05);
    tone.connect(loud).connect(context.destination);
    tone.start(from);
    tone.stop(from + LENGTH * 2);
  }
}
