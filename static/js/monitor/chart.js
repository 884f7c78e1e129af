// The day as a picture: bars of arrivals and calls, the line of those who wait. Drawn for the width it gets.
import { hourMinute } from "hallsys/elements/time.js";
import { today } from "hallsys/staff/clock.js";
import { t } from "hallsys/texts.js";
import { crowdWords } from "hallsys/waits.js";

const NS = "http://www.w3.org/2000/svg";
const MARGIN = { left: 40, right: 16, top: 22, bottom: 30 };
const HOUR = 3_600_000;
const LETTER = 7.5; // px, a bold letter or a little more: the words above the line stay inside at any hour

function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A step of 1, 2 or 5 times a power of ten that divides `most` into about five. */
function nice(most) {
  const rough = Math.max(1, most / 5);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/** The SVG for `flow`, `width` by `height` CSS pixels, over the hall's hours as far as they reach. `ahead` is how many will
    wait, `[ms, P10, P50, P90]`; empty where nobody knows. */
export function chart(flow, hall, now, width, height, ahead = []) {
  const { start, step, issued, called, waiting } = flow;
  const moments = (hall.hours ?? []).flat().map((clock) => today(clock, now, hall.tz));
  const from = Math.min(start, ...moments);
  const to = Math.max(start + issued.length * step, now, ...moments, ...ahead.map(([ms]) => ms));
  const highest = Math.max(4, ...issued, ...called, ...waiting.map(([, count]) => count), ...ahead.map(([, , , high]) => high));
  const unit = nice(highest);
  const top = Math.ceil((highest * 1.04) / unit) * unit;
  const x = (ms) => MARGIN.left + ((ms - from) / (to - from)) * (width - MARGIN.left - MARGIN.right);
  const y = (count) => height - MARGIN.bottom - (count / top) * (height - MARGIN.top - MARGIN.bottom);
  const base = y(0);
  const svg = s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": t("monitor.chart_words", { from: hourMinute(from, hall.tz), to: hourMinute(now, hall.tz), n: waiting.at(-1)[1] }) });

  for (const [, closes, opens] of pauses(moments)) {
    svg.append(s("rect", { class: "rest", x: x(closes), y: MARGIN.top, width: x(opens) - x(closes), height: base - MARGIN.top }));
  }
  for (let count = 0; count <= top; count += unit) {
    svg.append(s("line", { class: "g", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(count), y2: y(count) }),
      s("text", { x: MARGIN.left - 8, y: y(count) + 5, "text-anchor": "end" }, String(count)));
  }
  const every = Math.ceil(((to - from) / HOUR) * (64 / (width - MARGIN.left))) * HOUR;
  for (let at = Math.ceil(from / HOUR) * HOUR; at <= to; at += every) {
    svg.append(s("text", { x: x(at), y: height - 8, "text-anchor": "middle" }, hourMinute(at, hall.tz)));
  }
  const wide = x(from + step) - x(from);
  const bar = Math.max(1, wide * 0.42);
  issued.forEach((count, index) => {
    const left = x(start + index * step) + wide * 0.06;
    if (count) svg.append(s("rect", { class: "b1", x: left, y: y(count), width: bar, height: base - y(count) }));
    if (called[index]) svg.append(s("rect", { class: "b2", x: left + bar + wide * 0.04, y: y(called[index]), width: bar, height: base - y(called[index]) }));
  });
  const path = waiting.map(([ms, count], index) => `${index ? "L" : "M"}${x(ms).toFixed(1)} ${y(count).toFixed(1)}`).join("");
  svg.append(s("path", { class: "ln", d: path }));
  const [lastAt, last] = waiting.at(-1);
  foresee(svg, ahead.filter(([ms]) => ms > lastAt), { x, y, width, hall }, [lastAt, last]);
  const words = `${hourMinute(lastAt, hall.tz)} · ${t("monitor.chart_now", { n: last })}`;
  svg.append(
    s("line", { class: "now", x1: x(lastAt), x2: x(lastAt), y1: MARGIN.top, y2: base }),
    s("circle", { class: "dot", cx: x(lastAt), cy: y(last), r: 6 }),
    s("text", { class: "b", x: Math.max(0, Math.min(x(lastAt), width - words.length * LETTER)), y: MARGIN.top - 6 }, words),
  );
  return svg;
}

/** The band in which eight of ten futures stay, its middle, and where it ends in words. */
function foresee(svg, ahead, { x, y, width, hall }, [at, count]) {
  if (!ahead.length) return;
  const points = [[at, count, count, count], ...ahead];
  const line = (rows, column) => rows.map((row) => `${x(row[0]).toFixed(1)} ${y(row[column]).toFixed(1)}`).join("L");
  const [until, low, , high] = points.at(-1);
  const words = t(high ? "monitor.ahead_words" : "monitor.ahead_nobody", { time: hourMinute(until, hall.tz), n: crowdWords([low, high]) });
  const room = words.length * LETTER;
  const right = x(until) + 8 + room < width;
  svg.append(
    s("path", { class: "band", d: `M${line(points, 3)}L${line([...points].reverse(), 1)}Z` }),
    s("path", { class: "ln ahead", d: `M${line(points, 2)}` }),
    s("text", { class: "b", x: right ? x(until) + 8 : Math.max(MARGIN.left, width - MARGIN.right - room), y: right ? (y(low) + y(high)) / 2 + 5 : MARGIN.top + 12 }, words),
  );
}

/** The times between two spans of opening hours, as `[, closes, opens]`. */
function pauses(moments) {
  const found = [];
  for (let index = 1; index + 1 < moments.length; index += 2) found.push([index, moments[index], moments[index + 1]]);
  return found;
}
