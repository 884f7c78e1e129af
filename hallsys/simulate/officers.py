"""Those who call: each opens a counter, takes who is next or stands there, takes breaks and closes at the end."""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

from hallsys.core.model import AT_COUNTER
from hallsys.live.client import Declined
from hallsys.simulate.attend import Service
from hallsys.simulate.day import POLL_S, Day
from hallsys.simulate.plan import Fate, Officer, Slip, Visitor
from hallsys.simulate.record import Hand, Row

STRANGER: Final = Visitor(
    0, "", None, Fate.SERVED, serve=120, walk=10, away=0, onward=None, place="arrival", dismissed_by_next=False
)
"""Somebody who took a number without us."""
CHOOSES: Final = 0.02
"""How often somebody who waits asks to be taken out of order, and is."""
SIGNS: Final = 0.2
"""How often an officer tries to sign on, which takes a PIN that a token has not."""
HELPS: Final = 0.2
"""How often an officer looks whether somebody waits in a line that is taken on a condition only."""
REASON: Final = "Simulated: asked for at the counter"


class Desk:
    """An officer at a counter. Other people may press there, too: a refusal is never the end of the day."""

    def __init__(self, day: Day, officer: Officer, work: Row, services: Sequence[str], hand: Hand) -> None:
        """`work` is the counter's row, `services` what it takes of those that are open."""
        self._day, self._officer, self._hand = day, officer, hand
        self._chance = random.Random(f"{day.plan.seed} {officer.counter}")
        conditions = work.get("conditions", {})
        bound = work.get("mode", "all") != "all"
        sent = [f"@{officer.counter}", *(f"#{group}" for group in work.get("groups", ()))]
        self._own = [*sent, *(name for name in services if name not in conditions and not bound)]
        self._help = [name for name in services if name in conditions or bound]
        self._breaks = list(officer.breaks)
        self._at_hand: str | None = None
        self._sent_back = False

    async def work(self) -> None:
        clock = self._day.clock
        await clock.until(self._officer.opens)
        self._look()
        await self._try("open_counter")
        if self._chance.random() < SIGNS:
            await self._try("sign_on")
        while not self._day.over():
            if self._breaks and clock.now >= self._breaks[0][0]:
                await self._rest(*self._breaks.pop(0))
            elif self._day.walk_ins or self._day.asking:
                await self._dismiss()
                await self._at_the_counter()
            elif not self._anyone():
                await self._dismiss()
                await clock.pause(POLL_S)
            else:
                if self._chance.random() < CHOOSES:
                    self._day.asking.extend(self._somebody())
                await self._next()
        await self._dismiss()
        await self._try("sign_off")
        await self._try("close_counter")

    async def _next(self) -> None:
        with self._day.busy():
            await self._call_next()

    async def _call_next(self) -> None:
        finishes = self._at_hand
        self._day.calling += 1
        try:
            result = await self._press("call_next", finishes, **self._outcome(finishes))
        except Declined as refusal:
            result, code = None, refusal.code
        finally:
            self._day.calling -= 1
        if result is None:
            await self._not_called(code)
            return
        self._sent_back = False
        row: Row = result["ticket"]
        visitor = self._day.record.mine.get(row["label"], STRANGER)
        if visitor.slip is Slip.NEXT and row["label"] not in self._day.attended and self._anyone():
            row = await self._hasty(row)
        await self._serve(row)

    async def _hasty(self, row: Row) -> Row:
        """A second "next" right after the first: the visitor who stands up is finished. It is taken back at once;
        where that is too late, the other one is at hand."""
        label = row["label"]
        try:
            other: Row = (await self._press("call_next", label, **self._outcome(label)))["ticket"]
        except Declined:
            return row
        try:
            await self._press("undo", label)
        except Declined:
            return other
        return row

    async def _not_called(self, code: str) -> None:
        if code == "counter_closed":
            await self._try("open_counter")
        elif code in ("nothing_called", "counter_busy"):
            self._look()
        elif self._sent_back and self._day.speed == 0:
            # Whom we sent back comes to us again in a minute on the wall; ours stands still as long as we work.
            await asyncio.sleep(0.05)
        await self._day.clock.pause(POLL_S)

    async def _at_the_counter(self) -> None:
        """Somebody stands there: without a number, or with one whose turn it is not."""
        with self._day.busy():
            await self._take_in()

    async def _take_in(self) -> None:
        day = self._day
        if day.walk_ins:
            visitor = day.walk_ins.popleft()
            wish = {"service": visitor.service} | ({"priority": visitor.priority} if visitor.priority else {})
            try:
                row = (await self._press("walk_in", **wish))["ticket"]
                day.record.mine[row["label"]] = visitor
            except Declined as refusal:
                await self._not_called(refusal.code)
                return
            finally:
                day.arrived += 1
        else:
            # while the last one was finished a colleague may have taken who stood here
            label = day.asking.popleft() if day.asking else ""
            if not self._waits(label):
                return
            try:
                row = (await self._press("call", ticket=label, reason=REASON))["ticket"]
            except Declined as refusal:
                await self._not_called(refusal.code)
                return
        await self._serve(row)

    async def _serve(self, row: Row) -> None:
        label = self._at_hand = row["label"]
        visitor = self._day.record.mine.get(label, STRANGER)
        first = label not in self._day.attended
        self._day.attended.add(label)
        fate = visitor.fate if first else Fate.SERVED
        service = Service(self._day, self._officer, self._chance, self._hand, self._press, self._anyone)
        try:
            stays = await service.attend(row, visitor, fate, first=first)
            self._at_hand = label if stays else None
            self._sent_back = fate is Fate.RETURNED
        except Declined:
            await self._day.clock.pause(POLL_S)
            self._look()

    async def _rest(self, _: float, end: float, reason: str) -> None:
        await self._dismiss()
        minutes = max(1, min(480, round((end - self._day.clock.now) / 60)))
        await self._try("pause_counter", reason=reason, minutes=minutes)
        await self._day.clock.until(end)
        await self._try("open_counter")

    async def _dismiss(self) -> None:
        """Finish whoever is still at the counter."""
        if self._at_hand is not None:
            await self._try("finish", **self._outcome(self._at_hand))
            self._look()

    def _outcome(self, label: str | None) -> dict[str, object]:
        """What came of the ticket that a press finishes, where the hall asks for it."""
        rules, row = self._day.rules, self._day.watch.rows.get(label or "")
        if label is None or not rules.outcomes or not (rules.must or self._chance.random() < 0.5):
            return {}
        return {"outcome": self._chance.choice(rules.outcomes), "delivered": [row["service"]] if row else []}

    async def _press(self, name: str, other: str | None = None, **args: object) -> Row:
        return await self._hand.press(name, other, counter=self._officer.counter, **args)

    async def _try(self, name: str, **args: object) -> None:
        try:
            await self._press(name, None, **args)
        except Declined:
            self._look()

    def _anyone(self) -> bool:
        """Whether it is worth pressing "next": more wait for us than colleagues are calling at this moment."""
        waiting, calling = self._day.watch.waiting, self._day.calling
        if sum(waiting[line] for line in self._own) > calling:
            return True
        helps = sum(waiting[line] for line in self._help) > calling
        return helps and self._chance.random() < HELPS

    def _somebody(self) -> list[str]:
        """Somebody of those who wait, who asks for help out of order; nobody where nobody waits."""
        waiting = [label for label in self._day.record.mine if self._waits(label)]
        return [self._chance.choice(waiting)] if waiting else []

    def _waits(self, label: str) -> bool:
        row = self._day.watch.rows.get(label)
        return row is not None and row["state"] == "waiting"

    def _look(self) -> None:
        """What the counter's own screen shows; what we were answered about a ticket may be newer than that."""
        shown = self._hand.client.view["counters"][self._officer.counter]["ticket"]
        known = self._day.record.rows.get(self._at_hand or shown or "")
        if known is None:
            self._at_hand = shown
        else:
            here = known["state"] in AT_COUNTER and known["counter"] == self._officer.counter
            self._at_hand = known["label"] if here else None
