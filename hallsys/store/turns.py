"""Whose turn it is: of several servers of a hall one does a thing, until it stops saying so."""

from collections.abc import Sequence
from typing import Final

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

_TAKE: Final = """
local mine = {}
for i, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if not holder or holder == ARGV[1] then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    mine[#mine + 1] = i
  end
end
return mine
"""
_LEAVE: Final = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
"""


class Turns:
    """Those of one hall, as one server (`holder`) sees them."""

    def __init__(self, hall: str, connection: Connection, holder: str) -> None:
        self._keys, self._connection, self.holder = HallKeys(hall), connection, holder

    async def take(self, things: Sequence[str], lasts_ms: int) -> set[str]:
        """Take or keep turns for so long; those that are this server's now. Raises StoreDown."""
        keys = [self._keys.turn(thing) for thing in things]
        with store_errors():
            mine = await self._connection.client.eval(_TAKE, len(keys), *keys, self.holder, str(lasts_ms))
        return {things[index - 1] for index in mine}

    async def leave(self, things: Sequence[str]) -> None:
        """Give turns back before their time. Raises StoreDown."""
        keys = [self._keys.turn(thing) for thing in things]
        with store_errors():
            await self._connection.client.eval(_LEAVE, len(keys), *keys, self.holder)
