// A copy of the slip for whoever has lost theirs: out of the hall's printer, without the code that only its holder has.
import { data, lang, t } from "hallsys/texts.js";

const BAD = ["paper_out", "cover_open", "offline", "stalled"];

/** Prints it; `{kind, text}` as an officer's press is told what came of it. */
export async function printSlip(label) {
  const request = { method: "POST", headers: { "Content-Type": "application/json", "Accept-Language": lang() }, body: JSON.stringify({ ticket: label }) };
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/print`, request);
    const told = await answer.json();
    if (!answer.ok) return { kind: "refused", text: told.error.message };
    if (told.printed) return { kind: "kept", text: t("counter.printed", { label }) };
    const state = t(`alarm.printer.${BAD.includes(told.state) ? told.state : "unknown"}`);
    return { kind: "refused", text: t("counter.not_printed", { label, state }) };
  } catch {
    return { kind: "refused", text: t("sign.no_link") };
  }
}
