"""A hall as one server process holds it, on a connection of its own, without the server around it."""

import asyncio
import itertools
import json
import time
import tomllib
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from hallsys.config import HallConfig
from hallsys.core.commands import parse
from hallsys.core.model import Changes
from hallsys.core.position import Position
from hallsys.simulate.halls import make_hall_toml
from hallsys.store.committer import Committer
from hallsys.store.connection import Connection, connect
from hallsys.store.entry import Told
from hallsys.store.follower import Followers
from hallsys.store.journal import Journal
from hallsys.store.keys import TABLES, HallKeys
from hallsys.store.ledger import Ledger
from hallsys.store.request import By
from hallsys.store.tokens import Minter

SECRET = b"s" * 32
ADMIN = By("admin", "test")
HANGS = 120
"""Seconds after which a test that waits for ever fails."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_hall(counters: int = 3, **settings: Any) -> HallConfig:
    """A hall that no other test uses."""
    text = make_hall_toml(counters, 3, hall=f"t{uuid.uuid4().hex[:12]}", voice=False)
    return msgspec.convert({**tomllib.loads(text), **settings}, HallConfig)


class Done(msgspec.Struct):
    """An answer as the outside gets it."""

    at: str
    result: Any


class Desk:
    """`told` and `resets` are what the hub would have heard; `tables` is what came of folding it."""

    def __init__(self, config: HallConfig, connection: Connection, clock: Callable[[], int]) -> None:
        self.config, self.connection = config, connection
        self.keys = HallKeys(config.id)
        self.journal = Journal(config.id, connection, Committer(connection))
        self.told: list[Told] = []
        self.resets: list[Position] = []
        self.tables: dict[str, dict[str, Any]] = {}
        self.at = Position(0, 0)
        self._heard = asyncio.Event()
        self.ledger = Ledger(config, self.journal, Minter(config.id, SECRET), self._tell, self._reset, clock)

    async def do(self, name: str, /, key: str | None = None, by: By = ADMIN, **args: Any) -> Done:
        command = parse(name, json.dumps(args).encode())
        digest = self.ledger.digest(name, command)
        async with asyncio.timeout(HANGS):
            answer = await self.ledger.do(by, key or uuid.uuid4().hex, name, command, digest)
        return Done(str(answer.at), json.loads(answer.body()))

    async def issue(self, service: str = "A", key: str | None = None) -> str:
        return str((await self.do("issue", key, service=service)).result["ticket"]["label"])

    async def until(self, true: Callable[[], bool]) -> None:
        """Until what the hub has heard makes it true."""
        async with asyncio.timeout(HANGS):
            while not true():
                self._heard.clear()
                await self._heard.wait()

    async def agrees(self) -> None:
        """What was told, folded, is what the store holds; nothing was left out in between."""
        stamp, rows = await self.journal.load()
        assert stamp is not None
        await self.until(lambda: self.at == stamp.at)
        assert self.tables == {table: rows.get(table, {}) for table in TABLES}

    async def entries(self) -> list[dict[str, Any]]:
        """The hall's stream: id, tag, request key and frame of each entry."""
        found = await self.connection.client.xrange(self.keys.events)
        return [
            {
                "at": at.decode(),
                "tag": fields[b"t"].decode(),
                "key": fields.get(b"k", b"").decode(),
                **json.loads(fields[b"f"]),
            }
            for at, fields in found
        ]

    def _reset(self, at: Position, rows: Changes, recent: list[Told]) -> None:
        self.at, self.tables = at, {table: dict(rows.get(table, {})) for table in TABLES}
        self.resets.append(at)
        self._heard.set()

    def _tell(self, events: list[Told]) -> None:
        for event in events:
            assert event.at == (self.at.after(1) if event.at.epoch == self.at.epoch else Position(event.at.epoch, 1))
            self.at = event.at
            for table, rows in (*event.changes.items(), *event.private.items()):
                for key, row in rows.items():
                    if row is None:
                        self.tables[table].pop(key, None)
                    else:
                        self.tables[table][key] = row
        self.told += events
        self._heard.set()


@asynccontextmanager
async def desk(
    config: HallConfig, url: str, *, follows: bool = True, clock: Callable[[], int] = now_ms
) -> AsyncIterator[Desk]:
    """`follows`: hears at once what other processes write; otherwise only when it stumbles over it."""
    connection = connect(url)
    it = Desk(config, connection, clock)
    try:
        await it.ledger.start()
        followers = Followers(connection)
        if follows:
            followers.watch(config.id, it.ledger)
        try:
            await it.until(lambda: bool(it.tables["hall"].get("day")) or not config.auto_open)
            yield it
        finally:
            await followers.close()
            await it.ledger.close()
    finally:
        await connection.close()


class Proxy:
    """A door to the store that can be shut in the middle of a commit. `lose` is how many more commits end with a cut
    connection: after the store has carried them out (`done`), or before it has heard of them."""

    def __init__(self, path: Path, store: str) -> None:
        self.url = f"unix://{path}"
        self.lose = 0
        self.done = True
        self.commits = 0
        self._path, self._store = path, store.removeprefix("unix://")

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_store, to_store = await asyncio.open_unix_connection(self._store)
        cut = asyncio.Event()

        async def back() -> None:
            while not cut.is_set() and (answer := await from_store.read(1 << 20)):
                if not cut.is_set():
                    writer.write(answer)

        backwards = asyncio.create_task(back())
        try:
            while words := await reader.read(1 << 20):
                # A commit is the only call that carries a position and its tag after the body's keys.
                if b"EVALSHA" in words and b":events" in words:
                    self.commits += 1
                    if self.lose:
                        self.lose -= 1
                        cut.set()
                        if self.done:
                            backwards.cancel()
                            await asyncio.wait([backwards])
                            to_store.write(words)
                            await from_store.read(1 << 20)
                        return
                to_store.write(words)
        finally:
            backwards.cancel()
            to_store.close()
            writer.close()


_names = itertools.count()


@asynccontextmanager
async def proxy(folder: Path, store: str) -> AsyncIterator[Proxy]:
    it = Proxy(folder / f"p{next(_names)}", store)
    server = await asyncio.start_unix_server(it.handle, it._path)
    try:
        yield it
    finally:
        server.close()


async def copy_of(desk: Desk) -> dict[bytes, bytes]:
    """The hall's keys as they are, to be put back later as an old replica would."""
    client = desk.connection.client
    names = await client.keys(f"{{{desk.config.id}}}:*")
    return {name: await client.dump(name) for name in names}


async def put_back(desk: Desk, copy: dict[bytes, bytes]) -> None:
    """The store goes back to a copy, as after a failover to a replica that had not got everything."""
    client = desk.connection.client
    names = await client.keys(f"{{{desk.config.id}}}:*")
    pipeline = client.pipeline(transaction=True)
    pipeline.delete(*names)
    for name, dumped in copy.items():
        pipeline.restore(name, 0, dumped)
    await pipeline.execute()
