"""The printers of all halls: a ticket is on disk before it is printed, and what is not printed in time never is."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from hallsys.config import HallConfig, Language
from hallsys.hallkiosk import MAIN, PrinterConfig
from hallsys.kiosk.printing.paper import TALLEST, Block, draw, png
from hallsys.kiosk.printing.states import CAN_PRINT, PrintFailed, State

if TYPE_CHECKING:
    from hallsys.kiosk.printing.printer import Printer

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at a printer: somebody has to be told of empty paper before the next visitor presses."""


class Print(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `print`: the token of a ticket, or its label, which prints a copy without the phone's page."""

    token: Annotated[str, msgspec.Meta(max_length=128)] | None = None
    ticket: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    language: Language = "vi"


class PrintPapers(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `print/papers`: the procedure's name as the hall's list has it."""

    procedure: Annotated[str, msgspec.Meta(max_length=1000)]
    language: Language = "vi"


class PrintTest(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `print/test`."""

    printer: Annotated[str, msgspec.Meta(max_length=32)] = MAIN


class PrinterState(msgspec.Struct):
    """`state` as `printer.State` has it, null without a printer; `works`: whether a ticket can be printed now.
    `picture` is the code of the ticket's page for a phone, an address for `<img>`; `sheet` the whole ticket as one,
    where the kiosk's own browser is the printer, `paper` mm wide."""

    state: State | None
    works: bool
    printed: bool = False
    picture: str | None = None
    sheet: str | msgspec.UnsetType = msgspec.UNSET
    paper: int | msgspec.UnsetType = msgspec.UNSET


class PrinterStatus(msgspec.Struct):
    """One of a hall's printers, for those who look after it; `kiosks` are those that it stands beside, none: every one
    that no other printer names. `since` in ms."""

    id: str
    kind: str
    kiosks: list[str]
    state: State
    works: bool
    since: int


class PrintDesk:
    """`start` begins to look at the printers."""

    def __init__(self, halls: Mapping[str, HallConfig]) -> None:
        self._printers = {name: _printers(hall) for name, hall in halls.items()}
        self._kiosks = {
            name: {kiosk: printer.id for printer in hall.printers for kiosk in printer.kiosks}
            for name, hall in halls.items()
        }
        self._looking: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._looking = [asyncio.create_task(_watch(one), name="printer") for one in self._all() if _can_say(one)]

    async def close(self) -> None:
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await asyncio.gather(*(printer.close() for printer in self._all()))

    async def look(self, hall: str) -> None:
        """Ask a hall's printers how they are, now."""
        await asyncio.gather(*(printer.look() for printer in self._printers[hall].values() if _can_say(printer)))

    def beside(self, hall: str, kiosk: str) -> str | None:
        """The id of the printer that prints what this kiosk gives, if it has one."""
        return self._kiosks[hall].get(kiosk) or (MAIN if MAIN in self._printers[hall] else None)

    def first(self, hall: str) -> str | None:
        """Where paper comes out for staff; a kiosk's own browser only where there is nothing else."""
        printers = self._printers[hall]
        return min(printers, key=lambda name: printers[name].config.kind == "browser", default=None)

    def config(self, hall: str, printer: str | None) -> PrinterConfig | None:
        found = self._printers[hall].get(printer) if printer is not None else None
        return found.config if found else None

    def state(self, hall: str, printer: str | None = None) -> PrinterState:
        """As of the last look or ticket; without `printer` that of the hall's first one."""
        found = self._printers[hall].get(printer or self.first(hall) or "")
        return PrinterState(None, False) if found is None else PrinterState(found.state, found.state in CAN_PRINT)

    def states(self, hall: str) -> list[PrinterStatus]:
        """All printers of a hall as of the last look or ticket, the one of every kiosk first."""
        kiosks = self._kiosks[hall]
        return [
            PrinterStatus(
                id=name,
                kind=printer.config.kind,
                kiosks=[kiosk for kiosk, own in kiosks.items() if own == name],
                state=printer.state,
                works=printer.state in CAN_PRINT,
                since=printer.since,
            )
            for name, printer in self._printers[hall].items()
        ]

    async def print(self, hall: str, printer: str, blocks: list[Block], tallest: int = TALLEST) -> PrinterState:
        """Print and wait until it is out or cannot be; what cannot be printed now never comes out later. A picture is
        drawn beside the loop: a long one takes as long as a hundred commands."""
        found = self._printers[hall][printer]
        paper = found.config.paper
        picture = await asyncio.to_thread(draw, blocks, paper, tallest)
        if found.config.kind == "browser":
            sheet = f"data:image/png;base64,{b64encode(png(picture)).decode()}"
            return PrinterState(found.state, works=True, sheet=sheet, paper=paper)
        try:
            await found.print(picture, time.monotonic() + found.config.patience_s)
        except PrintFailed as failed:
            return PrinterState(failed.state, failed.state in CAN_PRINT)
        return PrinterState(found.state, works=True, printed=True)

    def _all(self) -> "list[Printer]":
        return [printer for hall in self._printers.values() for printer in hall.values()]


def _printers(hall: HallConfig) -> "dict[str, Printer]":
    if hall.printer is None and not hall.printers:
        return {}
    from hallsys.kiosk.printing.printer import Printer  # the drivers are a fifth of a server's start

    main = {MAIN: Printer(hall.printer)} if hall.printer is not None else {}
    return main | {printer.id: Printer(printer) for printer in hall.printers}


def _can_say(printer: "Printer") -> bool:
    return printer.config.kind != "browser"


async def _watch(printer: "Printer") -> None:
    while True:
        await printer.look()
        await asyncio.sleep(LOOK_EVERY)
