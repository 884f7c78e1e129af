"""A hall in one line, out of its committed rows.

All halls are answered in one request, so a line costs little: 0.3 ms for a hall with 300 tickets of the day. A hall
that this server has not read yet is brought up; who asks waits a moment for it and else gets a line without figures.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

import msgspec

from hallsys.config import HallConfig, Limits
from hallsys.core.alarms import Alarm
from hallsys.core.stats import Spread, figures
from hallsys.errors import Refused
from hallsys.hallalarms import SEVERITIES, Severity
from hallsys.live.halls import Hall, Halls

log = logging.getLogger("hallsys.overview")

FRESH: Final = 2.0
"""s for which a line is good for everybody."""
PATIENCE: Final = 0.5
"""s that a request waits for halls which are being read."""
AT_ONCE: Final = 10
"""Halls that are read at the same time."""


class Line(msgspec.Struct, frozen=True):
    """`state`: `open` or `closed`; `unread` while this server has not read the hall, `away` while its store does not
    answer. `longest` is the longest present wait in seconds, `hour` the waits that ended within the last 60 minutes.
    `open` of `counters` counters are open. `worst` is the gravest of the `alarms` that nobody has seen to."""

    id: str
    name: str
    name_en: str
    province: str
    province_en: str
    tz: str
    limits: Limits
    state: Literal["open", "closed", "unread", "away"] = "unread"
    waiting: int = 0
    longest: int | None = None
    hour: Spread | None = None
    open: int = 0
    counters: int = 0
    issued: int = 0
    served: int = 0
    no_shows: int = 0
    alarms: int = 0
    worst: Severity | None = None


class Overview(msgspec.Struct, frozen=True):
    """Every hall that the account may supervise, true at `now` (ms)."""

    now: int
    halls: list[Line]


Alarms = Callable[[Hall], Iterable[Alarm]]
"""A hall's alarms that are not over."""


class Lines:
    """The lines of all halls, each made anew when it is older than `FRESH`."""

    def __init__(self, halls: Halls, alarms: Alarms) -> None:
        self._halls, self._alarms = halls, alarms
        self._made: dict[str, tuple[float, Line]] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, names: Sequence[str]) -> list[Line]:
        """In the order of the names."""
        unread = [self._read(name) for name in names if self._halls.at_once(name) is None]
        if unread:
            await asyncio.wait(unread, timeout=PATIENCE)
        return [self._line(name) for name in names]

    def forget(self) -> None:
        """Make every line anew when it is asked for next."""
        self._made.clear()

    async def close(self) -> None:
        for task in self._reading.values():
            task.cancel()
        await asyncio.gather(*self._reading.values(), return_exceptions=True)

    def _read(self, name: str) -> asyncio.Task[None]:
        task = self._reading.get(name)
        if task is None:
            task = self._reading[name] = asyncio.create_task(self._bring_up(name), name=f"overview reads {name}")
            task.add_done_callback(lambda _: self._reading.pop(name, None))
        return task

    async def _bring_up(self, name: str) -> None:
        async with self._turns:
            try:
                await self._halls.get(name)
            except Refused as refused:
                log.debug("hall %s has no figures in the overview yet: %s", name, refused.code)

    def _line(self, name: str) -> Line:
        asked = time.monotonic()
        made, line = self._made.get(name, (asked - FRESH, None))
        if line is None or asked - made >= FRESH:
            hall = self._halls.at_once(name)
            alarms = self._alarms(hall) if hall is not None else ()
            line = line_of(self._halls.configs[name], hall, alarms, _now())
            self._made[name] = (asked, line)
        return line


def line_of(config: HallConfig, hall: Hall | None, alarms: Iterable[Alarm], now: int) -> Line:
    """One hall at `now` (ms)."""
    line = Line(
        id=config.id,
        name=config.name.vi,
        name_en=config.name.en,
        province=config.province.vi,
        province_en=config.province.en,
        tz=config.timezone,
        limits=config.limits,
    )
    if hall is None:
        return line
    found, tables = figures([*hall.hub.day_tickets()], now), hall.hub.tables
    unseen = [alarm.severity for alarm in alarms if alarm.state == "raised"]
    opened = tables["hall"].get("open", False)
    return msgspec.structs.replace(
        line,
        state="away" if hall.ledger.trouble is not None else "open" if opened else "closed",
        waiting=found.waiting,
        longest=found.longest,
        hour=found.wait_hour,
        open=sum(counter.state == "open" for counter in tables["counters"].values()),
        counters=len(tables["counters"]),
        issued=found.issued,
        served=found.served,
        no_shows=found.no_shows,
        alarms=len(unseen),
        worst=max(unseen, key=SEVERITIES.index, default=None),
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
