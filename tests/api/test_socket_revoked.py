"""A socket lives for days: a right that ends meanwhile ends on it, too."""

import pytest
from aiohttp import web

from hallsys.live import socket
from tests.running import Door, Running, Serve
from tests.web.conftest import PASSWORD


async def revoke_all(server: Running) -> None:
    """Ends every token of the hall, as another server would, and lets those few seconds pass in which it is known."""
    entrance = server.server.entrance
    for id_ in await entrance.accounts.grants(server.hall):
        await entrance.accounts.revoke(id_)
    entrance.identities.forget()


@pytest.mark.parametrize(
    "frame",
    [{"type": "do", "id": "key-12345", "name": "issue", "args": {"service": "A"}}, {"type": "sound", "want": True}],
)
async def test_a_revoked_token_does_nothing_more_on_its_open_socket(server: Running, frame: dict[str, object]) -> None:
    before = (await server.nobody.view())["view"]["tickets"]
    async with (await server.door("counter")).screen() as screen:
        await revoke_all(server)
        await screen.send(frame)
        assert await screen.closed() == 4501
    assert (await server.nobody.view())["view"]["tickets"] == before


async def test_a_screen_that_says_nothing_is_out_as_well(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "LOOK_AGAIN", 0.05)
    server = await serve(open_reading=False)
    async with (await server.door("display")).screen() as screen:
        await revoke_all(server)
        assert await screen.closed() == 4501


async def test_whoever_may_stay_is_not_disturbed_by_being_looked_at(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "LOOK_AGAIN", 0.01)
    looks = 0
    who = server.server.sockets.who

    async def counted(request: web.Request) -> object:
        nonlocal looks
        looks += 1
        server.server.entrance.identities.forget()
        return await who(request)

    monkeypatch.setattr(server.server.sockets, "who", counted)
    async with (await server.door("kiosk")).screen() as screen, server.nobody.screen() as reader:
        while looks < 6:
            done = await screen.do("issue", service="A")
            assert done["type"] == "done"
            await reader.reach(done["at"])


async def test_somebody_signed_out_goes_on_reading_an_open_hall_as_nobody(server: Running) -> None:
    accounts = server.server.entrance.accounts
    await accounts.create_user(f"An {server.hall}", PASSWORD, "admin", server.hall)
    form = {"user": f"An {server.hall}", "password": PASSWORD}
    answer = await server.nobody.ask("POST", "/login", data=form)
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    door = Door(server.http, server.address, server.hall, headers={"Cookie": cookie})
    async with door.screen() as screen:
        assert (await screen.do("issue", service="A"))["type"] == "done"
        assert (await door.ask("POST", "/logout")).status == 303
        assert (await screen.do("issue", service="A"))["code"] == "unauthorized"
        done = await (await server.door("kiosk")).do("issue", service="A")
        await screen.reach(done.json["at"])
