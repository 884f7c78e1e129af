// What is shown beside the calls: the hall's own pictures, videos and notices, one after another. Videos have no sound: the
// hall's loudspeaker is for calls, and a video without sound needs nobody's touch to begin.
import { words } from "hallsys/board/words.js";
import { h, icon } from "hallsys/elements/piece.js";

const STAYS = 15_000; // ms a picture or a notice stays; long enough to read six lines twice
const LONGEST = 600_000; // ms: a video that hangs does not stay for ever
const ASK = 60_000; // ms between two looks into the hall's folder
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** `play({base, services, both})` begins or goes on, `rest()` ends it and lets go of everything it holds. */
class HallMedia extends HTMLElement {
  #slides = [];
  #at = -1;
  #timers = {};
  #playing = null;

  play({ base, services, both }) {
    Object.assign(this, { base, services, both });
    if (this.#playing === base) return;
    this.rest();
    this.#playing = base;
    this.#ask().then(() => this.#playing === base && this.#step());
  }

  rest() {
    Object.values(this.#timers).forEach(clearTimeout);
    this.#playing = null;
    this.#clear();
  }

  /** The folder as it is now; while the server is away what was shown last goes on. */
  async #ask() {
    const base = this.base;
    this.#after("ask", ASK, () => this.#ask());
    try {
      const answer = await fetch(base);
      if (answer.ok && this.#playing === base) this.#slides = (await answer.json()).slides;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no link: the page's band says so
    }
  }

  /** The next slide; without any, what the hall's services are for. */
  #step() {
    const own = this.#slides.filter(({ kind }) => kind !== "video" || !STILL.matches);
    const all = own.length ? own : this.services.map((service) => ({ kind: "service", service }));
    this.#at = all.length ? (this.#at + 1) % all.length : -1;
    const slide = all[this.#at] ?? null;
    this.#after("step", STAYS, () => this.#step());
    if (slide?.kind === "picture") this.#picture(slide);
    else if (slide?.kind === "video") this.#video(slide);
    else this.#show(landscape("wide"), slide, "words");
  }

  async #picture(slide) {
    const image = new Image();
    image.alt = "";
    image.src = this.#url(slide);
    try {
      await image.decode(); // shown once it is whole: no picture builds up line by line
      if (this.#playing) this.#show(image, slide, "picture");
    } catch {
      this.#after("step", 1_000, () => this.#step()); // a file that is no picture is passed over
    }
  }

  #video(slide) {
    const next = () => this.#after("step", 1_000, () => this.#step());
    const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, disableRemotePlayback: true });
    Object.assign(video, { onended: next, onerror: next, src: this.#url(slide) });
    this.#show(video, slide, "picture");
    this.#after("step", LONGEST, () => this.#step());
    video.play().catch(next);
  }

  #show(picture, slide, look) {
    this.#clear();
    const service = slide?.kind === "service" ? slide.service : null;
    const head = service ? this.both(({ named }) => named(service)) : this.both(({ language }) => slide?.[language]?.head);
    const lines = service
      ? [this.both(({ named }) => named(service, "about"))]
      : (this.both(({ language }) => slide?.[language]?.lines.join("\n"))[0] ?? "").split("\n").map((line) => [line]);
    this.className = `media ${look}`;
    this.append(h("div", { class: "pic" }, picture));
    if (head.length)
      this.append(h("div", { class: "cap" }, h("h2", {}, words(head)),
        h("ul", {}, lines.filter(([line]) => line).map((line) => h("li", {}, icon("check"), h("span", {}, words(line)))))));
  }

  /** A video that is only taken off the page goes on loading. */
  #clear() {
    for (const video of this.querySelectorAll("video")) {
      Object.assign(video, { onended: null, onerror: null });
      video.removeAttribute("src");
      video.load();
    }
    this.replaceChildren();
  }

  #url({ name, stamp }) {
    return `${this.base}/${encodeURIComponent(name)}?v=${stamp}`;
  }

  #after(name, ms, then) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(then, ms);
  }
}

/** The land of the hall, "tall" or "wide", drawn once in the page. */
export const landscape = (form) => document.querySelector(`#land-${form}`).content.firstElementChild.cloneNode(true);

customElements.define("hall-media", HallMedia);
