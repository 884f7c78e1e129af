"""The door to a hall's sounds: what was announced is spoken, in the words of its kind, and nothing else is made."""

import uuid
from typing import Any

import pytest

from hallsys.config import VoiceConfig, Wording, Wordings
from tests.running import Door, Reply, Running, Serve


@pytest.fixture
async def admin(server: Running) -> Door:
    door = await server.door("admin")
    await door.do("issue", service="A")
    await door.do("open_counter", counter="2")
    return door


async def event(door: Door, name: str, **args: Any) -> dict[str, Any]:
    """Give a command; its event."""
    reply = await door.do(name, uuid.uuid4().hex, **args)
    assert reply.status == 200, reply.body
    epoch, _, seq = reply.json["at"].partition("-")
    return (await door.events(f"{epoch}-{int(seq) - 1}"))["events"][-1]


async def sound(server: Running, voice: str, form: str = "wav") -> Reply:
    return await server.nobody.ask("GET", f"/halls/{server.hall}/voice/{voice}.{form}")


async def test_what_was_not_called_is_not_made(server: Running, admin: Door) -> None:
    for voice in ("A001-2-000000", "A002-2-000000", "notice-x-000000", "opening-000000", 'A001-2-0"0000'):
        assert (await sound(server, voice)).refusal == (404, "not_found")
    called = await event(admin, "call_next", counter="2")
    assert (await sound(server, called["voice"])).status == 200
    assert (await sound(server, called["voice"].replace("-2-", "-3-"))).refusal == (404, "not_found")


async def test_a_call_is_heard_from_the_rows_when_its_event_is_long_gone(server: Running, admin: Door) -> None:
    called = await event(admin, "call_next", counter="2")
    hall = await server.server.halls.get(server.hall)
    first = await sound(server, called["voice"])
    hall.hub._frames.clear()
    assert (await sound(server, called["voice"])).body == first.body
    await event(admin, "start", counter="2")
    await event(admin, "finish", counter="2")
    assert (await sound(server, called["voice"])).body == first.body


async def test_a_silent_hall_makes_no_sound(serve: Serve) -> None:
    silent = await serve(voice=VoiceConfig(enabled=False))
    door = await silent.door("admin")
    await door.do("issue", service="A")
    await door.do("open_counter", counter="2")
    called = await event(door, "call_next", counter="2")
    assert (await sound(silent, called["voice"])).refusal == (404, "not_found")


async def test_a_recall_has_its_own_words(serve: Serve) -> None:
    words = Wordings(vi=Wording(recall="Gọi lần nữa, số {ticket}"))
    hall = await serve(voice=VoiceConfig(wording=words, repeat=1))
    door = await hall.door("admin")
    await door.do("issue", service="A")
    await door.do("open_counter", counter="2")
    called = await event(door, "call_next", counter="2")
    recalled = await event(door, "recall", counter="2")
    one, two = [(await sound(hall, told["voice"])).body for told in (called, recalled)]
    assert len(two) < 0.9 * len(one)


async def test_a_notice_is_spoken_if_it_was_asked_to_be(server: Running, admin: Door) -> None:
    told = await event(admin, "notice", text="Quầy 3 nghỉ đến 09:30", speak=True)
    said = await sound(server, told["voice"], "mp3")
    assert said.status == 200
    assert 20_000 < len(said.body) < 150_000
    silent = await event(admin, "notice", text="Quầy 4 nghỉ")
    assert "voice" not in silent
    code = next(name for name in silent["changes"]["hall"]["notices"] if f"notice-{name}-" not in told["voice"])
    assert (await sound(server, f"notice-{code}-000000")).refusal == (404, "not_found")
