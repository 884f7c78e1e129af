// Samples: how loud they are, how they look, and as a WAV file. No DOM, no clock.

const FLOOR = -90; // dBFS; quieter is silence

/** dBFS of a block, without its mean: many a cheap microphone has an offset. */
export function power(samples) {
  let sum = 0;
  let squares = 0;
  for (const value of samples) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / samples.length;
  return Math.max(FLOOR, 10 * Math.log10(squares / samples.length - mean * mean + 1e-12));
}

export function joined(blocks) {
  const whole = new Float32Array(blocks.reduce((length, block) => length + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

/** The largest size in each of `count` equal parts, 0 to 1. */
export function columns(samples, count) {
  const found = new Array(count).fill(0);
  for (let at = 0; at < samples.length; at += 1) {
    const column = Math.floor((at * count) / samples.length);
    const size = Math.abs(samples[at]);
    if (size > found[column]) found[column] = size;
  }
  return found;
}

/** 16-bit PCM, mono, as a WAV file. */
export function wav(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, letters) => [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((value, at) => view.setInt16(44 + at * 2, Math.round(Math.max(-1, Math.min(1, value)) * 32767), true));
  return new Blob([view.buffer], { type: "audio/wav" });
}
