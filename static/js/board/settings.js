// How a screen is set: from afar by the administrator where it was joined, by its address where not. Pure: no DOM.

const BOARDS = ["hall", "zone", "counter", "media", "led"];
const THEMES = ["dark", "light"];
const LANGUAGES = ["vi", "en"];
const WAYS = ["left", "right", "up", "down"];

/** `{board, zone, counter, theme, languages, volume, name, arrow, sound}` of the device `screen` (null: not joined) with the
    address's `query` (URLSearchParams); `page` is the language the page was asked for. Before the first view the address decides. */
export function settingsOf(view, screen, query, page) {
  const given = (screen && view?.hall.screens?.[screen]) || null;
  const zone = known(view?.hall.zones, given ? given.zone : query.get("zone"));
  const counter = view?.counters[given ? given.counter : query.get("counter")]?.id ?? null;
  const wished = given ? given.board : query.get("board");
  const board = BOARDS.includes(wished) ? wished : counter && !given ? "counter" : zone && !given ? "zone" : "hall";
  const lacking = (board === "zone" && !zone) || (board === "counter" && !counter);
  return {
    board: lacking && view ? "hall" : board,
    zone,
    counter: board === "counter" ? counter : null,
    theme: pick(THEMES, given ? given.theme ?? "dark" : query.get("theme"), "light"),
    languages: languagesOf(given?.languages ?? [], query.get("lang"), page),
    volume: given?.volume ?? 100,
    name: given?.name ?? "",
    arrow: pick(WAYS, query.get("arrow"), null), // where the counters are is a matter of where the screen hangs
    sound: board !== "counter" && query.get("sound") !== "0" && (given?.volume ?? 100) > 0,
  };
}

const pick = (all, wish, otherwise) => (all.includes(wish) ? wish : otherwise);
const known = (zones, id) => (zones ?? []).find((zone) => zone.id === id) ?? null;

/** One language or two, the first one leading. */
function languagesOf(given, asked, page) {
  const wished = given.length ? given : (asked ?? page).split(",");
  const found = [...new Set(wished)].filter((language) => LANGUAGES.includes(language));
  return found.length ? found : [page];
}

/** What a screen shows of the hall: `{counters, services, sees(call)}`, rows in the order of the view. */
export function scopeOf(view, { zone, counter }) {
  const ids = counter ? [counter] : zone?.counters ?? null;
  const counters = Object.values(view.counters).filter(({ id }) => !ids || ids.includes(id));
  const taken = new Set(counters.flatMap(({ services }) => services));
  return {
    counters,
    services: Object.values(view.services).filter(({ id }) => !ids || taken.has(id)),
    sees: (call) => !ids || ids.includes(call.counter),
  };
}

/** The zone in which a counter is called, null where it is in none. */
export const zoneOf = (view, counter) => (view?.hall.zones ?? []).find(({ counters }) => counters.includes(counter))?.id ?? null;
