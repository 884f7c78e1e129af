"""The clock of a simulated day: faster than the one on the wall, or as fast as the server answers."""

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from typing import Any, Final

AT_ONCE_S: Final = 20.0
"""At full speed, what falls into the same seconds of the day is done at once: order is the server's affair."""


class Clock:
    """Seconds since opening. `speed` is simulated seconds per second; 0 never waits.

    At full speed time stands still while an actor works and jumps ahead when all of them wait, so an actor must wait
    by this clock and for nothing else that another actor does.
    """

    def __init__(self, speed: float, start: float = 0.0) -> None:
        if speed < 0:
            raise ValueError("speed is 0 or more")
        self._speed = speed
        self._now = start
        self._start = start
        self._began = asyncio.get_running_loop().time()
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._busy = 0
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def now(self) -> float:
        if self._speed:
            return self._start + (asyncio.get_running_loop().time() - self._began) * self._speed
        return self._now

    async def until(self, moment: float) -> None:
        """Wait for a moment of the day; at once if it has passed."""
        if self._speed:
            await asyncio.sleep(0)
            while (left := moment - self.now) > 0:  # noqa: ASYNC110  (a loop may wake a moment early)
                await asyncio.sleep(left / self._speed)
            return
        if moment <= self._now:
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (moment, next(self._order), turn))
        self._rest()
        await turn

    async def pause(self, seconds: float) -> None:
        """Wait for a while of the day."""
        await self.until(self.now + seconds)

    async def run(self, *actors: Coroutine[Any, Any, None]) -> None:
        """All of them, and those they begin, to their end. The first that raises ends the day."""
        async with asyncio.TaskGroup() as self._tasks:
            for actor in actors:
                self.begin(actor)

    def begin(self, actor: Coroutine[Any, Any, None]) -> None:
        """One more actor of the running day."""
        if self._tasks is None:
            raise RuntimeError("the day has not begun: use `run`")
        self._busy += 1
        self._tasks.create_task(self._play(actor))

    async def _play(self, actor: Coroutine[Any, Any, None]) -> None:
        try:
            await actor
        finally:
            self._rest()

    def _rest(self) -> None:
        """One actor less at work; the last one lets time go on."""
        self._busy -= 1
        if self._busy or not self._waiting:
            return
        limit = self._waiting[0][0] + AT_ONCE_S
        while self._waiting and self._waiting[0][0] <= limit:
            self._now, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._busy += 1
                turn.set_result(None)
