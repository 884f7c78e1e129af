"""Commits of many halls, in one round trip: what is ready while the store works goes together with the next call."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from redis.asyncio import RedisCluster
from redis.exceptions import NoScriptError

from hallsys.store.connection import Connection, store_errors

_FOLDER: Final = Path(__file__).parent
AT_ONCE: Final = 32
"""Calls in one round trip: while the store does these, other halls decide theirs and answer their clients."""

Call = tuple[list[str], list[bytes]]
"""Keys and arguments of one commit."""


class Script:
    """A Lua script known by its hash; loaded again when a store that restarted has forgotten it."""

    def __init__(self, name: str) -> None:
        self.text = (_FOLDER / name).read_text("utf-8")
        self.sha = ""

    async def load(self, connection: Connection) -> None:
        self.sha = str(await connection.client.script_load(self.text))


class Committer:
    """Runs `commit.lua` and `load.lua` for all halls of one process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._commit, self._load = Script("commit.lua"), Script("load.lua")
        self._waiting: list[tuple[Call, asyncio.Future[Callable[[], Any]]]] = []
        self._under_way = False
        self._task: asyncio.Task[None] | None = None

    async def commit(self, keys: list[str], arguments: list[bytes]) -> Any:
        """The script's answer. Raises StoreDown when it is not known whether the store has done it, and whatever else
        the script raises."""
        call = (keys, arguments)
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
        with store_errors():
            if not self._load.sha:
                await self._load.load(self._connection)
            try:
                answer: list[Any] = await self._connection.client.evalsha(self._load.sha, len(keys), *keys)
            except NoScriptError:
                await self._load.load(self._connection)
                answer = await self._connection.client.evalsha(self._load.sha, len(keys), *keys)
            return answer

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
        if not self._commit.sha:
            await self._commit.load(self._connection)
        answers = await self._round(calls)
        forgotten = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if forgotten:
            await self._commit.load(self._connection)
            for index, answer in zip(forgotten, await self._round([calls[i] for i in forgotten]), strict=True):
                answers[index] = answer
        return answers

    async def _round(self, calls: list[Call]) -> list[Any]:
        client, sha = self._connection.client, self._commit.sha
        if len(calls) == 1:
            keys, arguments = calls[0]
            try:
                return [await client.evalsha(sha, len(keys), *keys, *arguments)]
            except NoScriptError as forgotten:
                return [forgotten]
        if isinstance(client, RedisCluster):
            return await asyncio.gather(
                *(client.evalsha(sha, len(keys), *keys, *arguments) for keys, arguments in calls),
                return_exceptions=True,
            )
        pipeline = client.pipeline(transaction=False)
        for keys, arguments in calls:
            pipeline.evalsha(sha, len(keys), *keys, *arguments)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        return answers


def _given(answer: Any) -> Any:
    """An answer, or its exception raised: StoreDown for what a store that is away makes, else what it is."""
    if not isinstance(answer, Exception):
        return answer
    with store_errors():
        raise answer
