"""Closed days as records (core/history.py), for reports: a few kilobytes each, every day under a key of its own.

A hash names the days, so that nobody has to search the store for them, and holds what totals are made of: the table of
all halls, or the comparison with a year before, need not unpack every record. A day is written once, by whichever
server first reads over its end (store/audit.py).
"""

import asyncio
import zlib
from typing import Any, Final

import msgspec

from hallsys.core.history import DayRecord
from hallsys.core.report import Totals, totals
from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

AT_ONCE: Final = 100
"""Days read at once: about a megabyte."""

_decode: Final = msgspec.msgpack.Decoder(DayRecord).decode
_decode_totals: Final = msgspec.msgpack.Decoder(Totals).decode
_encode: Final = msgspec.msgpack.Encoder().encode


class Past:
    """One hall's closed days. Everything here raises StoreDown."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self.keys = HallKeys(hall)
        self._client: Any = connection.client

    async def keep(self, record: DayRecord) -> None:
        """Keep a day's record, unless it is kept already."""
        packed, summary = await asyncio.to_thread(lambda: (pack_record(record), _pack(totals(record), 6)))
        with store_errors():
            await self._client.set(self.keys.record(record.day), packed, nx=True)
            await self._client.hsetnx(self.keys.days, record.day, summary)

    async def days(self, first: str = "", last: str = "9") -> list[str]:
        """The days that are kept, `2026-11-23`, oldest first, from `first` to `last`, both included."""
        with store_errors():
            found = await self._client.hkeys(self.keys.days)
        return sorted(day for raw in found if first <= (day := raw.decode()) <= last)

    async def totals(self, days: list[str]) -> list[bytes]:
        """What the totals of these days are made of, for `unpack_totals`."""
        if not days:
            return []
        with store_errors():
            found = await self._client.hmget(self.keys.days, days)
        return [packed for packed in found if packed is not None]

    async def packed(self, days: list[str]) -> list[bytes]:
        """The records of these days, for `unpack_record`; those that are not there are left out."""
        found: list[bytes | None] = []
        for start in range(0, len(days), AT_ONCE):
            with store_errors():
                found += await self._client.mget([self.keys.record(day) for day in days[start : start + AT_ONCE]])
        return [packed for packed in found if packed is not None]

    async def forget_before(self, day: str) -> list[str]:
        """Delete what is kept of every day before `day`: record, audit and archive; the days that are gone."""
        old = [each for each in await self.days() if each < day]
        for each in old:
            with store_errors():
                await self._client.delete(self.keys.record(each), self.keys.audit(each), self.keys.past(each))
                await self._client.hdel(self.keys.days, each)
        return old


def pack_record(record: DayRecord) -> bytes:
    """A day's record as it is kept."""
    return _pack(record, 9)


def unpack_record(packed: bytes) -> DayRecord:
    """A day's record that was kept."""
    return _decode(zlib.decompress(packed))


def unpack_totals(packed: bytes) -> Totals:
    """A day's totals that were kept."""
    return _decode_totals(zlib.decompress(packed))


def _pack(what: msgspec.Struct, level: int) -> bytes:
    return zlib.compress(_encode(what), level)
