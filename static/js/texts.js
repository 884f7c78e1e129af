// What a page says, in the language it was asked for. The server puts the messages and the page's facts into two JSON blocks.
const read = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}");

export const data = read("data");
let messages = read("texts");
let language = document.documentElement.lang || "vi";

/** The language in use, "vi" or "en". */
export const lang = () => language;

/** The message `key`, its `{placeholders}` filled; the key itself where nobody wrote one. */
export function t(key, params = {}) {
  return (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}

/** Does this page have a message of that name? For words that depend on a code from outside. */
export const has = (key) => key in messages;

/** A row's own words: `named(service, "short")` is `short` or, in English, `short_en`. */
export function named(row, field = "name") {
  return (language === "en" && row[`${field}_en`]) || row[field] || "";
}

/** Speaks another language without loading the page anew, where the page brought both (`data.texts`): a kiosk that
    loads itself anew while the link is cut would end up blank. */
export function speak(other) {
  if (!data.texts?.[other]) return;
  messages = data.texts[other];
  language = other;
  document.documentElement.lang = other;
}
