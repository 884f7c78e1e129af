"""A morning at two counters by the keyboard alone, every key pressed twice, the cable pulled in the middle of presses:
what the hall did is what was meant, press by press."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.child import serving
from tests.pages.cable import Cable
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, JSON, Hall, Station, Stations

pytestmark = pytest.mark.browser

TICKETS = 40
BATCH = 8
SETTLED = 1_000
"""ms after which no key takes a press for the bounce of the one before."""
PULL = 7
"""Every so many presses the cable is pulled."""

SEEN = """() => ["#now", "#now .num", "#now .calls", "#now .empty b", "#back"].map((place) => {
  const found = document.querySelector(place);
  return place === "#now" ? found.className : found?.textContent ?? "";
}).join("|")"""


@dataclass
class Officer:
    """Somebody at a counter, with ten fingers and no mouse."""

    counter: str
    other: str
    station: Station
    cable: Cable
    meant: Counter[str] = field(default_factory=Counter)

    @property
    def page(self) -> Page:
        return self.station.page

    async def press(self, *keys: str, means: str) -> None:
        """Every key twice; done once the page shows something else."""
        await self.station.later(SETTLED)
        self.cable.tick()
        before = await self.page.evaluate(SEEN)
        for key in keys:
            await self.page.keyboard.press(key)
            await self.page.keyboard.press(key)
        await self.page.wait_for_function(f"before => ({SEEN})() !== before", arg=before)
        await expect(self.page.locator("#hint")).not_to_contain_text("Đang gửi")
        self.meant.update(means.split())

    async def state(self) -> str:
        """called, serving, ready, paused or closed"""
        look = (await self.page.locator("#now").get_attribute("class") or "").split()
        if "taken" in look:
            return look[-1]
        what = await self.page.locator("#what").inner_text()
        return "paused" if what == "Mở quầy" else "ready"

    async def waiting(self) -> bool:
        return "Mời số tiếp" in await self.page.locator("#what").inner_text() and not await self.idle()

    async def idle(self) -> bool:
        return await self.page.locator("#main").get_attribute("aria-disabled") == "true"

    async def next(self) -> None:
        """Enter, which finishes the one and calls the other."""
        served = await self.state() in ("called", "serving")
        await self.press("Enter", means="finished called" if served else "called")

    async def call_if_any(self) -> bool:
        if await self.waiting():
            await self.next()
            return True
        return False

    async def turn(self, chance: random.Random) -> None:
        """One thing that an officer does, whatever is at hand."""
        state = await self.state()
        moves = {
            "called": ["start", "start", "start", "recall", "no_show", "hold", "transfer", "return", "undo_call"],
            "serving": ["next", "next", "next", "finish", "hold", "service", "transfer", "undo_finish"],
        }
        if state == "paused":
            await self.press("Enter", means="counter_opened")
        elif state == "ready":
            await self.free(chance)
        else:
            await self.move(chance.choice(moves[state]), chance)

    async def free(self, chance: random.Random) -> None:
        back = await self.page.locator("#back button").count()
        if back and chance.random() < 0.5:
            held = "Mời trở lại" in await self.page.locator("#back button").first.inner_text()
            await self.press("*", "1", "Enter", means="resumed" if held else "reinstated")
        elif chance.random() < 0.1:
            await self.press("-", "1", "Enter", means="counter_paused")
        elif not await self.call_if_any():
            await self.press("-", "2", "Enter", means="counter_paused")

    async def move(self, move: str, chance: random.Random) -> None:
        if move == "next":
            if not await self.call_if_any():
                await self.press("0", means="finished")
        elif move == "undo_call":
            # what was called is at hand for a while already: only a call of a moment ago can be taken back
            await self.press("6", means="returned")
            if await self.call_if_any():
                await self.press(".", means="undone")
        elif move == "undo_finish":
            await self.press("0", means="finished")
            await self.press(".", means="undone")
        else:
            keys = {
                "start": ("2",), "recall": ("1",), "no_show": ("3",), "return": ("6",), "finish": ("0",),
                "hold": ("4", chance.choice("1234"), "Enter"),
                "transfer": ("5", self.other, "Enter"),
                "service": ("8", chance.choice("YS"), "Enter"),
            }  # fmt: skip
            kinds = {"start": "started", "recall": "recalled", "return": "returned", "finish": "finished",
                     "hold": "held", "transfer": "transferred", "service": "transferred"}  # fmt: skip
            await self.press(*keys[move], means=kinds.get(move, move))


@dataclass
class Morning:
    hall: Hall
    officers: list[Officer]
    start: str
    events: list[JSON] = field(default_factory=list)

    async def follow(self) -> None:
        """The hall's own account, up to now."""
        async with aiohttp.ClientSession(self.hall.address, headers=self.hall.headers) as http:
            since = self.events[-1]["at"] if self.events else self.start
            async with http.get(f"/api/v1/halls/phutho/events?since={since}") as answer:
                assert answer.status == 200, await answer.text()
                self.events += (await answer.json())["events"]


@pytest.fixture
async def morning(stations: Stations, tmp_path: Path) -> AsyncIterator[Morning]:
    async with serving(tmp_path / "data") as child:
        hall = Hall(await child.ready(), await admin_token(tmp_path / "data"))
        async with (
            aiohttp.ClientSession(hall.address, headers=hall.headers) as http,
            http.get("/api/v1/halls/phutho/view") as answer,
        ):
            start = (await answer.json())["at"]
        officers = []
        for counter, other in (("2", "3"), ("3", "2")):
            station = await stations(hall.address, DESK, headers=hall.headers, clock=True)
            station.cut = True  # the cable is pulled on purpose
            cable = Cable()
            await cable.plug(station.page)
            await station.open(hall.page(f"counter?counter={counter}"))
            await expect(station.page.locator("#what")).to_have_text("Mở quầy")
            officers.append(Officer(counter, other, station, cable))
        yield Morning(hall, officers, start)


async def test_a_whole_morning_by_keyboard(morning: Morning) -> None:
    chance = random.Random(11)
    hall, officers = morning.hall, morning.officers
    for officer in officers:
        await officer.press("Enter", means="counter_opened")
    issued, turns = 0, 0
    while issued < TICKETS:
        for _ in range(BATCH):
            await hall.label(chance.choice("AHYS"), chance.choice([None, None, None, "aged"]))
        issued += BATCH
        for _ in range(BATCH):
            for officer in officers:
                turns += 1
                if turns % PULL == 0:
                    officer.cable.pull(chance.choice(["before", "after"]))
                await officer.turn(chance)
        await morning.follow()
    await go_home(morning, chance)
    await morning.follow()

    # Each press did what it was meant to, once: the hall's events are the presses, no more and no less.
    kinds = Counter(str(event["kind"]) for event in morning.events)
    meant = sum((officer.meant for officer in officers), Counter[str]())
    assert {kind: kinds[kind] for kind in meant} == dict(meant)
    assert kinds["issued"] == TICKETS
    assert sum(officer.cable.pulled for officer in officers) >= 5
    for kind in ("recalled", "no_show", "held", "transferred", "returned", "undone", "counter_paused", "resumed"):
        assert kinds[kind] > 0, f"no {kind} in this morning: it shows nothing of it"
    await nobody_was_called_twice_or_lost(morning)


async def go_home(morning: Morning, chance: random.Random) -> None:
    """Everybody is served: those who wait, those who were held, those at a counter."""
    for _ in range(4 * TICKETS):
        view = await morning.hall.view()
        if all(row["state"] in ("done", "no_show") for row in view["tickets"].values()):
            return
        for officer in morning.officers:
            state = await officer.state()
            if state == "paused":
                await officer.press("Enter", means="counter_opened")
            elif state in ("called", "serving"):
                await officer.press("0", means="finished")
            elif await officer.page.locator("#back button", has_text="Mời trở lại").count():
                await officer.press("*", "1", "Enter", means="resumed")
            else:
                await officer.call_if_any()
    raise AssertionError("they are never all served")


async def nobody_was_called_twice_or_lost(morning: Morning) -> None:
    async with (
        aiohttp.ClientSession(morning.hall.address, headers=morning.hall.headers) as http,
        http.get("/api/v1/halls/phutho/tickets?limit=1000") as answer,
    ):
        tickets = (await answer.json())["tickets"]
    assert len({row["label"] for row in tickets}) == len(tickets) == TICKETS
    assert {row["state"] for row in tickets} <= {"done", "no_show"}
    at_hand: dict[str, str] = {}
    for event in morning.events:
        rows = event["changes"].get("tickets", {})
        for label, row in rows.items():
            if event["kind"] == "called" and row["state"] == "called":
                assert label not in at_hand, f"{label} was called while it was at counter {at_hand[label]}"
            if row["state"] in ("called", "serving"):
                at_hand[label] = row["counter"]
            else:
                at_hand.pop(label, None)
        assert len(set(at_hand.values())) == len(at_hand), "two at one counter"
    assert not at_hand
