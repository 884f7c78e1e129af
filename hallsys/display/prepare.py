"""The voices of this server's halls, and their work ahead, so that no screen waits for synthesis: the words of a ticket
are made when it is issued, and the whole call of whoever an open counter would call next before anybody presses.
Nothing is made where no screen of this server speaks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from hallsys.config import HallConfig
from hallsys.core.model import WAITING
from hallsys.core.policy import choose
from hallsys.core.state import HallState
from hallsys.display.announced import said_by
from hallsys.display.voice.errors import VoiceError
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.wording import Announcement, Phrasing
from hallsys.live.halls import Hall
from hallsys.store.entry import Told

log = logging.getLogger("hallsys.voice")

AHEAD: Final = 64
"""Pieces of work waiting; past that a flood of tickets is left to be made when it is called."""


class Voices:
    """`speaks(hall)` says whether a screen of this server owns the hall's loudspeaker; `recorded(hall)` gives the file
    of the recorded voice that speaks there, if one does."""

    def __init__(
        self,
        cache: Path,
        configs: Mapping[str, HallConfig],
        speaks: Callable[[str], bool],
        recorded: Callable[[str], Awaitable[Path | None]],
    ) -> None:
        self._cache, self._configs, self._speaks, self._recorded = cache, configs, speaks, recorded
        self._speech: dict[str, Speech] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking: dict[str, bool] = {}
        """Halls whose next calls are being made, and whether to look once more after that."""
        self._foreseen: dict[tuple[str, str], str] = {}
        """Hall and counter -> the ticket whose call was made ready last."""

    def speech(self, hall: str) -> Speech:
        """A hall's voice, made when first asked for."""
        found = self._speech.get(hall)
        if found is None:
            config, pack = self._configs[hall], partial(self._recorded, hall)
            found = Speech(self._cache, config.voice, phrasing=Phrasing.of(config), pack=pack)
            self._speech[hall] = found
        return found

    def hear(self, hall: Hall, events: list[Told]) -> None:
        """Listen to a hall's events."""
        name = hall.config.id
        if not hall.config.voice.enabled or not self._speaks(name):
            return
        for told in events:
            if told.kind in ("issued", "transferred"):
                for label, ticket in told.changes.get("tickets", {}).items():
                    # Somebody who stands at the counter already is not called.
                    if ticket is not None and ticket.state == WAITING:
                        counters = [counter.id for counter in hall.config.counters if ticket.service in counter.takes]
                        self._begin(self.speech(name).prepare(label, counters))
            said = said_by(told.frame)
            if said is not None:
                self._begin(self._make(name, said))
        if name in self._looking:
            self._looking[name] = True
        elif self._begin(self._look_ahead(hall)):
            self._looking[name] = False

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for speech in self._speech.values():
            await speech.close()

    def _begin(self, work: Coroutine[None, None, None]) -> bool:
        if len(self._tasks) >= AHEAD:
            work.close()
            return False
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _look_ahead(self, hall: Hall) -> None:
        """One at a time: a call that is pressed meanwhile waits for one sound at the most."""
        name = hall.config.id
        try:
            while True:
                self._looking[name] = False
                for counter, label in await hall.ledger.read(_next_calls):
                    if self._foreseen.get((name, counter)) != label:
                        self._foreseen[name, counter] = label
                        await self._make(name, Announcement("call", label, counter))
                if not self._looking[name]:
                    return
        finally:
            del self._looking[name]

    async def _make(self, hall: str, said: Announcement) -> None:
        try:
            await self.speech(hall).mp3(said)
        except VoiceError as error:
            log.warning("hall %s: %s of %s cannot be spoken: %s", hall, said.kind, said.ticket or "the hall", error)


def _next_calls(state: HallState, now: int) -> list[tuple[str, str]]:
    """Open counters, each with the ticket that it would call next."""
    found = [(row.id, choose(state, row, now)) for row in state.counters.values() if row.state == "open"]
    return [(counter, choice.ticket.label) for counter, choice in found if choice is not None]
