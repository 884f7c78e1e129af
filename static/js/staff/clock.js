// Durations and moments as the staff read them.
import { hourMinute } from "hallsys/elements/time.js";
import { t } from "hallsys/texts.js";

/** "09:48:31", for saying since when. Seconds are the same in every time zone. */
export const exact = (ms, tz) => `${hourMinute(ms, tz)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

/** The moment of "07:30" on the day of `ms`; exact where the zone's offset does not change between the two. */
export function today(clock, ms, tz) {
  const minutes = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.floor(ms / 60_000) * 60_000 + (minutes(clock) - minutes(hourMinute(ms, tz))) * 60_000;
}

/** "0:24", "6:10", "1:02:05" */
export function elapsed(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export const whole = (ms) => Math.max(0, Math.floor(ms / 60_000));
export const minutes = (ms) => t("time.minutes", { n: whole(ms) });

/** How a wait stands against the hall's limits (seconds): "alarm", "warn" or "fine". */
export function level(ms, limits) {
  if (ms >= limits.alarm * 1000) return "alarm";
  return ms >= limits.warn * 1000 ? "warn" : "fine";
}
