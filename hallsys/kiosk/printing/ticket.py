"""What stands on a ticket, block by block, in the visitor's language."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from hallsys.config import HallConfig, Language, Words
from hallsys.core.model import Ticket
from hallsys.hallkiosk import PrinterConfig
from hallsys.kiosk.printing.paper import Block, Boxes, Number, Rule, Square, Text
from hallsys.kiosk.waits import NONE_S, wait_words
from hallsys.texts import Texts

_TEXTS = Texts.load()
FRESH_MS = 60_000
"""What was foretold at the issue is printed for so long; a copy that is made later would tell an old story."""


class Printed(msgspec.Struct, frozen=True):
    """A ticket to print: `ahead` and `counters` as of now, None and empty where they are not known; `url` is its page
    for a phone, None on a copy that an officer prints: only who took the ticket has its page."""

    ticket: Ticket
    ahead: int | None
    counters: Sequence[str]
    url: str | None
    time: int


def blocks(hall: HallConfig, printer: PrinterConfig, printed: Printed, language: Language = "vi") -> list[Block]:
    """The ticket as the printer's layout has it. Parts that have nothing to say are left out."""
    sheet = _Sheet(hall, printer, printed, language)
    return [block for name in printer.layout for block in getattr(sheet, name)()]


def head(hall: HallConfig, language: Language) -> list[Block]:
    """Whose paper it is."""
    return [Text(words(hall.name, language), 27, bold=True), Text(words(hall.province, language), 22)]


def foot(hall: HallConfig, time: int, language: Language) -> Text:
    """When it was printed, by the hall's clock; `time` in ms."""
    when = datetime.fromtimestamp(time / 1000, ZoneInfo(hall.timezone))
    return Text(say(language, "time", time=f"{when:%d/%m/%Y - %H:%M:%S}"), 21)


def say(language: Language, part: str, **params: object) -> str:
    return _TEXTS.say(language, f"ticket.{part}", **params)


def words(text: Words, language: Language) -> str:
    return text.en if language == "en" else text.vi


class _Sheet:
    """The parts of a ticket, each by its name in the layout."""

    def __init__(self, hall: HallConfig, printer: PrinterConfig, printed: Printed, language: Language) -> None:
        self._hall, self._printer = hall, printer
        self._printed, self._ticket = printed, printed.ticket
        self._language: Language = language

    def hall(self) -> list[Block]:
        return head(self._hall, self._language)

    def title(self) -> list[Block]:
        return [Text(self._say("title"), 25, bold=True)]

    def number(self) -> list[Block]:
        return [Number(self._ticket.label)]

    def service(self) -> list[Block]:
        return [Text(self._service(self._ticket.service), 32, bold=True)]

    def priority(self) -> list[Block]:
        kinds = [row for row in self._hall.priorities if row.id == self._ticket.priority]
        return [
            Text(self._say("priority", kind=words(row.name, self._language)), 25, bold=True, inverse=True)
            for row in kinds
        ]

    def notes(self) -> list[Block]:
        """What else the visitor came with: a result that is ready, a booked time, services that follow."""
        ticket, found = self._ticket, list[Block]()
        if ticket.ready:
            found.append(Text(self._say("ready"), 25, bold=True))
        if ticket.booked is not None:
            time = datetime.fromtimestamp(ticket.booked / 1000, ZoneInfo(self._hall.timezone))
            found.append(Text(self._say("booked", time=f"{time:%H:%M}"), 25, bold=True))
        if ticket.then:
            found.append(Text(self._say("then", services=", ".join(map(self._service, ticket.then))), 24))
        return found

    def boxes(self) -> list[Block]:
        counters, ahead = self._printed.counters, self._printed.ahead
        boxes = [(self._say("counter"), _listed(counters, self._say("or")))] if counters else []
        if ahead is not None:
            boxes.append((self._say("ahead"), self._say("people", n=ahead) if ahead else self._say("nobody")))
        wait = [] if self._printed.url or not self._wait() else [Text(self._wait(), 25, bold=True)]
        return [*([Boxes(boxes)] if boxes else []), *wait]

    def square(self) -> list[Block]:
        url = self._printed.url
        if not url:
            return []
        wait = self._wait()
        return [
            Square(url, [f"{wait}.", self._say("scan_wait")] if wait else [self._say("scan"), self._say("scan_hint")])
        ]

    def words(self) -> list[Block]:
        return [Text(self._printer.words, 22)] if self._printer.words else []

    def time(self) -> list[Block]:
        return [foot(self._hall, self._printed.time, self._language)]

    def thanks(self) -> list[Block]:
        return [Text(self._say("thanks"), 24, bold=True)]

    def rule(self) -> list[Block]:
        return [Rule()]

    def _wait(self) -> str:
        """How long, as it was told when the number was given; empty where nothing is known any more, or where it cannot
        be true: a forecast is seconds old, and somebody may have come in between."""
        ticket = self._ticket
        if ticket.promised is None or self._printed.time - ticket.issued_at > FRESH_MS:
            return ""
        if ticket.promised[1] < NONE_S and self._printed.ahead:
            return ""
        told = wait_words(ticket.promised, self._language)
        return told[:1].upper() + told[1:]

    def _service(self, service: str) -> str:
        return next((words(row.name, self._language) for row in self._hall.services if row.id == service), "")

    def _say(self, part: str, **params: object) -> str:
        return say(self._language, part, **params)


def _listed(names: Sequence[str], or_: str) -> str:
    """`2`, `2 hoặc 3`, `2, 3 hoặc 4`"""
    *before, last = names
    return f"{', '.join(before)} {or_} {last}" if before else last
