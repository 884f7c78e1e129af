"""The Python client keeps every case that the browser's link keeps."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from hallsys.live.client import Client, Declined, News, Snapshot, Sound, Timings, UnwelcomeError
from tests.live.scripted import CASES, Scripted


class Teller:
    """A client, and what it tells in the words of README.md."""

    def __init__(self, url: str, case: dict[str, Any]) -> None:
        self.told: list[list[Any]] = []
        self.enough = asyncio.Event()
        self._wanted = len(case["told"])
        self._presses = list(enumerate(case.get("presses", [])))
        self._tasks: list[asyncio.Task[None]] = []
        self._lost = False
        timing = {"first": 5, "cap": 20} | case.get("timing", {})
        timings = Timings(**{name: ms / 1000 for name, ms in timing.items()})
        self.client = Client(url, "h", None, on_event=self._heard, on_state=self._state, timings=timings)

    async def run(self) -> None:
        """Until cancelled, or told not to come back."""
        self._press(None)
        try:
            await self.client.run()
        except UnwelcomeError as end:
            self._tell("ended", end.code)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _tell(self, *what: Any) -> None:
        self.told.append(list(what))
        if len(self.told) >= self._wanted:
            self.enough.set()

    def _heard(self, news: News) -> None:
        if isinstance(news, Snapshot):
            self._tell("snapshot", news.at)
        elif isinstance(news, Sound):
            if news.own is not None:
                self._tell("sound", news.own)
            return
        else:
            self._tell("event", news.at, news.kind)
        self._press(news.at)

    def _state(self, state: str) -> None:
        if state == "lost" or self._lost:
            self._lost = state == "lost"
            self._tell(state)

    def _press(self, after: str | None) -> None:
        for number, press in self._presses:
            if press.get("after") == after:
                self._tasks.append(asyncio.create_task(self._ask(number, press)))

    async def _ask(self, number: int, press: dict[str, Any]) -> None:
        try:
            self._tell("done", number, await self.client.do(press["name"], press["args"]))
        except Declined as refusal:
            self._tell("refused", number, refusal.code)
        except UnwelcomeError:
            self._tell("refused", number, "link_ended")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_case(case: dict[str, Any]) -> None:
    scripted = Scripted(case)
    app = web.Application()
    app.router.add_get("/ws/h", scripted.handler)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    teller = Teller(f"http://127.0.0.1:{runner.addresses[0][1]}", case)
    running = asyncio.create_task(teller.run())
    try:
        async with asyncio.timeout(120):
            await teller.enough.wait()
        assert not scripted.wrong
        assert teller.told == case["told"]
        assert scripted.left == 0
        assert teller.client.at == case.get("at", teller.client.at)
        assert teller.client.view == case.get("view", teller.client.view)
    finally:
        scripted.over.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await teller.close()
        await runner.cleanup()
