"""The upper half of the picture: the counter and its link, the ticket at hand, what Enter does and what came of it."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from rich.text import Text

from hallsys.caller.console.desk import Row, common
from hallsys.caller.console.scene import ICON, Lines, Scene, ends, press_words, text, wrapped
from hallsys.caller.console.words import clock, elapsed, whole

HISTORY: Final = 6
"""Lines of a ticket's history; the oldest stays."""
WAITS: Final = ("issued", "returned", "transferred", "resumed", "reinstated")
"""Steps with which a wait begins."""
GIVEN: Final = re.compile(r"^(chosen|held|noted|transferred): ")
"""What stands before the officer's own words."""
BAR: Final = 10
"""Cells of the bar that shows how long an undo is to be had."""
TWO_COLUMNS: Final = 70
"""Columns of the window from which on a long list stands in two."""


def header(scene: Scene, width: int) -> Lines:
    t = scene.words.t
    name = Text.assemble(text(f" {scene.words.counter(scene.desk.counter)} ", "label"), " ")
    officer = (scene.next or {}).get("officer")
    if officer:
        name.append(f"{scene.words.own(officer)} · ")
    name.append(scene.words.takes(scene.view, scene.desk.counter))
    link = Text.assemble(text(f"{ICON[scene.link]} {t(f'link.{scene.link}')}", scene.link), "  ")
    if scene.deaf and not scene.down:
        link = Text.assemble(text(f"{ICON['alarm']} {t('counter.heard.deaf')}", "deaf"), "  ", link)
    link.append(clock(scene.now, scene.view))
    return [ends(name, link, width)]


def at_hand(scene: Scene, width: int) -> Lines:
    """The ticket at hand with its times and why, or what there is instead."""
    here, words, t = scene.desk.here, scene.words, scene.words.t
    ticket = here.ticket
    if ticket is None:
        title, hint = _empty(scene)
        return [text(f"{ICON[here.state]} {title}", "title"), *wrapped(hint, width)]
    if scene.link == "lost":
        state = text(t("counter.as_of", time=clock(scene.asof, scene.view)), "lost")
    else:
        running = elapsed(scene.now - here.since)
        state = text(f"{ICON[here.state]} {t(f'state.{here.state}')} · {running}", here.state)
    first = Text.assemble(text(f"  {ticket['label']}  ", "label"), "  ", state)
    if ticket["calls"]:
        first.append(f" · {t('counter.calls', n=ticket['calls'])}")
    first.no_wrap = True
    service = text(words.service(scene.view, ticket["service"]))
    if ticket["priority"]:
        kind = words.priority(scene.view, ticket["priority"])
        service = Text.assemble(service, " · ", text(t("counter.priority", kind=kind), "priority"), no_wrap=True)
    why = words.why(scene.view, ticket["why"])
    because = wrapped(f"{t('counter.why')} {why}.", width) if why else []
    return [first, service, *_facts(scene, ticket), *because]


def _facts(scene: Scene, ticket: Row) -> Lines:
    t, words = scene.words.t, scene.words
    facts = []
    if ticket.get("then"):
        names = ", ".join(words.service(scene.view, service, "short") for service in ticket["then"])
        facts.append(t("counter.then", names=names))
    if ticket.get("dossiers", 1) > 1:
        facts.append(t("counter.dossiers", n=ticket["dossiers"]))
    if ticket.get("booked"):
        facts.append(t("counter.booked", time=clock(ticket["booked"], scene.view)))
    return [text(" · ".join(facts))] if facts else []


def _empty(scene: Scene) -> tuple[str, str]:
    here, t = scene.desk.here, scene.words.t
    if here.state == "closed":
        return t("counter.is_closed"), t("counter.is_closed_hint")
    if here.state == "paused":
        reason, until = here.counter.get("reason"), here.counter.get("until")
        said = f"{scene.words.pause(reason)}. " if reason else ""
        title = t("counter.is_paused", time=clock(here.since, scene.view))
        if until:
            title = t("counter.is_paused_until", time=clock(until, scene.view))
        return title, said + t("counter.is_paused_hint")
    if scene.desk.queue:
        return t("counter.is_ready", n=len(scene.desk.queue)), t("counter.is_ready_hint")
    return t("counter.nobody"), t("console.nobody_hint")


def history(scene: Scene, width: int) -> Lines:
    """What the ticket at hand has been through, the oldest first; what is left out lies between."""
    ticket, t = scene.desk.ticket, scene.words.t
    if ticket is None:
        return []
    lines = _told(scene, scene.known) if scene.known else _own(scene, ticket)
    if len(lines) > HISTORY:
        more = (None, t("counter.history_more", n=len(lines) - HISTORY + 1))
        lines = [lines[0], more, *lines[2 - HISTORY :]]
    drawn = []
    for at, said in lines:
        line = text(f"{clock(at, scene.view) if at else '     '} {said}", "faint")
        line.truncate(width, overflow="ellipsis")
        drawn.append(line)
    return drawn


def _own(scene: Scene, ticket: Row) -> list[tuple[int | None, str]]:
    """What the row itself tells."""
    t = scene.words.t
    came: list[tuple[int | None, str]] = [(ticket["issued_at"], t("counter.issued"))]
    if ticket["queued_at"] != ticket["issued_at"]:
        came.append((ticket["queued_at"], t("counter.queued")))
    counter, waited = scene.words.counter(scene.desk.counter), whole(ticket["called_at"] - ticket["queued_at"])
    came.append((ticket["called_at"], t("counter.called", counter=counter, n=waited)))
    if ticket["started_at"]:
        came.append((ticket["started_at"], t("counter.started")))
    return came


def _told(scene: Scene, known: Mapping[str, Any]) -> list[tuple[int | None, str]]:
    words, lines = scene.words, []
    waits: int | None = None  # since when it waited, to say how long at the next call
    for step in known["history"]:
        at, kind = step["time"], step["kind"]
        if kind in WAITS:
            waits = at
        if not words.has(f"history.{kind}"):
            continue
        counter = words.counter(scene.view["counters"].get(step["counter"], scene.desk.counter))
        if kind == "called" and waits:
            said = words.t("counter.called", counter=counter, n=whole(at - waits))
        else:
            said = words.t(f"history.{kind}", counter=counter)
        note = GIVEN.sub("", step["note"] or "")
        lines.append((at, f"{said}: “{words.own(note)}”" if note else said))
    return lines


def enter(scene: Scene, width: int) -> Lines:
    """The common path: what Enter does, or what becomes of the press under way."""
    t, desk = scene.words.t, scene.desk
    if scene.pending:
        hint = t("counter.kept") if scene.down or scene.pending.kept else t("counter.sending")
        return [_button("…", scene.pending.words, hint, width)]
    wanted = scene.first or common(desk)
    return [
        _button(
            "…" if scene.resting else "Enter",
            press_words(scene.words, wanted or "call_next", desk),
            _hint(scene, wanted),
            width,
        )
    ]


def _button(key: str, does: str, hint: str, width: int) -> Text:
    # the brackets keep their place while the key comes to rest
    line = Text.assemble(text(f"[{key:^5}]", "title"), " ", text(f" {does} ", "main"), f"  {hint}", no_wrap=True)
    line.truncate(width, overflow="ellipsis")
    return line


def _hint(scene: Scene, wanted: str | None) -> str:
    t, queue = scene.words.t, scene.desk.queue
    if wanted == "open_counter":
        return t("counter.hint.open_waiting", n=len(queue)) if queue else t("counter.hint.open")
    if wanted == "finish" and not queue:
        return t("counter.hint.finish", label=(scene.desk.ticket or {}).get("label", ""))
    if not queue:
        return t("counter.hint.nobody")
    upcoming = (scene.next or {}).get("ticket")
    if upcoming:
        hint = "counter.hint.next_priority" if upcoming["priority"] else "counter.hint.next"
        return t(hint, label=upcoming["label"], n=len(queue))
    return t("counter.hint.call_next", n=len(queue), time=scene.words.minutes(scene.asof - queue[0]["queued_at"]))


def remarks(scene: Scene, width: int) -> Lines:
    """The cut and what becomes of a press, and what was said of the last one."""
    t = scene.words.t
    lines: Lines = []
    if scene.link == "lost" or (scene.down and scene.pending):
        kept = t("counter.lost_kept", press=scene.pending.words) if scene.pending else t("counter.lost_still")
        since = t("counter.lost", time=clock(scene.asof, scene.view, exact=True))
        lines += wrapped(f"{ICON['lost']} {since} {kept}", width, "lost")
    if scene.told:
        lines += wrapped(f"{ICON[scene.told.kind]} {scene.told.text}", width, scene.told.kind)
    return lines or [Text()]


def undo(scene: Scene, width: int) -> Lines:
    """What can still be taken back, and for how long."""
    did, t = scene.desk.undo, scene.words.t
    if did is None or scene.pending or scene.link == "lost":
        return []
    most = int(scene.view["hall"]["policy"]["undo_s"])
    left = min(most, math.ceil((did["at"] + most * 1000 - scene.now) / 1000))
    if left <= 0:
        return []
    said = t("undo.called_after" if did.get("after") else f"undo.{did['what']}", label=did["ticket"],
             after=did.get("after") or "")  # fmt: skip
    cells = math.ceil(BAR * left / most)
    bar = "█" * cells + "░" * (BAR - cells)
    line = text(f"{ICON['undo']} {said} · [.] {t('counter.do.undo')} {bar} {t('undo.left', n=left)}", "undo")
    line.truncate(width, overflow="ellipsis")
    return [line]
