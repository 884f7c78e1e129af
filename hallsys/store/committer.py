"""Commits of many halls in one call: what is ready while the store works goes together with the next."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from redis.asyncio import RedisCluster
from redis.exceptions import NoScriptError

from hallsys.store.connection import Connection, store_errors

_FOLDER: Final = Path(__file__).parent
AT_ONCE: Final = 32
"""Batches in one call: while the store does these, other halls decide theirs and answer their clients."""


_entries: Final = msgspec.msgpack.Decoder(list[tuple[str, list[str]]]).decode


class Call(NamedTuple):
    """One hall's batch, as `commit.lua` takes it: its keys, the stamps before and after it as text, stream entries,
    rows by their key's place, and values for the last keys."""

    keys: list[str]
    before: str
    after: str
    entries: list[list[str]]
    rows: list[tuple[int, list[str], list[str]]]
    values: list[bytes]


class Script:
    """A Lua script known by its hash; loaded again when a store that restarted has forgotten it."""

    def __init__(self, name: str) -> None:
        self.text = (_FOLDER / name).read_text("utf-8")
        self.sha = ""

    async def load(self, connection: Connection) -> None:
        self.sha = str(await connection.client.script_load(self.text))


class Committer:
    """Runs the scripts for all halls of one process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._commit, self._load, self._range = Script("commit.lua"), Script("load.lua"), Script("range.lua")
        self._waiting: list[tuple[Call, asyncio.Future[Callable[[], Any]]]] = []
        self._under_way = False
        self._task: asyncio.Task[None] | None = None

    async def commit(self, call: Call) -> Any:
        """The script's answer to one batch. Raises StoreDown when it is not known whether the store has done it, and
        whatever else the script raises."""
        if not self._under_way:
            self._under_way = True
            try:
                answers = await self._send([call])
            finally:
                self._next()
            return answers[0]()
        future: asyncio.Future[Callable[[], Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, future))
        return (await future)()

    async def load(self, keys: list[str]) -> list[Any]:
        """The answer of `load.lua`. Raises StoreDown."""
        answer: list[Any] = await self._read(self._load, keys)
        return answer

    async def entries(self, key: str, first: str, last: str, count: int) -> list[tuple[str, list[str]]]:
        """The answer of `range.lua`. Raises StoreDown."""
        return _entries(await self._read(self._range, [key], first, last, count))

    async def _read(self, script: Script, keys: list[str], *arguments: str | int) -> Any:
        with store_errors():
            if not script.sha:
                await script.load(self._connection)
            try:
                return await self._connection.client.evalsha(script.sha, len(keys), *keys, *arguments)
            except NoScriptError:
                await script.load(self._connection)
                return await self._connection.client.evalsha(script.sha, len(keys), *keys, *arguments)

    def _next(self) -> None:
        """Send what came meanwhile."""
        self._under_way = bool(self._waiting)
        if self._waiting:
            self._task = asyncio.create_task(self._send_waiting(), name="commits")

    async def _send_waiting(self) -> None:
        batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        try:
            answers = await self._send([call for call, _ in batch])
        finally:
            self._next()
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _send(self, calls: list[Call]) -> list[Callable[[], Any]]:
        """One round trip. Each answer is a function that gives or raises what became of its call."""
        try:
            answers = await self._call(calls)
        except Exception as error:  # noqa: BLE001  (each hall hears of it and judges it)
            answers = [error] * len(calls)
        return [partial(_given, answer) for answer in answers]

    async def _call(self, calls: list[Call]) -> list[Any]:
        if isinstance(self._connection.client, RedisCluster):
            rounds = await asyncio.gather(*(self._run([call]) for call in calls), return_exceptions=True)
            return [answer if isinstance(answer, BaseException) else answer[0] for answer in rounds]
        return await self._run(calls)

    async def _run(self, calls: list[Call]) -> list[Any]:
        keys = [key for call in calls for key in call.keys]
        batches = [
            (len(call.keys), call.before, call.after, call.entries, call.rows, len(call.values)) for call in calls
        ]
        arguments = [msgspec.msgpack.encode(batches), *(value for call in calls for value in call.values)]
        if not self._commit.sha:
            await self._commit.load(self._connection)
        client = self._connection.client
        try:
            answers: list[Any] = await client.evalsha(self._commit.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            await self._commit.load(self._connection)
            answers = await client.evalsha(self._commit.sha, len(keys), *keys, *arguments)
        return answers


def _given(answer: Any) -> Any:
    """An answer, or its exception raised: StoreDown for what a store that is away makes, else what it is."""
    if not isinstance(answer, Exception):
        return answer
    with store_errors():
        raise answer
