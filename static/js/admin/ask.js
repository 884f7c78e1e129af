// What the IT officer's page asks of the server, and where it says what came of it.
import { data } from "hallsys/texts.js";

export const $ = (id) => document.getElementById(id);
const api = `/api/v1/halls/${encodeURIComponent(data.hall)}`;

/** A route of the hall; with a body it is a POST. Throws an Error with the refusal's `code` and `field`. */
export async function ask(path, body, headers = {}) {
  const options = body && { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${api}/${path}`, {
    ...options,
    headers: { "Content-Type": "application/json", "Accept-Language": data.lang, ...headers },
  });
  if (answer.status === 401) location.reload(); // signed out meanwhile: the server shows the way back in
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error.message), found.error);
  return found;
}

/** A command of the hall. */
export const command = (name, args) =>
  ask(`commands/${name}`, args, { "Idempotency-Key": `admin-${Date.now()}-${Math.random().toString(36).slice(2)}` });

export function say(words) {
  $("said").textContent = words;
  $("said").hidden = !words;
  $("problem").hidden = true;
}

export function complain(words) {
  $("problem").lastElementChild.textContent = words;
  $("problem").hidden = false;
  $("said").hidden = true;
}

/** What a form does when it is sent: `send(form)` resolves to the words to say. A refusal marks the field to mend. */
export function onSubmit(form, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const field of form.elements) field.removeAttribute("aria-invalid");
    try {
      say(await send(form, event.submitter));
    } catch (error) {
      complain(error.message);
      const field = error.field && form.elements[error.field];
      if (field?.focus) {
        field.setAttribute("aria-invalid", "true");
        field.focus();
      }
    }
  });
}
