// The longest waits of a planned day as a picture: one bar an hour, up to what half of the cases stay within, and on to eight in ten.
import { t } from "hallsys/texts.js";

const NS = "http://www.w3.org/2000/svg";
const MARGIN = { left: 44, right: 12, top: 16, bottom: 30 };
const MINUTE = 60;

function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** "09:00" of seconds since midnight, past midnight, too. */
export function clock(seconds) {
  const minutes = Math.round(seconds / MINUTE);
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Minutes of a wait in seconds, whole and upwards: nothing is promised shorter than it is. */
export const minutesOf = (seconds) => Math.ceil(seconds / MINUTE);

/** The SVG, `width` by `height` CSS pixels; `limits` are warn, alarm and ceiling in seconds. */
export function picture(hours, limits, width, height) {
  const most = Math.max(limits[2], ...hours.map(({ longest }) => longest[1])) / MINUTE;
  const unit = [5, 10, 15, 30, 60, 120].find((step) => most / step <= 6) ?? 240;
  const top = Math.ceil(most / unit) * unit;
  const wide = (width - MARGIN.left - MARGIN.right) / hours.length;
  const y = (minutes) => height - MARGIN.bottom - (minutes / top) * (height - MARGIN.top - MARGIN.bottom);
  const svg = s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": t("whatif.picture") });
  for (let minutes = 0; minutes <= top; minutes += unit) {
    svg.append(s("line", { class: "g", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(minutes), y2: y(minutes) }),
      s("text", { x: MARGIN.left - 8, y: y(minutes) + 5, "text-anchor": "end" }, String(minutes)));
  }
  hours.forEach(({ at, longest: [p50, p80] }, index) => {
    const left = MARGIN.left + index * wide + wide * 0.18;
    const bar = wide * 0.64;
    const how = p80 >= limits[1] ? "over" : p80 >= limits[0] ? "near" : "fine";
    svg.append(s("rect", { class: `p80 ${how}`, x: left, width: bar, y: y(p80 / MINUTE), height: y(0) - y(p80 / MINUTE) }),
      s("rect", { class: `p50 ${how}`, x: left, width: bar, y: y(p50 / MINUTE), height: y(0) - y(p50 / MINUTE) }));
    if (index % Math.ceil(44 / wide) === 0) svg.append(s("text", { x: left + bar / 2, y: height - 8, "text-anchor": "middle" }, clock(at)));
  });
  for (const limit of limits.slice(0, 2)) {
    svg.append(s("line", { class: "limit", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(limit / MINUTE), y2: y(limit / MINUTE) }));
  }
  return svg;
}
