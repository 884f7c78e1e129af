"""One screen of a hall speaks at a time: the frames `sound` and `played`."""

import asyncio

import pytest

from hallsys.live import loudspeaker
from tests.running import Door, Running, Screen, Serve

WANT = {"type": "sound", "want": True, "screen": "wall"}


async def wants(screen: Screen) -> bool:
    """Ask for the loudspeaker; the answer."""
    await screen.send(WANT)
    return await owns(screen)


async def owns(screen: Screen) -> bool:
    """The next word about the loudspeaker."""
    async with asyncio.timeout(10):
        return bool((await screen.next("sound"))["own"])


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


async def test_one_owner_among_servers(serve: Serve) -> None:
    one = await serve()
    two = await serve(hall=one.hall)
    async with one.nobody.screen() as here, Door(two.http, two.address, two.hall).screen() as there:
        assert await wants(here) is True
        assert await wants(there) is False
        await here.socket.close()
        assert await owns(there) is True


async def test_each_hall_has_its_own_loudspeaker(serve: Serve) -> None:
    one, two = await serve(), await serve()
    async with one.nobody.screen() as here, two.nobody.screen() as there:
        assert await wants(here) is True
        assert await wants(there) is True


async def test_who_does_not_ask_is_told_nothing_and_played_counts_for_the_owner(server: Running) -> None:
    admin = await server.door("admin")
    heard = server.server.loudspeakers.played
    async with server.nobody.screen() as owner, server.nobody.screen() as other:
        assert await wants(owner) is True
        await other.send({"type": "played", "voice": "A001-2-abcdef"})
        at = (await admin.do("issue", service="A")).json["at"]
        await other.reach(at)
        assert server.hall not in heard
        await owner.send({"type": "played", "voice": "A001-2-123456"})
        await owner.send({"type": "do", "id": "key-12345", "name": "issue", "args": {}})
        await owner.next("refused")
        assert heard[server.hall][0] == "A001-2-123456"
