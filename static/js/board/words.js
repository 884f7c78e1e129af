// Words in one language or in two, side by side: on a wall nobody can choose, and nothing turns by itself.
import { h } from "hallsys/elements/piece.js";
import { data, speak } from "hallsys/texts.js";

const tellers = Object.fromEntries(Object.entries(data.texts ?? {}).map(([language, messages]) => [language, {
  language,
  t: (key, params = {}) => (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole),
  named: (row, field = "name") => (language === "en" && row[`${field}_en`]) || row[field] || "",
}]));
let speaking = [];

/** The languages from now on, the first one leading. */
export function use(languages) {
  speaking = languages;
  speak(languages[0]);
}

/** What `say({t, named, language})` says in each of the screen's languages: one text, or two that differ. */
export const both = (say) => [...new Set(speaking.map((language) => say(tellers[language])))].filter(Boolean);

/** Texts of `both` as children of an element: the second one quieter. */
export const words = ([first = "", second] = []) =>
  second === undefined ? [first] : [first, " ", h("span", { class: "also", lang: speaking[1] }, second)];
