// The screens of a ticket kiosk: one question at a time. Each is drawn from plain facts; pages/kiosk.js says which comes when.
import { Piece, h, icon } from "hallsys/elements/piece.js";
import { named, t } from "hallsys/texts.js";
import { waitWords } from "hallsys/waits.js";

const press = (kind, detail = {}) => (event) =>
  event.currentTarget.dispatchEvent(new CustomEvent("press", { bubbles: true, detail: { kind, ...detail } }));

const heading = (text) => h("h1", { class: "ask", tabindex: "-1" }, text);
const button = (style, kind, ...content) => h("button", { type: "button", class: `btn ${style}`, "data-focus": kind, click: press(kind) }, ...content);
const chosen = (service) => h("p", { class: "chosen" }, h("b", {}, service.letter), named(service));

/** `{services: [{id, letter, name, about, open, opens, count, wait}], lost, slip, booking, search}`: what have you come for? */
class KioskStart extends Piece {
  draw({ services, lost, slip, booking, search }) {
    return [heading(t("kiosk.choose")),
      slip && h("button", { type: "button", class: "slip", "data-focus": "slip", click: press("slip") }, icon("scan"),
        h("span", {}, h("b", {}, t("kiosk.slip")), h("span", {}, t("kiosk.slip_hint"))), icon("arrow")),
      h("ul", { class: "list" }, services.map((service) => h("li", {},
        h("button", { type: "button", class: service.open && !lost ? "sv" : "sv off", "data-focus": `service-${service.id}`, disabled: lost, click: press("service", { id: service.id }) },
          h("span", { class: "l" }, service.letter),
          h("span", { class: "t" }, h("b", {}, service.name), h("span", {}, service.about)),
          h("span", { class: "q" }, ...queue(service)))))),
      (booking || search) && h("div", { class: "ways" },
        booking && h("button", { type: "button", class: "find", "data-focus": "booking", disabled: lost, click: press("booking") }, icon("calendar"), h("b", {}, t("kiosk.booking"))),
        search && h("button", { type: "button", class: "find", "data-focus": "search", click: press("search") }, icon("search"),
          h("span", {}, h("b", {}, t("kiosk.search")), !booking && ` – ${t("kiosk.search_plain")}`)))];
  }
}

function queue({ open, opens, count, wait }) {
  if (!open) return [icon("closed"), opens ? t("kiosk.opens", { time: opens }) : t("kiosk.service_closed")];
  if (count === null) return ["–"];
  return count ? [icon("people"), t("kiosk.waiting", { n: count }), wait && ` · ${wait}`].filter(Boolean) : [t("kiosk.nobody")];
}

const KIND_ICON = { aged: "aged", disabled: "disabled", pregnant: "pregnant", merit: "merit" };

/** `{service, kinds: [{id, name, note}]}`: the ordinary answer first and largest. */
class KioskPriority extends Piece {
  draw({ service, kinds }) {
    return [chosen(service), heading(t("kiosk.priority")),
      h("button", { type: "button", class: "btn go tall", click: press("issue", { priority: null }) }, t("kiosk.ordinary"), icon("arrow")),
      h("p", { class: "sub" }, t("kiosk.priority_hint")),
      h("div", { class: "choices" }, kinds.map(({ id, name, note }) =>
        h("button", { type: "button", class: "choice", "data-focus": `issue-${id}`, click: press("issue", { priority: id }) },
          icon(KIND_ICON[id] ?? "people"), h("b", {}, name), note && h("span", {}, note)))),
      h("div", { class: "actions" }, button("", "home", icon("arrow-left"), t("kiosk.other")))];
  }
}

/** `{service, label, ahead, wait, counters, note, paper, picture}`: the number, as large as it goes; `paper` is null where nothing
    prints, "waiting", "printed", or why not. `countdown(n)` for the moment to take it back. */
class KioskTicket extends Piece {
  draw({ service, label, ahead, wait, counters, note, paper, picture }) {
    return [
      h("section", { class: "got" },
        h("h1", { tabindex: "-1" }, h("span", { class: "your" }, t("kiosk.yours")), " ",
          h("span", { class: "num", "data-len": String(label.length) }, label)),
        h("p", {}, h("b", {}, named(service))), note && h("p", {}, note)),
      h("dl", { class: "three" },
        ahead !== null && h("div", {}, h("dt", {}, t("kiosk.ahead")), h("dd", {}, ahead ? t("kiosk.people", { n: ahead }) : t("kiosk.nobody_ahead"))),
        wait && h("div", {}, h("dt", {}, t("waits.label")), h("dd", {}, waitWords(wait, t))),
        counters.length > 0 && h("div", {}, h("dt", {}, t("kiosk.to_counter")), h("dd", {}, listed(counters)))),
      h("div", { class: "carry", role: "status" }, picture && h("img", { src: picture, alt: t("kiosk.picture") }),
        h("div", {}, h("h2", {}, t(paper === "printed" ? "kiosk.take_paper" : paper === "waiting" ? "kiosk.printing" : "kiosk.remember")),
          h("p", {}, paper && paper !== "printed" && paper !== "waiting" ? t("kiosk.no_paper") : t("kiosk.thanks")))),
      h("div", { class: "actions" },
        button("go tall", "home", icon("check"), t("kiosk.done")),
        paper && paper !== "waiting" && button("", "again", icon("print"), t("kiosk.print_again")),
        button("undo", "undo", icon("return"), h("span", {}))),
    ];
  }

  countdown(seconds) {
    const undo = this.querySelector(".undo");
    if (!undo) return;
    undo.hidden = seconds <= 0;
    undo.querySelector("span").textContent = t("kiosk.undo", { n: seconds });
  }
}

/** "2", "2 hoặc 3", "2, 3 hoặc 4" */
const listed = (ids) =>
  ids.length < 2 ? ids.join("") : `${ids.slice(0, -1).join(", ")} ${t("kiosk.or")} ${ids.at(-1)}`;

/** `{icon, title, text, service?, action: {kind, word}}`: something to know, and one way on. */
class KioskWord extends Piece {
  draw({ icon: sign, title, text, service, action }) {
    return [service && chosen(service),
      h("section", { class: "answer" }, h("div", { class: "verdict" }, icon(sign), h("div", {}, h("h1", { tabindex: "-1" }, title), text && h("p", {}, text)))),
      action && h("div", { class: "actions" }, button("go tall", action.kind, icon("arrow-left"), action.word))];
  }
}

/** `{since}` or `{since: null}`: no link, no ticket; said at once. */
class KioskBand extends Piece {
  draw({ since }) {
    this.hidden = since === null;
    return since !== null && [icon("lost"), h("p", {}, h("b", {}, t("kiosk.lost", { time: since })), " ", t("kiosk.lost_hint"))];
  }
}

customElements.define("kiosk-start", KioskStart);
customElements.define("kiosk-priority", KioskPriority);
customElements.define("kiosk-ticket", KioskTicket);
customElements.define("kiosk-word", KioskWord);
/** `{state}`: what keeps the printer from printing, or null; numbers are still to be had. */
class KioskPrinter extends Piece {
  draw({ state }) {
    this.hidden = state === null;
    return state !== null && [icon("print"), h("p", {}, h("b", {}, t(`kiosk.printer.${state}`)), " ", t("kiosk.printer_hint"))];
  }
}

customElements.define("kiosk-band", KioskBand);
customElements.define("kiosk-printer", KioskPrinter);
