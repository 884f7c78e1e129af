// How a key asks: a dialog for the keyboard. What stands on a row's key chooses it, arrows choose too, Enter does, Escape leaves.
import { keyOf } from "hallsys/counter/keys.js";
import { stage } from "hallsys/counter/stage.js";
import { h } from "hallsys/elements/piece.js";
import { t } from "hallsys/texts.js";

const PAUSE = 700; // ms between two keys that still make one name: "1", "2" for counter 12
const BOUNCE = 400; // ms after opening in which the key that opened it is still the same press

/** One row to choose: `typed` is what the keyboard may type for it; `more` are attributes of the input. */
export function choice(name, value, typed, words, more = {}) {
  return h("label", { class: "choice" },
    h("input", { type: "radio", name, value, "data-typed": typed || null, ...more }),
    typed && h("kbd", {}, typed), h("span", {}, ...[words].flat()));
}

export const group = (title, ...rows) => h("fieldset", {}, h("legend", {}, title), ...rows);

/** A line of text; `more` are attributes of the input. */
export function line(name, title, more = {}) {
  return h("label", { class: "field" }, title, h("input", { type: "text", name, autocomplete: "off", spellcheck: "false", ...more }));
}

/** A choice that has an answer already: `options` are `[value, words]`, the first one counts until another is taken. */
export function pick(name, title, options) {
  return h("label", { class: "field" }, title, h("select", { name }, options.map(([value, words]) => h("option", { value }, words))));
}

export const row = (...fields) => h("div", { class: "fields" }, ...fields);

/** Asks in a dialog. `answer(values)` is what Enter will do, `{say, send}`, or null while something is missing. Resolves
    with `send`, or null when it was left. `by` is the key that opened it. `first` finds what has the focus first. */
export function ask({ title, parts, missing, answer, by = "", first = "input", kind = "" }) {
  const go = h("button", { type: "submit", class: "go" });
  const told = h("p", { class: "told", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("h2", { id: "asked" }, title), h("div", { class: "parts" }, ...[parts].flat().filter(Boolean)), told,
    h("div", { class: "ends" }, h("button", { type: "button", class: "leave", click: () => dialog.close() }, t("counter.leave"), h("kbd", {}, "Esc")), go));
  const dialog = h("dialog", { "aria-labelledby": "asked", class: `ask ${kind}` }, form);
  const values = () => ({ ...Object.fromEntries(new FormData(form)), all: (name) => new FormData(form).getAll(name) });
  const follow = () => {
    const ready = answer(values());
    go.replaceChildren(ready?.say ?? missing, h("kbd", {}, "Enter"));
    go.setAttribute("aria-disabled", String(!ready));
    told.textContent = "";
    for (const each of form.querySelectorAll(".choice")) each.classList.toggle("chosen", each.firstChild.checked);
  };
  form.addEventListener("input", follow);
  dialog.addEventListener("keydown", onlyOnce(by));
  dialog.addEventListener("keydown", typed(form, follow));
  stage.doc.body.append(dialog);
  follow();
  return new Promise((resolve) => {
    let sent = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const ready = answer(values());
      if (!ready) {
        told.textContent = missing;
        return void unanswered(form)?.focus();
      }
      sent = ready.send;
      stage.answered = performance.now();
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(sent);
    });
    dialog.showModal();
    form.querySelector(first)?.focus();
  });
}

/** The first row of the first question that nobody has answered. */
function unanswered(form) {
  const open = [...form.querySelectorAll("fieldset")].find((each) => each.querySelector("input[type=radio]") && !each.querySelector(":checked"));
  return open?.querySelector("input");
}

/** A key that is held down, or bounced on opening, is no second press. */
function onlyOnce(by) {
  const opened = performance.now();
  return (event) => {
    const bounced = keyOf(event) === by && performance.now() - opened < BOUNCE;
    if (!bounced && !(event.repeat && event.key === "Enter")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
}

/** Letters and digits choose a row by what stands on its key. */
function typed(form, follow) {
  let [name, last] = ["", 0];
  const rows = () => [...form.querySelectorAll("[data-typed]")];
  const find = (text) => rows().find((input) => input.dataset.typed.toLowerCase() === text.toLowerCase());
  return (event) => {
    if (event.key === "ArrowDown" && event.target.matches("input[type=text]")) return below(event, form, follow);
    if (event.target.matches("input[type=text], input[type=password], select") || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = keyOf(event);
    if (key.length !== 1 || key === " ") return;
    event.preventDefault();
    const longer = event.timeStamp - last < PAUSE && find(name + key);
    name = longer ? name + key : key;
    last = event.timeStamp;
    const input = longer || find(name);
    if (!input) return;
    input.checked = input.type === "radio" || !input.checked;
    input.focus();
    follow();
  };
}

/** From a line of text down into the rows under it. */
function below(event, form, follow) {
  const next = [...form.querySelectorAll("input[type=radio]")].find((input) => event.target.compareDocumentPosition(input) & 4);
  if (!next) return;
  event.preventDefault();
  next.checked = true;
  next.focus();
  follow();
}
