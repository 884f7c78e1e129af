"""Questions about a hall's committed rows, heard between two commits: while one is under way the state is ahead of the
store."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from hallsys.core.state import HallState

T = TypeVar("T")


class Questions:
    """Those that wait. A question reads the state and must not change it; what it raises, its asker hears."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[HallState, int], None]] = []

    def add(self, question: Callable[[HallState, int], T]) -> "asyncio.Future[T]":
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def ask(state: HallState, now: int) -> None:
            if answer.done():
                return
            try:
                answer.set_result(question(state, now))
            except Exception as error:  # noqa: BLE001  (whoever asked judges it)
                answer.set_exception(error)

        self._waiting.append(ask)
        return answer

    def hear(self, state: HallState, now: int) -> None:
        """Answer all that wait."""
        waiting, self._waiting = self._waiting, []
        for ask in waiting:
            ask(state, now)
