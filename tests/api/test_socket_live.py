"""The socket door: resuming, live events, commands and their answers, the end (PROTOCOL, WebSocket)."""

import asyncio
from typing import Any

import pytest

from hallsys.live import halls, socket
from tests.running import Door, Running, Serve, after

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
