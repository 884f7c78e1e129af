"""The forecast's own record of one hall: a few kilobytes that outlive the process which made them."""

from typing import Any

from hallsys.store.connection import Connection, store_errors
from hallsys.store.keys import HallKeys


class ForecastBook:
    """One hall's record; whoever wrote last is right. Everything here raises StoreDown."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self._key = HallKeys(hall).forecast
        self._client: Any = connection.client

    async def read(self) -> bytes:
        """Empty where there is none."""
        with store_errors():
            return bytes(await self._client.get(self._key) or b"")

    async def write(self, record: bytes) -> None:
        with store_errors():
            await self._client.set(self._key, record)
