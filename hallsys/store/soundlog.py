"""What the loudspeakers of a hall say, for all of its servers: a short stream beside the hall's events.

It is no part of the hall's state and may be lost: then a call is spoken once more, or a light goes out by the clock.
"""

from typing import Any, Final

import msgspec

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

KEPT: Final = 200
"""Entries; a call makes two."""


class Said(msgspec.Struct, frozen=True):
    """`kind`: `playing` when a call begins, `played` at its end, `skipped` when its owner passed it over, being too old
    or to be shown only. `time` in ms on the store's clock."""

    kind: str
    voice: str
    zone: str
    time: int


class SoundLog:
    """One hall's."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self.stream = HallKeys(hall).sound
        self._connection = connection

    async def say(self, kind: str, voice: str, zone: str) -> None:
        """Raises StoreDown."""
        with store_errors():
            await self._connection.client.xadd(
                self.stream, {"k": kind, "v": voice, "z": zone}, maxlen=KEPT, approximate=True
            )

    async def recent(self) -> tuple[str, list[Said]]:
        """What is kept, oldest first, and the id to read on from. Raises StoreDown."""
        with store_errors():
            entries: Any = await self._connection.client.xrevrange(self.stream, count=KEPT)
        return (entries[0][0].decode() if entries else "0-0"), [read_said(entry) for entry in reversed(entries)]


def read_said(entry: Any) -> Said:
    """A stream's entry."""
    identifier, fields = entry
    kind, voice, zone = (fields.get(name, b"").decode() for name in (b"k", b"v", b"z"))
    return Said(kind, voice, zone, int(identifier.partition(b"-")[0]))
