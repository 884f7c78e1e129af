"""What becomes of the coming hours: the longest waits and the end of the day, as the hall stands and as it would if a
counter were opened, closed, or took other services. All are played in the same futures, so that what differs between
two prospects comes of the change alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hallsys.core.forecast.outlook import SENT, Stage, known_of, pace_of, set_stage, terms_of
from hallsys.core.forecast.play import LANES, NEVER, NO_BREAK, Desks
from hallsys.core.forecast.reading import AtCounter, Scene
from hallsys.core.forecast.roster import Roster, shifts

Floats = NDArray[np.float64]

FUTURES: Final = 60
STEPS: Final = 4000
DAY_S: Final = 12 * 3600.0
WINDOW_S: Final = 3600.0
"""Whoever joins a line within this time is counted."""
ACT_S: Final = 180.0
"""Until a change takes effect; the waits that end before then nothing can shorten."""
FARTHEST_S: Final = 4 * 3600.0
"""A wait beyond is said to be this long."""
LEVEL: Final = 0.8


class Change(NamedTuple):
    """What would be otherwise at a counter: open or closed, and the services that it takes, preferred first."""

    counter: str
    status: str
    serves: tuple[str, ...]


class Prospect(NamedTuple):
    """`longest`: by service, the longest wait, in seconds from the moment somebody joined the line, of those who wait
    or come within the hour; eight futures in ten stay within it. `ends`: when the last of the day is called, seconds
    since midnight, as surely."""

    longest: dict[str, float]
    ends: float


class Prospects:
    """A hall at one moment; every change is tried on the same futures."""

    def __init__(self, scene: Scene, history: Mapping[str, Any] | None, memo: dict[str, Any]) -> None:
        self._scene = scene
        known = known_of(scene, history, memo)
        self._roster, self._pace = known.roster, pace_of(scene, known, memo)
        horizon = max(WINDOW_S, scene.last_issue - scene.now)
        self._stage = set_stage(scene, known, memo, FUTURES, min(horizon, DAY_S), STEPS)
        lane, self._joined = self._stage.crowd.lane, self._stage.crowd.key.copy()
        self._joined[:, : len(scene.waiting)] = [ticket.queued for ticket in scene.waiting]
        self._real = (lane < len(scene.services) * LANES) & (self._stage.crowd.weight > 0)

    def of(self, change: Change | None = None) -> Prospect:
        """The hall as it stands, or with a change."""
        stage, now = self._stage, self._scene.now
        called = (stage if change is None else self._changed(change)).play(until=NEVER)
        waits = np.minimum(called - self._joined, FARTHEST_S)
        counted = self._real & (called > now + ACT_S) & (self._joined <= now + WINDOW_S)
        service = stage.crowd.lane // LANES
        longest = {}
        for index, letter in enumerate(self._scene.services):
            worst = np.where(counted & (service == index), waits, 0.0).max(axis=1, initial=0.0)
            longest[letter] = float(np.quantile(worst, LEVEL))
        last = np.where(self._real & (called < NEVER), called, now).max(axis=1, initial=now)
        return Prospect(longest, float(np.quantile(last, LEVEL)))

    def _changed(self, change: Change) -> Stage:
        desks = self._stage.desks
        index = next((index for index, each in enumerate(self._scene.counters) if each.id == change.counter), None)
        if desks is None or index is None:
            return self._stage
        counter = self._scene.counters[index]
        known = {letter: number for number, letter in enumerate(self._scene.services)}
        sent = [line for line in counter.serves if line[:1] in SENT]
        serves = dict.fromkeys([*sent, *(line for line in change.serves if line in known)])
        changed = counter._replace(serves=tuple(serves), conditions={})
        counters = [changed if each is counter else each for each in self._scene.counters]
        most = max(1, *(len(each.serves) for each in counters))
        rows = np.full((len(counters), most), -1)
        for row, each in zip(rows, counters, strict=True):
            row[: len(each.serves)] = [known[line] for line in each.serves]
        desks = replace(desks, serves=rows, terms=terms_of(counters, most))
        if change.status != counter.status:
            desks = _opened(desks, index, self._scene, self._roster) if change.status == "open" else _left(desks, index)
        return self._stage._replace(desks=desks)


def _opened(desks: Desks, index: int, scene: Scene, roster: Roster) -> Desks:
    """The counter is there in a few minutes, and from then on as counters are that have just opened."""
    counter: AtCounter = scene.counters[index]._replace(status="open", since=scene.now, serving=None)
    rng = np.random.default_rng([scene.day % 2**32, int(scene.now) % 2**32, index])
    free, pause_at, pause_s = desks.free.copy(), desks.pause_at.copy(), desks.pause_s.copy()
    futures, breaks = len(free), roster.start.shape[1]
    _, pause_at[:, index, :breaks], pause_s[:, index, :breaks] = shifts(scene, counter, roster, futures, rng)
    free[:, index] = scene.now + ACT_S
    return replace(desks, free=free, pause_at=pause_at, pause_s=pause_s)


def _left(desks: Desks, index: int) -> Desks:
    free, pause_at = desks.free.copy(), desks.pause_at.copy()
    free[:, index], pause_at[:, index] = NEVER, NO_BREAK
    return replace(desks, free=free, pause_at=pause_at)
