"""The printers of all halls: a ticket is on disk before it is printed, and what is not printed in time never is."""

import asyncio
import time
from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from hallsys.config import HallConfig, Language
from hallsys.kiosk.printing.paper import draw
from hallsys.kiosk.printing.printer import CAN_PRINT, Printer, PrintFailed, State
from hallsys.kiosk.printing.ticket import Printed, blocks

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at a printer: somebody has to be told of empty paper before the next visitor presses."""


class Print(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `print`: the token of a ticket, or its label, which prints a copy without the phone's page."""

    token: Annotated[str, msgspec.Meta(max_length=128)] | None = None
    ticket: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    language: Language = "vi"


class PrinterState(msgspec.Struct):
    """`state` as `printer.State` has it, null without a printer; `works`: whether a ticket can be printed now.
    `picture` is the code of the ticket's page for a phone, an address for `<img>`."""

    state: State | None
    works: bool
    printed: bool = False
    picture: str | None = None


class PrintDesk:
    """`start` begins to look at the printers."""

    def __init__(self, halls: Mapping[str, HallConfig]) -> None:
        self._halls = halls
        self._printers = {name: Printer(hall.printer) for name, hall in halls.items() if hall.printer is not None}
        self._looking: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._looking = [asyncio.create_task(_watch(one), name="printer") for one in self._printers.values()]

    async def close(self) -> None:
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await asyncio.gather(*(printer.close() for printer in self._printers.values()))

    async def look(self, hall: str) -> None:
        """Ask a hall's printer how it is, now."""
        if hall in self._printers:
            await self._printers[hall].look()

    def state(self, hall: str) -> PrinterState:
        """As of the last look or ticket."""
        printer = self._printers.get(hall)
        return PrinterState(None, False) if printer is None else PrinterState(printer.state, printer.state in CAN_PRINT)

    async def print(self, hall: str, printed: Printed, language: Language) -> PrinterState:
        """Print a ticket and wait until it is out or cannot be: then the number stays good, and the screen shows it."""
        printer = self._printers.get(hall)
        if printer is None:
            return PrinterState(None, False)
        picture = draw(blocks(self._halls[hall], printed, language), printer.config.paper)
        try:
            await printer.print(picture, time.monotonic() + printer.config.patience_s)
        except PrintFailed as failed:
            return PrinterState(failed.state, failed.state in CAN_PRINT)
        return PrinterState(printer.state, works=True, printed=True)


async def _watch(printer: Printer) -> None:
    while True:
        await printer.look()
        await asyncio.sleep(LOOK_EVERY)
