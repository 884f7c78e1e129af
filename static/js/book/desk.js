// What the booking page asks of the server.
import { freshId } from "hallsys/live/link.js";
import { data, lang } from "hallsys/texts.js";

const api = `/api/v1/halls/${encodeURIComponent(data.hall)}`;

/** A refusal is thrown as an Error with its `code`; so is a server that does not answer, as "cut". */
async function ask(path, body, key) {
  const headers = { "Accept-Language": lang(), "Content-Type": "application/json", ...(key && { "Idempotency-Key": key }) };
  let answer;
  try {
    answer = await fetch(`${api}/${path}`, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  } catch {
    throw Object.assign(new Error(""), { code: "cut" });
  }
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error.message), found.error);
  return found;
}

export const slots = (service) => ask(`slots?${new URLSearchParams({ service })}`);
export const find = (booking) => ask("bookings/find", { booking });

/** What changes something: `send()` asks, and asks the same once more when it is called again after a cut. */
export function once(path, body) {
  const key = freshId();
  return () => ask(path, body, key);
}
