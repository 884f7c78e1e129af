"""The alarms of a hall, for all of its servers: as they are now, as they change, and those that are over.

An alarm is written only over the row that its writer has seen, and together with what webhooks are to be told of it: of
several servers one raises it, and what was raised is told, whatever stops in between.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

TOLD: Final = 200
"""Changes that a server may be late for; later, it reads the book."""
KEPT: Final = 500
"""Alarms that are over."""

_WRITE: Final = """
local done, at = {}, 3
for i = 1, tonumber(ARGV[2]) do
  local id, seen, row, ended, letters = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], tonumber(ARGV[at + 4])
  local free = ARGV[1] == '' or redis.call('GET', KEYS[5 + i]) == ARGV[1]
  if free and (redis.call('HGET', KEYS[1], id) or '') == seen then
    if row == '' then redis.call('HDEL', KEYS[1], id) else redis.call('HSET', KEYS[1], id, row) end
    if ended ~= '' then redis.call('XADD', KEYS[3], 'MAXLEN', '~', KEPT, '*', 'a', ended) end
    for n = at + 5, at + 4 + letters do
      redis.call('HSET', KEYS[4], string.format('%012d', redis.call('INCR', KEYS[5])), ARGV[n])
    end
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', TOLD, '*', 'i', id, 'r', row, 'h', ARGV[1])
    done[#done + 1] = i
  end
  at = at + 5 + letters
end
return done
""".replace("KEPT", str(KEPT)).replace("TOLD", str(TOLD))


class Write(msgspec.Struct, frozen=True):
    """A change of the alarm `id`: from the row `seen` (empty: there was none) to `row` (empty: it is over, as `ended`
    has it), with what is to be delivered of it."""

    id: str
    seen: bytes
    row: bytes
    ended: bytes = b""
    letters: Sequence[bytes] = ()


class Changed(msgspec.Struct, frozen=True):
    """An alarm that some server changed; `row` empty: it is over. `holder` is that server; empty: a person's word."""

    id: str
    row: bytes
    holder: str


class AlarmBook:
    """One hall's."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self._keys, self._connection = HallKeys(hall), connection
        self.log = self._keys.alarm_log

    async def read(self) -> tuple[str, dict[str, bytes]]:
        """The place in the log to follow from, and the rows by id. Raises StoreDown."""
        with store_errors():
            last: Any = await self._connection.client.xrevrange(self.log, count=1)
            rows: Any = await self._connection.client.hgetall(self._keys.alarms)
        return (last[0][0].decode() if last else "0-0"), {name.decode(): row for name, row in rows.items()}

    async def write(self, writes: Sequence[Write], holder: str = "") -> set[str]:
        """The ids of those that were written: their row was as seen, and it is this holder's turn to change it (or
        anybody's, for an acknowledgement). Raises StoreDown, when nobody knows."""
        keys = self._keys
        turns = [keys.turn(f"alarm:{write.id}") for write in writes]
        names = [keys.alarms, keys.alarm_log, keys.alarms_past, keys.outbox, keys.outbox_count, *turns]
        words: list[Any] = [holder, str(len(writes))]
        for write in writes:
            words += [write.id, write.seen, write.row, write.ended, str(len(write.letters)), *write.letters]
        with store_errors():
            done = await self._connection.client.eval(_WRITE, len(names), *names, *words)
        return {writes[index - 1].id for index in done}

    async def past(self, most: int) -> list[bytes]:
        """Those that are over, the latest first. Raises StoreDown."""
        with store_errors():
            found: Any = await self._connection.client.xrevrange(self._keys.alarms_past, count=most)
        return [fields[b"a"] for _, fields in found]


def read_changed(entry: Any) -> Changed:
    """An entry of the log."""
    _, fields = entry
    return Changed(fields[b"i"].decode(), fields[b"r"], fields[b"h"].decode())
