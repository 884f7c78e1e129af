"""The socket door: hello, frames, who may come in, close codes (PROTOCOL, WebSocket)."""

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from hallsys.live import socket
from tests.running import Door, Running, Screen, Serve
from tests.web.conftest import PASSWORD

LIMIT = 64 * 1024


def of_size(size: int, frame: dict[str, Any]) -> str:
    text = json.dumps(frame)
    return text + " " * (size - len(text))


# -- hello -------------------------------------------------------------------------------------------------------------


async def test_hello_without_a_position_gets_a_snapshot(server: Running) -> None:
    fresh = await server.nobody.view()
    for hello in ({"type": "hello", "v": 1, "since": None}, {"type": "hello", "v": 1}):
        async with server.nobody.socket() as screen:
            await screen.send(hello)
            snapshot = await screen.next()
            assert snapshot["type"] == "snapshot"
            assert (snapshot["at"], snapshot["view"]) == (fresh["at"], fresh["view"])


async def test_no_hello_in_time_is_4411(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    assert socket.HELLO_WITHIN == 5.0
    monkeypatch.setattr(socket, "HELLO_WITHIN", 0.05)
    async with server.nobody.socket() as screen:
        assert await screen.closed() == 4411


async def test_hello_counts_from_the_opening_and_pings_do_not_prolong_it(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "HELLO_WITHIN", 0.2)
    async with server.nobody.socket() as screen:
        pinging = asyncio.create_task(ping_on(screen))
        assert await screen.closed() == 4411
        pinging.cancel()


async def ping_on(screen: Screen) -> None:
    while True:
        await screen.socket.ping()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type":"hello","v":2}', 4503),
        ('{"type":"hello","v":0,"since":null}', 4503),
        ('{"type":"hello","v":99999999999999999999999999}', 4503),
        ('{"type":"hello","v":"1"}', 4500),
        ('{"type":"hello","v":1.5}', 4500),
        ('{"type":"hello"}', 4500),
        ('{"type":"hello","v":1,"since":"yesterday"}', 4500),
        ('{"type":"hello","v":1,"since":""}', 4500),
        ('{"type":"hello","v":1,"since":"1-2-3"}', 4500),
        ('{"type":"hello","v":1,"since":"01-2"}', 4500),
        ('{"type":"hello","v":1,"since":12}', 4500),
        ('{"type":"hello","v":2,"since":"yesterday"}', 4503),
        ('{"type":"do","id":"key-12345","name":"issue","args":{"service":"A"}}', 4500),
        ('{"type":"goodbye"}', 4500),
        ('{"v":1}', 4500),
        ('{"type":7}', 4500),
        ('{"type":null}', 4500),
        ("[]", 4500),
        ("null", 4500),
        ("", 4500),
        ("hello", 4500),
        ('{"type":"hello","v":1', 4500),
        ('{"type":"hello","v":1} {}', 4500),
        ('{"type":"hello","v":1,"since":"\\ud800"}', 4500),
        ('{"type":"hello","v":1,"x":' + "[" * 30_000 + "]" * 30_000 + "}", 4500),
        ("[" * 60_000, 4500),
    ],
)
async def test_a_wrong_first_frame(server: Running, frame: str, code: int) -> None:
    async with server.nobody.socket() as screen:
        await screen.send(frame)
        assert await screen.closed() == code


async def test_what_hello_carries_beyond_that_is_for_later_versions(server: Running) -> None:
    async with server.nobody.socket() as screen:
        await screen.send({"type": "hello", "v": 1, "since": None, "screen": "wall 2"})
        assert (await screen.next())["type"] == "snapshot"


# -- frames ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"hello","v":1}',
        '{"type":"event"}',
        '{"type":"DO"}',
        '{"type":"do"}',
        '{"type":"do","id":7,"name":"issue","args":{}}',
        '{"type":"do","id":"key-12345","args":{}}',
        '{"type":"do","id":"key-12345","name":null,"args":{}}',
        '{"type":"do","id":"key-12345","name":"issue","args":{}',
        '{"type":"do","id":"key-12345","name":"issue","args":{"service":}}',
        '{"type":"do","id":"key-12345","name":"issue","args":' + "[" * 30_000 + "]" * 30_000 + "}",
        '{"type":"sound"}',
        '{"type":"sound","want":"yes"}',
        '{"type":"played","voice":1}',
        "{}",
        "",
    ],
)
async def test_a_bad_frame_is_4500(server: Running, frame: str) -> None:
    async with (await server.door("admin")).screen() as screen:
        await screen.send(frame)
        assert await screen.closed() == 4500


@pytest.mark.parametrize("greeted", [False, True])
async def test_binary_frames_are_4500(server: Running, greeted: bool) -> None:
    async with server.nobody.socket() as screen:
        if greeted:
            await screen.hello()
        await screen.socket.send(b'{"type":"hello","v":1}')
        assert await screen.closed() == 4500


@pytest.mark.parametrize("greeted", [False, True])
async def test_invalid_utf8_is_1007(server: Running, greeted: bool) -> None:
    async with server.nobody.socket() as screen:
        if greeted:
            await screen.hello()
        await screen.socket.send(b'{"type":"hello","v":1,"x":"\xff"}', text=True)
        assert await screen.closed() == 1007


async def test_64_kib_is_the_most(server: Running) -> None:
    hello = {"type": "hello", "v": 1, "since": None}
    async with server.nobody.socket() as screen:
        await screen.send(of_size(LIMIT, hello))
        assert (await screen.next())["type"] == "snapshot"
        await screen.send(of_size(LIMIT + 1, hello))
        assert await screen.closed() == 1009
    async with server.nobody.socket() as screen:
        await screen.send(of_size(LIMIT + 1, hello))
        assert await screen.closed() == 1009


async def test_the_limit_counts_a_frame_in_pieces(server: Running) -> None:
    text = of_size(LIMIT, {"type": "hello", "v": 1})
    async with server.nobody.socket() as screen:
        await screen.socket.send(text[start : start + 9999] for start in range(0, LIMIT, 9999))
        assert (await screen.next())["type"] == "snapshot"
        await screen.socket.send(" " * 9999 for _ in range(10))
        assert await screen.closed() == 1009


# -- who may come in ---------------------------------------------------------------------------------------------------


async def test_unknown_halls_and_missing_rights_are_told_after_the_upgrade(serve: Serve) -> None:
    server = await serve(open_reading=False)
    display = await server.door("display")
    stranger = Door(server.http, server.address, server.hall, "hs_nobody")
    cases = [
        (server.nobody, None, 4501),
        (stranger, None, 4501),
        (await server.door("admin", hall="another"), None, 4501),
        (display, "nowhere", 4502),
        (server.nobody, "nowhere", 4502),
        (stranger, "nowhere", 4502),
        (server.nobody, "%ff%00", 4502),
    ]
    for door, hall, code in cases:
        async with door.socket(hall) as screen:
            assert await screen.closed() == code
    async with display.screen() as screen:
        assert screen.view["counters"]


async def test_a_wrong_token_is_refused_at_an_open_hall_too(server: Running) -> None:
    async with Door(server.http, server.address, server.hall, "hs_nobody").socket() as screen:
        assert await screen.closed() == 4501


async def test_what_is_no_upgrade_is_a_bad_request(server: Running) -> None:
    for method in ("GET", "HEAD"):
        reply = await server.nobody.ask(method, f"/ws/{server.hall}")
        assert reply.status == 400
    reply = await server.nobody.ask(
        "GET", f"/ws/{server.hall}", headers={"Upgrade": "websocket", "Connection": "upgrade"}
    )
    assert reply.refusal == (400, "bad_request")


async def test_the_cookie_with_a_foreign_origin_is_403(server: Running) -> None:
    name = f"officer {server.hall}"
    await server.server.entrance.accounts.create_user(name, PASSWORD, "admin", server.hall)
    form = {"user": name, "password": PASSWORD}
    signed_in = await server.nobody.ask("POST", "/login", data=form)
    assert signed_in.status == 303
    cookie = signed_in.headers["Set-Cookie"].split(";")[0]
    officer = Door(server.http, server.address, server.hall, headers={"Cookie": cookie})
    assert (await officer.do("issue", service="A")).status == 200
    for origin in ("http://evil.example", "null", server.address.replace("127.0.0.1", "localhost")):
        with pytest.raises(InvalidStatus) as refused:
            async with officer.socket(Origin=origin):
                pass
        assert refused.value.response.status_code == 403
        for path in ("/view", "/events?since=1-1", "/tickets"):
            reply = await officer.ask("GET", officer.api + path, headers={"Origin": origin})
            assert reply.refusal == (403, "foreign_origin")
        assert (await officer.send("issue", b'{"service":"A"}', "key-12345", Origin=origin)).status == 403
    async with officer.socket(Origin=server.address) as screen:
        await screen.hello()
        assert (await screen.do("issue", service="A"))["type"] == "done"
    async with server.nobody.socket(Origin="http://evil.example") as screen:
        assert (await screen.hello())["type"] == "snapshot", "without the cookie, anybody may read an open hall"
