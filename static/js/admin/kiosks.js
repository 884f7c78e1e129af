// What stands behind the kiosks: printers, each with a test print, and the source of dossiers with its broken rows.
import { $, ask, complain, say } from "hallsys/admin/ask.js";
import { fill } from "hallsys/admin/lists.js";
import { h } from "hallsys/elements/piece.js";
import { hourMinute } from "hallsys/elements/time.js";
import { data, t } from "hallsys/texts.js";

export function drawKiosks(printers, dossiers) {
  fill("printer-rows", printers.map((printer) => h("tr", {},
    h("th", { scope: "row" }, printer.id),
    h("td", {}, h("span", { class: printer.works ? "chip" : "chip lost" }, t(`admin.printer.${printer.state}`))),
    h("td", {}, printer.kiosks.join(", ") || t("admin.every_kiosk")),
    h("td", {}, hourMinute(printer.since, data.tz)),
    h("td", {}, printer.kind !== "browser" && testButton(printer.id)))));
  drawDossiers(dossiers);
}

function testButton(printer) {
  return h("button", { type: "button", class: "btn", "aria-label": t("admin.print_test_on", { printer }), click: async ({ currentTarget }) => {
    currentTarget.disabled = true;
    try {
      const told = await ask("print/test", { printer });
      if (told.printed) say(t("admin.print_test_out", { printer }));
      else complain(t("admin.print_test_failed", { printer, state: t(`admin.printer.${told.state}`) }));
    } catch (error) {
      complain(error.message);
    }
    currentTarget.disabled = false;
  } }, t("admin.print_test"));
}

function drawDossiers({ source, trouble, file, known, read_at: at, broken, broken_count: count, reading }) {
  $("dossiers").hidden = source === "none";
  $("dossier-reading").hidden = !reading;
  if (reading) [$("dossier-reading").value, $("dossier-reading").max] = [reading[0], Math.max(reading[1], 1)];
  const well = source === "http" ? t("admin.dossier_answers") : known === null ? t("admin.dossier_none")
    : t("admin.dossier_known", { file, known, time: hourMinute(at, data.tz) });
  $("dossier-state").textContent = trouble ? `${t("admin.dossier_trouble", { trouble })} ${known === null ? "" : well}` : well;
  const left = broken.map(({ line, column }) => h("li", {}, t("admin.dossier_row", { line, column })));
  if (count > broken.length) left.push(h("li", {}, t("admin.dossier_more", { n: count - broken.length })));
  $("dossier-rows").replaceChildren(...left);
}
