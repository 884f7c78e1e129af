// What the studio asks of the server. A server that does not answer is an `Away`; what it refuses is a `Refusal`.
import { data } from "hallsys/texts.js";

const base = `/halls/${encodeURIComponent(data.hall)}/studio`;
const NOT_NOW = ["store_unavailable", "internal", "unauthorized"];

export class Away extends Error {}

/** `code` and the message for people. */
export class Refusal extends Error {
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }
}

async function ask(path, { query = {}, ...options } = {}) {
  let answer;
  try {
    answer = await fetch(`${base}${path}?${new URLSearchParams(query)}`, {
      ...options,
      headers: { "Accept-Language": data.lang, ...options.headers },
    });
  } catch (error) {
    throw new Away(error.message);
  }
  if (answer.status === 401) location.reload(); // signed out meanwhile: the server shows the way back in
  if (!answer.ok) {
    const { error } = await answer.json().catch(() => ({})); // a proxy's own page is no answer of ours
    if (!error || NOT_NOW.includes(error.code)) throw new Away(String(answer.status));
    throw new Refusal(error);
  }
  return answer;
}

const order = (path, body) =>
  ask(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }).then((answer) => answer.json());
const word = ({ language, text }) => ({ language, text });
const sound = (path, prompt, take) =>
  ask(path, { method: "POST", body: take, query: word(prompt), headers: { "Content-Type": "audio/wav" } }).then((answer) => answer.json());
const blob = (path, query) => ask(path, { query }).then((answer) => answer.blob());
const of = (pack) => `/packs/${encodeURIComponent(pack)}`;

export const show = () => ask("/voices").then((answer) => answer.json());
export const make = (name) => order("/packs", { name });
export const choose = (pack) => order("/choose", { pack });
export const drop = (pack) => order(`${of(pack)}/remove`, {});
export const bring = (file) =>
  ask("/import", { method: "POST", body: file, headers: { "Content-Type": "application/zip" } }).then((answer) => answer.json());
export const exported = (pack) => `${base}${of(pack)}.zip`;
/** What a recording becomes: `{report, clip}`, the clip as a Blob. */
export async function develop(prompt, take) {
  const { report, clip } = await sound("/try", prompt, take);
  return { report, clip: new Blob([Uint8Array.from(atob(clip), (letter) => letter.charCodeAt(0))], { type: "audio/wav" }) };
}
export const keep = (pack, prompt, take) => sound(`${of(pack)}/take`, prompt, take);
export const take = (pack, prompt) => blob(`${of(pack)}/take`, word(prompt));
export const remove = (pack, prompt) => ask(`${of(pack)}/take/remove`, { method: "POST", query: word(prompt) });
export const call = (pack, ticket, counter) => blob(`${of(pack)}/call`, { ticket, counter });
