"""Watches the streams of halls and wakes their ledgers when somebody else has written; it never touches state. What is
told beside a hall's events (its loudspeakers) is handed on as it comes.

One reader for all halls of a process, since a blocking read can wait for many streams; on a Cluster, where it cannot
wait for several slots, one for each hall.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import RedisCluster

from hallsys.core.position import Position
from hallsys.store.connection import READ_BLOCK_MS, Client, Connection, StoreDown, store_errors
from hallsys.store.keys import HallKeys
from hallsys.store.ledger import Ledger

log = logging.getLogger("hallsys.follower")

REST: Final = 0.005
"""Seconds of rest after a wake, so that a flood of writes does not cost a read for each."""
QUIET: Final = 0.05
"""Seconds without a commit of our own after which a hall is watched. Until then it needs no watching: a commit learns
what it missed, and reading back what we wrote ourselves would cost as much as writing it."""
PAUSE: Final = 0.2
"""Seconds before reading again from a store that is down."""

Heard = Callable[[list[Any]], None]
"""Takes new entries of a stream, oldest first."""


class Followers:
    """The readers of one process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._readers: list[_Reader] = []

    def watch(self, hall: str, ledger: Ledger) -> None:
        """From now on the ledger is woken by others' writes."""
        if not self._readers or isinstance(self._connection.client, RedisCluster):
            self._readers.append(_Reader(self._connection))
        self._readers[-1].add(HallKeys(hall).events, ledger)

    def listen(self, beside: Ledger, stream: str, since: str, hear: Heard) -> None:
        """From now on `hear` is given the entries of a stream after `since`, by the reader that watches the ledger."""
        next(reader for reader in self._readers if reader.watches(beside)).listen(stream, since, hear)

    async def close(self) -> None:
        await asyncio.gather(*(reader.close() for reader in self._readers))


class _Reader:
    """One blocking read on a connection of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ledgers: dict[str, Ledger] = {}
        self._listeners: dict[str, tuple[str, Heard]] = {}
        self._more = asyncio.Event()
        self._stopping = False
        self._task = asyncio.create_task(self._follow(), name="follower")

    def add(self, stream: str, ledger: Ledger) -> None:
        self._ledgers[stream] = ledger
        self._more.set()

    def watches(self, ledger: Ledger) -> bool:
        return any(ledger is known for known in self._ledgers.values())

    def listen(self, stream: str, since: str, hear: Heard) -> None:
        self._listeners[stream] = since, hear
        self._more.set()

    async def close(self) -> None:
        """redis-py may swallow a cancellation that meets the end of a read, so it is asked for until it is done."""
        self._stopping = True
        while not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=REST)

    async def _follow(self) -> None:
        while not self._stopping:
            client = self._connection.reader()
            try:
                with store_errors():
                    await self._read(client)
                    continue
            except StoreDown as down:
                log.debug("the reader will try again: %s", down)
            except Exception:
                log.exception("the reader failed and is started again")
            finally:
                with suppress(Exception):  # the connection is gone or going; the next one is made above
                    await client.aclose()
            await asyncio.sleep(PAUSE)
            for ledger in self._ledgers.values():
                ledger.poke()

    async def _read(self, client: Client) -> None:
        """Read until there are more halls to watch."""
        self._more.clear()
        more = asyncio.create_task(self._more.wait())
        try:
            while not self._stopping:
                now = asyncio.get_running_loop().time()
                quiet = [it for it in self._ledgers.items() if now - it[1].committed_at >= QUIET]
                block = READ_BLOCK_MS if len(quiet) == len(self._ledgers) else int(QUIET * 1000)
                if not quiet and not self._listeners:
                    await asyncio.wait({more}, timeout=QUIET)
                    if more.done():
                        return
                    continue
                streams = {stream: str(ledger.position or "0-0") for stream, ledger in quiet}
                streams |= {stream: since for stream, (since, _) in self._listeners.items()}
                read = asyncio.ensure_future(client.xread(streams, count=1, block=block))  # type: ignore[arg-type]
                try:
                    await asyncio.wait({read, more}, return_when=asyncio.FIRST_COMPLETED)
                    if not read.done():
                        return
                finally:
                    if not read.done():
                        read.cancel()
                        await asyncio.gather(read, return_exceptions=True)
                await self._wake(await read)
                await asyncio.sleep(REST)
        finally:
            more.cancel()

    async def _wake(self, answer: Any) -> None:
        """Wake the ledgers that are behind."""
        for stream, entries in answer or ():
            if (listener := self._listeners.get(stream.decode())) is not None:
                self._listeners[stream.decode()] = entries[-1][0].decode(), listener[1]
                listener[1](entries)
                continue
            ledger = self._ledgers[stream.decode()]
            await ledger.between_commits()
            known = ledger.position
            if known is None or Position.parse(entries[-1][0].decode()) > known:
                ledger.poke()
