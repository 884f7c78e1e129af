// The microphone: opened once, then a stream of blocks, and recordings cut out of it.
import { Hearing } from "hallsys/studio/hearing.js";
import { joined, power } from "hallsys/studio/sound.js";

const KEY = 0.12; // s that the key which began the recording can be heard

/** Why there is no microphone; `code` is a message `studio.mic.<code>`. */
export class NoMicrophone extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const CODES = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
};

export class Microphone {
  #context = null;
  #stream = null;
  #hearing = new Hearing();
  #recording = null;

  /** `level(dBFS)` hears of every block; `gone()` when the microphone is unplugged. */
  constructor(level, gone) {
    this.level = level;
    this.gone = gone;
  }

  get open() {
    return this.#stream?.active === true;
  }

  /** Asks for it and listens. Raises NoMicrophone. */
  async start() {
    if (!window.isSecureContext) throw new NoMicrophone("insecure");
    if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) throw new NoMicrophone("old");
    try {
      // As it is: what a browser does against echo and noise for meetings makes a voice thin and its words uneven.
      const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
      this.#context = new AudioContext();
      await this.#context.audioWorklet.addModule(new URL("./recorder.js", import.meta.url).href);
      const recorder = new AudioWorkletNode(this.#context, "hallsys-recorder");
      recorder.port.onmessage = ({ data }) => this.#hear(data);
      this.#context.createMediaStreamSource(this.#stream).connect(recorder);
      recorder.connect(this.#context.destination); // it plays nothing, but what leads nowhere is not run everywhere
      await this.#context.resume();
    } catch (error) {
      this.stop();
      throw new NoMicrophone(CODES[error.name] ?? "busy");
    }
    this.#stream.getAudioTracks()[0].addEventListener("ended", () => {
      this.stop();
      this.gone();
    });
  }

  stop() {
    this.#recording?.end({ samples: new Float32Array(0), rate: 1, heard: false });
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#context?.close();
    this.#stream = this.#context = null;
  }

  /** Records until `finish()`, or until whoever spoke is silent: `{samples, rate, heard}`. */
  record() {
    this.#hearing.begin();
    return new Promise((resolve) => {
      this.#recording = {
        blocks: [],
        skip: KEY,
        end: (what) => {
          this.#recording = null;
          resolve(what);
        },
      };
    });
  }

  finish(heard = true) {
    const recording = this.#recording;
    if (recording) recording.end({ samples: joined(recording.blocks), rate: this.#context.sampleRate, heard });
  }

  #hear(block) {
    if (!this.#context) return;
    const seconds = block.length / this.#context.sampleRate;
    const level = power(block);
    this.#hearing.hear(level, seconds);
    this.level(level);
    const recording = this.#recording;
    if (!recording) return;
    recording.skip -= seconds;
    if (recording.skip > 0) {
      this.#hearing.begin();
      return;
    }
    recording.blocks.push(block);
    const verdict = this.#hearing.verdict;
    if (verdict) this.finish(verdict === "done");
  }
}
