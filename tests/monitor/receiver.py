"""Somebody who is told of alarms: a real server that checks the signature, and can be down, slow or broken."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.ports import free_port

SECRET = "whsec_" + base64.b64encode(b"a secret of at least sixteen bytes").decode()
JSON = dict[str, Any]


def recipe() -> Callable[[str, Any, bytes], bool]:
    """How docs/alarms.md tells receivers to check a message."""
    page = (Path(__file__).parents[2] / "docs" / "alarms.md").read_text("utf-8")
    found = re.search(r"```python\n(.*?def is_ours.*?)```", page, re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    checked: Callable[[str, Any, bytes], bool] = names["is_ours"]
    return checked


is_ours = recipe()


class Receiver:
    """`mood` is what it does with the next request: a status, or `hang`. `took` are the messages that it took,
    `strayed` counts who followed its redirect."""

    def __init__(self) -> None:
        self.mood: int | str = 200
        self.took: list[JSON] = []
        self.ids: list[str] = []
        self.asked = self.strayed = 0
        self.url = ""
        self.headers: dict[str, str] = {}
        self._changed = asyncio.Condition()
        self._released = asyncio.Event()

    async def until(self, holds: Any) -> None:
        """Waits until `holds()` does, after some request."""
        async with self._changed:
            await self._changed.wait_for(holds)

    async def told(self, count: int) -> list[JSON]:
        await self.until(lambda: len(self.took) >= count)
        return self.took

    @property
    def events(self) -> list[str]:
        return [message["type"].removeprefix("alarm.") for message in self.took]

    async def elsewhere(self, _: web.Request) -> web.Response:
        self.strayed += 1
        return web.Response()

    async def serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self._changed:
            self.asked += 1
            self._changed.notify_all()
        if self.mood == "hang":
            await self._released.wait()
        if self.mood != 200:
            headers = {"location": "/elsewhere"} if self.mood == 302 else {}
            return web.Response(status=int(self.mood) if isinstance(self.mood, int) else 500, headers=headers)
        async with self._changed:
            assert is_ours(SECRET, request.headers, body)
            self.headers = dict(request.headers)
            self.ids.append(request.headers["webhook-id"])
            self.took.append(json.loads(body))
            self._changed.notify_all()
        return web.Response()


@asynccontextmanager
async def receiving(port: int | None = None) -> AsyncIterator[Receiver]:
    """A receiver on loopback; the same `port` brings one back to where it was."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.serve)
    app.router.add_get("/elsewhere", receiver.elsewhere)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port or free_port())
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        receiver._released.set()
        await runner.cleanup()
