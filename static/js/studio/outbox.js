// Takes on their way to the server. They lie in the browser's own store until they are there, so that neither a server
// that is away nor a closed window loses what somebody has read.
import { freshId } from "hallsys/live/link.js";
import { Away, Refusal, keep } from "hallsys/studio/server.js";

const NAME = "hallsys-studio";
const AGAIN = 4000; // ms
const FINAL = ["bad_request", "not_found", "too_large"]; // whatever else is refused now may be taken later

const wrapped = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** A private window may have no store: then the page's memory has to do. */
async function opened() {
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("takes", { keyPath: "key" });
    return await wrapped(request);
  } catch {
    return null;
  }
}

export class Outbox {
  #takes = new Map();
  #store = null;
  #sending = false;
  #away = false;
  #timer = null;

  /** `sent(entry, report)`, `refused(entry, words)`, and `changed()` whenever what waits is another. */
  constructor(hall, { sent, refused, changed }) {
    Object.assign(this, { hall, sent, refused, changed });
    addEventListener("online", () => this.#send());
  }

  async open() {
    this.#store = await opened();
    const kept = this.#store ? await wrapped(this.#table("readonly").getAll()) : [];
    for (const entry of kept) if (entry.hall === this.hall && !this.#takes.has(entry.key)) this.#takes.set(entry.key, entry);
    this.changed();
    this.#send();
  }

  /** Takes that the server did not answer about: how many lie here. */
  get waiting() {
    return this.#away ? this.#takes.size : 0;
  }

  has(pack, prompt) {
    return this.#takes.has(this.#key(pack, prompt));
  }

  async put(pack, prompt, wav) {
    const { language, text } = prompt;
    const entry = { key: this.#key(pack, prompt), hall: this.hall, pack, language, text, wav, id: freshId() };
    this.#takes.set(entry.key, entry);
    if (this.#store) await wrapped(this.#table("readwrite").put(entry)).catch(() => {}); // a full disk: the memory has it
    this.changed();
    this.#send();
  }

  #key(pack, { language, text }) {
    return `${this.hall}/${pack}/${language}/${text}`;
  }

  #table(mode) {
    return this.#store.transaction("takes", mode).objectStore("takes");
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    try {
      while (this.#takes.size) await this.#one(this.#takes.values().next().value);
      this.#away = false;
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      this.#away = true;
      this.#timer = setTimeout(() => this.#send(), AGAIN);
    } finally {
      this.#sending = false;
      this.changed();
    }
  }

  async #one(entry) {
    try {
      const { report } = await keep(entry.pack, entry, entry.wav);
      await this.#forget(entry);
      this.sent(entry, report);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!FINAL.includes(error.code)) throw new Away(error.code);
      await this.#forget(entry);
      this.refused(entry, error.message);
    }
  }

  async #forget(entry) {
    if (this.#takes.get(entry.key)?.id !== entry.id) return; // recorded again meanwhile: the new one is still to be sent
    this.#takes.delete(entry.key);
    if (this.#store) await wrapped(this.#table("readwrite").delete(entry.key)).catch(() => {});
  }
}
