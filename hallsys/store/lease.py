"""Leases in the store: at most one holder each, until it is given back, outranked, or not renewed in time."""

from collections.abc import Sequence
from typing import Final

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

LASTS: Final = 4000
"""Milliseconds."""
JOINED_LASTS: Final = 30 * 86_400
"""Seconds for which strangers stay away from the loudspeakers of a hall where a joined screen has spoken."""

_TAKE: Final = """
local present = redis.call('GET', KEYS[1])
local rank, holder = string.match(present or '', '^(%d+) (.*)$')
if tonumber(ARGV[2]) == 0 and holder ~= ARGV[1] and redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
if not present or holder == ARGV[1] or tonumber(rank) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[1], 'PX', ARGV[3])
  if tonumber(ARGV[2]) > 0 and redis.call('TTL', KEYS[2]) < ARGV[4] / 2 then
    redis.call('SET', KEYS[2], '1', 'EX', ARGV[4])
  end
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


class Leases:
    """The leases of one hall's loudspeakers, one for each zone; the hall's own zone is empty.

    Rank 0 is a stranger's, who gets none in a hall where a joined screen had one within thirty days: else any phone on
    the network could take the voice of a hall whose screens are being restarted.
    """

    def __init__(self, hall: str, connection: Connection) -> None:
        self._keys, self._connection = HallKeys(hall), connection

    async def take(self, zone: str, holder: str, rank: int) -> bool:
        """Take or renew; True when this holder has it. A higher rank takes it from a lower one. Raises StoreDown."""
        keys = (self._keys.loudspeaker(zone), self._keys.joined_sound)
        with store_errors():
            answer = await self._connection.client.eval(
                _TAKE, 2, *keys, holder, str(rank), str(LASTS), str(JOINED_LASTS)
            )
        return bool(answer == 1)

    async def give_back(self, zone: str, holder: str) -> None:
        """Raises StoreDown."""
        with store_errors():
            await self._connection.client.eval(_GIVE_BACK, 1, self._keys.loudspeaker(zone), holder)

    async def owned(self, zones: Sequence[str]) -> set[str]:
        """Which of these zones have a holder, on whatever server. Raises StoreDown."""
        with store_errors():
            found = await self._connection.client.mget([self._keys.loudspeaker(zone) for zone in zones])
        return {zone for zone, holder in zip(zones, found, strict=True) if holder is not None}
