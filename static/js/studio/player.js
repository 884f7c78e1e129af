// Plays one sound at a time; a new one ends the one before.
const audio = new Audio();
let ended = () => {};

/** Plays a Blob to its end, or until something else is played. Rejects where this computer plays nothing. */
export async function play(sound) {
  stop();
  const url = URL.createObjectURL(sound);
  try {
    await new Promise((resolve, reject) => {
      ended = resolve;
      audio.onended = resolve;
      audio.onerror = () => reject(new Error("sound"));
      audio.src = url;
      audio.play().catch((error) => (error.name === "AbortError" ? resolve() : reject(error)));
    });
  } finally {
    if (audio.src === url) {
      audio.removeAttribute("src"); // or what was stopped while it was loaded is asked for once more, in vain
      audio.load();
    }
    URL.revokeObjectURL(url);
  }
}

export function stop() {
  audio.pause();
  ended();
}
