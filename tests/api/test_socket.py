"""The socket door: hello, frames, answers, close codes (PROTOCOL, WebSocket)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from hallsys.live import halls, socket
from tests.running import Door, Running, Screen, Serve
from tests.web.conftest import PASSWORD

LIMIT = 64 * 1024


def after(at: str, events: int) -> str:
    epoch, seq = at.split("-")
    return f"{epoch}-{int(seq) + events}"


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


# -- resume ------------------------------------------------------------------------------------------------------------


async def test_resume_gets_exactly_what_was_missed_then_live(server: Running) -> None:
    admin = await server.door("admin")
    start = (await admin.view())["at"]
    for _ in range(7):
        await admin.do("issue", service="A")
    for missed in (7, 3, 1, 0):
        since = after(start, 7 - missed)
        async with admin.socket() as screen:
            resumed = await screen.hello(since)
            assert (resumed["type"], resumed["at"]) == ("resumed", since)
            got = [await screen.next() for _ in range(missed)]
            assert [frame["at"] for frame in got] == [after(since, number + 1) for number in range(missed)]
            assert got == (await admin.events(since))["events"], "the frames of HTTP"
    async with admin.socket() as screen:
        await screen.hello(start)
        await admin.do("issue", service="H")
        await screen.reach(after(start, 8))
        assert len(screen.events) == 8


async def test_a_position_unknown_or_in_the_future_gets_a_snapshot(server: Running) -> None:
    fresh = await server.nobody.view()
    epoch, seq = map(int, fresh["at"].split("-"))
    for since in (
        f"{epoch}-{seq + 1}",
        f"{epoch}-999999",
        f"{epoch - 1}-{seq}",
        f"{epoch + 1}-0",
        "0-0",
        f"1-{'9' * 18}",
    ):
        async with server.nobody.socket() as screen:
            snapshot = await screen.hello(since)
            assert (snapshot["type"], snapshot["at"], snapshot["view"]) == ("snapshot", fresh["at"], fresh["view"])


async def test_the_last_500_events_are_kept_across_a_restart(serve: Serve) -> None:
    first = await serve()
    admin = await first.door("admin")
    at = (await admin.view())["at"]
    async with admin.screen() as screen:
        for number in range(505):
            await screen.send(
                {"type": "do", "id": f"key-{number:08}", "name": "open_counter", "args": {"counter": "2"}}
            )
        await screen.reach(after(at, 505))
    again = await serve(hall=first.hall)
    async with Door(again.http, again.address, again.hall).socket() as screen:
        assert (await screen.hello(after(at, 5)))["type"] == "resumed"
        await screen.reach(after(at, 505))
        assert len(screen.events) == 500


async def test_a_screen_hears_what_happens_on_another_server(serve: Serve) -> None:
    one = await serve()
    two = await serve(hall=one.hall)
    kiosk = await one.door("kiosk")
    async with Door(two.http, two.address, two.hall).screen() as screen:
        at = (await kiosk.do("issue", service="A")).json["at"]
        await screen.reach(at)
        assert screen.view == (await kiosk.view())["view"]


# -- live --------------------------------------------------------------------------------------------------------------


async def test_ticks(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    assert halls.TICK == 10.0
    monkeypatch.setattr(halls, "TICK", 0.05)
    server = await serve()
    async with server.nobody.screen() as screen:
        first, second = await screen.next("tick"), await screen.next("tick")
        assert set(first) == {"type", "at", "now"}
        assert first["at"] == screen.at
        assert type(first["now"]) is int
        assert 0 < second["now"] - first["now"] < 10_000


async def test_done_and_refused_carry_the_id(server: Running) -> None:
    async with (await server.door("counter")).screen() as screen:
        done = await screen.do("issue", "key-12345", service="A")
        assert set(done) == {"type", "id", "at", "result"}
        assert done["result"]["ticket"]["label"] == "A001"
        await screen.reach(done["at"])
        assert screen.events[-1]["kind"] == "issued"
        refused = await screen.do("call_next", "key-67890", counter="2")
        assert set(refused) == {"type", "id", "code", "message"}
        assert (refused["id"], refused["code"]) == ("key-67890", "counter_closed")
        named = await screen.do("issue", service="Z")
        assert (named["code"], named["field"]) == ("unknown_service", "service")


async def test_do_is_judged_like_a_request(server: Running) -> None:
    async def codes(door: Door) -> list[str]:
        async with door.screen() as screen:
            return [
                (await screen.do("fly", "short", x=1)).get("code", "done"),
                (await screen.do("issue", "short", x=1)).get("code", "done"),
                (await screen.do("issue", x=1)).get("code", "done"),
                (await screen.do("issue", service="A")).get("code", "done"),
                (await screen.do("open_day")).get("code", "done"),
            ]

    assert await codes(server.nobody) == ["unauthorized"] * 5
    judged = ["unknown_command", "bad_request", "bad_request"]
    assert await codes(await server.door("display")) == [*judged, "forbidden", "forbidden"]
    assert await codes(await server.door("kiosk")) == [*judged, "done", "forbidden"]
    assert await codes(await server.door("supervisor")) == [*judged, "done", "wrong_state"]


async def test_arguments_of_do(server: Running) -> None:
    async with (await server.door("admin")).screen() as screen:
        await screen.send('{"type":"do","id":"key-00001","name":"close_day"}')
        assert (await screen.next("done"))["result"]["day"]
        for number, args in enumerate(("[]", "null", '"A"', "7", "{}")):
            await screen.send(f'{{"type":"do","id":"key-1000{number}","name":"issue","args":{args}}}')
            assert (await screen.next("refused"))["code"] == "bad_request"


async def test_a_refusal_speaks_the_language_of_the_upgrade(server: Running) -> None:
    messages = []
    for language in ("vi", "en"):
        async with server.nobody.socket(**{"Accept-Language": language}) as screen:
            await screen.hello()
            messages.append((await screen.do("issue", service="A"))["message"])
    assert messages[0] != messages[1]
    assert messages[1].isascii()


async def test_many_commands_at_once_are_all_answered_and_begin_in_their_order(server: Running) -> None:
    async with (await server.door("admin")).screen() as screen:
        ids = [f"key-{number:08}" for number in range(200)]
        for id_ in ids:
            await screen.send({"type": "do", "id": id_, "name": "issue", "args": {"service": "A"}})
        answers = [await screen.next("done") for _ in ids]
        numbers = {answer["id"]: answer["result"]["ticket"]["number"] for answer in answers}
        assert [numbers[id_] for id_ in ids] == list(range(1, 201))


async def test_two_events_where_a_ticket_was_at_hand_and_voices_on_calls_only(server: Running) -> None:
    admin = await server.door("admin")
    async with admin.screen() as screen:
        for name, args in (
            ("issue", {"service": "A"}),
            ("issue", {"service": "A"}),
            ("open_counter", {"counter": "2"}),
            ("call_next", {"counter": "2"}),
            ("start", {"counter": "2"}),
            ("call_next", {"counter": "2"}),
            ("recall", {"counter": "2"}),
        ):
            done = await screen.do(name, **args)
            assert done["type"] == "done"
        await screen.reach(done["at"])
        kinds = [event["kind"] for event in screen.events]
        assert kinds == ["issued", "issued", "counter_opened", "called", "started", "finished", "called", "recalled"]
        finished, called = screen.events[5:7]
        assert finished["changes"]["tickets"]["A001"]["state"] == "done"
        assert called["changes"]["tickets"]["A002"]["state"] == "called"
        assert called["changes"]["counters"]["2"]["ticket"] == "A002"
        assert {event["kind"] for event in screen.events if "voice" in event} == {"called", "recalled"}


DAY: list[tuple[str, dict[str, Any], str]] = [
    ("issue", {"service": "A"}, "issued"),
    ("open_counter", {"counter": "2"}, "counter_opened"),
    ("pause_counter", {"counter": "2", "reason": "tea"}, "counter_paused"),
    ("open_counter", {"counter": "2"}, "counter_opened"),
    ("call_next", {"counter": "2"}, "called"),
    ("recall", {"counter": "2"}, "recalled"),
    ("start", {"counter": "2"}, "started"),
    ("hold", {"counter": "2", "note": "a copy"}, "held"),
    ("resume", {"ticket": "A001"}, "resumed"),
    ("call", {"counter": "2", "ticket": "A001", "reason": "asked"}, "called"),
    ("return", {"counter": "2"}, "returned"),
    ("call", {"counter": "2", "ticket": "A001", "reason": "asked"}, "called"),
    ("transfer", {"counter": "2", "service": "H"}, "transferred"),
    ("call_next", {"counter": "2"}, "called"),
    ("no_show", {"counter": "2"}, "no_show"),
    ("reinstate", {"ticket": "A001"}, "reinstated"),
    ("call_next", {"counter": "2"}, "called"),
    ("finish", {"counter": "2", "outcome": "done", "delivered": ["A"]}, "finished"),
    ("rate", {"score": 5}, "rated"),
    ("issue", {"service": "A"}, "issued"),
    ("cancel", {"ticket": "A002", "reason": "left"}, "cancelled"),
    ("close_counter", {"counter": "2"}, "counter_closed"),
    ("close_day", {}, "day_closed"),
    ("open_day", {}, "day_opened"),
]


async def test_one_event_kind_per_command(server: Running) -> None:
    token = ""
    async with (await server.door("admin")).screen() as screen:
        for name, args, kind in DAY:
            done = await screen.do(name, **(args | {"token": token} if name == "rate" else args))
            assert done["type"] == "done", (name, done)
            token = token or done["result"].get("token", "")
            await screen.reach(done["at"])
            assert screen.events[-1]["kind"] == kind
            assert set(screen.events[-1]["changes"]) <= {"hall", "services", "counters", "tickets"}


# -- the end -----------------------------------------------------------------------------------------------------------


async def test_a_server_that_stops_says_4410(serve: Serve) -> None:
    server = await serve()
    async with server.nobody.screen() as one, server.nobody.socket() as silent:
        await server.server.sockets.close()
        assert await one.closed() == 4410
        assert await silent.closed() == 4410


async def test_a_bug_in_a_command_is_answered_on_the_socket(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_args: object) -> None:
        raise LookupError("secret detail")

    monkeypatch.setattr(socket, "carry_out", broken)
    async with (await server.door("admin")).screen() as screen:
        refused = await screen.do("issue", service="A")
        assert refused["code"] == "internal"
        assert "secret detail" not in refused["message"]
    assert any("issue" in record.message for record in caplog.records)


Leave = Callable[[Screen], Awaitable[None]]


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_a_screen_that_leaves_is_forgotten(server: Running, how: str) -> None:
    hall = server.server.halls.at_once(server.hall)
    assert hall is not None
    async with (await server.door("admin")).socket() as screen:
        await screen.hello()
        assert hall.hub.members == 1
        if how == "abort":
            screen.socket.transport.abort()
        else:
            await screen.socket.close()
    while hall.hub.members:  # noqa: ASYNC110 (what is waited for has no event)
        await asyncio.sleep(0.01)
