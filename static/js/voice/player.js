// One <audio> and what becomes of each sound it is given.

const LONGEST = 90_000; // ms: a player that hangs must not hold up the next call

export class Player {
  #over = null;

  constructor(audio) {
    this.audio = audio;
  }

  /** Begins to fetch a sound, which `play` makes heard. */
  load(source) {
    this.audio.src = source;
    this.audio.load();
  }

  /** "ended", "blocked" (the browser wants a touch first), "failed", or what it was stopped with. `volume` 0 to 1. */
  play(volume = 1) {
    const { audio } = this;
    this.#over?.("stopped"); // one at a time
    return new Promise((resolve) => {
      const over = (how) => {
        if (this.#over !== over) return; // what is late about one sound is not said of the next
        clearTimeout(limit);
        this.#over = null;
        audio.onended = audio.onerror = null;
        resolve(how);
      };
      const limit = setTimeout(over, LONGEST, "failed");
      this.#over = over;
      audio.onended = () => over("ended");
      audio.onerror = () => over("failed");
      audio.volume = volume;
      audio.play().catch((refusal) => over(refusal.name === "NotAllowedError" ? "blocked" : "failed"));
    });
  }

  /** Falls silent in the middle of a sound. */
  stop(how) {
    this.audio.pause();
    this.#over?.(how);
  }

  /** Whether this browser lets us sound: a tenth of a second of silence tells. */
  async allowed() {
    const silence = URL.createObjectURL(new Blob([silentWav()], { type: "audio/wav" }));
    this.load(silence);
    const how = await this.play();
    this.audio.removeAttribute("src");
    this.audio.load();
    URL.revokeObjectURL(silence);
    return how !== "blocked";
  }
}

/** 8 kHz, 8 bit, mono. */
function silentWav() {
  const samples = 800;
  const bytes = new DataView(new ArrayBuffer(44 + samples));
  const text = (at, letters) => [...letters].forEach((letter, index) => bytes.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, 8000, true);
  bytes.setUint32(28, 8000, true);
  bytes.setUint16(32, 1, true);
  bytes.setUint16(34, 8, true);
  text(36, "data");
  bytes.setUint32(40, samples, true);
  for (let at = 44; at < 44 + samples; at++) bytes.setUint8(at, 128);
  return bytes.buffer;
}
