"""Looks at every hall of this server for what its people have to be told, and never in the way of a command."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from hallsys.core.alarmsigns import Seen
from hallsys.live.halls import Hall, Halls
from hallsys.monitor.alarms.room import Room
from hallsys.monitor.alarms.words import Speaker
from hallsys.store.alarmbook import AlarmBook
from hallsys.store.connection import BadStoreUrl, Connection, StoreDown
from hallsys.store.screenbook import ScreenBook
from hallsys.store.turns import Turns
from hallsys.texts import Texts

log = logging.getLogger("hallsys.alarms")

EVERY: Final = 2.0
"""Seconds between two looks."""
SCREENS_EVERY: Final = 20.0
"""Seconds between two looks at the screens' own words, which they say once a minute."""


@dataclass(frozen=True)
class Sources:
    """What is seen beside the rows of a hall, by its id. `heard`: zone -> state and since when (ms), None where no
    screen of the hall is on this server; `printers`: id, state, whether it prints; `dossiers`: the source's trouble;
    `waits`: the forecast in seconds by service."""

    heard: Callable[[str], Mapping[str, tuple[str, int]] | None]
    printers: Callable[[str], Iterable[tuple[str, str, bool]]]
    dossiers: Callable[[str], str | None]
    waits: Callable[[Hall], Mapping[str, tuple[int, int]]]


class Watch:
    """All halls of this server. `told` is called with a hall's id when its webhooks may have something to do."""

    def __init__(
        self,
        halls: Halls,
        connection: Connection,
        sources: Sources,
        texts: Texts,
        public_url: str,
        told: Callable[[str], None],
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._halls, self._connection, self._sources = halls, connection, sources
        self._texts, self._public_url, self._told, self.clock = texts, public_url, told, clock
        self._holder = secrets.token_hex(8)
        self._rooms: dict[str, Room] = {}
        self._screens: dict[str, tuple[float, dict[str, int]]] = {}
        self._away: int | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._rounds(), name="alarms")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(StoreDown):  # then they run out
            for room in self._rooms.values():
                await room.leave()

    def room(self, hall: Hall) -> Room:
        found = self._rooms.get(hall.config.id)
        if found is None:
            name = hall.config.id
            speaker = Speaker(
                hall.config,
                self._texts,
                lambda: hall.hub.tables["hall"].get("screens", {}),
                f"{self._public_url}/halls/{name}/monitor" if self._public_url else "",
            )
            turns = Turns(name, self._connection, self._holder)
            book = AlarmBook(name, self._connection)
            found = self._rooms[name] = Room(hall, self._halls, book, turns, speaker, lambda: self._told(name))
        return found

    async def round(self) -> None:
        """Look at every hall once. Never raises: what fails in one hall is logged, and looked at in the next round."""
        now = self.clock()
        try:
            await self._connection.ping()
        except (StoreDown, BadStoreUrl):
            self._away = now if self._away is None else self._away
            for room in self._rooms.values():
                room.store_away(self._away, now)
            return
        away, self._away = self._away, None
        for hall in list(self._halls):
            await asyncio.sleep(0)  # a province is many halls, and commands come in between
            try:
                await self.room(hall).look(await self._seen(hall, away), now)
            except StoreDown as down:
                log.debug("the alarms of hall %s are looked after later: %s", hall.config.id, down)
                self._away = now if away is None else away
                return
            except Exception:
                log.exception("looking after the alarms of hall %s failed and is tried again", hall.config.id)

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self.round()

    async def _seen(self, hall: Hall, away: int | None) -> Seen:
        """Raises StoreDown."""
        name = hall.config.id
        sources = self._sources
        return Seen(
            heard=sources.heard(name),
            waits=sources.waits(hall),
            printers={
                printer: ("" if state in ("ok", "unknown") else state, prints)
                for printer, state, prints in sources.printers(name)
            },
            dossiers=sources.dossiers(name) or "",
            screens=await self._screens_of(hall),
            store_away=away,
        )

    async def _screens_of(self, hall: Hall) -> dict[str, int]:
        """When each joined screen was last seen. Raises StoreDown."""
        name, now = hall.config.id, time.monotonic()
        asked, found = self._screens.get(name, (-SCREENS_EVERY, {}))
        if now - asked >= SCREENS_EVERY:
            settings = hall.hub.tables["hall"].get("screens", {})
            book = await ScreenBook(name, self._connection).read()
            found = {screen: entry["seen"] for screen, entry in book.items() if entry["joined"] or screen in settings}
            self._screens[name] = now, found
        return found
