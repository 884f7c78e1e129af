// Reads a screen out, a line after the other, in the hall's own voice. Whoever presses anything has heard enough.
import { data, lang } from "hallsys/texts.js";

const LINES = ["h1", ".verdict p", ".facts .told", ".slip b", ".sv .t b", ".hit .t b", ".choice b", ".papers h2", ".papers li",
  ".three div", ".sub", ".carry h2", ".carry p", ".btn", ".find b"].join(",");

/** What a line says: a ticket's number sign by sign, "A, 0, 2, 5", a box as "name: value". */
function words(line) {
  const number = line.querySelector(".num");
  if (number) return `${line.querySelector(".your").textContent}: ${[...number.textContent].join(", ")}`;
  return [...(line.matches("div") ? line.children : [line])].map((one) => one.innerText.trim()).join(": ");
}

export class Aloud {
  on = false;
  #reading = 0;
  #player = new Audio();

  turn(on, screen) {
    this.on = on;
    if (on) this.read(screen);
    else this.stop();
  }

  stop() {
    this.#reading += 1;
    this.#player.pause();
  }

  /** From the top; what was being read is broken off. */
  async read(screen) {
    this.stop();
    if (!this.on) return;
    const mine = this.#reading;
    const lines = [...screen.querySelectorAll(LINES)].filter((line) => line.getClientRects().length).map(words).filter(Boolean);
    let next = sound(lines[0]);
    for (let at = 0; at < lines.length && mine === this.#reading; at += 1) {
      const said = await next;
      next = sound(lines[at + 1]); // made while this one is heard
      if (said && mine === this.#reading) await this.#play(said);
    }
  }

  async #play(said) {
    const address = URL.createObjectURL(said);
    this.#player.src = address;
    try {
      await this.#player.play();
      await new Promise((heard) => ["ended", "pause", "error"].forEach((kind) => this.#player.addEventListener(kind, heard, { once: true })));
    } catch {
      // A browser that may not speak yet, or a line that was broken off: the screen says it all.
    } finally {
      URL.revokeObjectURL(address);
    }
  }
}

async function sound(text) {
  if (!text) return null;
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/say`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: text.slice(0, 300), language: lang() }),
    });
    return answer.ok ? await answer.blob() : null;
  } catch {
    return null;
  }
}
