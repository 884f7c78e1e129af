"""What was done in a hall: who, what, when, why. The trail is the stream itself, which is appended to and never
rewritten; here it is only read and put into lines.

The same reading folds the day into the record that reports are made of (core/history.py).

A day's lines and its record are kept, compressed, once the next day has begun: the stream lets go of what is older than
a day. Whoever reads over that point keeps them, whichever server it is and however late; a day that is kept is not
written again.
"""

import asyncio
import zlib
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from hallsys.core.history import DayRecord, Recorder, over
from hallsys.core.model import Counter, Ticket
from hallsys.core.notes import remark
from hallsys.core.position import Position
from hallsys.store.entry import Entry, Told
from hallsys.store.journal import Journal
from hallsys.store.past import Past

AT_ONCE: Final = 200
"""Entries read at once: a few milliseconds in which nothing else is served."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """One event. `at` is its position, `time` in ms, `who` a role and a name (`officer Lan`, `counter Quầy 3`, `clock`,
    `ticket`; empty for what the server does when it starts), `why` the reason of a choice as on the ticket, or where to
    and what for (`_why`), `note` what was said with it in words."""

    at: str
    time: int
    kind: str
    who: str
    counter: str | None
    ticket: str | None
    why: str | None
    note: str | None


_lines: Final = msgspec.json.Decoder(list[Line])
_encode: Final = msgspec.json.Encoder().encode
_pack: Final = msgspec.msgpack.Encoder().encode
_OF_THE_HALL: Final = frozenset({"day_opened", "day_closed", "configured", "recovered"})
_CHOSEN: Final = frozenset({"issued", "called"})


class _Book:
    """The running day as far as it was read."""

    def __init__(self) -> None:
        self.at: Position | None = None
        self.day = ""
        self.begin("")

    def begin(self, day: str) -> None:
        self.day = day
        self.lines: list[Line] = []
        self.of_ticket: dict[str, list[Line]] = {}
        self.recorder = Recorder(day)

    def add(self, entry: Entry) -> None:
        line = line_of(entry)
        self.lines.append(line)
        self.recorder.take(entry.told)
        if line.ticket is not None:
            self.of_ticket.setdefault(line.ticket, []).append(line)


class Audit:
    """One hall's trail. Asking again costs only what is new."""

    def __init__(self, journal: Journal, past: Past, timezone: str) -> None:
        self._journal, self._past, self._zone = journal, past, ZoneInfo(timezone)
        self._book = _Book()
        self._turn = asyncio.Lock()

    def forget(self) -> None:
        """The hall was read anew: what was read before may never have been."""
        self._book = _Book()

    async def today(self, until: Position) -> list[Line]:
        """The lines of the running day up to a position, oldest first. Raises StoreDown."""
        return (await self._read(until)).lines

    async def record(self, until: Position) -> DayRecord:
        """The running day up to a position, as reports count it. Raises StoreDown."""
        record = (await self._read(until)).recorder.record
        return msgspec.convert(msgspec.to_builtins(record), DayRecord)  # a copy: the book goes on

    async def packed(self, until: Position) -> bytes:
        """The same for another process, as MessagePack: quicker than a copy. Raises StoreDown."""
        return _pack((await self._read(until)).recorder.record)

    async def of_ticket(self, label: str, until: Position) -> list[Line]:
        """What happened to a ticket today. Raises StoreDown."""
        return (await self._read(until)).of_ticket.get(label, [])

    async def past(self, day: str) -> list[Line] | None:
        """The lines of a day that was kept; None when it was not. Raises StoreDown."""
        packed = await self._journal.value(self._journal.keys.audit(day))
        return None if packed is None else await asyncio.to_thread(unpack_lines, packed)

    async def keep_past(self, today: str, until: Position) -> None:
        """See to it that every day before `today` is kept, as far as the stream still holds it. Raises StoreDown."""
        keys = self._journal.keys
        if (await self._journal.value(keys.audited) or b"").decode() == today:
            return
        await self._read(until)
        await self._journal.keep(keys.audited, today)

    async def _read(self, until: Position) -> _Book:
        async with self._turn:
            book = self._book
            async for entries in self._journal.pages(book.at, until, AT_ONCE):
                for entry in entries:
                    await self._note(book, entry)
            return book

    async def _note(self, book: _Book, entry: Entry) -> None:
        told = entry.told
        day = told.changes.get("hall", {}).get("day") or book.day or self._date(told.time)
        if book.day and day != book.day:
            packed = await asyncio.to_thread(pack_lines, book.lines)
            await self._journal.keep(self._journal.keys.audit(book.day), packed, once=True)
            await self._past.keep(over(book.recorder.record))
        if day != book.day:
            book.begin(day)
        book.add(entry)
        book.at = told.at

    def _date(self, time: int) -> str:
        return datetime.fromtimestamp(time / 1000, self._zone).date().isoformat()


def line_of(entry: Entry) -> Line:
    """An entry of the stream in one line."""
    told = entry.told
    counter, ticket = (None, None) if told.kind in _OF_THE_HALL else (_counter(entry), _ticket(entry))
    tickets, counters = told.changes.get("tickets", {}), told.changes.get("counters", {})
    why = _why(told, tickets.get(ticket or ""), counters.get(counter or ""))
    note = entry.note
    if note is None:
        note = remark(told.kind, told.private.get("visits", {}).get(ticket or "")).outcome
    return Line(str(told.at), told.time, told.kind, entry.by, counter, ticket, why, note)


def _why(told: Told, ticket: Ticket | None, counter: Counter | None) -> str | None:
    """Why a ticket was chosen, or what exactly was done, where the kind does not say it: a code with figures."""
    if ticket is not None and told.kind in _CHOSEN:
        return ticket.why
    if ticket is not None and told.kind == "transferred":
        return _whither(ticket, told.time)
    if counter is not None and told.kind == "help_asked":
        return f"asks kind={counter.asks}"
    if counter is not None and told.kind == "counter_assigned":
        return f"assigned services={','.join(counter.services)} mode={counter.mode}"
    return None


def _whither(ticket: Ticket, now: int) -> str:
    """Where a ticket was sent, at which place if not by arrival, and after how many minutes if not at once."""
    if ticket.to_counter is not None:
        to = f"to_counter counter={ticket.to_counter}"
    else:
        to = f"to_service service={ticket.service}" if ticket.to_group is None else f"to_group name={ticket.to_group}"
    place = " place=front" if ticket.front else " place=end" if ticket.arrival == now else ""
    return f"{to}{place}" + ("" if ticket.not_before is None else f" after={(ticket.not_before - now) // 60_000}")


def _ticket(entry: Entry) -> str | None:
    """The ticket that an event is about: the first row it tells of; others only make room in the view."""
    told = entry.told
    for rows in (told.changes.get("tickets"), told.private.get("visits"), told.private.get("ratings")):
        if rows:
            return next(iter(rows))
    return None


def _counter(entry: Entry) -> str | None:
    """The counter that an event is about: where somebody now works or that changed, else the ticket's."""
    told = entry.told
    for rows in (told.private.get("desks"), told.changes.get("counters")):
        found = [name for name, row in (rows or {}).items() if row is not None] or list(rows or ())
        if found:
            return found[0]
    row: Any = next(iter(told.changes.get("tickets", {}).values()), None)
    return row.counter if isinstance(row, Ticket) else None


def pack_lines(lines: list[Line]) -> bytes:
    """A day's lines as they are kept."""
    return zlib.compress(_encode(lines), 6)


def unpack_lines(packed: bytes) -> list[Line]:
    """The lines of a day that was kept."""
    return _lines.decode(zlib.decompress(packed))
