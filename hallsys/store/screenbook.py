"""What the screens of a hall said of themselves last, on whatever server: `{hall}:screens`, a screen's id -> JSON."""

from typing import Any, Final

import msgspec

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys

KEPT: Final = 30 * 86_400
"""Seconds after the last word of any screen for which the page is kept."""
STRANGERS: Final = 200
"""Screens in the book past which only those that were joined are added: a stranger could make up any number."""

_WRITE: Final = """
local known = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1
if ARGV[3] == '0' and not known and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


class ScreenBook:
    """One hall's."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self._key, self._connection = HallKeys(hall).screens, connection

    async def write(self, screen: str, entry: dict[str, Any], joined: bool) -> None:
        """Raises StoreDown."""
        words = msgspec.json.encode(entry).decode()
        with store_errors():
            await self._connection.client.eval(
                _WRITE, 1, self._key, screen, words, str(int(joined)), str(STRANGERS), str(KEPT)
            )

    async def read(self) -> dict[str, dict[str, Any]]:
        """By screen. Raises StoreDown."""
        with store_errors():
            found: Any = await self._connection.client.hgetall(self._key)
        return {screen.decode(): msgspec.json.decode(entry) for screen, entry in found.items()}

    async def forget(self, screens: list[str]) -> None:
        """Raises StoreDown."""
        with store_errors():
            await self._connection.client.hdel(self._key, *screens)
