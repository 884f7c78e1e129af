// The halls as a table: what each comes to, which are shown, and in what order. No DOM.
import { level } from "hallsys/staff/clock.js";
import { named } from "hallsys/texts.js";

const RANK = ["closed", "idle", "unread", "fine", "warn", "unmanned", "away", "alarm"]; // the last is the worst
const words = new Intl.Collator("vi", { numeric: true });

/** How a hall is: "fine" | "warn" | "unmanned" (people wait, and no counter is open) | "alarm", or why that is not said: "closed" |
    "idle" (nobody waits, no counter is open) | "unread" | "away". */
export function condition(hall) {
  if (hall.state === "closed" && !hall.waiting) return "closed";
  if (hall.state === "open" && !hall.open && !hall.waiting) return "idle";
  if (hall.state === "unread" || hall.state === "away") return hall.state;
  const how = level((hall.longest ?? 0) * 1000, hall.limits);
  return how !== "alarm" && hall.waiting && !hall.open ? "unmanned" : how;
}

/** What a column is sorted by: a number, or a name. */
const SORTS = {
  name: (hall) => named(hall),
  state: (hall) => RANK.indexOf(condition(hall)) * 1e6 + (hall.longest ?? 0),
  waiting: (hall) => hall.waiting,
  longest: (hall) => hall.longest ?? -1,
  p90: (hall) => hall.hour?.p90 ?? -1,
  open: (hall) => hall.open,
  served: (hall) => hall.served,
  no_shows: (hall) => hall.no_shows,
  alarms: (hall) => hall.alarms,
};

/** Letters without their marks, so that "phu tho" finds Phú Thọ. */
export const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

const needsSomebody = (hall) => ["warn", "unmanned", "alarm", "away"].includes(condition(hall)) || hall.alarms > 0;
const SHOWN = { all: () => true, attention: needsSomebody, open: (hall) => hall.state === "open" };

/** The halls to show, in order. `by` is a column, `down` whether the largest comes first. */
export function chosen(halls, { text = "", show = "all", by = "state", down = true } = {}) {
  const parts = bare(text).split(/\s+/).filter(Boolean);
  const fits = (hall) => {
    const known = bare([hall.id, hall.name, hall.name_en, hall.province, hall.province_en].join(" "));
    return SHOWN[show](hall) && parts.every((part) => known.includes(part));
  };
  const of = SORTS[by];
  const order = (a, b) => (typeof of(a) === "string" ? words.compare(of(a), of(b)) : of(a) - of(b));
  return halls.filter(fits).sort((a, b) => (down ? -order(a, b) : order(a, b)) || words.compare(named(a), named(b)));
}

/** Whether a column's first press puts the largest first: names begin with A. */
export const fallsFirst = (by) => by !== "name";

/** All of them in five figures and a sentence: a key of the catalog and its parameters. */
export function whole(halls) {
  const total = (of) => halls.reduce((sum, hall) => sum + of(hall), 0);
  const over = halls.filter((hall) => condition(hall) === "alarm");
  const busy = halls.filter((hall) => ["warn", "unmanned"].includes(condition(hall)));
  const waiting = total((hall) => hall.waiting);
  const some = (rows, how) => [`overview.say.${how}${rows.length === 1 ? "_one" : ""}`, { n: rows.length, name: named(rows[0]) }];
  let sentence = waiting ? ["overview.say.fine", { n: waiting }] : ["overview.say.quiet", {}];
  if (busy.length) sentence = some(busy, "warn");
  if (over.length) sentence = some(over, "alarm");
  return { waiting, over: over.length, alarms: total((hall) => hall.alarms), served: total((hall) => hall.served),
    open: halls.filter((hall) => hall.state === "open").length, sentence: halls.length ? sentence : ["overview.none", {}] };
}
