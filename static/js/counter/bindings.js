// Keys and pedals of this PC: any key the browser sees can stand for any action, also the one that a one-button pedal sends.
import { bind, bindable, bound, capOf, nameOf, release, typing, useTyping } from "hallsys/counter/keys.js";
import { sounding, useSounds } from "hallsys/staff/sound.js";
import { stage } from "hallsys/counter/stage.js";
import { h } from "hallsys/elements/piece.js";
import { data, t } from "hallsys/texts.js";

/** Shows the settings until they are left. An action's button waits for the key that shall do it from now on. */
export function askKeys() {
  const told = h("p", { class: "told ignored", role: "status" });
  const list = h("ul", { class: "binds" });
  const dialog = h("dialog", { class: "ask keys", "aria-labelledby": "asked" },
    h("form", { method: "dialog" },
      h("h2", { id: "asked" }, t("counter.do.keys")),
      h("div", { class: "parts" },
        h("p", { class: "aside" }, t("keys.hint")),
        toggle(t("keys.sounds"), sounding(), useSounds),
        toggle(t("keys.typing"), typing(), (on) => (useTyping(on), draw())),
        list),
      told,
      h("div", { class: "ends" }, h("button", { type: "button", class: "go", click: () => dialog.close() }, t("keys.done"), h("kbd", {}, "Esc")))));
  let wanted = null; // the action that waits for its key

  function draw() {
    const own = bound();
    list.replaceChildren(...Object.keys(data.keys).map((action) => {
      const mine = Object.keys(own).filter((code) => own[code] === action);
      return h("li", {},
        h("span", {}, t(`counter.do.${action}`)),
        h("span", { class: "caps" }, [...mine.map(nameOf), capOf(action) !== data.keys[action] || mine.length ? null : data.keys[action]].filter(Boolean).map((cap) => h("kbd", {}, cap))),
        h("button", { type: "button", class: "small", "data-action": action, "aria-pressed": String(wanted === action), click: () => want(action) },
          t(wanted === action ? "keys.press" : "keys.set"), h("span", { class: "sr" }, ` ${t(`counter.do.${action}`)}`)),
        mine.length > 0 && h("button", { type: "button", class: "small", click: () => (release(action), draw(), focus(action)) },
          t("keys.release"), h("span", { class: "sr" }, ` ${t(`counter.do.${action}`)}`)));
    }));
  }

  const focus = (action) => list.querySelector(`[data-action="${action}"]`)?.focus();

  function want(action) {
    wanted = wanted === action ? null : action;
    told.textContent = wanted ? t("keys.waiting", { name: t(`counter.do.${action}`) }) : "";
    draw();
    focus(action);
  }

  dialog.addEventListener("keydown", (event) => {
    if (!wanted || event.repeat) return;
    if (event.key === "Tab") return void want(wanted);
    event.preventDefault();
    event.stopPropagation();
    const action = wanted;
    if (event.key === "Escape") return want(action);
    if (!bindable(event.code)) return void (told.textContent = t("keys.not_this"));
    bind(event.code, action);
    wanted = null;
    told.textContent = t("keys.bound", { key: nameOf(event.code), name: t(`counter.do.${action}`) });
    draw();
    focus(action);
  }, true);
  dialog.addEventListener("cancel", (event) => wanted && event.preventDefault());
  stage.doc.body.append(dialog);
  draw();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(null);
    });
    dialog.showModal();
  });
}

const toggle = (words, on, use) =>
  h("label", { class: "choice" }, h("input", { type: "checkbox", checked: on, change: (event) => use(event.target.checked) }), h("span", {}, words));
