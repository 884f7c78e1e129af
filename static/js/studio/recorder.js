// Runs beside the page, in the audio thread: hands every block of the microphone on as it is.
const BLOCK = 1024; // frames; about 21 ms at 48 kHz

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(BLOCK);
    this.filled = 0;
  }

  process([input]) {
    const samples = input[0];
    for (let at = 0; samples && at < samples.length; ) {
      const some = samples.subarray(at, at + BLOCK - this.filled);
      this.block.set(some, this.filled);
      this.filled += some.length;
      at += some.length;
      if (this.filled === BLOCK) {
        this.port.postMessage(this.block, [this.block.buffer]);
        this.block = new Float32Array(BLOCK);
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("hallsys-recorder", Recorder);
