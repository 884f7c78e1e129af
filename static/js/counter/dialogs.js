// The questions a key may ask first. Nothing is chosen beforehand: a stray Enter asks again, it does not send.
import { h } from "hallsys/elements/piece.js";
import { sorted } from "hallsys/live/hall.js";
import { minutes } from "hallsys/staff/clock.js";
import { byPlace, counterName, priorityName, serviceName, waiting } from "hallsys/staff/hall.js";
import { t } from "hallsys/texts.js";

const LISTED = 40; // tickets shown at once; typing digits narrows the list
const PAUSE = 700; // ms between two keys that still make one name: "1", "2" for counter 12

/** One row to choose: `typed` is what the keyboard may type for it. */
function choice(name, value, typed, ...words) {
  return h("label", { class: "choice" },
    h("input", { type: "radio", name, value, "data-typed": typed || null }),
    typed && h("kbd", {}, typed), h("span", {}, ...words));
}

const group = (title, ...rows) => h("fieldset", {}, h("legend", {}, title), ...rows);

/** Asks in a dialog. `answer(values)` is what Enter will do, `{say, send}`, or null while something is missing. Resolves
    with `send`, or null when it was left. */
function ask(title, parts, missing, answer) {
  const go = h("button", { type: "submit", class: "go" });
  const told = h("p", { class: "told", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("h2", { id: "asked" }, title), ...parts, told,
    h("div", { class: "ends" }, h("button", { type: "button", class: "leave", click: () => dialog.close() }, t("counter.leave"), h("kbd", {}, "Esc")), go));
  const dialog = h("dialog", { "aria-labelledby": "asked", class: "ask" }, form);
  const now = () => answer(Object.fromEntries(new FormData(form)));
  const follow = () => {
    const ready = now();
    go.replaceChildren(ready?.say ?? missing, h("kbd", {}, "Enter"));
    go.setAttribute("aria-disabled", String(!ready));
    told.textContent = "";
  };
  form.addEventListener("input", follow);
  dialog.addEventListener("keydown", typing(form, follow));
  document.body.append(dialog);
  follow();
  return new Promise((resolve) => {
    let sent = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const ready = now();
      if (!ready) return void (told.textContent = missing);
      sent = ready.send;
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(sent);
    });
    dialog.showModal();
    form.querySelector("input")?.focus();
  });
}

/** Letters and digits choose a row by what stands on its key. */
function typing(form, follow) {
  let [typed, last] = ["", 0];
  return (event) => {
    if (event.target.matches("input[type=text]") || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    event.preventDefault();
    typed = event.timeStamp - last < PAUSE ? typed + event.key : event.key;
    last = event.timeStamp;
    const row = [...form.querySelectorAll("[data-typed]")].find((input) => input.dataset.typed.toLowerCase() === typed.toLowerCase());
    if (!row) return;
    row.checked = true;
    row.focus();
    follow();
  };
}

/** Where to? `{service}` or `{to_counter}`. */
export function askTransfer(view, { ticket, counter }) {
  const services = sorted(view.services).filter((service) => service.id !== ticket.service && service.open);
  const others = sorted(view.counters).filter((other) => other.id !== counter.id);
  const parts = [
    group(t("counter.to_service"), services.map((each) => choice("to", `service ${each.id}`, each.letter, serviceName(view, each.id)))),
    group(t("counter.to_counter"), others.map((each) =>
      choice("to", `to_counter ${each.id}`, each.id, counterName(each), each.state !== "open" && h("small", {}, t(`state.${each.state}`))))),
  ];
  return ask(t("counter.transfer_title", { label: ticket.label }), parts, t("counter.choose_where"), ({ to }) => {
    if (!to) return null;
    const [key, id] = to.split(" ");
    const name = key === "service" ? serviceName(view, id) : counterName(view.counters[id]);
    return { say: t("counter.transfer_to", { label: ticket.label, name }), send: { [key]: id } };
  });
}

/** Why a pause? The reason's code. */
export function askPause() {
  const reasons = ["break", "lunch", "papers", "meeting"];
  const parts = [group(t("counter.pause_why"), reasons.map((code, index) => choice("reason", code, String(index + 1), t(`pause.${code}`))))];
  return ask(t("counter.do.pause_counter"), parts, t("counter.choose_reason"), ({ reason }) =>
    reason && { say: t("counter.pause_for", { reason: t(`pause.${reason}`) }), send: { reason } });
}

/** Which number, and why out of order? `{ticket, reason}`. */
export function askCall(view, { queue }, now) {
  const mine = new Set(queue.map((ticket) => ticket.label));
  const everyone = waiting(view).sort((a, b) => mine.has(b.label) - mine.has(a.label) || byPlace(a, b));
  const list = h("div", { class: "list" });
  const number = h("input", { type: "text", id: "wanted", autocomplete: "off", spellcheck: "false", inputmode: "text" });
  const narrow = () => {
    const typed = number.value.trim().toUpperCase();
    const [, letters, digits] = /^(\D*)0*(\d*)$/.exec(typed) ?? [];
    const same = ({ label, number: count }) => digits && label.startsWith(letters) && String(count) === digits; // "n18" for N018
    const found = everyone.filter((ticket) => ticket.label.includes(typed) || same(ticket)).slice(0, LISTED);
    list.replaceChildren(...found.map((ticket) => choice("ticket", ticket.label, null, h("b", {}, ticket.label), " ", serviceName(view, ticket.service, "short"),
      h("small", {}, minutes(now - ticket.queued_at), ticket.priority && ` · ${priorityName(view, ticket.priority)}`))));
    if (typed && found.length === 1) list.querySelector("input").checked = true;
    if (!found.length) list.append(h("p", {}, t("counter.not_waiting")));
  };
  number.addEventListener("input", narrow);
  narrow();
  const reasons = ["help", "urgent", "together", "mistake"].map((code) => choice("reason", t(`counter.call_why.${code}`), null, t(`counter.call_why.${code}`)));
  const parts = [
    h("label", { class: "field", for: "wanted" }, t("counter.number"), number),
    h("fieldset", {}, h("legend", {}, t("counter.who_waits")), list),
    group(t("counter.call_why"), reasons),
  ];
  return ask(t("counter.do.call"), parts, t("counter.choose_call"), ({ ticket, reason }) =>
    ticket && reason && { say: t("counter.call_now", { label: ticket }), send: { ticket, reason } });
}

/** Who comes back? `{name: "resume" | "reinstate", ticket}`. */
export function askBack({ held, missed }) {
  const row = (command) => (ticket) => choice("ticket", `${command} ${ticket.label}`, null, h("b", {}, ticket.label));
  const parts = [
    held.length > 0 && group(t("counter.held"), held.map(row("resume"))),
    missed.length > 0 && group(t("counter.missed"), missed.map(row("reinstate"))),
  ].filter(Boolean);
  return ask(t("counter.do.back"), parts, t("counter.choose_back"), ({ ticket }) => {
    if (!ticket) return null;
    const [name, label] = ticket.split(" ");
    return { say: t(`counter.${name}_now`, { label }), send: { name, ticket: label } };
  });
}
