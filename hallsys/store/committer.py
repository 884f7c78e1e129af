"""Commits of many halls, in one round trip: what is ready while the store works goes together with the next call."""

import asyncio
from pathlib import Path
from typing import Any, Final

from redis.asyncio import RedisCluster
from redis.exceptions import NoScriptError

from hallsys.store.connection import Connection, StoreDown, store_errors

_FOLDER: Final = Path(__file__).parent
AT_ONCE: Final = 256
"""Calls in one round trip."""


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
        self._waiting: list[tuple[list[str], list[bytes], asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    async def commit(self, keys: list[str], arguments: list[bytes]) -> bytes | int:
        """The script's answer. Raises StoreDown when it is not known whether the store has done it, and whatever else
        the script raises."""
        future: asyncio.Future[bytes | int] = asyncio.get_running_loop().create_future()
        self._waiting.append((keys, arguments, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send(), name="commits")
        return await future

    async def load(self, keys: list[str]) -> list[Any]:
        """The answer of `load.lua`. Raises StoreDown."""
        with store_errors():
            for attempt in (1, 2):
                try:
                    if not self._load.sha:
                        await self._load.load(self._connection)
                    answer: list[Any] = await self._connection.client.evalsha(self._load.sha, len(keys), *keys)
                    return answer
                except NoScriptError:
                    self._load.sha = ""
                    if attempt == 2:
                        raise
        raise AssertionError("unreachable")

    async def _send(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                answers = await self._call([(keys, arguments) for keys, arguments, _ in batch])
            except Exception as error:  # noqa: BLE001  (each hall hears of it and judges it)
                answers = [error] * len(batch)
            for (_, _, future), answer in zip(batch, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(_judged(answer))
                else:
                    future.set_result(answer)

    async def _call(self, calls: list[tuple[list[str], list[bytes]]]) -> list[Any]:
        with store_errors():
            if not self._commit.sha:
                await self._commit.load(self._connection)
            answers = await self._round(calls)
            forgotten = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
            if forgotten:
                await self._commit.load(self._connection)
                for index, answer in zip(forgotten, await self._round([calls[i] for i in forgotten]), strict=True):
                    answers[index] = answer
            return answers

    async def _round(self, calls: list[tuple[list[str], list[bytes]]]) -> list[Any]:
        client, sha = self._connection.client, self._commit.sha
        if len(calls) == 1 or isinstance(client, RedisCluster):
            return await asyncio.gather(
                *(client.evalsha(sha, len(keys), *keys, *arguments) for keys, arguments in calls),
                return_exceptions=True,
            )
        pipeline = client.pipeline(transaction=False)
        for keys, arguments in calls:
            pipeline.evalsha(sha, len(keys), *keys, *arguments)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        return answers


def _judged(error: Exception) -> Exception:
    """StoreDown for what a store that is away makes; a mistake of ours stays what it is."""
    if isinstance(error, StoreDown):
        return error
    try:
        with store_errors():
            raise error
    except Exception as judged:  # noqa: BLE001
        return judged
