"""Looking a dossier up for a citizen: the hall's source, and the limits on asking."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import Annotated, Final, Literal

import msgspec

from hallsys.config import HallConfig, Language, Words
from hallsys.core.commands import DOSSIER, fold_dossier
from hallsys.kiosk.dossiers.answer import STATUSES, Dossier, NoSource, Source
from hallsys.kiosk.dossiers.file import FileSource
from hallsys.kiosk.dossiers.service import ServiceSource

log = logging.getLogger("hallsys.dossiers")

DEVICE_TRIES: Final = (30, 60)
"""Codes that one device may ask for, in so many seconds: a queue of people with slips, and not a list of codes."""
CHECK_TRIES: Final = (5, 3600)
"""Check codes tried for one code: four characters are few."""

ALOUD: Final = (120, 60)
"""Lines that one device has read out, in so many seconds: a page has a dozen."""

Attempt = Callable[[str, str, int, int], Awaitable[None]]
"""`attempt(what, who, most, seconds)` counts a try for all servers and raises Refused too_many."""


class LookUp(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `lookup`; the code is nowhere else, since addresses are logged on the way."""

    code: Annotated[str, msgspec.Meta(max_length=64)]
    check: Annotated[str, msgspec.Meta(max_length=16)] | None = None


class Aloud(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `say`: a line of the page."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    language: Language = "vi"


class LookedUp(msgspec.Struct, omit_defaults=True):
    """What a citizen is told: the national status as number and words, and the promised day."""

    found: Literal["ready", "not_ready", "unknown", "check_needed", "check_wrong", "unavailable"]
    status: int | None = None
    words: Words | None = None
    due: str | None = None


class BrokenRow(msgspec.Struct):
    """A row of an export that was left out, and the column to mend."""

    line: int
    column: str


class SourceStatus(msgspec.Struct):
    """How a hall's source of dossiers is, for the IT officer. Of a file: its name, how many dossiers are known from it,
    when it was read (ms), the rows left out, the first fifty of them by line; `reading` while it is read: rows so far
    and the lines of the file. `trouble` in words, null when all is well."""

    source: Literal["none", "file", "http"]
    trouble: str | None
    file: str = ""
    known: int | None = None
    read_at: int | None = None
    broken: list[BrokenRow] = []
    broken_count: int = 0
    reading: list[int] | None = None


class Desk:
    """The sources of all halls. `start` begins reading files; nothing waits for it."""

    def __init__(self, halls: Mapping[str, HallConfig], attempt: Attempt) -> None:
        self._sources = {name: _source(config) for name, config in halls.items()}
        self._attempt, self._key = attempt, secrets.token_bytes(32)
        self._starting: list[asyncio.Task[None]] = []

    def start(self) -> None:
        files = [source for source in self._sources.values() if isinstance(source, FileSource)]
        self._starting = [asyncio.create_task(source.start(), name="read the dossiers") for source in files]

    async def started(self) -> None:
        """Until every file has been read for the first time, or cannot be."""
        await asyncio.gather(*self._starting)

    async def close(self) -> None:
        for task in self._starting:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for source in self._sources.values():
            await source.close()

    def trouble(self, hall: str) -> str | None:
        """What keeps a hall's source from answering, for the IT officer."""
        return self._sources[hall].trouble

    def status(self, hall: str) -> SourceStatus:
        source = self._sources[hall]
        if not isinstance(source, FileSource):
            return SourceStatus("http" if isinstance(source, ServiceSource) else "none", source.trouble)
        report = source.report
        status = SourceStatus("file", source.trouble, source.file, reading=source.reading)
        if report is not None:
            status.known, status.read_at, status.broken_count = len(report.known), report.at, report.broken_count
            status.broken = [BrokenRow(*row) for row in report.broken]
        return status

    async def look_up(self, hall: str, device: str, asked: LookUp) -> LookedUp:
        """Ask the hall's source. A code that is none is one that nobody knows. Raises Refused too_many."""
        await self._attempt("look up", f"{hall} {device}", *DEVICE_TRIES)
        code = fold_dossier(asked.code)
        if not DOSSIER.fullmatch(code):
            return LookedUp("unknown")
        if asked.check:
            hashed = blake2b(code.encode(), key=self._key, digest_size=16).hexdigest()
            await self._attempt("check code", f"{hall} {hashed}", *CHECK_TRIES)
        answer = await self._sources[hall].find(code, asked.check)
        if not isinstance(answer, Dossier):
            return LookedUp(answer)
        return LookedUp(
            "ready" if answer.ready else "not_ready", answer.status, Words(*STATUSES[answer.status]), answer.due
        )


def _source(hall: HallConfig) -> Source:
    match hall.dossiers.source:
        case "file":
            return FileSource(hall.dossiers)
        case "http":
            return ServiceSource(hall.dossiers)
    return NoSource()
