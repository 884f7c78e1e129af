"""The lower half of the picture: what is announced, who waits and who may come back, the colleagues, the keys."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from hallsys.caller.console.alerts import asking
from hallsys.caller.console.desk import Activity, level, possible
from hallsys.caller.console.matters import ABSENT
from hallsys.caller.console.question import Question
from hallsys.caller.console.scene import ICON, Lines, Scene, columns, ends, flow, text, wrapped
from hallsys.caller.console.words import clock, elapsed
from hallsys.caller.keys import COMMON
from hallsys.caller.keys import KEYS as TABLE

KEYS: Final = {key.key: key.action for key in TABLE if key is not COMMON and key.action not in ABSENT} | {"+": "more"}
"""The keys of the counter page; Enter is the common path."""

TIMED: Final = ("called", "serving", "paused")
"""A counter is open since the morning: that says nothing of how long it is free."""
ALARMS: Final = 2
"""Lines about the hall's alarms."""
LISTED: Final = 3
"""Rows of those who may come back; the key * has them all."""


def news(scene: Scene, width: int) -> Lines:
    """What is announced: help that was asked for, alarms, lines for the hall, a counter that seems left."""
    t, words, view = scene.words.t, scene.words, scene.view
    lines: Lines = []
    if scene.down:
        return lines
    if scene.desk.here.forgotten:
        hint = t("counter.still_there_hint", n=len(scene.desk.queue))
        lines += wrapped(f"{ICON['warn']} {t('counter.still_there')} {hint}", width, "warn")
    for mate in asking(scene.desk):
        said = t("counter.asks", counter=words.counter(mate.counter), kind=t(f"help.{mate.counter['asks']}"))
        lines += wrapped(f"{ICON['asks']} {said}", width, "asks")
    own = scene.desk.counter.get("asks")
    if own:
        kind = t(f"help.{own}") if words.has(f"help.{own}") else words.own(own)
        lines += wrapped(f"{ICON['asks']} {t('counter.help_asked', kind=kind)} {t('counter.help_key')} 9", width)
    for index, alarm in enumerate(scene.alarms[:ALARMS]):
        said = words.own(alarm["text_en" if words.language == "en" else "text"])
        rest = len(scene.alarms) - ALARMS
        more = f" ({t('alarms.more', n=rest)})" if rest > 0 and index == ALARMS - 1 else ""
        style = "warn" if alarm["severity"] == "warn" else "alarm"
        severity = t(f"alarms.severity.{alarm['severity']}")
        lines += wrapped(f"{ICON[style]} {severity}: {said}{more}", width, style)
    notices = [row for row in (view["hall"].get("notices") or {}).values() if row["until"] > scene.now]
    for row in sorted(notices, key=lambda row: int(row["at"])):
        till = t("counter.notice_till", time=clock(row["until"], view))
        lines += wrapped(f"{ICON['notice']} {words.own(row['text'])} ({till})", width)
    return lines


def upcoming(scene: Scene, width: int) -> Lines:
    """Whom the hall would call now, and why."""
    if scene.next is None or scene.down:
        return []
    t, ticket = scene.words.t, scene.next["ticket"]
    if ticket is None:
        return []
    why = scene.words.why(scene.view, scene.next["why"])
    waited = t("counter.waited", time=scene.words.minutes(scene.asof - ticket["queued_at"]))
    said = " · ".join(part for part in (ticket["label"], why, waited) if part)
    line = text(f"{ICON['next']} {t('counter.next')}: {said}")
    line.truncate(width, overflow="ellipsis")
    return [line]


def queue(scene: Scene, width: int) -> Lines:
    """Those waiting for this counter, one line a service: who stands first, how many, the longest wait."""
    t = scene.words.t
    sizes = _sizes(width)
    lines = [
        _row(sizes, "", t("console.queue"), t("counter.head"), t("console.count"), t("counter.longest"), style="title")
    ]
    for line in scene.desk.lines:
        service = scene.view["services"].get(line.service, {})
        head, longest = line.head, line.longest
        first = f"{head['label']}{' ' + t('console.priority') if head['priority'] else ''}" if head else "–"
        wait, how = "–", "fine"
        if longest:
            wait, how = _wait(scene, scene.asof - longest["queued_at"])
        name = scene.words.service(scene.view, line.service, "short")
        lines.append(_row(sizes, service.get("letter", line.service), name, first, str(line.count), wait, how=how))
    return lines


def _wait(scene: Scene, ms: int) -> tuple[str, str]:
    how = level(ms, scene.view["hall"]["limits"])
    minutes = scene.words.minutes(ms)
    return (minutes if how == "fine" else f"{ICON[how]} {minutes} {scene.words.t(f'console.{how}')}"), how


def _sizes(width: int) -> tuple[int, int, int, int, int]:
    """Cells of: letter, service, first, how many, longest wait. A narrow window does without the name's end."""
    head, count, longest = (14, 4, 19) if width >= 48 else (7, 4, 19)
    return 2, max(2, width - 2 - head - count - longest), head, count, longest


def _row(sizes: Sequence[int], *cells: str, style: str = "", how: str = "fine") -> Text:
    line = Text(no_wrap=True)
    for index, (cell, size) in enumerate(zip(cells, sizes, strict=True)):
        last = index == len(sizes) - 1
        part = text(cell, how if last and not style else style)
        part.truncate(size if last else size - 1, overflow="ellipsis")
        room = " " * (size - part.cell_len)
        line.append_text(Text.assemble(room[1:], part, " ") if index == 3 else Text.assemble(part, room))
    return line


def back(scene: Scene, width: int) -> Lines:
    """Those who were sent for papers or did not come."""
    t = scene.words.t
    rows = [
        f"{ticket['label']} {t('counter.resume_since', time=clock(ticket['queued_at'], scene.view))}"
        for ticket in scene.desk.held
    ]
    rows += [
        f"{ticket['label']} {t('counter.reinstate_since', time=clock(ticket['ended_at'], scene.view))}"
        for ticket in scene.desk.missed
    ]
    if not rows:
        return []
    more = [f"{t('counter.back_more', n=len(rows) - LISTED)} *"] if len(rows) > LISTED else []
    return wrapped(f"{t('counter.back')}: {'; '.join([*rows[:LISTED], *more])}", width)


def mates(scene: Scene, width: int) -> Lines:
    """What the colleagues do."""
    return [text(scene.words.t("counter.mates"), "title"), *(_mate(scene, mate, width) for mate in scene.desk.mates)]


def _mate(scene: Scene, mate: Activity, width: int) -> Text:
    t, counter = scene.words.t, mate.counter
    label = mate.ticket["label"] if mate.ticket else "–"
    said, style = f"{ICON[mate.state]} {t(f'state.{mate.state}')}", ""
    if mate.state in TIMED:
        said += f" {elapsed(scene.asof - mate.since)}"
    if mate.state == "paused" and counter.get("until"):
        said = f"{ICON['paused']} {t('counter.paused_until', time=clock(counter['until'], scene.view))}"
    if mate.forgotten:
        said, style = f"{ICON['warn']} {t('counter.left_open')}", "warn"
    asks = counter.get("asks")
    if asks:
        said = f"{ICON['asks']} {t(f'help.{asks}') if scene.words.has(f'help.{asks}') else scene.words.own(asks)}"
        style = "asks"
    line = Text.assemble(f"{counter['id']:>2} {label:<4} ", text(said, style), no_wrap=True)
    line.truncate(width, overflow="ellipsis")
    return line


def keys(scene: Scene, width: int) -> Lines:
    """The keys; those that can do nothing now are faint and stand in parentheses."""
    t = scene.words.t
    cells = []
    for key, name in KEYS.items():
        can = not scene.pending and possible(name, scene.desk)
        said = f"{key} {t(f'counter.do.{name}')}"
        cells.append(text(said if can else f"({said})", "" if can else "faint"))
    cells.append(text(f"q {t('console.quit')}"))
    return flow(cells, width)


def question(asked: Question, scene: Scene, width: int) -> tuple[Lines, Lines, Lines]:
    """A question: its title, what there is to choose, and the line with what Enter would do."""
    words, found = scene.words, asked.found()
    cells = [Text.assemble(text(option.typed, "title"), " ", option.shown, no_wrap=True) for option in found]
    options = columns(cells, width) if asked.tall else flow([cell for cell in cells if cell.plain.strip()], width)
    aside = [line for said in asked.aside for line in wrapped(said, width, "faint")]
    chosen = asked.chosen()
    said = chosen.does if chosen else asked.missing
    if asked.by_label and asked.typed and len(found) != 1:
        said = words.t("console.several", n=len(found)) if found else words.t("counter.not_waiting")
    line = Text.assemble(
        text(f"> {asked.typed}_", "title"),
        "  ",
        text(f"[{'…' if scene.resting else 'Enter'}] {said}" if chosen else said, "main" if chosen else ""),
        no_wrap=True,
    )
    leave = f"Esc {words.t('counter.leave')}"
    if asked.further and chosen:
        leave = f"Tab {words.t('console.further')}  {leave}"
    return [text(asked.title, "title")], [*options, *aside], [ends(line, text(leave, "faint"), width)]
