"""A hall's place in the store: read it whole, read what came after, write a batch."""

from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple

import msgspec

from hallsys.core.model import ROWS, Changes
from hallsys.core.position import Position
from hallsys.store.committer import Call, Committer
from hallsys.store.connection import Connection, store_errors
from hallsys.store.entry import Entry, read_entry
from hallsys.store.keys import TABLES, HallKeys

PAGE: Final = 1000
"""Entries read at once."""

_rows: Final = {table: msgspec.json.Decoder(kind) for table, kind in ROWS.items()}


class Stamp(NamedTuple):
    """A position and the tag of the batch that reached it. After a failover that lost a tail the same position can be
    reached with other events; the tag tells them apart."""

    at: Position
    tag: str

    def __str__(self) -> str:
        return f"{self.at} {self.tag}"

    @staticmethod
    def parse(raw: bytes) -> "Stamp | None":
        if not raw:
            return None
        at, _, tag = raw.decode().partition(" ")
        return Stamp(Position.parse(at), tag)


class LostTail(Exception):
    """The store no longer holds the events that this process has already told."""


class Payload(NamedTuple):
    """A batch ready to be written: stream entries, rows by table, whole values by key."""

    entries: list[list[str]]
    rows: dict[str, tuple[list[str], list[str]]]
    values: list[tuple[str, bytes]]


Raw = list[tuple[bytes, dict[bytes, bytes]]]
"""Stream entries as redis-py gives them: id, fields."""


class Journal:
    """One hall's keys behind the commit script."""

    def __init__(self, hall: str, connection: Connection, committer: Committer) -> None:
        self.keys = HallKeys(hall)
        self._connection, self._committer = connection, committer

    async def load(self) -> tuple[Stamp | None, Changes]:
        """Where the hall is, and all its rows there. Raises StoreDown."""
        answer = await self._committer.load([self.keys.position, *self.keys.rows.values()])
        rows: Changes = {}
        for table, flat in zip(TABLES, answer[1:], strict=True):
            pairs = flat.items() if isinstance(flat, dict) else zip(flat[::2], flat[1::2], strict=True)
            rows[table] = {key.decode(): _rows[table].decode(row) for key, row in pairs}
        return Stamp.parse(answer[0]), rows

    async def since(self, stamp: Stamp) -> list[Entry]:
        """The next entries after a stamp, at most a page. Raises StoreDown, or LostTail when the stream does not hold
        that very batch any more."""
        return self.missed(stamp, await self._range(str(stamp.at), "+", PAGE))

    @staticmethod
    def missed(stamp: Stamp, found: Raw) -> list[Entry]:
        """The entries after a stamp, out of those from its position on. Raises LostTail."""
        if not found or found[0][0].decode() != str(stamp.at) or found[0][1].get(b"t", b"").decode() != stamp.tag:
            raise LostTail
        return [read_entry(*entry) for entry in found[1:]]

    async def pages(self, after: Position | None, until: Position, count: int = PAGE) -> AsyncIterator[list[Entry]]:
        """All entries after one position up to another, oldest first, `count` at a time. Raises StoreDown."""
        start = "-" if after is None else f"({after}"
        while True:
            found = await self._range(start, str(until), count)
            if not found:
                return
            yield [read_entry(*entry) for entry in found]
            start = f"({found[-1][0].decode()}"

    async def oldest(self) -> Position | None:
        """The first position that the stream still holds. Raises StoreDown."""
        found = await self._range("-", "+", 1)
        return Position.parse(found[0][0].decode()) if found else None

    async def entry(self, at: Position) -> Entry | None:
        """Raises StoreDown."""
        found = await self._range(str(at), str(at), 1)
        return read_entry(*found[0]) if found else None

    async def _range(self, first: str, last: str, count: int) -> Raw:
        found = await self._committer.entries(self.keys.events, first, last, count)
        texts = ((entry.encode(), [text.encode() for text in fields]) for entry, fields in found)
        return [(entry, dict(zip(fields[::2], fields[1::2], strict=True))) for entry, fields in texts]

    async def commit(self, before: Stamp | None, after: Stamp, payload: Payload) -> Raw | None:
        """None when the batch is written. When the hall has moved nothing was, and the answer is the next page of what
        was missed, for `missed`. Raises StoreDown when it cannot be known which."""
        keys = [self.keys.position, self.keys.events]
        rows = []
        for table, (present, gone) in payload.rows.items():
            keys.append(self.keys.rows[table])
            rows.append((len(keys), present, gone))
        keys += [key for key, _ in payload.values]
        values = [value for _, value in payload.values]
        call = Call(keys, str(before or ""), str(after), payload.entries, rows, values)
        answer: Any = await self._committer.commit(call)
        if answer == 1:
            return None
        return [(entry, dict(zip(fields[::2], fields[1::2], strict=True))) for entry, fields in answer]

    async def value(self, key: str) -> bytes | None:
        """A value outside the rows. Raises StoreDown."""
        with store_errors():
            found: Any = await self._connection.client.get(key)
        return found if found is None else bytes(found)

    async def keep(self, key: str, value: bytes | str, *, once: bool = False) -> None:
        """Write a value outside the rows; with `once` only where there is none yet. Raises StoreDown."""
        with store_errors():
            await self._connection.client.set(key, value, nx=once)

    async def trim(self, keep_after: Position) -> None:
        """Let go of entries up to a position, in whole nodes of the stream. Raises StoreDown."""
        with store_errors():
            await self._connection.client.xtrim(self.keys.events, minid=str(keep_after), approximate=True)
