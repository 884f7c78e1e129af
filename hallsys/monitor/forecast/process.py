"""The forecasting process as the server sees it: started when first needed, started again when it died.

A child with two pipes and nothing else: it ends when its input closes, and that a killed server's pipes do by
themselves. It is reaped by the loop, and needs no thread here.
"""

import asyncio
import logging
import os
import sys
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from hallsys.monitor.forecast.wire import LENGTH, Answered, Job, Played, Task, message

log = logging.getLogger("hallsys.forecast")

PATIENCE: Final = 30.0
"""Seconds for one forecast, the start of the process included."""
FAREWELL: Final = 2.0
"""Seconds for the process to end by itself."""


Answer = TypeVar("Answer", bound=Answered)


class Lost(Exception):
    """The process died or hung over a job; the next job starts a new one."""


class Process:
    """Jobs are played one after another. `generation` grows with each process: a new one knows nothing of any hall."""

    def __init__(self) -> None:
        self.generation = 0
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    async def ready(self) -> int:
        """See to it that there is a process; its generation."""
        async with self._turn:
            if self._child is not None and self._child.returncode is not None:
                log.warning("the forecasting process ended with %s and is started again", self._child.returncode)
                await self._end()
            if self._child is None:
                self._child = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "hallsys.monitor.forecast.worker"),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                )
                self.generation += 1
            return self.generation

    async def play(self, job: Job) -> Played:
        """Raises Lost."""
        return await self.ask(job, Played)

    async def ask(self, job: Task, kind: type[Answer]) -> Answer:
        """The answer to a job, which is of this kind. Raises Lost, for a job that the process stumbled over, too."""
        async with self._turn:
            child = self._child
            if child is None or child.stdin is None or child.stdout is None:
                raise Lost("there is no forecasting process")
            try:
                async with asyncio.timeout(PATIENCE):
                    child.stdin.write(message(job))
                    await child.stdin.drain()
                    length = int.from_bytes(await child.stdout.readexactly(LENGTH), "big")
                    answer = msgspec.msgpack.decode(await child.stdout.readexactly(length), type=kind)
            except (TimeoutError, ConnectionError, asyncio.IncompleteReadError) as error:
                await self._end()
                raise Lost(f"the forecasting process was lost over {job.hall} ({type(error).__name__})") from None
            except asyncio.CancelledError:
                await self._end()  # its answer would be taken for that of the next job
                raise
            if answer.trouble:
                raise Lost(answer.trouble)
            return answer

    async def close(self) -> None:
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            async with asyncio.timeout(FAREWELL):
                await child.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):  # it has ended after all
                child.kill()
            await child.wait()
