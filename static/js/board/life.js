// How a screen lives for months: it says how it is, takes a newer page when nobody is being called, and burns nothing in.
import { data } from "hallsys/texts.js";

const SAY = 60_000; // ms between two words about its health
const DRIFT = 180_000; // ms between two shifts of the picture by a pixel or two
const NIGHT = "03"; // the hour in which a page that is older than half a day begins anew: browsers leak, too
const OLD = 12 * 3_600_000;
const LOOK = 600_000; // ms between two looks whether it is night
const KEPT = "hallsys_picture";
const KEPT_FOR = 120_000; // ms: what is older is no longer a picture of the hall
const TRIED = "hallsys_tried";

/** The version of the page that runs here: it stands in the address of every module. */
export const VERSION = /\/static\/([^/]+)\//.exec(import.meta.url)?.[1] ?? "";

export class Life {
  #wanted = null;
  #born = Date.now();

  /** `health()`: `{link, sound, skew}`; `busy()`: somebody is being called; `picture()`: what a new page shows first; `hour()`:
      the hall's, "00" to "23". */
  constructor({ link, screen, health, busy, picture, hour, moving }) {
    Object.assign(this, { link, screen, health, busy, picture, hour });
    link.on("version", ({ version }) => version !== VERSION && this.#want(version));
    setInterval(() => this.say(), SAY);
    setInterval(() => this.#drift(moving), DRIFT);
    setInterval(() => this.#tonight(), LOOK);
  }

  say() {
    this.link.send({ type: "health", screen: this.screen(), version: VERSION, heap: performance.memory?.usedJSHeapSize ?? 0, ...this.health() });
  }

  /** Takes the newer page, if there is one and nobody is being called. The last picture stays: the browser keeps it until the
      new page draws, and that one begins with what is kept here. */
  renew() {
    if (!this.#wanted?.ready || this.busy()) return;
    this.#wanted = null;
    sessionStorage.setItem(KEPT, JSON.stringify({ ...this.picture(), saved: Date.now() }));
    location.reload();
  }

  /** Once for each version: a page that stays old whatever we do must not begin anew for ever. */
  async #want(version) {
    if (this.#wanted?.version === version || sessionStorage.getItem(TRIED) === version) return;
    this.#wanted = { version, ready: false };
    try {
      const page = await (await fetch(location.href, { cache: "reload" })).text();
      const sheets = [...page.matchAll(/\/static\/[^"]+\.css/g)].map(([path]) => path);
      await Promise.all(sheets.map(async (path) => (await fetch(path)).text()));
    } catch {
      this.#wanted = null; // the server is away again; it will name its version when it is back
      return;
    }
    sessionStorage.setItem(TRIED, version);
    this.#wanted = { version, ready: true };
    this.renew();
  }

  #tonight() {
    if (this.hour() === NIGHT && Date.now() - this.#born > OLD) this.#want(`${VERSION} ${new Date().toDateString()}`);
  }

  #drift(moving) {
    const pixels = () => `${Math.round(Math.random() * 4 - 2)}px`;
    moving.style.transform = `translate(${pixels()}, ${pixels()})`;
  }
}

/** The picture that the page before this one left, if it did so just now: `{view, heard}` or null. */
export function leftBehind() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  return kept && Date.now() - kept.saved < KEPT_FOR && kept.view.hall.id === data.hall ? kept : null;
}
