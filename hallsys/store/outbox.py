"""What a hall's webhooks have still to be told, in order, and what could not be delivered (`alarmbook.py` fills it)."""

from typing import Any, Final

import msgspec

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

DEAD_MOST: Final = 500
"""Dead letters that are kept; the oldest go first."""

_MOVE: Final = """
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  return 1
end
return 0
"""
_AGAIN: Final = """
if redis.call('HDEL', KEYS[2], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], string.format('%012d', redis.call('INCR', KEYS[3])), ARGV[2])
  return 1
end
return 0
"""
_KEEP: Final = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
"""


class Letter(msgspec.Struct, frozen=True):
    """A message for one webhook: its `id` stays the same however often it is sent. Times in ms; `due`: not before;
    `said`: why the last try failed."""

    id: str
    hook: str
    alarm: str
    event: str
    body: str
    made: int
    due: int
    tries: int = 0
    said: str = ""


class Outbox:
    """One hall's. Only the server whose turn it is changes letters."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self._keys, self._connection = HallKeys(hall), connection

    async def pending(self) -> dict[str, Letter]:
        """By number, oldest first. Raises StoreDown."""
        return await self._read(self._keys.outbox)

    async def dead(self) -> dict[str, Letter]:
        """By number, oldest first. Raises StoreDown."""
        return await self._read(self._keys.outbox_dead)

    async def counts(self) -> tuple[int, int]:
        """How many wait, and how many are dead. Raises StoreDown."""
        with store_errors():
            waiting: Any = await self._connection.client.hlen(self._keys.outbox)
            dead: Any = await self._connection.client.hlen(self._keys.outbox_dead)
        return waiting, dead

    async def sent(self, number: str) -> None:
        """Raises StoreDown."""
        with store_errors():
            await self._connection.client.hdel(self._keys.outbox, number)

    async def keep(self, number: str, letter: Letter) -> None:
        """To be tried again. Raises StoreDown."""
        with store_errors():
            await self._connection.client.eval(_KEEP, 1, self._keys.outbox, number, msgspec.json.encode(letter))

    async def bury(self, number: str, letter: Letter) -> None:
        """Nobody tries it again by itself. Raises StoreDown."""
        keys = self._keys
        with store_errors():
            await self._connection.client.eval(
                _MOVE, 2, keys.outbox, keys.outbox_dead, number, msgspec.json.encode(letter)
            )
        dead = list(await self.dead())
        if len(dead) > DEAD_MOST:
            with store_errors():
                await self._connection.client.hdel(keys.outbox_dead, *dead[: len(dead) - DEAD_MOST])

    async def again(self, ids: set[str] | None, now: int) -> int:
        """Send dead letters again, those of these ids or all; how many. Raises StoreDown."""
        keys, moved = self._keys, 0
        for number, letter in (await self.dead()).items():
            if ids is not None and letter.id not in ids:
                continue
            fresh = msgspec.structs.replace(letter, made=now, due=now, tries=0)
            with store_errors():
                moved += await self._connection.client.eval(
                    _AGAIN,
                    3,
                    *(keys.outbox, keys.outbox_dead, keys.outbox_count),
                    *(number, msgspec.json.encode(fresh)),
                )
        return moved

    async def _read(self, key: str) -> dict[str, Letter]:
        with store_errors():
            found: Any = await self._connection.client.hgetall(key)
        return {number.decode(): msgspec.json.decode(found[number], type=Letter) for number in sorted(found)}
