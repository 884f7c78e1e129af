"""A running day: the clock, the plan, what was done and what is seen, shared by everybody in the hall."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from hallsys.simulate.clock import Clock
from hallsys.simulate.plan import Plan, Visitor
from hallsys.simulate.record import Record, Watch

POLL_S: Final = 15.0
"""How often an idle officer looks whether somebody waits, in seconds of the day."""
STUCK_S: Final = 30.0
"""Real seconds without a deed after which a day that should go on is given up: its summary then says what is left."""
STEP_S: Final = 1.0
"""The most that counts of the time between two looks, beside an officer's own pause."""
STUCK_DAY_S: Final = 2_700.0
"""The same in seconds of the day, for slow speeds: the longest service is shorter."""


@dataclass(frozen=True)
class Rules:
    """What the hall asks for, as its view says."""

    return_pause_s: float
    """real seconds in which a counter does not get back whom it sent back"""
    no_show_calls: int
    outcomes: Sequence[str] = ()
    must: bool = False
    """nobody is finished without an outcome"""
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """group -> its counters"""

    @staticmethod
    def of(view: Mapping[str, Mapping[str, Any]]) -> "Rules":
        hall, counters = view["hall"], view["counters"].values()
        policy, outcomes = hall["policy"], [outcome["id"] for outcome in hall.get("outcomes") or ()]
        groups = {
            group["id"]: [row["id"] for row in counters if group["id"] in row.get("groups", ())]
            for group in hall.get("groups") or ()
        }
        must = bool(outcomes and policy.get("outcome_required"))
        return Rules(policy["return_pause_s"], policy["no_show_calls"], outcomes, must, groups)


@dataclass
class Day:
    """`arrived` counts who has got a number, `away` who will come back without being called."""

    plan: Plan
    clock: Clock
    record: Record
    watch: Watch
    speed: float
    rules: Rules
    counters: Sequence[str] = ()
    """those that are worked at"""
    close: bool = False
    """the supervisor closes the day; who was never seen again is left to that"""
    arrived: int = 0
    away: int = 0
    calling: int = 0
    """officers who are pressing "next" at this moment"""
    attending: int = 0
    """officers with somebody at hand: what they do may not be the last of it"""
    attended: set[str] = field(default_factory=set)
    """tickets whose fate has been played"""
    abandoned: set[str] = field(default_factory=set)
    """held, and nobody will come back"""
    walk_ins: deque[Visitor] = field(default_factory=deque)
    """who stands at the counters without a number"""
    asking: deque[str] = field(default_factory=deque)
    """who stands at the counters and asks to be called out of order"""
    _deeds: int = 0
    _looked: float = 0.0
    _still: float = 0.0
    """real seconds without a deed"""

    @contextmanager
    def busy(self) -> Iterator[None]:
        """An officer has somebody at hand: who seems to have left may be brought back by the next press."""
        self.attending += 1
        try:
            yield
        finally:
            self.attending -= 1

    def over(self) -> bool:
        """Whether everybody has come, and left; or nothing has moved for so long that nothing will."""
        if self.arrived < len(self.plan.visitors):
            return False
        left = self.abandoned if self.close else ()
        # Whoever was just brought back has still left as far as the onlooker has heard.
        known = self.away == self.attending == 0 and self.watch.has_heard(self.record.at)
        if known and all(self.watch.settled(label) or label in left for label in self.record.mine):
            return True
        now = asyncio.get_running_loop().time()
        # A machine that stood still itself looked at nothing meanwhile: that is not the hall's standstill.
        self._still += min(now - self._looked, STEP_S + (POLL_S / self.speed if self.speed else 0))
        self._looked = now
        if len(self.record.deeds) != self._deeds:
            self._deeds, self._still = len(self.record.deeds), 0.0
        return self._still > STUCK_S + self.rules.return_pause_s + (STUCK_DAY_S / self.speed if self.speed else 0)

    @property
    def left(self) -> int:
        """How many of ours have ended."""
        return sum(map(self.watch.settled, self.record.mine))
