// What an officer is told without asking: decided from two looks at the hall. No DOM, no sound.
import { level } from "hallsys/staff/clock.js";

const TO_ALL = ["colleague", "security"]; // help that every counter hears; the rest is for supervisors and the IT officer

/** The hall's alarms that this counter can do something about, or has to know of, and that nobody sees to yet. Who waits too long
    for it, and a deaf zone, stand above it in any case. */
export function concerning(alarms, { id, services }) {
  const own = ({ subject }) => services.includes(subject);
  const concerns = {
    idle: ({ subject }) => subject === id,
    wait: (alarm) => alarm.severity !== "warn" && !own(alarm),
    queue: own, forecast: own,
    printer: () => true, store: () => true,
  };
  const found = alarms.filter((alarm) => alarm.state === "raised" && concerns[alarm.kind]?.(alarm));
  return [...found.filter(({ kind }) => kind === "idle"), ...found.filter(({ kind }) => kind !== "idle")];
}

/** What a look at the hall is remembered by. */
export function look(view, here, now, alarms = []) {
  const longest = here.queue[0];
  return {
    queue: here.queue.length,
    level: longest ? level(now - longest.queued_at, view.hall.limits) : "fine",
    priority: here.queue.filter((ticket) => ticket.priority).map((ticket) => ticket.label),
    help: asking(here).map(({ counter }) => counter.id),
    forgotten: here.forgotten,
    label: here.ticket?.label ?? null,
    idle: here.state === "ready",
    alarms: alarms.map(({ id, since }) => `${id} ${since}`),
  };
}

/** The colleagues who ask everybody for help. */
export const asking = (here) => here.mates.filter(({ counter }) => TO_ALL.includes(counter.asks));

/** The tunes that the change from one look to the next deserves, the most urgent first. */
export function tunes(before, after) {
  if (!before) return [];
  const found = [];
  if (after.help.some((id) => !before.help.includes(id))) found.push("help");
  if (after.alarms.some((alarm) => !before.alarms.includes(alarm))) found.push("limit");
  else if (after.level !== before.level && after.level !== "fine" && !(after.level === "warn" && before.level === "alarm")) found.push("limit");
  if (after.priority.some((label) => !before.priority.includes(label))) found.push("priority");
  else if (after.idle && before.queue === 0 && after.queue > 0) found.push("somebody");
  if (after.forgotten && !before.forgotten) found.push("left");
  return found;
}
