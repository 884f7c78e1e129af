"""A running day: the clock, the plan, what was done and what is seen, shared by everybody in the hall."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from hallsys.simulate.clock import Clock
from hallsys.simulate.plan import Plan
from hallsys.simulate.record import Record, Watch

POLL_S: Final = 15.0
"""How often an idle officer looks whether somebody waits, in seconds of the day."""
STUCK_S: Final = 30.0
"""Real seconds without a deed after which a day that should go on is given up: its summary then says what is left."""
STUCK_DAY_S: Final = 2_700.0
"""The same in seconds of the day, for slow speeds: the longest service is shorter."""


@dataclass
class Day:
    """`arrived` counts who has been to the kiosk, `away` who will come back without being called."""

    plan: Plan
    clock: Clock
    record: Record
    watch: Watch
    speed: float
    return_pause_s: float
    """real seconds in which a counter does not get back whom it sent back"""
    arrived: int = 0
    away: int = 0
    calling: int = 0
    """officers who are pressing "next" at this moment"""
    attended: set[str] = field(default_factory=set)
    """tickets whose fate has been played"""
    _deeds: int = 0
    _moved: float = 0.0

    def over(self) -> bool:
        """Whether everybody has come, and left; or nothing has moved for so long that nothing will."""
        if self.arrived < len(self.plan.visitors):
            return False
        if self.away == 0 and all(map(self.watch.settled, self.record.mine)):
            return True
        now = asyncio.get_running_loop().time()
        if len(self.record.deeds) != self._deeds:
            self._deeds, self._moved = len(self.record.deeds), now
        patience = STUCK_S + self.return_pause_s + (STUCK_DAY_S / self.speed if self.speed else 0)
        return now - self._moved > patience

    @property
    def left(self) -> int:
        """How many of ours have ended."""
        return sum(map(self.watch.settled, self.record.mine))
