"""Keeps the advice of every hall that somebody watches: after its forecast, once a minute."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from hallsys.core.advice import Advice, Memory, Rules
from hallsys.core.snapshot import midnight
from hallsys.live.halls import Hall, Halls
from hallsys.monitor.forecast.forecasts import Forecasts
from hallsys.monitor.forecast.process import Lost
from hallsys.monitor.forecast.wire import AdviceJob, Advised

log = logging.getLogger("hallsys.advice")

LOOK: Final = 2.0
"""Seconds between two looks at which hall is due."""
EVERY: Final = 60.0
"""Seconds between two looks for advice in a hall, at least."""
AGAIN: Final = 10.0
"""The same after one that has been found once: it is said when it is found again."""
SHARE: Final = 20.0
"""Times as long as the last took: a twentieth of the time at most goes into advice."""
STALE: Final = 180.0
"""Seconds for which an advice may be shown."""
LATER: Final = 1800.0
"""Seconds for which an advice that was put off is not given again."""


class Standing:
    """What is advised in one hall since when (ms), by which `picture` (when its forecast was made, ms), and what was
    put off until when, by the monotonic clock."""

    def __init__(self) -> None:
        self.advice: Advice | None = None
        self.at = 0
        self.made = self.due = 0.0
        self.picture = 0
        self.memory = Memory()
        self.later: dict[str, float] = {}
        self.day = ""

    def put_off(self, advice: str) -> None:
        self.later[advice] = time.monotonic() + LATER
        self.due = 0.0
        if self.advice is not None and self.advice.id == advice:
            self.advice = None

    def wanted_later(self) -> list[str]:
        now = time.monotonic()
        self.later = {advice: until for advice, until in self.later.items() if until > now}
        return list(self.later)


class Advices:
    """All halls of this server. What stands of a hall is in memory: another server of it advises by itself."""

    def __init__(self, halls: Halls, forecasts: Forecasts) -> None:
        self._halls, self._forecasts = halls, forecasts
        self._standing: dict[str, Standing] = {}
        self._task: asyncio.Task[None] | None = None

    def of(self, hall: Hall) -> Standing:
        """What is advised now; nothing that is stale or of another day."""
        standing = self._standing.setdefault(hall.config.id, Standing())
        tables = hall.hub.tables
        stale = time.monotonic() - standing.made > STALE
        if stale or standing.day != hall.today or not tables["hall"].get("open"):
            standing.advice = None
        return standing

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name="advice")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            for hall in list(self._halls):
                standing = self.of(hall)
                picture = self._forecasts.of(hall).at
                if standing.due > time.monotonic() or picture == standing.picture or not self._watched(hall):
                    continue
                begun, standing.picture = time.monotonic(), picture
                try:
                    await self._ask(hall, standing)
                except Lost as error:
                    log.warning("hall %s: no advice this time: %s", hall.config.id, error)
                except Exception:
                    log.exception("hall %s: no advice this time", hall.config.id)
                rest = AGAIN if standing.memory.seen else EVERY
                standing.due = begun + max(rest, SHARE * (time.monotonic() - begun))

    def _watched(self, hall: Hall) -> bool:
        """Whether there is a fresh forecast to go by, and anybody would see the advice."""
        return hall.config.advice.enabled and bool(hall.hub.members) and bool(self._forecasts.of(hall).waits)

    async def _ask(self, hall: Hall, standing: Standing) -> None:
        """Raises Lost."""
        limits = hall.config.limits
        rules = Rules(limits.warn, limits.alarm, hall.config.advice.gain_s)
        job = AdviceJob(hall.config.id, rules, standing.memory, standing.wanted_later())
        found = await self._forecasts.process.ask(job, Advised)
        standing.memory, standing.day, standing.made = found.memory, found.day, time.monotonic()
        advice = found.advice
        if advice is None or advice.id in standing.wanted_later():  # put off while it was being looked for
            standing.advice = None
            return
        if standing.advice is None or standing.advice.id != advice.id:
            standing.at = time.time_ns() // 1_000_000
        begun = midnight(hall.config.timezone, found.day)
        ends = (begun + advice.ends_before * 1000, begun + advice.ends_after * 1000)
        standing.advice = replace(advice, ends_before=ends[0], ends_after=ends[1])
