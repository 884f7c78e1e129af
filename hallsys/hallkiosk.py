"""How a hall's kiosks are set: the list of procedures, where dossiers are looked up, the printer."""

from typing import Final, Literal

import msgspec

SAMPLE: Final = "sample"
"""As `kiosk.procedures`: the list that comes with the program."""

Part = Literal[
    "hall", "title", "number", "service", "priority", "notes", "boxes", "square", "words", "time", "thanks", "rule"
]  # fmt: skip
"""A part of a printed ticket."""

MAIN: Final = "main"
"""The id of `[printer]`, the printer of every kiosk that has none of its own."""


class KioskConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`procedures` is a CSV or XLSX file that the kiosk searches, `sample` the one that comes with the program, empty
    none."""

    procedures: str = ""


class DossierConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the kiosk asks whether a dossier is ready, and the `service` whose ticket collects it. `columns` are the
    headings of an export (`code status due check`), or the fields of a service's JSON; `statuses` the source's own
    words for the national statuses 1 to 10. `rows` and `next_page` say where in a service's answer its rows and the
    next page's address are (`data.items`); a header `"env:NAME"` is read from the environment."""

    source: Literal["none", "file", "http"] = "none"
    service: str = ""
    file: str = ""
    columns: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "code": "Mã hồ sơ",
            "status": "Trạng thái",
            "due": "Ngày hẹn trả",
            "check": "Mã kiểm tra",
        }
    )
    statuses: dict[str, int] = msgspec.field(default_factory=dict)
    url: str = ""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    rows: str = ""
    next_page: str = ""
    timeout_s: float = 2.0
    cache_s: int = 60


class PrinterConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A printer. `address`: `192.168.1.50:9100` (network), `04b8:0e15` (usb), `/dev/ttyUSB0` (serial), `/dev/usb/lp0`
    (file); `browser` has none: the kiosk's own browser prints. `answers`: whether it can be asked (files, browsers and
    some USB printers cannot); `patience_s`: how long a ticket may take. `layout` are the parts of a ticket in order,
    `words` what the part of that name says."""

    kind: Literal["network", "usb", "serial", "file", "browser"]
    address: str = ""
    paper: Literal[58, 80] = 80
    cut: bool = True
    answers: bool = True
    patience_s: float = 8.0
    baudrate: int = 38400
    layout: list[Part] = msgspec.field(
        default_factory=lambda: [
            *("hall", "rule", "title", "number", "service", "priority", "notes"),
            *("boxes", "square", "rule", "time", "thanks"),
        ]
    )
    words: str = ""


class KioskPrinter(PrinterConfig, frozen=True, kw_only=True):
    """A printer beside the `kiosks` whose names these are, as they were let in or as their tokens are called."""

    id: str
    kiosks: list[str]
