"""What the officer reads, as lines of text that fit a width. Icons and words say everything; colour only repeats it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.text import Text

from hallsys.caller.console.desk import Activity, Desk, Row, View, common, level, possible
from hallsys.caller.console.presses import Press, Told
from hallsys.caller.console.questions import Question
from hallsys.caller.console.words import Words, clock, elapsed, whole

ICON: Final = {
    "called": "►",
    "serving": "●",
    "ready": "○",
    "paused": "=",
    "closed": "×",
    "live": "●",
    "lost": "×",
    "connecting": "…",
    "refused": "!",
    "ignored": "~",
    "done": "✓",
    "fine": "",
    "warn": "!",
    "alarm": "!!",
}
STYLE: Final = {
    "called": "bold yellow",
    "serving": "bold green",
    "live": "green",
    "lost": "bold white on red",
    "refused": "bold white on red",
    "ignored": "italic",
    "done": "green",
    "warn": "black on yellow",
    "alarm": "bold white on red",
    "priority": "bold magenta",
    "main": "bold reverse",
    "label": "bold reverse",
    "title": "bold",
    "faint": "dim",
}
KEYS: Final = {
    "1": "recall",
    "2": "start",
    "3": "no_show",
    "4": "hold",
    "5": "transfer",
    "6": "return",
    "7": "call",
    "0": "finish",
    "-": "pause_counter",
    "/": "close_counter",
    "*": "back",
}
"""The keys of the counter page; Enter is the common path."""

TIMED: Final = ("called", "serving", "paused")
"""A counter is open since the morning: that says nothing of how long it is free."""
LISTED: Final = 3
"""Rows of those who may come back; the key * has them all."""

Lines = list[Text]


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is drawn. `now` is the hall's clock, `asof` the moment the view is true for: the cut, without a link."""

    words: Words
    view: View
    desk: Desk
    link: str
    now: int
    asof: int
    pending: Press | None
    told: Told | None
    resting: bool
    question: Question | None

    @property
    def down(self) -> bool:
        return self.link != "live"


def text(line: str, style: str = "") -> Text:
    return Text(line, STYLE.get(style, ""), no_wrap=True)


def wrapped(line: str, width: int, style: str = "") -> Lines:
    # composed Vietnamese has one cell a character, so counting characters counts cells
    return [text(part, style) for part in textwrap.wrap(line, max(width, 8))]


def ends(left: Text, right: Text, width: int) -> Text:
    """`left` and `right` at the two ends of a line; the left one gives way."""
    room = max(0, width - right.cell_len - 1)
    left = left.copy()
    left.truncate(room, overflow="ellipsis", pad=True)
    return Text.assemble(left, " ", right, no_wrap=True)


def header(scene: Scene, width: int) -> Lines:
    t = scene.words.t
    name = Text.assemble(text(f" {scene.words.counter(scene.desk.counter)} ", "label"), " ")
    name.append(scene.words.takes(scene.view, scene.desk.counter))
    link = Text.assemble(text(f"{ICON[scene.link]} {t(f'link.{scene.link}')}", scene.link), "  ")
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
    first = Text.assemble(
        text(f"  {ticket['label']}  ", "label"), "  ", state, f" · {t('counter.calls', n=ticket['calls'])}"
    )
    first.no_wrap = True
    service = text(words.service(scene.view, ticket["service"]))
    if ticket["priority"]:
        kind = words.priority(scene.view, ticket["priority"])
        service = Text.assemble(service, " · ", text(t("counter.priority", kind=kind), "priority"), no_wrap=True)
    why = words.why(scene.view, ticket["why"])
    because = wrapped(f"{t('counter.why')} {why}.", width) if why else []
    return [first, service, *because, *_history(scene, ticket)]


def _empty(scene: Scene) -> tuple[str, str]:
    here, t = scene.desk.here, scene.words.t
    if here.state == "closed":
        return t("counter.is_closed"), t("counter.is_closed_hint")
    if here.state == "paused":
        reason = here.counter.get("reason")
        said = f"{scene.words.pause(reason)}. " if reason else ""
        return t("counter.is_paused", time=clock(here.since, scene.view)), said + t("counter.is_paused_hint")
    if scene.desk.queue:
        return t("counter.is_ready", n=len(scene.desk.queue)), t("counter.is_ready_hint")
    return t("counter.nobody"), t("console.nobody_hint")


def _history(scene: Scene, ticket: Row) -> Lines:
    t = scene.words.t
    came = [(ticket["issued_at"], t("counter.issued"))]
    if ticket["queued_at"] != ticket["issued_at"]:
        came.append((ticket["queued_at"], t("counter.queued")))
    counter, waited = scene.words.counter(scene.desk.counter), whole(ticket["called_at"] - ticket["queued_at"])
    came.append((ticket["called_at"], t("counter.called", counter=counter, n=waited)))
    if ticket["started_at"]:
        came.append((ticket["started_at"], t("counter.started")))
    return [text(f"{clock(at, scene.view)} {said}", "faint") for at, said in came]


def press_words(words: Words, name: str, desk: Desk) -> str:
    """A press by its name: what Enter or another key does now."""
    return words.t("counter.main.finish_call" if name == "call_next" and desk.ticket else f"counter.main.{name}")


def enter(scene: Scene, width: int) -> Lines:
    """The common path: what Enter does, or what becomes of the press under way."""
    t, desk = scene.words.t, scene.desk
    if scene.pending:
        hint = t("counter.kept") if scene.down or scene.pending.kept else t("counter.sending")
        return [_button("…", scene.pending.words, hint, width)]
    wanted = common(desk)
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
    label = mate.ticket["label"] if mate.ticket else "–"
    said = f"{mate.counter['id']:>2} {label:<4} {ICON[mate.state]} {scene.words.t(f'state.{mate.state}')}"
    if mate.state in TIMED:
        said += f" {elapsed(scene.asof - mate.since)}"
    line = text(said)
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


def flow(cells: Sequence[Text], width: int) -> Lines:
    """Cells one after another, as many lines as it takes."""
    lines: Lines = []
    for cell in cells:
        if lines and lines[-1].cell_len + 2 + cell.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], "  ", cell, no_wrap=True)
        else:
            lines.append(cell)
    return lines


def question(asked: Question, scene: Scene, width: int) -> tuple[Lines, Lines, Lines]:
    """A question: its title, what there is to choose, and the line with what Enter would do."""
    words, found = scene.words, asked.found()
    options = flow([Text.assemble(text(option.typed, "title"), " ", option.shown) for option in found], width)
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
    leave = text(f"Esc {words.t('counter.leave')}", "faint")
    return [text(asked.title, "title")], options, [ends(line, leave, width)]
