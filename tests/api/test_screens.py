"""How the screens are, and which version a page should be: health, version, GET screens."""

import asyncio

import pytest

from hallsys.live import screens
from hallsys.store import screenbook
from hallsys.web.assets import Assets
from tests.running import JSON, Door, Running, Screen, Serve

HEALTH = {"type": "health", "link": "live", "sound": "ok", "skew": -120, "heap": 23_000_000, "version": "abc"}


async def say(door: Door, screen: str, **more: object) -> None:
    """One screen's health, taken for certain."""
    async with door.screen() as socket:
        await socket.send({**HEALTH, "screen": screen, **more})
        await taken(socket)


async def taken(socket: Screen) -> None:
    """Frames of a socket are taken in their order: what came before an answered one was taken."""
    await socket.do("issue", service="nothing of the sort")


async def listed(door: Door) -> dict[str, JSON]:
    reply = await door.get("/screens")
    assert reply.status == 200, reply.body
    return {row["id"]: row for row in reply.json["screens"]}


async def test_a_page_that_asks_for_more_is_told_the_version(server: Running) -> None:
    async with server.nobody.socket() as page:
        await page.send({"type": "hello", "v": 1, "since": None, "more": True})
        assert await page.next("version") == {"type": "version", "version": Assets().version}


async def test_a_screens_health_is_listed_on_every_server(serve: Serve) -> None:
    one = await serve()
    two = await serve(hall=one.hall)
    await say(await one.door("display"), "wall")
    supervisor = Door(two.http, two.address, two.hall, await one.token("supervisor"))
    found = (await listed(supervisor))["wall"]
    assert found["health"] == {key: value for key, value in HEALTH.items() if key != "type"}
    assert found["joined"] is True
    assert abs(found["seen"] - (await _now(one))) < 60_000


async def _now(server: Running) -> int:
    async with server.nobody.socket() as screen:
        return int((await screen.hello())["now"])


async def test_a_screen_that_was_set_is_listed_before_it_speaks_and_with_its_settings(server: Running) -> None:
    admin = await server.door("admin")
    row = (await admin.do("set_screen", screen="d1", name="Sảnh chính", board="media", volume=70)).result["screen"]
    assert (await listed(admin))["d1"] == {"id": "d1", "joined": True, "seen": None, "settings": row}


async def test_only_supervisors_see_them(server: Running) -> None:
    assert (await server.nobody.get("/screens")).refusal == (401, "unauthorized")
    assert (await (await server.door("counter")).get("/screens")).refusal == (403, "forbidden")
    assert (await (await server.door("supervisor")).get("/screens")).status == 200


async def test_a_stranger_does_not_speak_for_a_screen_that_was_set(server: Running) -> None:
    admin = await server.door("admin")
    await admin.do("set_screen", screen="d1", name="Sảnh chính")
    await say(server.nobody, "d1")
    assert (await listed(admin))["d1"]["seen"] is None


async def test_what_a_screen_says_too_often_is_not_written(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await server.door("admin")
    await say(server.nobody, "wall", heap=1)
    await say(server.nobody, "wall", heap=2)
    assert (await listed(admin))["wall"]["health"]["heap"] == 1
    monkeypatch.setattr(screens, "EVERY", 0.0)
    await say(server.nobody, "wall", heap=3)
    assert (await listed(admin))["wall"]["health"]["heap"] == 3


async def test_strangers_cannot_fill_the_book(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screenbook, "STRANGERS", 2)
    admin = await server.door("admin")
    for name in ("one", "two", "three"):
        await say(server.nobody, name)
    await say(await server.door("display"), "joined")
    assert set(await listed(admin)) == {"one", "two", "joined"}


async def test_strangers_that_have_gone_are_forgotten(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await server.door("admin")
    await say(server.nobody, "stranger")
    await say(await server.door("display"), "joined")
    monkeypatch.setattr(screens, "FORGOTTEN", -60_000)
    assert set(await listed(admin)) == {"joined"}


@pytest.mark.parametrize("wrong", [{"sound": "loud"}, {"heap": "much"}, {"screen": "x" * 65}, {"version": 7}])
async def test_a_malformed_word_about_health_is_4500(server: Running, wrong: dict[str, object]) -> None:
    async with server.nobody.screen() as screen:
        await screen.send({**HEALTH, "screen": "wall", **wrong})
        async with asyncio.timeout(120):
            assert await screen.closed() == 4500
