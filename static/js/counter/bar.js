// The head of the page: which counter and who, the link, whether the hall hears; and what can still be taken back.
import { part as $ } from "hallsys/counter/stage.js";
import { hourMinute } from "hallsys/elements/time.js";
import { exact, level, minutes, whole } from "hallsys/staff/clock.js";
import { chip, fill, write } from "hallsys/staff/dom.js";
import { counterName, serviceName } from "hallsys/staff/hall.js";
import { data, lang, t } from "hallsys/texts.js";

const LINK = { live: ["serving", "done"], lost: ["lost", "lost"], connecting: ["off", "clock"] };
const HEARD = { ok: ["serving", "sound"], deaf: ["called", "muted"], none: ["off", "muted"] };

/** Does the part of the hall where this counter is called hear anything? "ok", "deaf", "none" (it has no loudspeaker), or null
    where nobody knows or the hall wants no voice. */
function hears(view, heard) {
  if (view?.hall.sound?.enabled === false) return null;
  const zone = view?.hall.zones?.find(({ counters }) => counters.includes(data.counter));
  const state = heard[zone?.id ?? ""]?.state;
  return state in HEARD ? state : null;
}

/** `holder` is the officer who took this counter, as far as the hall says. */
export function renderBar({ link, here, presses, heard, holder, words }) {
  const { view } = link;
  const tz = view?.hall.tz;
  const lost = link.state === "lost";
  $("desk").dataset.link = link.state;
  $("lost").hidden = !lost;
  if (lost) {
    const kept = presses.pending ? t("counter.lost_kept", { press: words(presses.pending.name) }) : t("counter.lost_still");
    write($("lost").lastElementChild, `${t("counter.lost", { time: exact(link.since, tz) })} ${kept}`);
  }
  write($("clock"), tz ? hourMinute(link.now(), tz) : "");
  if (here) {
    write($("name"), counterName(here.counter));
    // a counter's own name has one language, its services have two
    const { name, services } = here.counter;
    const takes = lang() === "vi" && name !== data.counter ? name : services.map((service) => serviceName(view, service, "short")).join(", ");
    write($("takes"), [holder ?? data.officer, takes].filter(Boolean).join(" · "));
  }
  const longest = here?.queue[0];
  const waited = longest ? link.now() - longest.queued_at : 0;
  const how = longest ? level(waited, view.hall.limits) : "fine";
  const late = !lost && how !== "fine"; // after a cut nobody knows whether they still wait
  const sound = lost ? null : hears(view, heard);
  fill($("chips"), [link.state, sound, late && [how, longest.label, whole(waited)]], () => [
    late && chip(how, how, t("counter.waits_long", { label: longest.label, time: minutes(waited) })),
    chip(...LINK[link.state], t(`link.${link.state}`)),
    sound && chip(...HEARD[sound], t(`counter.heard.${sound}`)),
  ]);
}

/** What can still be taken back, and for how long (`most`, s). */
export function renderUndo({ undo }, now, quiet, most) {
  const box = $("undo");
  const left = undo ? Math.ceil((undo.at + most * 1000 - now) / 1000) : 0;
  box.hidden = !undo || quiet || left <= 0;
  $("desk").classList.toggle("undoing", !box.hidden);
  if (box.hidden) return;
  write($("undone"), t(undo.after ? "undo.called_after" : `undo.${undo.what}`, { label: undo.ticket, after: undo.after }));
  write($("left"), t("undo.left", { n: Math.min(left, most) }));
  box.style.setProperty("--left", Math.min(1, left / most));
}
