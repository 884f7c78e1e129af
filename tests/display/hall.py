"""A small hall for the announcer: real sockets, and a loudspeaker that a test listens to."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from hallsys.display.announcer.players import Play, PlayError
from hallsys.display.announcer.speaker import Announcer
from hallsys.live.client import Client, News
from hallsys.live.fetch import Fetch

ZONES = [{"id": "a", "counters": ["1"]}, {"id": "b", "counters": ["2"]}]


class Hall:
    """A server with one follower, the announcer; `told` is what it heard from it."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.news: asyncio.Queue[News] = asyncio.Queue()
        self.sounds: dict[str, bytes] = {}
        self.url = ""
        self.gives_sound = self.confirms = True
        self.since: list[str | None] = []
        self.asked: list[str] = []
        self.view: dict[str, Any] = {"hall": {"tz": "Asia/Ho_Chi_Minh"}, "counters": {"1": {}, "2": {}, "3": {}}}
        self._seq = 1
        self._socket: web.WebSocketResponse | None = None

    async def follow(self, request: web.Request) -> web.WebSocketResponse:
        self._socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            frame = json.loads(message.data)
            now = int(time.time() * 1000)
            match frame:
                case {"type": "hello"}:
                    self.since.append(frame["since"])
                    if frame["since"] == f"1-{self._seq}":
                        await socket.send_json({"type": "resumed", "at": frame["since"], "now": now})
                    else:
                        at = f"1-{self._seq}"
                        await socket.send_json({"type": "snapshot", "at": at, "now": now, "view": self.view})
                case {"type": "sound"} if self.gives_sound:
                    await socket.send_json({"type": "sound", "own": frame["want"], "zone": frame["zone"]})
                case {"type": "playing"} if self.confirms:
                    await self.speaking(frame["voice"])
            self.told.put_nowait(frame)
        return socket

    async def voice(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs.rpartition("/")[2])
        sound = self.sounds.get(request.match_info["id"])
        return web.Response(status=404) if sound is None else web.Response(body=sound)

    async def frame(self, **frame: Any) -> None:
        assert self._socket is not None
        await self._socket.send_json(frame)

    async def speaking(self, voice: str, zone: str = "") -> None:
        await self.frame(type="speaking", voice=voice, zone=zone)

    async def call(self, voice: str, *, age_s: float = 0, sound: bool = True, kind: str = "called") -> None:
        label, _, counter = voice.removesuffix("-abcdef").partition("-")
        if sound:
            self.sounds[voice] = b"RIFF " + voice.encode()
        rows = {label: {"label": label, "state": "called", "counter": counter}}
        await self.event(kind, {"tickets": rows}, voice, age_s)

    async def event(self, kind: str, changes: dict[str, Any], voice: str | None = None, age_s: float = 0) -> None:
        self._seq += 1
        moment = int((time.time() - age_s) * 1000)
        more = {"voice": voice} if voice else {}
        await self.frame(type="event", at=f"1-{self._seq}", kind=kind, time=moment, changes=changes, **more)

    async def heard(self, kind: str) -> dict[str, Any]:
        while (frame := await self.told.get())["type"] != kind:
            pass
        return frame

    async def played(self, count: int = 1) -> list[str]:
        """The next voices that the announcer says were heard; what it passed over is not among them."""
        voices: list[str] = []
        while len(voices) < count:
            frame = await self.heard("played")
            if not frame.get("skipped"):
                voices.append(frame["voice"])
        return voices

    async def arrived(self) -> None:
        """Wait until the announcer's client has told the last event."""
        while getattr(await self.news.get(), "at", None) != f"1-{self._seq}":
            pass

    async def cut(self) -> None:
        assert self._socket is not None
        await self._socket.close(code=4410)


@contextlib.asynccontextmanager
async def announcing(play: Play, hall: Hall | None = None, **options: Any) -> AsyncIterator[Hall]:
    hall = hall or Hall()
    app = web.Application()
    app.add_routes([web.get("/ws/h", hall.follow), web.get("/halls/h/voice/{id}.wav", hall.voice)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hall.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        client = Client(hall.url, "h", None, on_event=hall.news.put_nowait)
        async with asyncio.timeout(120), Fetch(hall.url, None) as fetch, client:
            task = asyncio.create_task(Announcer(client, fetch, "h", play, rest=0.01, **options).run())
            try:
                await hall.heard("sound")
                yield hall
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        await runner.cleanup()


class Loudspeaker:
    """Takes its time when told to, and notices when two calls are on at once."""

    def __init__(self) -> None:
        self.began: asyncio.Queue[str] = asyncio.Queue()
        self.broken_off: asyncio.Queue[str] = asyncio.Queue()
        self.spoken: list[str] = []
        self.at_once = 0
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.broken = 0
        self._now = 0

    async def __call__(self, voice: str, wav: bytes) -> None:
        if self.broken:
            self.broken -= 1
            raise PlayError("no sound card")
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        self.began.put_nowait(voice)
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.broken_off.put_nowait(voice)
            raise
        finally:
            self._now -= 1
        assert wav == b"RIFF " + voice.encode()
        self.spoken.append(voice)
