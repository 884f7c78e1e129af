"""Somebody who is told of alarms: a real server that checks the signature, and can be down, slow or broken."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

SECRET = "whsec_" + base64.b64encode(b"a secret of at least sixteen bytes").decode()
JSON = dict[str, Any]


def verify(secret: str, headers: Any, body: bytes, now: float) -> bool:
    """As docs/alarms.md tells receivers to."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = headers["webhook-timestamp"]
    signed = b".".join([headers["webhook-id"].encode(), stamp.encode(), body])
    ours = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    theirs = [each.removeprefix("v1,") for each in headers["webhook-signature"].split()]
    return abs(now - int(stamp)) < 300 and any(hmac.compare_digest(ours, each) for each in theirs)


class Receiver:
    """`mood` is what it does with the next request: a status, or `hang`. `took` are the messages that it took."""

    def __init__(self) -> None:
        self.mood: int | str = 200
        self.took: list[JSON] = []
        self.ids: list[str] = []
        self.asked = 0
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
            assert verify(SECRET, request.headers, body, time.time())
            self.headers = dict(request.headers)
            self.ids.append(request.headers["webhook-id"])
            self.took.append(json.loads(body))
            self._changed.notify_all()
        return web.Response()


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    """A receiver on loopback; the same `port` brings one back to where it was."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        receiver._released.set()
        await runner.cleanup()
