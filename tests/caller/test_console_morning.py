"""A morning at two counters, each a console in a terminal: keyboard alone, every key pressed twice, cables pulled, the
server killed in the middle of presses. What the hall did is what was meant, press by press."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hallsys.caller.console.desk import Desk, common, desk
from hallsys.live.client import Client, Event
from tests.caller.booth import Booth, Cable, console
from tests.caller.hall import Hall, standing, token

TICKETS = 24
BATCH = 6
PULL = 6
"""Every so many presses the link is cut."""
KINDS = {
    "open_counter": "counter_opened", "pause_counter": "counter_paused", "recall": "recalled", "start": "started",
    "no_show": "no_show", "hold": "held", "return": "returned", "finish": "finished", "transfer": "transferred",
    "service": "transferred", "undo": "undone", "note": "noted", "walk_in": "issued started",
}  # fmt: skip
KEYS = {"recall": "1", "start": "2", "no_show": "3", "return": "6", "finish": "0", "undo": "."}


class Account:
    """The hall's own account, past any cable; it outlives the server."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._more = asyncio.Event()

    def take(self, news: object) -> None:
        if isinstance(news, Event):
            self.events.append(news)
            self._more.set()

    async def reach(self, count: int) -> None:
        """Wait for so many events."""
        while len(self.events) < count:
            self._more.clear()
            await self._more.wait()


@dataclass
class Officer:
    """Somebody at a counter, with ten fingers and no mouse."""

    counter: str
    other: str
    booth: Booth
    cable: Cable
    morning: "Morning"
    meant: Counter[str] = field(default_factory=Counter)

    @property
    def here(self) -> Desk:
        view = self.morning.client.view
        found = desk(view, self.counter, self.morning.client.server_now() or 0)
        assert found is not None
        return found

    async def press(self, name: str, *keys: str, means: str = "") -> None:
        """Every key twice; done once the hall has told what was meant, and the console has heard it."""
        kinds = (means or KINDS[name]).split()
        await self._sees()
        before = len(self.morning.account.events)
        heal = await self.morning.trouble(self)
        for index, key in enumerate(keys):
            word = len(key) > 1 and key != "Enter"  # a number is typed, not pressed
            await self.booth.keys(*(key if word else (key, key)))
            if index + 1 < len(keys):
                await self.booth.until("> _" if index == 0 else f"> {'xx' if key == 'x' else key}_")
        await heal()
        await self.morning.account.reach(before + len(kinds))
        assert [event.kind for event in self.morning.account.events[before:]] == kinds, name
        self.meant.update(kinds)

    async def _sees(self) -> None:
        """The console shows the hall as it is, and every key has come to rest."""
        wanted = common(self.here)
        words = {"call_next": "Xong, mời số tiếp" if self.here.ticket else "Mời số tiếp", "open_counter": "Mở quầy"}
        nobody = "Chưa có số nào chờ"
        says = (nobody,) if wanted is None else (words.get(wanted, "Xong"),)
        await self.booth.until("[Enter]", "● Trực tuyến", *says, gone=None if wanted is None else nobody)
        await asyncio.sleep(0.75)  # two presses of one key within 0.7 s are one: the time itself is the matter here

    async def enter(self) -> None:
        wanted, served = common(self.here), self.here.ticket
        means = {"open_counter": "counter_opened", "finish": "finished"}
        await self.press("common", "Enter", means=means.get(wanted or "", "finished called" if served else "called"))

    async def turn(self, chance: random.Random) -> None:
        """One thing that an officer does, whatever is at hand."""
        moves = {
            "called": ["start", "start", "start", "recall", "no_show", "hold", "transfer", "return", "undo"],
            "serving": ["enter", "enter", "enter", "finish", "undo_finish", "hold", "service", "note"],
        }
        state = self.here.here.state
        if state in moves:
            await self.move(chance.choice(moves[state]), chance)
        elif state != "ready":
            await self.enter()
        elif self.here.held and chance.random() < 0.5:
            await self.press("back", "*", self.here.held[0]["label"], "Enter", means="resumed")
        elif common(self.here) and chance.random() < 0.9:
            await self.enter()
        elif chance.random() < 0.5:
            await self.press("walk_in", "K", chance.choice("YS"), "Enter")
        else:
            await self.press("pause_counter", "-", chance.choice("12"), "Enter")

    async def move(self, move: str, chance: random.Random) -> None:
        did = self.here.undo
        if move == "enter":
            await self.enter()
        elif move == "undo_finish":
            await self.press("finish", "0")
            await self.press("undo", ".")
        elif move == "undo":
            # only a call of a moment ago can be taken back
            await (self.press("undo", ".") if did and did["what"] == "called" else self.press("return", "6"))
        elif move == "hold":
            await self.press("hold", "4", chance.choice("1234"), "Enter")
        elif move == "transfer":
            await self.press("transfer", "5", self.other, "Enter")
        elif move == "service":
            served = (self.here.ticket or {})["service"]
            await self.press("service", "8", chance.choice("YS".replace(served, "")), "Enter")
        elif move == "note":
            await self.press("note", "N", "x", "Enter")
        else:
            await self.press(move, KEYS[move])


@dataclass
class Morning:
    hall: Hall
    client: Client
    account: Account
    chance: random.Random
    officers: list[Officer] = field(default_factory=list)
    presses: int = 0
    pulled: Counter[str] = field(default_factory=Counter)

    async def trouble(self, officer: Officer) -> Any:
        """Sometimes the link is cut in the middle of a press; what is given back mends it."""
        self.presses += 1
        before = len(self.account.events)

        async def nothing() -> None: ...

        if self.presses % PULL:
            return nothing
        kind = ["deaf", "cut", "kill"][self.presses // PULL % 3]
        self.pulled[kind] += 1
        if kind == "deaf":
            officer.cable.deaf = True

            async def heal() -> None:
                await self.account.reach(before + 1)  # it was done, and nobody heard so
                officer.cable.cut()
                officer.cable.deaf = False

            return heal
        if kind == "cut":
            officer.cable.cut()
            return nothing
        await self.hall.server.end(signal.SIGKILL)
        return self.hall.again


@pytest.fixture
async def morning(tmux: str, tmp_path: Path) -> AsyncIterator[Morning]:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(standing(tmp_path / "data"))
        officer = await token(hall.data, "counter")
        account = Account()
        client = Client(hall.door.address, "phutho", hall.door.token, on_event=account.take)
        await stack.enter_async_context(client)
        found = Morning(hall, client, account, random.Random(11))
        for counter, other in (("2", "3"), ("3", "2")):
            cable = await stack.enter_async_context(Cable(hall.port))
            folder = tmp_path / counter
            folder.mkdir()
            words = ("--counter", counter)
            booth = await stack.enter_async_context(console(tmux, folder, cable.url, officer, *words))
            found.officers.append(Officer(counter, other, booth, cable, found))
        yield found


async def test_a_whole_morning_at_two_counters(morning: Morning) -> None:
    chance, issued = morning.chance, 0
    for officer in morning.officers:
        await officer.enter()
    while issued < TICKETS:
        for _ in range(BATCH):
            await morning.hall.label(chance.choice("AHYS"), chance.choice([None, None, None, "aged"]))
        issued += BATCH
        for _ in range(BATCH):
            for officer in morning.officers:
                await morning.account.reach(issued + sum(sum(each.meant.values()) for each in morning.officers))
                await officer.turn(chance)
    await go_home(morning)

    # Each press did what it was meant to, once: the hall's events are the presses, no more and no less.
    kinds = Counter(event.kind for event in morning.account.events)
    meant = sum((officer.meant for officer in morning.officers), Counter[str]())
    meant["issued"] += TICKETS
    assert kinds == meant
    assert min(morning.pulled[kind] for kind in ("deaf", "cut", "kill")) >= 2
    for kind in ("recalled", "no_show", "held", "resumed", "transferred", "returned", "undone", "noted"):
        assert kinds[kind] > 0, f"no {kind} in this morning: it shows nothing of it"
    await nobody_was_called_twice_or_lost(morning, kinds["issued"])


async def go_home(morning: Morning) -> None:
    """Everybody is served: those who wait, those who were held, those at a counter."""
    for _ in range(4 * TICKETS):
        if all(row["state"] in ("done", "no_show") for row in morning.client.view["tickets"].values()):
            return
        for officer in morning.officers:
            here = officer.here
            if here.ticket is None and here.held:
                await officer.press("back", "*", here.held[0]["label"], "Enter", means="resumed")
            elif common(here):
                await officer.enter()
    raise AssertionError("they are never all served")


async def nobody_was_called_twice_or_lost(morning: Morning, issued: int) -> None:
    status = await morning.hall.door.get("/tickets", limit=1000)
    tickets = status.json["tickets"]
    assert len({row["label"] for row in tickets}) == len(tickets) == issued
    assert {row["state"] for row in tickets} <= {"done", "no_show"}
    at_hand: dict[str, str] = {}
    for event in morning.account.events:
        for label, row in event.changes.get("tickets", {}).items():
            if event.kind == "called" and row["state"] == "called":
                assert label not in at_hand, f"{label} was called while it was at counter {at_hand[label]}"
            if row and row["state"] in ("called", "serving"):
                at_hand[label] = row["counter"]
            else:
                at_hand.pop(label, None)
            assert len(set(at_hand.values())) == len(at_hand), "two at one counter"
    assert not at_hand
