"""Watches a hall's stream and wakes the ledger when somebody else has written; it never touches state."""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

from hallsys.core.position import Position
from hallsys.store.connection import READ_BLOCK_MS, Connection, StoreDown, store_errors
from hallsys.store.keys import HallKeys
from hallsys.store.ledger import Ledger

log = logging.getLogger("hallsys.follower")

REST: Final = 0.005
"""Seconds of rest after a wake, so that the hall's own commits, which wake the reader too, do not each cost a read."""
PAUSE: Final = 0.2
"""Seconds before reading again from a store that is down."""


class Follower:
    """One blocking reader per hall, on a connection of its own."""

    def __init__(self, hall: str, connection: Connection, ledger: Ledger) -> None:
        self._key, self._connection, self._ledger = HallKeys(hall).events, connection, ledger
        self._stopping = False
        self._task = asyncio.create_task(self._follow(), name=f"follower {hall}")

    async def close(self) -> None:
        """redis-py may swallow a cancellation that meets the end of a read, so it is asked for until it is done."""
        self._stopping = True
        while not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=REST)

    async def _follow(self) -> None:
        while not self._stopping:
            reader = self._connection.reader()
            try:
                with store_errors():
                    await self._read(reader)
            except StoreDown as down:
                log.debug("%s: %s", self._key, down)
            except Exception:
                log.exception("the reader of %s failed and is started again", self._key)
            finally:
                with suppress(Exception):  # the connection is gone or going; the next one is made below
                    await reader.aclose()
            await asyncio.sleep(PAUSE)
            self._ledger.poke()

    async def _read(self, reader: Any) -> None:
        while not self._stopping:
            known = self._ledger.position
            answer = await reader.xread({self._key: str(known) if known else "0-0"}, count=1, block=READ_BLOCK_MS)
            if not answer:
                continue
            await self._ledger.between_commits()
            known = self._ledger.position
            found = Position.parse(answer[0][1][-1][0].decode())
            if known is None or found > known:
                self._ledger.poke()
            await asyncio.sleep(REST)
