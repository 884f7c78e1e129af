"""Clients and counters that press, twice or again, until they are acknowledged; and what must be true afterwards."""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import msgspec

from hallsys.live.client import Client, Timings
from hallsys.simulate.halls import SERVICES
from hallsys.store.connection import connect
from hallsys.store.keys import HallKeys
from tests.faults.conftest import HALL, HANGS, eventually

LETTERS = [letter for letter, _, _ in SERVICES]
AGAIN = 0.02
"""Seconds before asking again for what was not acknowledged."""


class Refusal(Exception):
    """A refusal by the rules."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Acknowledged(msgspec.Struct):
    """One command that was answered with 200; `asked` and `when` on the clock of `time.monotonic`."""

    name: str
    at: str
    result: Any
    asked: float
    when: float


class Load:
    """Presses on any of the servers. `acknowledged` holds each command by its key, `unavailable` counts the answers
    503 and the connections that failed."""

    def __init__(self, http: aiohttp.ClientSession, urls: list[str], token: str, seed: int = 1) -> None:
        self._http, self._urls, self.token = http, urls, token
        self._chance = random.Random(seed)
        self.acknowledged: dict[str, Acknowledged] = {}
        self.unavailable: Counter[str] = Counter()
        self._moved = asyncio.Event()
        self.issuing = 0

    # -- one command -----------------------------------------------------------------------------------------------

    async def press(self, name: str, key: str | None = None, **args: Any) -> Any:
        """Until it is acknowledged or refused by the rules; some are sent twice at once, some again afterwards."""
        key = key or uuid.uuid4().hex
        twice = self._chance.random() < 0.2
        answers = await asyncio.gather(
            *(self._until_answered(name, key, args) for _ in range(1 + twice)), return_exceptions=True
        )
        given = [answer for answer in answers if isinstance(answer, tuple)]
        if not given:
            assert isinstance(answers[0], BaseException)
            raise answers[0]
        # A refusal is not kept: the second of two may be acknowledged where the first was not. What was is one.
        assert all(answer == given[0] for answer in given), given
        if self._chance.random() < 0.1:
            assert await self._until_answered(name, key, args) == given[0]
        return given[0][1]

    async def _until_answered(self, name: str, key: str, args: dict[str, Any]) -> tuple[str, Any]:
        while True:
            url = self._chance.choice(self._urls)
            try:
                return await self.once(url, name, key, args)
            except Refusal as refusal:
                if refusal.status != 503:
                    raise
                self._count("503")
            except aiohttp.ClientError as error:
                self._count(type(error).__name__)
            await asyncio.sleep(AGAIN)

    async def once(self, url: str, name: str, key: str, args: dict[str, Any]) -> tuple[str, Any]:
        asked = time.monotonic()
        async with self._http.post(
            f"{url}/api/v1/halls/{HALL}/commands/{name}",
            data=json.dumps(args),
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
        ) as answer:
            body = await answer.json()
            if answer.status == 200:
                done = Acknowledged(name, body["at"], body["result"], asked, time.monotonic())
                self.acknowledged.setdefault(key, done)
                self._moved.set()
                return body["at"], body["result"]
            assert answer.status in (409, 503), (answer.status, body)
            raise Refusal(answer.status, body["error"]["code"])

    def _count(self, what: str) -> None:
        self.unavailable[what] += 1
        self._moved.set()

    # -- many ------------------------------------------------------------------------------------------------------

    async def day(self, clients: int = 32, counters: int = 15, tickets: int = 6) -> None:
        """So many clients take so many tickets each; the counters call until nobody waits any more."""
        self.issuing = clients
        async with asyncio.timeout(HANGS):
            await asyncio.gather(
                *(self.client(tickets) for _ in range(clients)),
                *(self.counter(str(number + 1)) for number in range(counters)),
            )

    async def client(self, tickets: int) -> None:
        for _ in range(tickets):
            priority = self._chance.choice([None, None, "aged"])
            await self.press("issue", service=self._chance.choice(LETTERS), priority=priority)
        self.issuing -= 1

    async def counter(self, counter: str) -> None:
        await self.press("open_counter", counter=counter)
        while True:
            last = not self.issuing
            try:
                await self.press("call_next", counter=counter)
                await self.press("start", counter=counter)
                if self._chance.random() < 0.5:
                    await self.press("finish", counter=counter)
            except Refusal as refusal:
                if refusal.code != "nobody_waiting":
                    raise
                if last:
                    return
                await asyncio.sleep(AGAIN)

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._moved.clear()
            await self._moved.wait()

    async def acknowledges(self, more: int) -> None:
        wanted = len(self.acknowledged) + more
        await self.until(lambda: len(self.acknowledged) >= wanted)

    async def back_after(self, moment: float) -> float:
        """Seconds from a moment to the first acknowledgement of what was asked after it."""

        def later() -> list[float]:
            return [done.when - moment for done in self.acknowledged.values() if done.asked > moment]

        await self.until(lambda: bool(later()))
        return min(later())


# -- what must be true ---------------------------------------------------------------------------------------------


async def events_of(store_url: str) -> list[dict[str, Any]]:
    connection = connect(store_url)
    try:
        found = await connection.client.xrange(HallKeys(HALL).events)
    finally:
        await connection.close()
    return [
        {"id": at.decode(), "key": fields.get(b"k", b"").decode(), **json.loads(fields[b"f"])} for at, fields in found
    ]


async def nothing_lost_or_twice(load: Load, store_url: str) -> list[dict[str, Any]]:
    """Each acknowledged command is one command of the events, numbers have neither gap nor repeat, nobody is called
    twice."""
    events = await events_of(store_url)
    places: dict[str, list[str]] = {}
    for event in events:
        if event["key"]:
            places.setdefault(event["key"], []).append(event["id"])
    for key, done in load.acknowledged.items():
        assert places.get(key) == [done.at], (done, places.get(key))

    issued = [row for event in events if event["kind"] == "issued" for row in event["changes"]["tickets"].values()]
    for letter in LETTERS:
        numbers = [row["number"] for row in issued if row["service"] == letter]
        assert numbers == list(range(1, len(numbers) + 1)), (letter, numbers)
    given = [done.result["ticket"]["label"] for key, done in load.acknowledged.items() if done.name == "issue"]
    assert len(given) == len(set(given))
    assert set(given) <= {row["label"] for row in issued}

    called = Counter(
        label
        for event in events
        if event["kind"] == "called"
        for label, row in event["changes"]["tickets"].items()
        if row is not None and row["state"] == "called"
    )
    assert not [label for label, times in called.items() if times > 1]
    by_counters = [done.result["ticket"]["label"] for done in load.acknowledged.values() if done.name == "call_next"]
    assert len(by_counters) == len(set(by_counters))
    return events


async def view_of(http: aiohttp.ClientSession, url: str) -> tuple[str, Any]:
    async with http.get(f"{url}/api/v1/halls/{HALL}/view") as answer:
        assert answer.status == 200
        body = await answer.json()
        return body["at"], body["view"]


class Screen:
    """A follower. `snapshots` are the positions of those it got."""

    def __init__(self, url: str) -> None:
        self.snapshots: list[str] = []
        self._heard = asyncio.Event()
        self.client = Client(
            url, HALL, None, on_event=self._hear, timings=Timings(first=0.05, cap=0.2, opening=3, silence=25)
        )

    def _hear(self, news: Any) -> None:
        if type(news).__name__ == "Snapshot":
            self.snapshots.append(self.client.at or "")
        self._heard.set()

    async def until(self, at: str) -> None:
        async with asyncio.timeout(HANGS):
            while self.client.at != at:
                self._heard.clear()
                await self._heard.wait()


@contextlib.asynccontextmanager
async def screens(urls: list[str]) -> AsyncIterator[list[Screen]]:
    async with contextlib.AsyncExitStack() as stack:
        found = [Screen(url) for url in urls]
        for screen in found:
            await stack.enter_async_context(screen.client)
        yield found


async def same_picture(http: aiohttp.ClientSession, store_url: str, urls: list[str], found: list[Screen]) -> None:
    """Every server's view and every screen is where the stream is, and shows the same."""
    last = (await events_of(store_url))[-1]["id"]
    views = []
    for url in urls:

        async def is_there(url: str = url) -> bool:
            return (await view_of(http, url))[0] == last

        await eventually(is_there)
        views.append((await view_of(http, url))[1])
    assert all(view == views[0] for view in views)
    for screen in found:
        await screen.until(last)
        assert plain(screen.client.view) == plain(views[0])


def plain(view: Any) -> Any:
    return {table: dict(rows) for table, rows in view.items() if rows}
