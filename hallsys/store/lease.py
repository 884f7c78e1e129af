"""A lease in the store: at most one holder, until it is given back, outranked, or not renewed in time."""

from typing import Final

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

LASTS: Final = 4000
"""Milliseconds."""

_TAKE: Final = """
local present = redis.call('GET', KEYS[1])
local rank, holder = string.match(present or '', '^(%d+) (.*)$')
if not present or holder == ARGV[1] or tonumber(rank) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[1], 'PX', ARGV[3])
  return 1
end
return 0
"""
_GIVE_BACK: Final = """
local present = redis.call('GET', KEYS[1])
if present and string.match(present, '^%d+ (.*)$') == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


class Lease:
    """The lease of one hall's loudspeaker."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self._key, self._connection = HallKeys(hall).loudspeaker, connection

    async def take(self, holder: str, rank: int) -> bool:
        """Take or renew; True when this holder has it. A higher rank takes it from a lower one. Raises StoreDown."""
        with store_errors():
            answer = await self._connection.client.eval(_TAKE, 1, self._key, holder, str(rank), str(LASTS))
        return bool(answer == 1)

    async def give_back(self, holder: str) -> None:
        """Raises StoreDown."""
        with store_errors():
            await self._connection.client.eval(_GIVE_BACK, 1, self._key, holder)
