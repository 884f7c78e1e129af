// Recording one voice: prompt by prompt, with the keyboard or the mouse.
import { write } from "hallsys/staff/dom.js";
import { Microphone } from "hallsys/studio/microphone.js";
import { beginning, done, following, left, loudness, wordOf } from "hallsys/studio/model.js";
import { play, stop } from "hallsys/studio/player.js";
import { Away, Refusal, call, develop, remove, take } from "hallsys/studio/server.js";
import { wav } from "hallsys/studio/sound.js";
import { drawChecks, drawList } from "hallsys/studio/sheet.js";
import { clear, drawLive, drawTake } from "hallsys/studio/wave.js";
import { data, t } from "hallsys/texts.js";

const $ = (id) => document.getElementById(id);
const PER_DRAWING = 60; // ms between two drawings of the level

export class Booth {
  #pack = null; // as the server shows it, with `takes`: word -> note
  #prompts = [];
  #at = 0;
  #taken = null; // the recording that is not kept yet: {samples, rate, wav, report, clip}
  #state = "idle"; // or "opening", "recording", "checking"
  #words = ""; // what is said in the wave's box instead of the usual
  #levels = [];
  #drawn = 0;
  #times = [];

  /** `outbox` sends what is kept; `use(pack)` lets the hall speak with it. */
  constructor(outbox, use) {
    this.outbox = outbox;
    this.microphone = new Microphone((level) => this.#level(level), () => this.#complain("gone"));
    const does = {
      record: () => this.record(),
      listen: () => this.listen(),
      before: () => this.go(this.#at - 1),
      skip: () => this.go(this.#at + 1),
      keep: () => this.keep(),
      drop: () => this.drop(),
      call: () => this.call(),
      again: () => this.record(),
      use: () => use(this.#pack),
    };
    for (const [id, act] of Object.entries(does)) {
      $(id).addEventListener("click", (event) => {
        // A button that was clicked must not take the keys away from the page.
        if (event.detail > 0) $("mic").focus({ preventScroll: true });
        act();
      });
    }
    $("booth").addEventListener("keydown", (event) => this.#key(event, does));
    $("takes").addEventListener("click", (event) => {
      const button = event.target.closest("[data-at]");
      if (!button) return;
      this.go(Number(button.dataset.at));
      $("mic").focus({ preventScroll: true });
    });
  }

  /** Goes on with a pack: `{id, name, takes}`. */
  open(pack, prompts, chosen) {
    const same = this.#pack?.id === pack.id;
    this.#pack = { ...pack, chosen: chosen === pack.id };
    this.#prompts = prompts;
    if (!same) {
      this.#times = [];
      this.#taken = null;
      this.#at = beginning(prompts, pack.takes);
    }
    this.draw();
  }

  close() {
    stop();
    this.microphone.stop();
    this.#state = "idle";
    this.#taken = null;
    this.#pack = null;
  }

  get pack() {
    return this.#pack;
  }

  get #prompt() {
    return this.#prompts[this.#at];
  }

  #key(event, does) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
    const name = { r: "record", R: "record", " ": "listen", ArrowLeft: "before", ArrowRight: "skip", Enter: "keep" }[event.key];
    // Keys belong to the recording, and to a control that has the focus first.
    if (!name || !$("mic").contains(event.target)) return;
    if (event.target !== $("mic") && (event.key === " " || event.key === "Enter")) return;
    event.preventDefault();
    does[name]();
  }

  go(at) {
    if (this.#state === "recording") this.microphone.finish(false);
    stop();
    this.#at = Math.max(0, Math.min(this.#prompts.length - 1, at));
    this.#taken = null;
    this.#words = "";
    this.draw();
  }

  async record() {
    if (this.#state === "recording") return this.microphone.finish();
    if (this.#state !== "idle") return;
    stop();
    $("trouble").hidden = true;
    this.#taken = null;
    this.#levels = [];
    if (!this.microphone.open) {
      this.#enter("opening");
      try {
        await this.microphone.start();
      } catch (error) {
        if (!error.code) throw error;
        return this.#complain(error.code);
      }
      if (!this.#pack) return this.microphone.stop(); // left while the browser asked
    }
    this.#enter("recording");
    const at = this.#at;
    const { samples, rate, heard } = await this.microphone.record();
    if (at !== this.#at || !this.#pack) return this.#enter("idle"); // gone on meanwhile
    if (!heard || !samples.length) return this.#enter("idle", samples.length ? t("studio.wave_nothing") : "");
    await this.#check({ samples, rate, wav: wav(samples, rate), report: null, clip: null });
  }

  async #check(taken) {
    this.#taken = taken;
    this.#enter("checking");
    let words = "";
    try {
      Object.assign(taken, await develop(this.#prompt, taken.wav));
    } catch (error) {
      if (error instanceof Refusal) {
        words = error.message;
        if (this.#taken === taken) this.#taken = null;
      } else if (!(error instanceof Away)) throw error;
    }
    this.#enter("idle", words);
  }

  async listen() {
    if (this.#state === "recording") return;
    const prompt = this.#prompt;
    try {
      if (this.#taken) await play(this.#taken.clip ?? this.#taken.wav);
      else if (this.#pack.takes[wordOf(prompt)]) await play(await take(this.#pack.id, prompt));
    } catch (error) {
      this.#say(error);
    }
  }

  /** Keeps the recording, if there is one, and goes on to what is missing. */
  async keep() {
    if (this.#state !== "idle") return;
    const [taken, prompt] = [this.#taken, this.#prompt];
    if (taken && taken.report?.usable === false) return;
    if (taken) {
      this.#pack.takes[wordOf(prompt)] = { seconds: taken.report?.seconds ?? null, flaws: taken.report?.flaws ?? [] };
      this.#times.push(performance.now());
      this.outbox.put(this.#pack.id, prompt, taken.wav);
    }
    this.go(following(this.#prompts, this.#pack.takes, this.#at));
  }

  async drop() {
    const prompt = this.#prompt;
    try {
      await remove(this.#pack.id, prompt);
      delete this.#pack.takes[wordOf(prompt)];
      this.#enter("idle", t("studio.dropped", { text: prompt.text }));
      $("mic").focus({ preventScroll: true });
    } catch (error) {
      this.#say(error);
    }
  }

  async call() {
    const label = $("call").lastElementChild;
    write(label, t("studio.hearing_call"));
    try {
      await play(await call(this.#pack.id, data.ticket, data.counter));
    } catch (error) {
      this.#say(error);
    }
    write(label, t("studio.hear_call", data));
  }

  /** The server has a take, or will not have it. */
  settle(entry, report, words = "") {
    if (entry.pack !== this.#pack?.id) return;
    if (report) this.#pack.takes[wordOf(entry)] = { seconds: report.seconds, flaws: report.flaws };
    else {
      delete this.#pack.takes[wordOf(entry)];
      this.#words = t("studio.send_refused", { text: entry.text, reason: words });
    }
    this.draw();
  }

  #enter(state, words = "") {
    this.#state = state;
    this.#words = words;
    if (this.#pack) this.draw();
  }

  #complain(code) {
    const address = `http://localhost:${location.port || 80}${location.pathname}`;
    write($("trouble").children[1], t(`studio.mic.${code}`, { address }));
    $("trouble").hidden = false;
    this.#enter("idle");
  }

  #say(error) {
    if (error instanceof Refusal) this.#enter("idle", error.message);
    else this.#enter("idle", t(error instanceof Away ? "studio.lost" : "studio.no_sound"));
  }

  #level(level) {
    this.#levels.push(level);
    if (this.#levels.length > 600) this.#levels.splice(0, 300);
    const now = performance.now();
    if (now - this.#drawn < PER_DRAWING) return;
    this.#drawn = now;
    const shown = Math.max(...this.#levels.slice(-4));
    const state = loudness(shown);
    $("meter").firstElementChild.style.width = `${Math.max(0, Math.min(100, (shown + 60) / 0.6))}%`;
    $("meter").setAttribute("aria-valuenow", String(Math.round(Math.max(-60, shown))));
    $("level").dataset.state = state;
    write($("level-words"), t(`studio.level_${state}`));
    if (this.#state === "recording") drawLive($("wave"), this.#levels);
  }

  #levelOff() {
    $("level").dataset.state = "off";
    $("meter").firstElementChild.style.width = "0";
    write($("level-words"), t("studio.level_off"));
  }

  draw() {
    const [pack, prompt, taken, state] = [this.#pack, this.#prompt, this.#taken, this.#state];
    const kept = pack.takes[wordOf(prompt)];
    const [finished, total] = [done(this.#prompts, pack.takes), this.#prompts.length];
    if (!this.microphone.open) this.#levelOff();
    $("booth").dataset.state = state;
    write($("reader"), t("studio.of", { name: pack.name }));
    $("bar").max = total;
    $("bar").value = finished;
    const minutes = Math.round(left(total - finished, this.#times) / 60);
    const progress = finished === total ? "progress_done" : minutes ? "progress" : "progress_soon";
    write($("progress"), t(`studio.${progress}`, { done: finished, total, n: minutes }));
    write($("call").lastElementChild, t("studio.hear_call", data));
    drawList($("takes"), this.#prompts, pack.takes, this.#at, (one) => this.outbox.has(pack.id, one));

    write($("word"), prompt.sign && prompt.sign.toLowerCase() !== prompt.text ? `${prompt.sign} – ${prompt.text}` : prompt.text);
    $("word").lang = prompt.language;
    $("word").dataset.long = String(prompt.text.length > 14);
    write($("hint"), t(`studio.hint.${prompt.group}`, { sign: prompt.sign ?? "" }));

    if (taken) drawTake($("wave"), taken, taken.report);
    else if (state !== "recording") clear($("wave"));
    write($("wave-words"), $("trouble").hidden ? this.#boxWords(kept) : "");
    drawChecks($("checks"), taken, state === "idle" && taken && !taken.report);

    const label = { recording: "stop", opening: "record" }[state] ?? (taken || kept ? "again" : "record");
    write($("record").children[1], t(`studio.do.${label}`));
    const useless = taken?.report?.usable === false;
    write($("keep").children[1], t(taken ? "studio.do.keep" : "studio.do.next"));
    $("keep").disabled = state !== "idle" || useless;
    $("record").disabled = state === "checking" || state === "opening";
    $("listen").disabled = state === "recording" || !(taken || kept);
    $("before").disabled = this.#at === 0;
    $("skip").disabled = this.#at === total - 1;
    $("drop").hidden = !kept || this.outbox.has(pack.id, prompt);

    const over = finished === total && !taken && state === "idle";
    $("finished").hidden = !over;
    write($("finished").children[1], t(pack.chosen ? "studio.finished_used" : "studio.finished", { total }));
    $("use").hidden = pack.chosen;
    $("pending").hidden = !this.outbox.waiting;
    write($("pending").lastElementChild, t("studio.pending", { n: this.outbox.waiting }));
  }

  #boxWords(kept) {
    if (this.#words) return this.#words;
    if (this.#taken) return "";
    if (this.#state === "recording") return t("studio.wave_recording");
    if (this.#state === "checking") return t("studio.wave_checking");
    return t(kept ? "studio.wave_kept" : "studio.wave_empty");
  }
}
