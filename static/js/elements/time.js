// Times and dates in the hall's own time zone, whatever the screen's is.
import { lang } from "hallsys/texts.js";

const parts = (ms, tz, wish) => {
  const format = new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : "vi-VN", { timeZone: tz, ...wish });
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
};

/** "09:42" */
export function hourMinute(ms, tz) {
  const { hour, minute } = parts(ms, tz, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${hour}:${minute}`;
}

/** "Thứ Ba, 22/09/2026" · "Tuesday, 22 Sep 2026" */
export function longDay(ms, tz) {
  const month = lang() === "en" ? "short" : "2-digit";
  const found = parts(ms, tz, { weekday: "long", day: "2-digit", month, year: "numeric" });
  const { weekday, day, year } = found;
  return lang() === "en" ? `${weekday}, ${day} ${found.month} ${year}` : `${weekday}, ${day}/${found.month}/${year}`;
}

/** The hall's opening hours: "07:30–11:30, 13:30–17:00" */
export const hoursOf = (hall) => (hall.hours ?? []).map(([from, to]) => `${from}–${to}`).join(", ");
