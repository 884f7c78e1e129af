"""The procedures that a hall's kiosk knows, read from its file again when that changes."""

import asyncio
import logging
from pathlib import Path

from hallsys.config import HallConfig
from hallsys.hallkiosk import SAMPLE
from hallsys.kiosk.procedures import Procedure, load_procedures
from hallsys.kiosk.sheets import BadSheet
from hallsys.resources import resource

log = logging.getLogger("hallsys.procedures")


class Lists:
    """The lists of all halls. What cannot be read leaves what was known in place, or none: the kiosk works without."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, list[Procedure]]] = {}

    async def of(self, hall: HallConfig) -> list[Procedure]:
        """The procedures of a hall; none where it names no list."""
        if not hall.kiosk.procedures:
            return []
        return await asyncio.to_thread(self._read, hall)

    def _read(self, hall: HallConfig) -> list[Procedure]:
        sample = hall.kiosk.procedures == SAMPLE
        file = resource("samples/procedures.csv") if sample else Path(hall.kiosk.procedures)
        changed, known = self._known.get(hall.id, (0, []))
        try:
            now = file.stat().st_mtime_ns
            if now == changed:
                return known
            known, left_out = load_procedures(file, {service.id: service.name.vi for service in hall.services})
        except (BadSheet, OSError) as error:
            log.warning("the procedures of %s cannot be read: %s", hall.id, error)
            return known
        for trouble in left_out:
            log.warning("%s, line %d was left out: %s: %s", file.name, trouble.line, trouble.column, trouble.value)
        self._known[hall.id] = now, known
        return known
