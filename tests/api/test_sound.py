"""One screen of a hall and zone speaks at a time, and what it speaks is known everywhere: sound, playing, played."""

import asyncio
import time
from pathlib import Path

import pytest

from hallsys.config import Words, Zone
from hallsys.live import hearing, loudspeaker
from hallsys.store import lease
from hallsys.store.embedded import Embedded
from tests.running import JSON, Door, Running, Screen, Serve

ZONES = [Zone("a", Words("Sảnh A", "Hall A"), ["1", "2"]), Zone("b", Words("Sảnh B", "Hall B"), ["3"])]
"""The sample hall has counters 1 to 5: 4 and 5 are in the hall's own zone."""


async def wants(screen: Screen, **more: object) -> bool:
    """Ask for the loudspeaker; the answer."""
    await screen.send({"type": "sound", "want": True, "screen": "wall", **more})
    return await owns(screen)


async def owns(screen: Screen) -> bool:
    """The next word about the loudspeaker."""
    async with asyncio.timeout(120):
        return bool((await screen.next("sound"))["own"])


async def listen(screen: Screen) -> Screen:
    """Say hello as somebody who asks for what is told beside the stream."""
    await screen.send({"type": "hello", "v": 1, "since": None, "more": True})
    await screen.next("snapshot")
    return screen


async def told(screen: Screen, *kinds: str) -> JSON:
    async with asyncio.timeout(120):
        return await screen.next(*kinds)


async def until_heard(screen: Screen, zone: str, state: str) -> JSON:
    """The frame `heard` that says so of a zone."""
    while (frame := await told(screen, "heard"))["zones"][zone]["state"] != state:
        pass
    return frame


async def call(door: Door, counter: str, service: str) -> str:
    """A ticket, called; the call's voice."""
    await door.do("open_counter", counter=counter)
    before = (await door.view())["at"]
    await door.do("issue", service=service)
    await door.do("call_next", counter=counter)
    events = (await door.events(before))["events"]
    return str(next(event["voice"] for event in events if "voice" in event))


async def test_one_owner_and_handed_over_when_its_socket_dies(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loudspeaker, "RENEW", 3600.0)  # at once, not when the lease is looked at next
    async with server.nobody.screen() as second, server.nobody.screen() as third:
        async with server.nobody.screen() as first:
            assert await wants(first) is True
            assert await wants(second) is False
            assert await wants(third) is False
            first.socket.transport.abort()
        assert await owns(second) is True
        await second.send({"type": "sound", "want": False})
        assert await owns(third) is True


async def test_a_screen_that_signed_in_goes_first(server: Running) -> None:
    display = await server.door("display")
    async with server.nobody.screen() as guest, display.screen() as screen, display.screen() as later:
        assert await wants(guest) is True
        assert await wants(screen) is True
        assert await owns(guest) is False
        assert await wants(later) is False
        await screen.socket.close()
        assert await owns(later) is True


async def test_a_stranger_stays_away_where_a_joined_screen_has_spoken(serve: Serve) -> None:
    """The hall's board is being restarted: no phone may take its voice meanwhile."""
    one = await serve()
    display = await one.door("display")
    async with one.nobody.screen() as guest:
        assert await wants(guest) is True
        async with display.screen() as screen:
            assert await wants(screen) is True
            assert await owns(guest) is False
        two = await serve(hall=one.hall)
        async with Door(two.http, two.address, two.hall).screen() as other:
            assert await wants(other) is False
        async with display.screen() as screen:
            assert await wants(screen) is True


async def test_one_owner_among_servers(serve: Serve) -> None:
    one = await serve()
    two = await serve(hall=one.hall)
    async with one.nobody.screen() as here, Door(two.http, two.address, two.hall).screen() as there:
        assert await wants(here) is True
        assert await wants(there) is False
        await here.socket.close()
        assert await owns(there) is True


async def test_each_hall_and_each_zone_has_its_own_loudspeaker(serve: Serve) -> None:
    one, two = await serve(zones=ZONES), await serve()
    async with one.nobody.screen() as a, one.nobody.screen() as b, two.nobody.screen() as there:
        assert await wants(a, zone="a") is True
        assert await wants(b, zone="a") is False
        assert await wants(b, zone="b") is True
        assert await wants(there) is True
        async with one.nobody.screen() as own, one.nobody.screen() as nowhere:
            assert await wants(own) is True
            assert await wants(nowhere, zone="c") is False


async def test_the_answer_names_the_zone_if_it_was_asked_for(serve: Serve) -> None:
    server = await serve(zones=ZONES)
    async with server.nobody.screen() as screen:
        await screen.send({"type": "sound", "want": True, "screen": "wall", "zone": "b"})
        assert await told(screen, "sound") == {"type": "sound", "own": True, "zone": "b"}
    async with server.nobody.screen() as screen:
        await screen.send({"type": "sound", "want": True, "screen": "wall"})
        assert await told(screen, "sound") == {"type": "sound", "own": True}


async def test_what_is_spoken_is_told_on_every_server(serve: Serve) -> None:
    one = await serve(zones=ZONES)
    two = await serve(hall=one.hall, zones=ZONES)
    elsewhere = Door(two.http, two.address, two.hall)
    async with one.nobody.socket() as owner, elsewhere.socket() as there, one.nobody.screen() as plain:
        await listen(owner)
        await listen(there)
        assert await wants(owner, zone="a") is True
        await owner.send({"type": "playing", "voice": "A001-2-abcdef"})
        for screen in (owner, there):
            assert await told(screen, "speaking") == {"type": "speaking", "voice": "A001-2-abcdef", "zone": "a"}
        await owner.send({"type": "played", "voice": "A001-2-abcdef"})
        await owner.send({"type": "played", "voice": "A002-2-abcdef", "skipped": True})
        for heard, voice in ((True, "A001-2-abcdef"), (False, "A002-2-abcdef")):
            for screen in (owner, there):
                frame = {"type": "spoken", "voice": voice, "zone": "a", "heard": heard}
                assert await told(screen, "spoken") == frame
        admin = await one.door("admin")
        await plain.reach((await admin.do("issue", service="A")).json["at"])  # who did not ask is told nothing of it


async def test_who_comes_later_is_told_what_was_spoken(serve: Serve) -> None:
    one = await serve()
    async with one.nobody.socket() as owner:
        await listen(owner)
        assert await wants(owner) is True
        await owner.send({"type": "playing", "voice": "A001-2-abcdef"})
        await owner.send({"type": "played", "voice": "A001-2-abcdef"})
        await owner.send({"type": "playing", "voice": "A002-2-abcdef"})
        await told(owner, "spoken")
        await told(owner, "speaking")
        two = await serve(hall=one.hall)
        for door in (one.nobody, Door(two.http, two.address, two.hall)):
            async with door.socket() as late:
                await listen(late)
                assert (await told(late, "spoken", "speaking"))["voice"] == "A001-2-abcdef"
                assert (await told(late, "spoken", "speaking"))["type"] == "speaking"


async def test_only_the_owner_says_what_was_heard(server: Running) -> None:
    async with server.nobody.socket() as owner, server.nobody.socket() as other:
        await listen(owner)
        await listen(other)
        assert await wants(owner) is True
        await other.send({"type": "playing", "voice": "A009-2-abcdef"})
        assert await told(other, "sound", "speaking") == {"type": "sound", "own": False}
        await other.send({"type": "played", "voice": "A009-2-abcdef"})
        await owner.send({"type": "playing", "voice": "A001-2-abcdef"})
        await owner.send({"type": "played", "voice": "A001-2-abcdef"})
        assert (await told(owner, "spoken"))["voice"] == "A001-2-abcdef"


async def test_a_screen_cut_off_while_it_speaks_keeps_the_loudspeaker_until_it_has_fallen_silent(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be speaking still; it stops before its lease ends, and then the other begins."""
    assert lease.LASTS == 4000
    monkeypatch.setattr(loudspeaker, "RENEW", 0.1)
    async with server.nobody.screen() as other:
        async with server.nobody.socket() as owner:
            await listen(owner)
            assert await wants(owner) is True
            assert await wants(other) is False
            await owner.send({"type": "playing", "voice": "A001-2-abcdef"})
            await told(owner, "speaking")
            owner.socket.transport.abort()
            cut = time.monotonic()
        assert await owns(other) is True
        assert time.monotonic() - cut > 2.5, "sooner than a screen notices that it was cut off"


async def test_a_page_that_comes_back_finds_its_lease(server: Running) -> None:
    page = {"page": "a secret of the page"}
    async with server.nobody.socket() as other:
        await listen(other)
        async with server.nobody.socket() as owner:
            await listen(owner)
            assert await wants(owner, **page) is True
            assert await wants(other) is False
            await owner.send({"type": "playing", "voice": "A001-2-abcdef"})
            await told(owner, "speaking")
            owner.socket.transport.abort()
        async with server.nobody.socket() as again:
            await listen(again)
            assert await wants(again, **page) is True
            async with server.nobody.socket() as moved:  # its old socket still stands, for all that the server knows
                await listen(moved)
                assert await wants(moved, **page) is True
                assert await owns(again) is False


async def test_without_a_store_nobody_owns_anything_once_the_lease_has_ended(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server may have given it away. A sentence that has begun is not broken off for it."""
    monkeypatch.setattr(loudspeaker, "LASTS", 1500)
    monkeypatch.setattr(loudspeaker, "RENEW", 0.05)
    async with Embedded(tmp_path / "store") as store:
        server = await serve(store=store.url)
        async with server.nobody.socket() as owner, server.nobody.socket() as idle:
            await listen(owner)
            await listen(idle)
            assert await wants(owner) is True
            await owner.send({"type": "playing", "voice": "A001-2-abcdef"})
            await told(owner, "speaking")
            await store.stop()
            await owner.send({"type": "playing", "voice": "A001-2-abcdef"})
            assert (await told(owner, "sound", "speaking"))["type"] == "speaking"
            await owner.send({"type": "played", "voice": "A001-2-abcdef"})
            assert await owns(owner) is False
            await owner.send({"type": "playing", "voice": "A002-2-abcdef"})
            assert (await told(owner, "sound", "speaking"))["type"] == "sound"
            await store.start()
            assert await owns(owner) is True


# -- heard -------------------------------------------------------------------------------------------------------------


async def test_nobody_speaks_and_everybody_knows(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "VACANT", 100)
    monkeypatch.setattr(loudspeaker, "RENEW", 0.05)
    one = await serve(zones=ZONES)
    two = await serve(hall=one.hall, zones=ZONES)
    async with one.nobody.socket() as here, Door(two.http, two.address, two.hall).socket() as there:
        await listen(here)
        await listen(there)
        frame = await until_heard(there, "a", "none")
        assert set(frame["zones"]) == {"", "a", "b"}
        assert await wants(here, zone="a") is True
        frame = await until_heard(there, "a", "ok")
        assert frame["zones"]["b"]["state"] == "none"
        assert abs(frame["zones"]["a"]["since"] - time.time() * 1000) < 60_000


async def test_a_call_that_nobody_hears_makes_its_zone_deaf_until_one_is_heard(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "PATIENCE", 100)
    monkeypatch.setattr(hearing, "SENTENCE", 100)
    monkeypatch.setattr(loudspeaker, "RENEW", 0.05)
    one = await serve(zones=ZONES)
    two = await serve(hall=one.hall, zones=ZONES)
    admin = await one.door("admin")
    async with one.nobody.socket() as owner, Door(two.http, two.address, two.hall).socket() as counter:
        await listen(owner)
        await listen(counter)
        assert await wants(owner, zone="a") is True
        voice = await call(admin, "2", "A")
        frame = await until_heard(counter, "a", "deaf")
        assert frame["zones"]["b"]["state"] != "deaf"
        await owner.send({"type": "playing", "voice": voice})
        await owner.send({"type": "played", "voice": voice})
        await until_heard(counter, "a", "ok")


async def test_a_screen_that_is_not_heard_leaves_the_loudspeaker_to_another(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page may hang while its socket is kept alive by the browser."""
    monkeypatch.setattr(hearing, "PATIENCE", 100)
    monkeypatch.setattr(hearing, "SENTENCE", 100)
    monkeypatch.setattr(loudspeaker, "RENEW", 0.05)
    admin = await server.door("admin")
    async with server.nobody.socket() as hung, server.nobody.socket() as other:
        await listen(hung)
        await listen(other)
        assert await wants(hung) is True
        assert await wants(other) is False
        await call(admin, "2", "A")
        assert await owns(other) is True
        assert await owns(hung) is False


async def test_what_was_taken_back_or_passed_over_makes_nobody_deaf(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve()
    hall = server.server.halls.at_once(server.hall)
    assert hall is not None
    admin = await server.door("admin")
    room = server.server.loudspeakers.room(hall)
    await call(admin, "2", "A")
    assert room.hearing._pending[""] == {}, "nobody is there to be deaf"
    async with server.nobody.socket() as owner:
        await listen(owner)
        voice = await call(admin, "2", "A")
        assert room.hearing._pending[""].keys() == {voice}
        await admin.do("undo", counter="2")
        assert room.hearing._pending[""] == {}
        voice = await call(admin, "2", "A")
        assert await wants(owner) is True
        await owner.send({"type": "played", "voice": voice, "skipped": True})
        assert (await told(owner, "spoken"))["heard"] is False
    assert room.hearing._pending[""] == {}


async def test_short_is_the_same_said_once(server: Running) -> None:
    admin = await server.door("admin")
    voice = await call(admin, "2", "A")
    path = f"/halls/{server.hall}/voice/{voice}.wav"
    whole, short = [await admin.ask("GET", path + query) for query in ("", "?short=1")]
    assert whole.status == short.status == 200
    assert len(whole.body) * 0.4 < len(short.body) < len(whole.body) * 0.7


async def test_whoever_floods_a_hall_with_sound_fills_no_log(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    async with server.nobody.screen() as flood, server.nobody.socket() as other:
        await listen(other)
        assert await wants(flood) is True
        for number in range(20 * loudspeaker.UNSAID):
            await flood.send({"type": "playing", "voice": f"A001-1-{number:06x}"})
        await flood.send({"type": "sound", "want": False})
        assert (await told(other, "speaking"))["voice"] == "A001-1-000000"
        assert await wants(other) is True
    assert sum("nonsense" in record.getMessage() for record in caplog.records) <= 1
