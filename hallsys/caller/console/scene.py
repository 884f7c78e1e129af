"""What is drawn, and with what: icons, styles, lines of text that fit a width. Icons and words say everything; colour
only repeats it."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.text import Text

from hallsys.caller.console.desk import Desk, View
from hallsys.caller.console.presses import Press, Told
from hallsys.caller.console.question import Question
from hallsys.caller.console.words import Words

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
    "kept": "…",
    "undo": "«",
    "asks": "?",
    "notice": "i",
    "next": "»",
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
    "undo": "bold cyan",
    "asks": "bold yellow",
    "deaf": "bold white on red",
    "warn": "black on yellow",
    "alarm": "bold white on red",
    "priority": "bold magenta",
    "main": "bold reverse",
    "label": "bold reverse",
    "title": "bold",
    "faint": "dim",
}
TWO_COLUMNS: Final = 70
"""Columns of the window from which on a long list stands in two."""

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
    known: Mapping[str, Any] | None = None
    """the server's account of the ticket at hand"""
    next: Mapping[str, Any] | None = None
    """whom the hall would call next, why, and who works here"""
    deaf: bool = False
    alarms: Sequence[Mapping[str, Any]] = ()
    """those of the hall that concern this counter"""
    first: str | None = None
    """what Enter does before anything else"""

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


def press_words(words: Words, name: str, desk: Desk) -> str:
    """A press by its name: what Enter or another key does now."""
    key = "counter.main.finish_call" if name == "call_next" and desk.ticket else f"counter.main.{name}"
    return words.t(key if words.has(key) else f"counter.do.{name}")


def flow(cells: Sequence[Text], width: int) -> Lines:
    """Cells one after another, as many lines as it takes."""
    lines: Lines = []
    for cell in cells:
        if lines and lines[-1].cell_len + 2 + cell.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], "  ", cell, no_wrap=True)
        else:
            lines.append(cell)
    return lines


def columns(cells: Sequence[Text], width: int) -> Lines:
    """Cells in two columns where there is room, one under another."""
    if width < TWO_COLUMNS:
        return list(cells)
    half, room = -(-len(cells) // 2), width // 2
    lines = []
    for index in range(half):
        left = cells[index].copy()
        left.truncate(room - 1, overflow="ellipsis", pad=True)
        right = cells[index + half] if index + half < len(cells) else Text()
        lines.append(Text.assemble(left, " ", right, no_wrap=True))
    return lines
