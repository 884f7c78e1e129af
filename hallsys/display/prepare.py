"""The voices of this server's halls, and their work ahead: parts are made when a ticket is issued, the whole call when
it is called, so that no screen waits for synthesis. Nothing is made where no screen of this server speaks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from hallsys.config import HallConfig
from hallsys.display.voice.errors import VoiceError
from hallsys.display.voice.settings import VoiceSettings
from hallsys.display.voice.speech import Speech
from hallsys.live.halls import Hall
from hallsys.store.entry import Told

log = logging.getLogger("hallsys.voice")

AHEAD: Final = 64
"""Pieces of work waiting; past that a flood of tickets is left to be made when it is called."""


def settings_of(hall: HallConfig) -> VoiceSettings:
    """How a hall speaks, by its hall.toml."""
    voice = hall.voice
    return VoiceSettings(
        repeat=voice.repeat,
        letters=voice.letters,
        languages=tuple(voice.languages),
        dialect=voice.dialect,
        chime=voice.chime,
    )


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

    def speech(self, hall: str) -> Speech:
        """A hall's voice, made when first asked for."""
        found = self._speech.get(hall)
        if found is None:
            settings = settings_of(self._configs[hall])
            found = self._speech[hall] = Speech(self._cache, settings, pack=partial(self._recorded, hall))
        return found

    def hear(self, hall: Hall, events: list[Told]) -> None:
        """Listen to a hall's events."""
        name = hall.config.id
        if not hall.config.voice.enabled or not self._speaks(name):
            return
        for told in events:
            if told.kind == "issued":
                for label, ticket in told.changes.get("tickets", {}).items():
                    counters = [counter.id for counter in hall.config.counters if ticket.service in counter.takes]
                    self._begin(self._prepare(name, label, counters))
            elif told.kind == "called":
                for label, ticket in told.changes.get("tickets", {}).items():
                    if ticket is not None and ticket.counter is not None:
                        self._begin(self._render(name, label, ticket.counter))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for speech in self._speech.values():
            await speech.close()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        if len(self._tasks) >= AHEAD:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _prepare(self, hall: str, label: str, counters: list[str]) -> None:
        await self.speech(hall).prepare(label, counters)

    async def _render(self, hall: str, label: str, counter: str) -> None:
        try:
            await self.speech(hall).call(label, counter)
        except VoiceError as error:
            log.warning("hall %s: the call of %s cannot be spoken: %s", hall, label, error)
