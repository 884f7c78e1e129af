"""Keeps the forecast of every hall fresh that somebody watches or waits in: after what happens, and as time goes by.

Nothing on the way of a command waits for it: the ledger reads the last answer out of a mapping. What is older than
`STALE` is withdrawn, for nothing is better than something wrong.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from hallsys.core.model import WAITING
from hallsys.core.promises import Kept
from hallsys.core.snapshot import midnight, probe, snapshot
from hallsys.errors import Refused
from hallsys.live.halls import Hall, Halls
from hallsys.monitor.forecast.process import Lost, Process
from hallsys.monitor.forecast.wire import Job
from hallsys.store.connection import StoreDown
from hallsys.store.entry import Told
from hallsys.store.forecastbook import ForecastBook

log = logging.getLogger("hallsys.forecast")

SETTLE: Final = 2.0
"""Seconds from the first event to the forecast that knows of it, and between two forecasts of a hall."""
LOOK: Final = 0.5
"""Seconds between two looks at which hall is due."""
REFRESH: Final = 15.0
"""Seconds after which a forecast is made anew though nothing happened."""
SHARE: Final = 10.0
"""Times as long as a forecast took, its hall is left alone: at most a tenth of the time goes into forecasts."""
MOST: Final = 1_000
"""Waiting tickets past which nobody is told anything: the picture alone would hold commands up."""
FLOOD: Final = 300
"""Events a second, in all halls together, past which forecasts are put off: a province at its peak has a fifth of it,
and commands need the machine."""
CALM: Final = 5.0
"""Seconds without a flood before forecasts are made again."""
STALE: Final = 60.0
"""Seconds for which a forecast may be shown."""
STEP: Final = 300.0
"""Seconds between two points of the queue ahead."""
AHEAD: Final = 12
"""Points: an hour."""
FARTHEST: Final = 4 * 3600.0
"""Seconds; a wait beyond is not an estimate any more: no counter takes the service, or the day is over."""
KEEP: Final = 300.0
"""Seconds after which the forecast's own record is kept again."""
DAYS: Final = 20
"""Closed days that the forecast learns from."""


class Latest:
    """The last forecast of a hall, made at `at` (ms): P50 and P80 in seconds by ticket and by question, and how many
    will wait, as `[ms, P10, P50, P90]`. Empty once it is stale."""

    def __init__(self) -> None:
        self.at = 0
        self.waits: Mapping[str, tuple[int, int]] = {}
        self.queue: list[tuple[int, int, int, int]] = []
        self.kept: Kept | None = None
        self.made = self.tried = time.monotonic()
        self.took = 0.0
        self.dirty: float | None = None
        self.taught: tuple[int, str] | None = None
        self.written = time.monotonic()

    @property
    def due(self) -> float:
        """When to make the next, by the monotonic clock."""
        rest = max(SETTLE, self.took * SHARE)
        regular = self.tried + max(REFRESH, rest)
        return regular if self.dirty is None else min(regular, max(self.dirty + SETTLE, self.tried + rest))

    def services(self, hall: Hall) -> dict[str, tuple[int, int]]:
        """For whoever takes a number now, without priority."""
        found = ((service, self.waits.get(probe(service))) for service in hall.hub.tables["services"])
        return {service: wait for service, wait in found if wait is not None}


class Forecasts:
    """All halls of this server. `of` a hall is the last forecast; `book` keeps a hall's record by its id."""

    def __init__(self, halls: Halls, book: Callable[[str], ForecastBook]) -> None:
        self._halls, self.process, self._book = halls, Process(), book
        self._latest: dict[str, Latest] = {}
        self._task: asyncio.Task[None] | None = None
        self._moved, self._counted, self._calm_from = 0, time.monotonic(), 0.0
        halls.on_events(self._hear)

    def of(self, hall: Hall) -> Latest:
        return self._latest.setdefault(hall.config.id, Latest())

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name="forecasts")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.process.close()

    def _hear(self, hall: Hall, events: list[Told]) -> None:
        self._moved += len(events)
        latest = self.of(hall)
        if latest.dirty is None:
            latest.dirty = time.monotonic()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            for hall in list(self._halls):
                latest = self.of(hall)
                if not self._flood() and latest.due <= time.monotonic():
                    await self._refresh(hall, latest)
                if latest.waits and (time.monotonic() - latest.made > STALE or not hall.hub.tables["hall"]["open"]):
                    _withdraw(hall, latest)

    def _flood(self) -> bool:
        """Whether more happens than in the halls of people, or did a moment ago; known anew with each look."""
        now = time.monotonic()
        passed = now - self._counted
        if passed >= LOOK:
            if self._moved > FLOOD * passed:
                self._calm_from = now + CALM
            self._moved, self._counted = 0, now
        return now < self._calm_from

    async def _refresh(self, hall: Hall, latest: Latest) -> None:
        """A new forecast, if anybody would see it; one that fails is left out, the next may be better."""
        latest.tried, latest.dirty, latest.took = time.monotonic(), None, 0.0
        if not _wanted(hall):
            return
        taught = latest.taught
        try:
            await self._forecast(hall, latest)
        except (Lost, StoreDown, Refused) as error:
            log.warning("hall %s: no forecast this time: %s", hall.config.id, error)
        except Exception:
            log.exception("hall %s: no forecast this time", hall.config.id)
        else:
            latest.made = latest.tried
        if taught == latest.taught:  # the start of the process is not to be held against the hall
            latest.took = time.monotonic() - latest.tried

    async def _forecast(self, hall: Hall, latest: Latest) -> None:
        """Raises Lost, StoreDown."""
        day = hall.today
        taught = (await self.process.ready(), day)
        past = await self.past(hall, day) if latest.taught != taught else None
        now = time.time_ns() // 1_000_000
        shot = await hall.ledger.read(snapshot)
        times = [shot["now"] + STEP * (index + 1) for index in range(AHEAD)]
        record = await hall.audit.packed(hall.hub.at)
        if hall.today != day:
            return  # the next forecast knows the new day
        book = self._book(hall.config.id)
        job = Job(hall.config.id, hall.config.timezone, shot, day, record, past, times)
        if latest.taught is None or latest.taught[0] != taught[0]:
            job.ratios = await book.read()
        job.tell = time.monotonic() - latest.written >= KEEP
        played = await self.process.play(job)
        if played.ratios:
            latest.written = time.monotonic()
            await book.write(played.ratios)
        latest.taught = taught
        begun = midnight(hall.config.timezone, day)
        latest.at, latest.kept = now, played.kept
        latest.waits = {
            asked: (round(p50), round(p80)) for asked, (p50, p80) in played.waits.items() if p80 <= FARTHEST
        }
        latest.queue = [(begun + round(at * 1000), *counts) for at, counts in zip(times, played.queue, strict=True)]
        hall.ledger.waits = {asked: wait for asked, wait in latest.waits.items() if asked.startswith("?")}
        _say(hall, latest)

    @staticmethod
    async def past(hall: Hall, day: str) -> list[bytes]:
        """Records of the closed days before `day` that a forecast learns from. Raises StoreDown."""
        days = [each for each in await hall.past.days() if each < day]
        return await hall.past.packed(days[-DAYS:])


def _wanted(hall: Hall) -> bool:
    """Whether anybody would see the forecast, and the day goes on."""
    tables = hall.hub.tables
    if not tables["hall"].get("open"):
        return False
    waiting = sum(row.state == WAITING for row in tables["tickets"].values())
    return waiting <= MOST and bool(waiting or hall.hub.members)


def _withdraw(hall: Hall, latest: Latest) -> None:
    latest.waits, latest.queue = {}, []
    hall.ledger.waits = {}
    _say(hall, latest)


def _say(hall: Hall, latest: Latest) -> None:
    """To boards, kiosks, phones and monitors."""
    hall.hub.keep({"type": "waits", "at": latest.at, "services": latest.services(hall)})
