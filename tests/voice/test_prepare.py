"""Work ahead: where a screen speaks, a call is ready before it is pressed; elsewhere nothing is made."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import Door, Running, Screen

WANT = {"type": "sound", "want": True, "screen": "wall"}


class Stage:
    """A hall, who presses in it, and a screen that follows."""

    def __init__(self, server: Running, admin: Door, screen: Screen) -> None:
        self._server, self._admin, self._screen = server, admin, screen
        self._folder: Path = server.server.settings.data / "voice"

    async def do(self, name: str, **args: Any) -> None:
        """A command; everything it sets going has begun."""
        reply = await self._admin.do(name, **args)
        assert reply.status == 200, reply.body
        await self._screen.reach(reply.json["at"])

    async def made(self) -> set[Path]:
        """The sounds on disk when all work ahead is done."""
        while self._server.server.voices._tasks:
            await asyncio.gather(*self._server.server.voices._tasks)
        return self.kept()

    def kept(self) -> set[Path]:
        return set(self._folder.glob("*.mp3"))

    async def call(self) -> bytes:
        """Press; the sound of the call."""
        await self.do("call_next", counter="2")
        voice = self._screen.events[-1]["voice"]
        return (await self._server.nobody.ask("GET", f"/halls/{self._server.hall}/voice/{voice}.mp3")).body


@pytest.fixture
async def silent(server: Running) -> AsyncIterator[Stage]:
    """Nobody speaks here."""
    async with server.nobody.screen() as screen:
        yield Stage(server, await server.door("admin"), screen)


@pytest.fixture
async def stage(server: Running) -> AsyncIterator[Stage]:
    """The screen owns the loudspeaker."""
    async with server.nobody.screen() as screen:
        await screen.send(WANT)
        assert (await screen.next("sound"))["own"] is True
        yield Stage(server, await server.door("admin"), screen)


async def test_the_next_call_of_an_open_counter_is_ready_before_it_is_pressed(stage: Stage) -> None:
    for _ in range(3):
        await stage.do("issue", service="A")
    assert await stage.made() == set()
    await stage.do("open_counter", counter="2")
    (first,) = await stage.made()
    assert await stage.call() == first.read_bytes()
    assert len(await stage.made()) == 2


async def test_whoever_goes_first_now_is_made_ready(stage: Stage) -> None:
    await stage.do("issue", service="A")
    await stage.do("open_counter", counter="2")
    before = await stage.made()
    await stage.do("issue", service="A", priority="aged")
    (urgent,) = await stage.made() - before
    assert await stage.call() == urgent.read_bytes()


async def test_where_nobody_listens_nothing_is_made(silent: Stage) -> None:
    await silent.do("issue", service="A")
    await silent.do("open_counter", counter="2")
    await silent.do("call_next", counter="2")
    assert await silent.made() == set()


async def test_somebody_at_the_counter_is_not_called(stage: Stage) -> None:
    await stage.do("open_counter", counter="2")
    await stage.do("walk_in", counter="2", service="A")
    assert await stage.made() == set()


async def test_a_spoken_notice_is_ready(stage: Stage) -> None:
    await stage.do("notice", text="Quầy 3 nghỉ", speak=True)
    assert len(await stage.made()) == 1
