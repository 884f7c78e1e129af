"""What is printed besides tickets: the papers that a procedure needs, and a test that uses no number."""

import time

from hallsys.config import HallConfig, Language
from hallsys.hallkiosk import PrinterConfig
from hallsys.kiosk.printing.paper import WIDTHS, Block, Item, Rule, Square, Text
from hallsys.kiosk.printing.ticket import foot, head, say
from hallsys.kiosk.procedures import Procedure

LONGEST = 6000
"""Dots of a list of papers, 75 cm: some procedures ask for a page of them."""


def papers(hall: HallConfig, procedure: Procedure, letter: str, language: Language) -> list[Block]:
    """A procedure's papers, to be taken home. The list itself is Vietnamese, as the law is."""
    facts = [(name, value) for name, value in (("days", procedure.days), ("fee", procedure.fee)) if value]
    return [
        *head(hall, language),
        Rule(),
        Text(say(language, "bring"), 25, bold=True),
        Text(procedure.name, 30, bold=True),
        Rule(),
        *(Item(f"{number}.", paper) for number, paper in enumerate(procedure.papers, 1)),
        *([] if procedure.papers else [Text(say(language, "ask_papers"), 24)]),
        Rule(),
        *(Text(say(language, name, text=value), 24) for name, value in facts),
        Text(say(language, "letter", letter=letter), 24, bold=True),
        foot(hall, _now(), language),
    ]


def trial(hall: HallConfig, printer: PrinterConfig, printer_id: str, url: str | None) -> list[Block]:
    """Shows whoever sets the printer up that width, diacritics, code and knife are right, and can be taken for no
    ticket."""
    return [
        *head(hall, "vi"),
        Rule(),
        Text(say("vi", "test"), 32, bold=True, inverse=True),
        Text(say("vi", "test_hint"), 24),
        Text(f"{printer_id} · {printer.kind} · {printer.paper} mm · {WIDTHS[printer.paper]} dots", 22),
        Text("Ằ Ẵ Ấ Ẫ Ề Ể Ỗ Ợ Ữ Ỵ Đ ằ ẵ ấ ẫ ề ể ỗ ợ ữ ỵ đ 0123456789", 24),
        *([Square(url, [say("vi", "scan"), url])] if url else []),
        Rule(),
        foot(hall, _now(), "vi"),
    ]


def _now() -> int:
    return time.time_ns() // 1_000_000
