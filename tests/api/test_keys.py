"""Pressing twice is pressing once: the Idempotency-Key (PROTOCOL, HTTP)."""

import asyncio

import pytest

from tests.running import Door, Running, Serve


async def issued(door: Door) -> int:
    return len((await door.view())["view"]["tickets"])


async def test_the_same_key_gets_the_same_answer_at_once_and_later(server: Running) -> None:
    kiosk, other = await server.door("kiosk"), await server.door("kiosk")
    replies = await asyncio.gather(*(door.do("issue", "key-12345", service="A") for door in (kiosk, other) * 4))
    later = await kiosk.do("issue", "key-12345", service="A")
    assert {reply.status for reply in replies} == {200}
    assert {reply.body for reply in replies} == {later.body}, "to the last byte"
    assert await issued(kiosk) == 1


async def test_the_answer_is_kept_while_the_hall_goes_on_and_across_a_restart(serve: Serve) -> None:
    server = await serve()
    admin = await server.door("admin")
    first = await admin.do("issue", "key-12345", service="A")
    await admin.do("open_counter", counter="2")
    called = await admin.do("call_next", "key-call1", counter="2")
    await admin.do("finish", counter="2")
    again = await serve(hall=server.hall)
    there = Door(again.http, again.address, again.hall, admin.token)
    for door in (admin, there):
        assert (await door.do("issue", "key-12345", service="A")).body == first.body
        assert (await door.do("call_next", "key-call1", counter="2")).body == called.body
    assert await issued(there) == 1


async def test_the_same_key_on_two_servers_at_once_is_one_command(serve: Serve) -> None:
    one = await serve()
    two = await serve(hall=one.hall)
    kiosk = await one.door("kiosk")
    there = Door(two.http, two.address, two.hall, kiosk.token)
    for turn in range(5):
        replies = await asyncio.gather(*(door.do("issue", f"key-{turn:08}", service="A") for door in (kiosk, there)))
        assert [reply.status for reply in replies] == [200, 200]
        assert replies[0].body == replies[1].body
    refused = await asyncio.gather(
        kiosk.do("issue", "key-other", service="A"), there.do("issue", "key-other", service="H")
    )
    assert sorted(reply.status for reply in refused) == [200, 422]
    assert await issued(kiosk) == 6


async def test_the_same_key_with_something_else_is_refused(server: Running) -> None:
    admin = await server.door("admin")
    await admin.do("issue", "key-12345", service="A")
    others = [
        await admin.do("issue", "key-12345", service="H"),
        await admin.do("issue", "key-12345", service="A", priority="aged"),
        await admin.do("open_counter", "key-12345", counter="2"),
        await admin.send("issue", b"not json", "key-12345"),
    ]
    assert {reply.refusal for reply in others} == {(422, "key_reused")}
    assert {reply.json["error"]["field"] for reply in others} == {"Idempotency-Key"}


async def test_two_different_commands_with_one_key_at_once(server: Running) -> None:
    kiosk = await server.door("kiosk")
    replies = await asyncio.gather(*(kiosk.do("issue", "key-12345", service=service) for service in "AH"))
    assert sorted(reply.status for reply in replies) == [200, 422]


async def test_arguments_are_compared_by_what_they_say(server: Running) -> None:
    kiosk = await server.door("kiosk")
    first = await kiosk.send("issue", b'{"service": "A", "priority": null}', "key-12345")
    again = await kiosk.send("issue", b' {"priority":null,\n"service":"\\u0041"}', "key-12345")
    assert first.body == again.body == (await kiosk.send("issue", b'{"service":"A"}', "key-12345")).body


async def test_a_refusal_is_not_kept(server: Running) -> None:
    counter = await server.door("counter")
    assert (await counter.do("call_next", "key-12345", counter="2")).refusal == (409, "counter_closed")
    await counter.do("open_counter", counter="2")
    assert (await counter.do("call_next", "key-12345", counter="2")).refusal == (409, "nobody_waiting")
    await counter.do("issue", service="A")
    assert (await counter.do("call_next", "key-12345", counter="2")).result["ticket"]["label"] == "A001"
    assert (await counter.do("call_next", "key-12345", counter="2")).result["ticket"]["label"] == "A001"


async def test_a_refused_key_may_be_used_for_something_else(server: Running) -> None:
    counter = await server.door("counter")
    assert (await counter.do("call_next", "key-12345", counter="2")).status == 409
    assert (await counter.do("open_counter", "key-12345", counter="2")).status == 200


async def test_keys_are_per_hall(serve: Serve) -> None:
    one, two = await serve(), await serve()
    first = await (await one.door("kiosk")).do("issue", "key-12345", service="A")
    second = await (await two.door("kiosk")).do("issue", "key-12345", service="H")
    assert (first.status, second.status) == (200, 200)
    assert first.result["token"] != second.result["token"]


async def test_keys_are_shared_by_http_and_socket(server: Running) -> None:
    kiosk = await server.door("kiosk")
    first = await kiosk.do("issue", "key-12345", service="A")
    async with kiosk.screen() as screen:
        done = await screen.do("issue", "key-12345", service="A")
        assert (done["at"], done["result"]) == (first.json["at"], first.result)
        assert (await screen.do("issue", "key-12345", service="H"))["code"] == "key_reused"
        socket_first = await screen.do("issue", "key-67890", service="A")
        again = await kiosk.do("issue", "key-67890", service="A")
        assert (again.json["at"], again.result) == (socket_first["at"], socket_first["result"])


@pytest.mark.parametrize("key", ["12345678", "k" * 128, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", f"{0xC0FFEE:032x}"])
async def test_keys_of_8_to_128_visible_characters(server: Running, key: str) -> None:
    kiosk = await server.door("kiosk")
    assert (await kiosk.do("issue", key, service="A")).status == 200


@pytest.mark.parametrize("key", [None, "", "1234567", "k" * 129, "eight eight", "tab\teight", "vietnamese-đ"])
async def test_other_keys_are_refused_by_name(server: Running, key: str | None) -> None:
    kiosk = await server.door("kiosk")
    reply = await kiosk.send("issue", b'{"service": "A"}', key)
    assert reply.refusal == (400, "bad_request")
    assert reply.json["error"]["field"] == "Idempotency-Key"
    assert await issued(kiosk) == 0


async def test_the_token_of_a_repeated_issue_is_the_first_one(server: Running) -> None:
    """The phone page of a ticket whose answer was lost must open."""
    kiosk = await server.door("kiosk")
    first = (await kiosk.do("issue", "key-12345", service="A")).result
    again = (await kiosk.do("issue", "key-12345", service="A")).result
    assert first["token"] == again["token"]
    assert (await server.nobody.ask("GET", f"/t/{again['token']}")).status == 200
