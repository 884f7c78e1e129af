// The printer behind the server: asks for a ticket on paper, and how it is. A number never depends on either.
import { data } from "hallsys/texts.js";

const PATIENCE = 12_000; // ms; the server gives up before

async function ask(path, wish = {}) {
  const given = new AbortController();
  const clock = setTimeout(() => given.abort(), PATIENCE);
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(data.hall)}/${path}`, { ...wish, signal: given.signal });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  } finally {
    clearTimeout(clock);
  }
}

/** `{printed, works, state, picture}` of a ticket; not printed where no answer comes. */
export async function printTicket(token, language) {
  const told = await ask("print", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token, language }) });
  return bySheet(told ?? { printed: false, works: false, state: "offline", picture: null });
}

/** The papers that a procedure needs, printed: the same, without a picture. */
export async function printPapers(procedure, language) {
  const told = await ask("print/papers", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ procedure, language }) });
  return bySheet(told ?? { printed: false, works: false, state: "offline" });
}

/** Where this browser is the printer, the server sends the sheet as a picture: it is all that a printed page shows
    (css/kiosk.css). Whether it came out nobody tells a browser. */
async function bySheet(told) {
  if (!told.sheet) return told;
  const sheet = new Image();
  sheet.className = `sheet mm${told.paper}`;
  sheet.alt = "";
  sheet.src = told.sheet;
  await sheet.decode();
  document.body.append(sheet);
  window.print();
  sheet.remove();
  return { ...told, printed: true };
}

/** `{works, state}`, or null where no answer comes: then nothing new is known. */
export const howIsPrinter = () => ask("printer");
