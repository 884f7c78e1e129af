"""A server whose connections play scripts, and a client that follows it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve

from hallsys.live.client import Client, News

Script = Callable[["Peer"], Awaitable[None]]

VIEW = {"hall": {"id": "h"}, "services": {}, "counters": {"3": {"id": "3", "ticket": None}}, "tickets": {}}


class Peer:
    """The server's end of one connection."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def hear(self, kind: str) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self.socket.recv())
        assert frame["type"] == kind, frame
        return frame

    async def say(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def snapshot(self, at: str = "1-5", view: dict[str, Any] = VIEW) -> None:
        await self.say(type="snapshot", at=at, view=view)

    async def event(self, at: str, label: str, row: dict[str, Any] | None = None) -> None:
        row = {"label": label, "state": "waiting"} if row is None else row
        await self.say(type="event", at=at, kind="issued", time=1, changes={"tickets": {label: row}})

    async def tick(self, at: str) -> None:
        await self.say(type="tick", at=at, now=1_000)

    async def stay(self) -> None:
        await self.socket.wait_closed()


class Stage:
    """A server whose n-th connection plays the n-th script; the last script plays again for later ones."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = scripts
        self.hellos: list[dict[str, Any]] = []
        self.wrong: list[BaseException] = []
        self.tokens: list[str | None] = []
        self.paths: list[str] = []
        self.url = ""
        self._server: Server | None = None

    async def play(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.tokens.append(socket.request.headers.get("Authorization"))
        self.paths.append(socket.request.path)
        peer = Peer(socket)
        try:
            self.hellos.append(await peer.hear("hello"))
            await self.scripts[min(len(self.hellos), len(self.scripts)) - 1](peer)
        except AssertionError as wrong:
            self.wrong.append(wrong)
            raise

    async def __aenter__(self) -> "Stage":
        self._server = await serve(self.play, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()
        assert not self.wrong

    @property
    def since(self) -> list[str | None]:
        return [hello["since"] for hello in self.hellos]


@contextlib.asynccontextmanager
async def following(stage: Stage, **options: Any) -> AsyncIterator[tuple[Client, asyncio.Queue[News]]]:
    news: asyncio.Queue[News] = asyncio.Queue()
    async with (
        asyncio.timeout(120),
        stage,
        Client(stage.url, "h", "t0k", on_event=news.put_nowait, **options) as client,
    ):
        yield client, news


async def until(news: asyncio.Queue[News], at: str) -> None:
    """Wait for what brings the view to a position."""
    while getattr(await news.get(), "at", None) != at:
        pass
