"""Those who call: each opens a counter, serves at a pace of their own, takes breaks and closes at the end."""

import asyncio
from collections.abc import Sequence

from hallsys.live.client import Declined
from hallsys.simulate.day import POLL_S, Day
from hallsys.simulate.plan import Fate, Officer, Visitor
from hallsys.simulate.record import Hand, Row

STRANGER = Visitor(
    0, "", None, Fate.SERVED, serve=120, walk=10, away=0, onward=None, place="arrival", dismissed_by_next=False
)
"""Somebody who took a number without us."""


class Desk:
    """An officer at a counter. Other people may press there, too: a refusal is never the end of the day."""

    def __init__(self, day: Day, officer: Officer, services: Sequence[str], hand: Hand) -> None:
        self._day, self._officer, self._hand = day, officer, hand
        self._services = services
        self._breaks = list(officer.breaks)
        self._at_hand: str | None = None
        self._sent_back = False

    async def work(self) -> None:
        clock = self._day.clock
        await clock.until(self._officer.opens)
        self._look()
        await self._try("open_counter")
        while not self._day.over():
            if self._breaks and clock.now >= self._breaks[0][0]:
                await self._rest(*self._breaks.pop(0))
            elif not self._anyone():
                await self._dismiss()
                await clock.pause(POLL_S)
            else:
                await self._next()
        await self._dismiss()
        await self._try("close_counter")

    async def _next(self) -> None:
        self._day.calling += 1
        try:
            result = await self._press("call_next", finishes=self._at_hand)
        except Declined as refusal:
            result, code = None, refusal.code
        finally:
            self._day.calling -= 1
        if result is None:
            if code == "counter_closed":
                await self._try("open_counter")
            elif self._sent_back and self._day.speed == 0:
                # Whom we sent back comes to us again in a minute on the wall; ours stands still as long as we work.
                await asyncio.sleep(0.05)
            await self._day.clock.pause(POLL_S)
            return
        self._sent_back = False
        row: Row = result["ticket"]
        label = self._at_hand = row["label"]
        visitor = self._day.record.mine.get(label, STRANGER)
        first = label not in self._day.attended
        self._day.attended.add(label)
        try:
            await self._attend(label, row, visitor, visitor.fate if first else Fate.SERVED)
        except Declined:
            await self._day.clock.pause(POLL_S)
            self._look()

    async def _attend(self, label: str, row: Row, visitor: Visitor, fate: Fate) -> None:
        clock = self._day.clock
        await clock.pause(visitor.walk)
        if fate in (Fate.NO_SHOW, Fate.LATE):
            asked = self._hand.client.view["hall"]["policy"]["no_show_calls"]
            for _ in range(max(1, asked - row["calls"])):
                await self._press("recall")
                await clock.pause(visitor.walk)
            await self._press("no_show")
            if fate is Fate.LATE:
                clock.begin(self._come_back("reinstate", label, visitor.away))
        else:
            await self._press("start")
            serve = visitor.serve * self._officer.pace
            if fate is Fate.HELD:
                await clock.pause(serve / 3)
                await self._press("hold", note="photocopy")
                clock.begin(self._come_back("resume", label, visitor.away))
            elif fate is Fate.RETURNED:
                await clock.pause(serve / 4)
                await self._press("return")
                self._sent_back = True
            elif fate is Fate.TRANSFERRED:
                await clock.pause(serve / 2)
                await self._press("transfer", service=visitor.onward, place=visitor.place)
            else:
                await clock.pause(serve)
                if not (visitor.dismissed_by_next and self._anyone()):
                    await self._press("finish")
                return
        self._at_hand = None

    async def _come_back(self, command: str, label: str, away: float) -> None:
        """Somebody held or missed stands at the desk again."""
        self._day.away += 1
        try:
            await self._day.clock.pause(away)
            await self._hand.press(command, ticket=label)
        except Declined:
            pass  # somebody else did it; the hand has counted the refusal
        finally:
            self._day.away -= 1

    async def _rest(self, _: float, end: float, reason: str) -> None:
        await self._dismiss()
        await self._try("pause_counter", reason=reason)
        await self._day.clock.until(end)
        await self._try("open_counter")

    async def _dismiss(self) -> None:
        """Finish whoever is still at the counter."""
        if self._at_hand is not None:
            await self._try("finish")

    async def _press(self, name: str, finishes: str | None = None, **args: object) -> Row:
        result = await self._hand.press(name, finishes, counter=self._officer.counter, **args)
        if name == "finish":
            self._at_hand = None
        return result

    async def _try(self, name: str, **args: object) -> None:
        try:
            await self._press(name, None, **args)
        except Declined:
            self._look()

    def _anyone(self) -> bool:
        """Whether it is worth pressing "next": more wait for us than colleagues are calling at this moment."""
        waiting = self._day.watch.waiting
        return sum(waiting[service] for service in self._services) > self._day.calling

    def _look(self) -> None:
        """What the counter's own screen shows."""
        self._at_hand = self._hand.client.view["counters"][self._officer.counter]["ticket"]
