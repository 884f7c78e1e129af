"""What stands on a ticket, block by block, in the visitor's language."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from hallsys.config import HallConfig, Language, Words
from hallsys.core.model import Ticket
from hallsys.kiosk.printing.paper import Block, Boxes, Number, Rule, Square, Text
from hallsys.texts import Texts

_TEXTS = Texts.load()


class Printed(msgspec.Struct, frozen=True):
    """A ticket to print: `ahead` and `counters` as of now, None and empty where they are not known; `url` is its page
    for a phone, None on a copy that an officer prints: only who took the ticket has its page."""

    ticket: Ticket
    ahead: int | None
    counters: Sequence[str]
    url: str | None
    time: int


def blocks(hall: HallConfig, printed: Printed, language: Language = "vi") -> list[Block]:
    """The ticket as the hall's layout has it. Parts that have nothing to say are left out."""
    sheet = _Sheet(hall, printed, language)
    layout = hall.printer.layout if hall.printer else ()
    return [block for name in layout for block in getattr(sheet, name)()]


class _Sheet:
    """The parts of a ticket, each by its name in the layout."""

    def __init__(self, hall: HallConfig, printed: Printed, language: Language) -> None:
        self._hall, self._printed, self._ticket = hall, printed, printed.ticket
        self._language: Language = language

    def hall(self) -> list[Block]:
        return [Text(self._words(self._hall.name), 27, bold=True), Text(self._words(self._hall.province), 22)]

    def title(self) -> list[Block]:
        return [Text(self._say("title"), 25, bold=True)]

    def number(self) -> list[Block]:
        return [Number(self._ticket.label)]

    def service(self) -> list[Block]:
        found = [row for row in self._hall.services if row.id == self._ticket.service]
        return [Text(self._words(row.name), 32, bold=True) for row in found]

    def priority(self) -> list[Block]:
        kinds = [row for row in self._hall.priorities if row.id == self._ticket.priority]
        return [Text(self._say("priority", kind=self._words(row.name)), 25, bold=True, inverse=True) for row in kinds]

    def boxes(self) -> list[Block]:
        counters, ahead = self._printed.counters, self._printed.ahead
        boxes = [(self._say("counter"), _listed(counters, self._say("or")))] if counters else []
        if ahead is not None:
            boxes.append((self._say("ahead"), self._say("people", n=ahead) if ahead else self._say("nobody")))
        return [Boxes(boxes)] if boxes else []

    def square(self) -> list[Block]:
        url = self._printed.url
        return [Square(url, [self._say("scan"), self._say("scan_hint")])] if url else []

    def words(self) -> list[Block]:
        given = self._hall.printer.words if self._hall.printer else ""
        return [Text(given, 22)] if given else []

    def time(self) -> list[Block]:
        when = datetime.fromtimestamp(self._printed.time / 1000, ZoneInfo(self._hall.timezone))
        return [Text(self._say("time", time=f"{when:%d/%m/%Y - %H:%M:%S}"), 21)]

    def thanks(self) -> list[Block]:
        return [Text(self._say("thanks"), 24, bold=True)]

    def rule(self) -> list[Block]:
        return [Rule()]

    def _say(self, part: str, **params: object) -> str:
        return _TEXTS.say(self._language, f"ticket.{part}", **params)

    def _words(self, text: Words) -> str:
        return text.en if self._language == "en" else text.vi


def _listed(names: Sequence[str], or_: str) -> str:
    """`2`, `2 hoặc 3`, `2, 3 hoặc 4`"""
    *before, last = names
    return f"{', '.join(before)} {or_} {last}" if before else last
