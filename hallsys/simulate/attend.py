"""What an officer does with the ticket at hand, wrong presses included."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

from hallsys.live.client import Declined
from hallsys.simulate.day import Day
from hallsys.simulate.plan import Fate, Officer, Slip, Visitor
from hallsys.simulate.record import Hand, Row

NOTES: Final = 0.05
ASKS: Final = 0.02
NOTICES: Final = 0.01
"""Shares of the visits in which a note is made, help is asked for, a line is put on the screens."""
HELP: Final = ("colleague", "supervisor", "technical", "security")
GIVEN_UP: Final = 3
"""Times `away` after which somebody who was sent for a paper will not come any more."""


class Service:
    """One ticket at one counter, from the call until it leaves."""

    def __init__(
        self,
        day: Day,
        officer: Officer,
        chance: random.Random,
        hand: Hand,
        press: Callable[..., Awaitable[Row]],
        anyone: Callable[[], bool],
    ) -> None:
        self._day, self._officer, self._chance = day, officer, chance
        self._hand, self._press, self._anyone = hand, press, anyone

    async def attend(self, row: Row, visitor: Visitor, fate: Fate, *, first: bool) -> bool:
        """Whether the ticket is still at hand afterwards: then "next" will finish it. Raises Declined."""
        clock, label = self._day.clock, row["label"]
        slip = visitor.slip if first else None
        if row["state"] == "called":
            await clock.pause(visitor.walk)
            if fate in (Fate.NO_SHOW, Fate.LATE, Fate.STRAY):
                await self._absent(row, visitor)
                if fate is Fate.LATE:
                    self._later("reinstate", label, visitor.away)
                return False
            if slip is Slip.NO_SHOW:
                await self._absent(row, visitor)
                await self._press("undo")
            await self._begin(slip)
        ends = await self._aside(label)
        try:
            return await self._served(label, visitor, fate, slip)
        finally:
            for command, args in ends:
                with contextlib.suppress(Declined):
                    await self._hand.press(command, **args)

    async def _absent(self, row: Row, visitor: Visitor) -> None:
        for _ in range(max(1, self._day.rules.no_show_calls - row["calls"])):
            await self._press("recall")
            await self._day.clock.pause(visitor.walk)
        await self._press("no_show")

    async def _begin(self, slip: Slip | None) -> None:
        """The visitor is there; two presses at once are one, whichever comes first."""
        if slip is not Slip.TWICE:
            await self._press("start")
            return
        done = await asyncio.gather(self._press("start"), self._press("start"), return_exceptions=True)
        refused = [result for result in done if isinstance(result, BaseException)]
        for error in refused:
            if not isinstance(error, Declined):
                raise error
        if len(refused) != 1:
            self._day.record.problems.append(f"of two starts at counter {self._officer.counter} {len(refused)} failed")

    async def _aside(self, label: str) -> list[tuple[str, dict[str, Any]]]:
        """Beside the work: a note, a call for help, a line on the screens; with what ends them, once the visitor has
        gone."""
        ends: list[tuple[str, dict[str, Any]]] = []
        counter = self._officer.counter
        if self._chance.random() < NOTES:
            await self._hand.press("note", ticket=label, text="Simulated: a copy is missing")
        if self._chance.random() < ASKS:
            await self._press("ask_help", kind=self._chance.choice(HELP))
            ends.append(("ask_help", {"counter": counter, "kind": None}))
        if self._chance.random() < NOTICES:
            notice = (await self._press("notice", text=f"Quầy {counter} phục vụ chậm", minutes=5))["notice"]
            ends.append(("end_notice", {"notice": notice["id"]}))
        return ends

    async def _served(self, label: str, visitor: Visitor, fate: Fate, slip: Slip | None) -> bool:
        clock, serve = self._day.clock, visitor.serve * self._officer.pace
        if fate in (Fate.HELD, Fate.ABANDONED):
            await clock.pause(serve / 3)
            await self._press("hold", note="photocopy")
            if fate is Fate.HELD:
                self._later("resume", label, visitor.away)
            elif self._day.close:
                self._day.abandoned.add(label)
            else:
                self._later("cancel", label, GIVEN_UP * visitor.away)
        elif fate is Fate.RETURNED:
            await clock.pause(serve / 4)
            await self._press("return")
        elif fate is Fate.TRANSFERRED:
            await clock.pause(serve / 2)
            await self._press("transfer", **self._onward(visitor))
            if visitor.delay:
                clock.begin(self._ask_to_be_called(label, visitor.away))
        else:
            await clock.pause(serve)
            return await self._finish(label, visitor, slip)
        return False

    def _onward(self, visitor: Visitor) -> dict[str, Any]:
        counters = [counter for counter in self._day.counters if counter != self._officer.counter]
        worked = [name for name, at in self._day.rules.groups.items() if set(at) & set(self._day.counters)]
        args: dict[str, Any] = {"place": visitor.place}
        if visitor.to == "counter" and counters:
            args["to_counter"] = self._chance.choice(counters)
        elif visitor.to == "group" and worked:
            args["to_group"] = self._chance.choice(worked)
        else:
            args["service"] = visitor.onward
        if visitor.delay:
            args["after"] = 1
        return args if visitor.place != "end" else args | {"note": "Simulated: comes from another counter"}

    async def _finish(self, label: str, visitor: Visitor, slip: Slip | None) -> bool:
        rules = self._day.rules
        if slip is Slip.FINISHED:
            await self._press("finish", **self._outcome(label))
            await self._press("undo")
        elif slip is Slip.EMPTY and rules.outcomes:
            wrong = {} if rules.must else {"outcome": "simulated_mistake"}
            try:
                await self._press("finish", **wrong)
            except Declined:
                pass  # as it should be: nobody is finished so
            else:
                self._day.record.problems.append(f"{label} was finished with {wrong or 'no outcome'}")
        if visitor.dismissed_by_next and self._anyone():
            return True
        await self._press("finish", **self._outcome(label))
        return False

    def _outcome(self, label: str) -> dict[str, Any]:
        rules, row = self._day.rules, self._day.watch.rows.get(label)
        if not rules.outcomes:
            return {}
        return {"outcome": self._chance.choice(rules.outcomes), "delivered": [row["service"]] if row else []}

    def _later(self, command: str, label: str, away: float) -> None:
        """Somebody held or missed stands at the desk again after a while; or is given up."""
        self._day.away += 1
        self._day.clock.begin(self._come_back(command, label, away))

    async def _come_back(self, command: str, label: str, away: float) -> None:
        try:
            await self._day.clock.pause(away)
            await self._hand.press(command, ticket=label)
        except Declined:
            pass  # somebody else did it; the hand has counted the refusal
        finally:
            self._day.away -= 1

    async def _ask_to_be_called(self, label: str, away: float) -> None:
        """Somebody who was told to come later is there, and asks."""
        await self._day.clock.pause(away)
        self._day.asking.append(label)
