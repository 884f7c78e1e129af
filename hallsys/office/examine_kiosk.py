"""The doctor's look at what stands behind the kiosks: printers, and where dossiers are looked up."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from hallsys.config import HallConfig, Settings
from hallsys.hallkiosk import MAIN, DossierConfig, PrinterConfig
from hallsys.kiosk.dossiers.file import Imported, newest, read_file
from hallsys.kiosk.dossiers.service import ServiceSource
from hallsys.kiosk.printing.states import CAN_PRINT, State
from hallsys.kiosk.sheets import BadSheet
from hallsys.office.finding import Finding, ok, warn

Halls = Mapping[str, HallConfig]

NOBODYS: Final = "KIEMTRA-000000-000000"
"""A code that no office gives: a service that works does not know it."""


def printers(_settings: Settings, halls: Halls) -> Iterable[Finding]:
    """A running server looks at the same printers: some take one visitor at a time, and the other waits a moment."""
    found = [(hall.id, name, config) for hall in halls.values() for name, config in _printers(hall)]
    if not found:
        yield ok("printer", "doctor.printer.none")
    for hall, name, config in found:
        if config.kind == "browser":
            yield ok("printer", "doctor.printer.browser", printer=name, hall=hall)
            continue
        state = asyncio.run(_look(config))
        key = {"paper_low": "low"}.get(state, state)
        judge = ok if state in CAN_PRINT else warn
        yield judge("printer", f"doctor.printer.{key}", printer=name, hall=hall, address=config.address)


def _printers(hall: HallConfig) -> list[tuple[str, PrinterConfig]]:
    main = [(MAIN, hall.printer)] if hall.printer is not None else []
    return [*main, *((printer.id, printer) for printer in hall.printers)]


async def _look(config: PrinterConfig) -> State:
    from hallsys.kiosk.printing.printer import Printer  # the drivers are slow to load, and few commands need them

    printer = Printer(config)
    try:
        return await printer.look()
    finally:
        await printer.close()


def dossiers(_settings: Settings, halls: Halls) -> Iterable[Finding]:
    found = [hall for hall in halls.values() if hall.dossiers.source != "none"]
    if not found:
        yield ok("dossiers", "doctor.dossiers.none")
    for hall in found:
        yield _file(hall) if hall.dossiers.source == "file" else _service(hall)


def _file(hall: HallConfig) -> Finding:
    try:
        file, read = _read(hall.dossiers)
    except (BadSheet, OSError) as error:
        return warn("dossiers", "doctor.dossiers.trouble", hall=hall.id, reason=error)
    if read.broken:
        line, column = read.broken[0]
        facts = {"known": len(read.known), "file": file.name, "count": read.broken_count, "line": line}
        return warn("dossiers", "doctor.dossiers.broken", hall=hall.id, column=column, **facts)
    return ok("dossiers", "doctor.dossiers.ok", hall=hall.id, known=len(read.known), file=file.name)


def _read(config: DossierConfig) -> tuple[Path, Imported]:
    file, _ = newest(config)
    return file, read_file(file, config)


def _service(hall: HallConfig) -> Finding:
    trouble = asyncio.run(_ask(hall.dossiers))
    if trouble is not None:
        return warn("dossiers", "doctor.dossiers.trouble", hall=hall.id, reason=trouble)
    return ok("dossiers", "doctor.dossiers.answers", hall=hall.id)


async def _ask(config: DossierConfig) -> str | None:
    source = ServiceSource(config)
    try:
        await source.find(NOBODYS)
        return source.trouble
    finally:
        await source.close()
