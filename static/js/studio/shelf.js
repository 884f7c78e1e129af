// The hall's voices: which one speaks, how far each is, and bringing them in and out.
import { h, icon } from "hallsys/elements/piece.js";
import { fill } from "hallsys/staff/dom.js";
import { done } from "hallsys/studio/model.js";
import { choose, drop, exported } from "hallsys/studio/server.js";
import { data, t } from "hallsys/texts.js";

const $ = (id) => document.getElementById(id);

/** `act(work, words)` does something with the server and says what came of it. */
export function drawShelf({ prompts, packs, chosen }, act) {
  const total = prompts.length;
  $("intro").textContent = t("studio.intro", { n: total });
  fill($("voices"), [packs.map((pack) => [pack.id, pack.name, done(prompts, pack.takes)]), chosen], () => [
    ...packs.map((pack) => voice(pack, done(prompts, pack.takes), total, chosen, act)),
    synthetic(chosen, act),
  ]);
}

function voice(pack, finished, total, chosen, act) {
  const { id, name } = pack;
  const made = new Date(pack.made).toLocaleDateString(data.lang === "vi" ? "vi-VN" : "en-GB", { timeZone: data.tz });
  return h(
    "li",
    { class: chosen === id ? "box spoken" : "box" },
    h("h2", {}, name),
    h("p", { class: "far" }, finished === total ? t("studio.complete", { total }) : t("studio.partial", { done: finished, total }), ` · ${made}`),
    h("progress", { max: total, value: finished, "aria-label": name }),
    h(
      "p",
      { class: "row" },
      h("a", { class: "btn go", href: `#${id}`, "aria-label": t("studio.record_named", { name }), "data-focus": `r${id}` }, icon("microphone"), t("studio.record")),
      chosen === id ? speaks() : useButton(id, name, act),
      h("a", { class: "btn", href: exported(id), download: "", "aria-label": t("studio.export_named", { name }) }, icon("download"), t("studio.export")),
      removeButton(id, name, act),
    ),
  );
}

const speaks = () => h("span", { class: "chip ok" }, icon("speaker"), h("span", {}, t("studio.speaks")));

function synthetic(chosen, act) {
  const name = t("studio.synthetic");
  return h(
    "li",
    { class: chosen === null ? "box spoken" : "box" },
    h("h2", {}, name),
    h("p", { class: "far" }, t("studio.synthetic_hint")),
    h("p", { class: "row" }, chosen === null ? speaks() : useButton(null, name, act)),
  );
}

function useButton(id, name, act) {
  const click = () => act(() => choose(id), t("studio.used", { name }));
  return h("button", { class: "btn", type: "button", click, "data-focus": `u${id}` }, icon("speaker"), t("studio.use"));
}

/** Asks to be pressed twice: what somebody has read for twenty minutes cannot be taken back. */
function removeButton(id, name, act) {
  const named = t("studio.remove_named", { name });
  const button = h("button", { class: "btn", type: "button", "aria-label": named }, t("studio.remove"));
  button.addEventListener("blur", () => {
    delete button.dataset.armed;
    button.textContent = t("studio.remove");
    button.setAttribute("aria-label", named);
  });
  button.addEventListener("click", () => {
    if (button.dataset.armed) return act(() => drop(id), t("studio.removed", { name }));
    button.dataset.armed = "yes";
    button.removeAttribute("aria-label");
    button.textContent = t("studio.remove_sure");
  });
  return button;
}
