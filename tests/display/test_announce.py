"""The announcer against a small hall of its own: real sockets, a folder or a script in the place of the loudspeaker."""

import asyncio
import contextlib
import json
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from hallsys.display import announce
from hallsys.display.announce import Announcer, Call, Play, PlayError, find_player, into, through
from hallsys.live.client import Client, News
from hallsys.live.fetch import Fetch


class Hall:
    """A server with one follower, the announcer; `told` is what it heard from it."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.news: asyncio.Queue[News] = asyncio.Queue()
        self.sounds: dict[str, bytes] = {}
        self.url = ""
        self.answers_sound = True
        self._seq = 1
        self._socket: web.WebSocketResponse | None = None
        self.since: list[str | None] = []

    async def _follow(self, request: web.Request) -> web.WebSocketResponse:
        self._socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            frame = json.loads(message.data)
            if frame["type"] == "hello":
                self.since.append(frame["since"])
                if frame["since"] == f"1-{self._seq}":
                    await socket.send_json({"type": "resumed", "at": frame["since"]})
                else:
                    await socket.send_json({"type": "snapshot", "at": f"1-{self._seq}", "view": {}})
                await self.tick()
            elif frame["type"] == "sound" and self.answers_sound:
                await socket.send_json({"type": "sound", "own": frame["want"]})
            self.told.put_nowait(frame)
        return socket

    async def _voice(self, request: web.Request) -> web.Response:
        sound = self.sounds.get(request.match_info["id"])
        return web.Response(status=404) if sound is None else web.Response(body=sound)

    async def tick(self) -> None:
        await self.frame(type="tick", at=f"1-{self._seq}", now=int(time.time() * 1000))

    async def frame(self, **frame: Any) -> None:
        assert self._socket is not None
        await self._socket.send_json(frame)

    async def call(self, voice: str, *, age_s: float = 0, sound: bool = True) -> None:
        if sound:
            self.sounds[voice] = b"RIFF " + voice.encode()
        self._seq += 1
        moment = int((time.time() - age_s) * 1000)
        await self.frame(type="event", at=f"1-{self._seq}", kind="called", time=moment, changes={}, voice=voice)

    async def heard(self, kind: str) -> dict[str, Any]:
        while (frame := await self.told.get())["type"] != kind:
            pass
        return frame

    async def arrived(self) -> None:
        """Wait until the announcer's client has told the last call."""
        while getattr(await self.news.get(), "at", None) != f"1-{self._seq}":
            pass

    async def cut(self) -> None:
        assert self._socket is not None
        await self._socket.close(code=4410)


@contextlib.asynccontextmanager
async def announcing(play: Play, *, answers_sound: bool = True) -> AsyncIterator[Hall]:
    hall = Hall()
    hall.answers_sound = answers_sound
    app = web.Application()
    app.add_routes([web.get("/ws/h", hall._follow), web.get("/halls/h/voice/{id}.wav", hall._voice)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hall.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        client = Client(hall.url, "h", None, on_event=hall.news.put_nowait)
        async with asyncio.timeout(20), Fetch(hall.url, None) as fetch, client:
            task = asyncio.create_task(Announcer(client, fetch, "h", play, rest=0.01).run())
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
        self.spoken: list[str] = []
        self.at_once = 0
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.began = asyncio.Event()
        self.broken = 0
        self._now = 0

    async def __call__(self, call: Call, wav: bytes) -> None:
        if self.broken:
            self.broken -= 1
            raise PlayError("no sound card")
        self._now += 1
        self.began.set()
        self.at_once = max(self.at_once, self._now)
        await self.may_end.wait()
        assert wav == b"RIFF " + call.voice.encode()
        self.spoken.append(call.voice)
        self._now -= 1


async def test_calls_are_spoken_in_order_one_at_a_time_and_acknowledged() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.may_end.clear()
    async with announcing(loudspeaker) as hall:
        for voice in ("A001-1-aa", "A002-2-bb", "A003-3-cc"):
            await hall.call(voice)
        loudspeaker.may_end.set()
        played = [(await hall.heard("played"))["voice"] for _ in range(3)]
    assert played == loudspeaker.spoken == ["A001-1-aa", "A002-2-bb", "A003-3-cc"]
    assert loudspeaker.at_once == 1


async def test_stale_call_is_not_spoken(capsys: pytest.CaptureFixture[str]) -> None:
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.call("A001-1-aa", age_s=31)
        await hall.call("A002-2-bb", age_s=5)
        assert (await hall.heard("played"))["voice"] == "A002-2-bb"
    assert loudspeaker.spoken == ["A002-2-bb"]
    assert "A001-1-aa: 31 s old, not spoken" in capsys.readouterr().err


async def test_another_device_speaks() -> None:
    """Without the sound it keeps quiet, and does not repeat later what the other has said."""
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.frame(type="sound", own=False)
        await hall.call("A001-1-aa")
        await hall.frame(type="sound", own=True)
        await hall.call("A002-2-bb")
        assert (await hall.heard("played"))["voice"] == "A002-2-bb"
    assert loudspeaker.spoken == ["A002-2-bb"]


async def test_call_during_a_cut_is_spoken_after_it() -> None:
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.call("A001-1-aa")
        await hall.heard("played")
        hall.answers_sound = False
        await hall.cut()
        await hall.heard("sound")
        await hall.call("A002-2-bb")
        await hall.frame(type="sound", own=True)
        assert (await hall.heard("played"))["voice"] == "A002-2-bb"
    assert hall.since == [None, "1-2"]


async def test_broken_loudspeaker_hands_the_sound_back_and_tries_again(capsys: pytest.CaptureFixture[str]) -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.broken = 2
    async with announcing(loudspeaker) as hall:
        await hall.call("A001-1-aa")
        wanted = [(await hall.heard("sound"))["want"] for _ in range(4)]
        assert (await hall.heard("played"))["voice"] == "A001-1-aa"
    assert wanted == [False, True, False, True]
    assert "no sound card" in capsys.readouterr().err


async def test_sound_that_is_not_there_does_not_block_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.call("A001-1-aa", sound=False)
        await hall.call("A002-2-bb")
        assert (await hall.heard("played"))["voice"] == "A002-2-bb"
    assert "404" in capsys.readouterr().err


async def test_into_a_folder(tmp_path: Path) -> None:
    async with announcing(into(tmp_path)) as hall:
        await hall.call("A001-1-aa")
        await hall.heard("played")
    assert [(path.name, path.read_bytes()) for path in _files(tmp_path)] == [
        ("1-2-A001-1-aa.wav", b"RIFF A001-1-aa"),
    ]


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _script(folder: Path, text: str) -> str:
    path = folder / "aplay"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_player_gets_the_file(tmp_path: Path) -> None:
    player = _script(tmp_path, f'cp "$2" {tmp_path}/heard.wav; echo "$1" > {tmp_path}/flag')
    await through([player, "--quiet"])(Call("1-2", "v", 0, 0), b"RIFF hello")
    assert (tmp_path / "heard.wav").read_bytes() == b"RIFF hello"
    assert (tmp_path / "flag").read_text() == "--quiet\n"


async def test_player_that_fails_says_why(tmp_path: Path) -> None:
    player = _script(tmp_path, "echo no such device >&2; exit 3")
    with pytest.raises(PlayError, match="ended with 3: no such device"):
        await through([player])(Call("1-2", "v", 0, 0), b"RIFF")
    with pytest.raises(PlayError, match="does not start"):
        await through([str(tmp_path / "missing")])(Call("1-2", "v", 0, 0), b"RIFF")


async def test_player_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "PLAY_LIMIT_S", 0.1)
    player = _script(tmp_path, "exec sleep 600")
    with pytest.raises(PlayError, match="hangs"):
        await through([player])(Call("1-2", "v", 0, 0), b"RIFF")


def test_finding_a_player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlayError, match="install"):
        find_player(None, None)
    _script(tmp_path, "exit 0")
    assert find_player(None, "hw:1") == ["aplay", "-q", "--device=hw:1"]
    assert find_player("aplay", None) == ["aplay", "-q"]
    with pytest.raises(PlayError, match="install"):
        find_player("ffplay", None)
    (tmp_path / "aplay").rename(tmp_path / "afplay")
    with pytest.raises(PlayError, match="another player"):
        find_player(None, "hw:1")


async def test_what_was_left_to_another_device_is_not_repeated() -> None:
    """A call that still waits here when another device takes over is spoken there."""
    loudspeaker = Loudspeaker()
    loudspeaker.may_end.clear()
    async with announcing(loudspeaker) as hall:
        await hall.call("A001-1-aa")
        await loudspeaker.began.wait()
        await hall.call("A002-2-bb")
        await hall.frame(type="sound", own=False)
        await hall.frame(type="sound", own=True)
        await hall.call("A003-3-cc")
        await hall.arrived()
        loudspeaker.may_end.set()
        played = [(await hall.heard("played"))["voice"] for _ in range(2)]
    assert played == loudspeaker.spoken == ["A001-1-aa", "A003-3-cc"]
