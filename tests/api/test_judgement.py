"""The order in which a request is judged, and each role's rights (PROTOCOL, HTTP)."""

from typing import Any

import pytest

from hallsys.core.commands import COMMANDS
from hallsys.core.rights import ROLES
from tests.running import Door, Running, Serve

BAD_KEY = "short"
KEY = "a-good-key"

ARGS: dict[str, dict[str, Any]] = {
    "issue": {"service": "A"},
    "cancel": {"ticket": "A009"},
    "open_counter": {"counter": "2"},
    "pause_counter": {"counter": "2", "reason": "lunch"},
    "close_counter": {"counter": "2"},
    "call_next": {"counter": "2"},
    "call": {"counter": "2", "ticket": "A009", "reason": "asked for"},
    "recall": {"counter": "2"},
    "start": {"counter": "2"},
    "finish": {"counter": "2"},
    "no_show": {"counter": "2"},
    "hold": {"counter": "2"},
    "return": {"counter": "2"},
    "transfer": {"counter": "2", "service": "H"},
    "resume": {"ticket": "A009"},
    "reinstate": {"ticket": "A009"},
    "book": {"service": "A", "at": 4_000_000_000_000},
    "check_in": {"booking": "ABCDEFGH"},
    "late": {"ticket": "A009"},
    "cancel_booking": {"booking": "ABCDEFGH"},
    "rate_here": {"counter": "2", "ticket": "A009", "score": 3},
    "undo": {"counter": "2"},
    "walk_in": {"counter": "2", "service": "A"},
    "note": {"ticket": "A009", "text": "two copies"},
    "assign_counter": {"counter": "2", "mode": "ordinary"},
    "sign_on": {"counter": "2"},
    "sign_off": {"counter": "2"},
    "ask_help": {"counter": "2", "kind": "colleague"},
    "notice": {"text": "Counter 2 is back at ten"},
    "end_notice": {"notice": "none"},
    "set_screen": {"screen": "none", "name": "Hall"},
    "expire": {"ticket": "A009"},
    "open_day": {},
    "close_day": {},
}
"""Well-shaped arguments for every command that needs a sign-in."""
LEAST = {
    "issue": "kiosk",
    "check_in": "kiosk",
    **dict.fromkeys(("open_day", "close_day", "assign_counter", "expire"), "supervisor"),
    "set_screen": "admin",
}
"""The table of roles; what is not here is a counter's."""
ITS_OWN = {name for name, args in ARGS.items() if "counter" in args and name not in LEAST}


def test_every_command_is_looked_at() -> None:
    assert set(ARGS) | {"rate"} == set(COMMANDS)


async def test_the_order_is_hall_signin_command_key_shape_role_state(server: Running) -> None:
    """Each request is wrong in everything from one step on; the step is what it hears."""
    display, counter = await server.door("display"), await server.door("counter")
    elsewhere = Door(server.http, server.address, "nowhere", display.token)
    stranger = Door(server.http, server.address, server.hall, "hs_nobody-has-this")
    wrong = b'{"counter": 7}'
    steps = [
        (await elsewhere.send("fly", wrong, BAD_KEY), (404, "unknown_hall")),
        (await Door(server.http, server.address, "nowhere").send("fly", wrong, BAD_KEY), (404, "unknown_hall")),
        (await Door(server.http, server.address, "nowhere", "hs_x").send("fly", wrong), (404, "unknown_hall")),
        (await server.nobody.send("fly", wrong, BAD_KEY), (401, "unauthorized")),
        (await server.nobody.send("call_next", wrong, BAD_KEY), (401, "unauthorized")),
        (await stranger.send("fly", wrong, BAD_KEY), (401, "unauthorized")),
        (await display.send("fly", wrong, BAD_KEY), (404, "unknown_command")),
        (await display.send("call_next", wrong, BAD_KEY), (400, "bad_request")),
        (await display.send("call_next", wrong, KEY), (400, "bad_request")),
        (await display.send("call_next", b'{"counter": "99"}', KEY), (403, "forbidden")),
        (await counter.send("call_next", b'{"counter": "99"}', KEY), (404, "unknown_counter")),
        (await counter.send("call_next", b'{"counter": "2"}', KEY), (409, "counter_closed")),
    ]
    assert [reply.refusal for reply, _ in steps] == [expected for _, expected in steps]
    key, shape = steps[7][0], steps[8][0]
    assert key.json["error"]["field"] == "Idempotency-Key"
    assert shape.json["error"]["field"] == "counter"


async def test_a_used_key_is_judged_before_shape_and_role(server: Running) -> None:
    kiosk, display = await server.door("kiosk"), await server.door("display")
    assert (await kiosk.do("issue", KEY, service="A")).status == 200
    for door in (kiosk, display):
        assert (await door.send("issue", b"{", KEY)).refusal == (422, "key_reused")
        assert (await door.send("issue", b'{"service": "H"}', KEY)).refusal == (422, "key_reused")
        assert (await door.send("open_day", b"{}", KEY)).refusal == (422, "key_reused")
    assert (await display.send("issue", b'{"service": "A"}', KEY)).refusal == (403, "forbidden")


async def test_what_is_too_large_or_unreadable_is_shape_and_comes_after_signin_and_key(server: Running) -> None:
    large = b'{"service": "A"' + b" " * 66_000 + b"}"
    assert (await server.nobody.send("issue", large, KEY)).refusal == (401, "unauthorized")
    assert (await (await server.door("kiosk")).send("issue", large, BAD_KEY)).refusal == (400, "bad_request")
    assert (await (await server.door("display")).send("issue", large, KEY)).refusal == (413, "too_large")


@pytest.mark.parametrize(
    "authorization", ["Bearer hs_wrong", "Bearer", "Bearer ", "Basic YTpi", "hs_x", "Bearer \x80ÿ"]
)
async def test_a_wrong_signin_is_refused_even_where_everybody_may_read(server: Running, authorization: str) -> None:
    """Not taken for nobody: a screen whose token was revoked should say so instead of half working."""
    door = Door(server.http, server.address, server.hall, headers={"Authorization": authorization})
    for path in ("/view", "/events?since=1-1", "/tickets", "/stats"):
        assert (await door.ask("GET", door.api + path)).refusal == (401, "unauthorized")
    assert (await door.do("issue", service="A")).refusal == (401, "unauthorized")
    assert (await door.do("rate", token="x", score=5)).refusal == (401, "unauthorized")
    assert (await door.ask("GET", f"/halls/{server.hall}/voice/A001-1-abcdef.mp3")).refusal == (401, "unauthorized")
    elsewhere = Door(server.http, server.address, "nowhere", headers=door.headers)
    assert (await elsewhere.get("/view")).refusal == (404, "unknown_hall")
    assert (await door.ask("GET", "/healthz")).status == 200


async def test_401_says_how_to_sign_in(server: Running) -> None:
    reply = await server.nobody.do("issue", service="A")
    assert reply.refusal == (401, "unauthorized")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("role", ROLES)
async def test_the_rights_of_a_role(server: Running, role: str) -> None:
    """Whoever has no right hears 403; whoever has it hears anything else, which is the state's business."""
    door = await server.door(role)
    rank = ROLES.index(role)
    for name, args in ARGS.items():
        allowed = rank >= ROLES.index(LEAST.get(name, "counter"))
        reply = await door.do(name, **args)
        assert (reply.status != 403) is allowed, (name, reply.body)
    assert (await door.get("/view")).status == 200
    assert (await door.get("/events", since="1-1")).status == 410
    for path in ("/tickets", "/stats"):
        assert (await door.get(path)).status == (200 if rank >= ROLES.index("supervisor") else 403)
    assert (await door.get("/accounts")).status == (200 if role == "admin" else 403)


async def test_a_counter_token_with_a_number_is_bound_to_it(server: Running) -> None:
    bound, free = await server.door("counter", counter="3"), await server.door("counter")
    for name in ITS_OWN:
        reply = await bound.do(name, **ARGS[name])
        assert reply.refusal == (403, "forbidden"), name
        assert (await bound.do(name, **{**ARGS[name], "counter": "3"})).status != 403, name
        assert (await free.do(name, **ARGS[name])).status != 403, name
    for name in ("issue", "cancel", "resume", "reinstate", "book", "check_in"):
        assert (await bound.do(name, **ARGS[name])).status != 403, name


async def test_a_bound_counter_may_send_people_to_another_one(server: Running) -> None:
    bound = await server.door("counter", counter="2")
    await bound.do("issue", service="A")
    await bound.do("open_counter", counter="2")
    await bound.do("call_next", counter="2")
    assert (await bound.do("transfer", counter="2", to_counter="3")).result["ticket"]["to_counter"] == "3"


async def test_rights_end_at_the_hall(server: Running) -> None:
    other, every = await server.door("admin", hall="another"), await server.door("admin", hall=None)
    for name, args in ARGS.items():
        assert (await other.do(name, **args)).refusal == (403, "forbidden"), name
    for path in ("/tickets", "/stats", "/accounts"):
        assert (await other.get(path)).refusal == (403, "forbidden")
    assert (await other.get("/view")).status == 200, "everybody may read an open hall"
    assert (await every.do("issue", service="A")).status == 200


async def test_a_hall_that_is_not_open_for_reading_is_read_with_a_right_only(serve: Serve) -> None:
    server = await serve(open_reading=False)
    paths = ("/view", "/events?since=1-1")
    voice = f"/halls/{server.hall}/voice/A001-1-abcdef.mp3"
    for path in (*(server.nobody.api + path for path in paths), voice):
        assert (await server.nobody.ask("GET", path)).refusal == (401, "unauthorized")
        other = await server.door("display", hall="another")
        assert (await other.ask("GET", path)).refusal == (403, "forbidden")
        display = await server.door("display")
        assert (await display.ask("GET", path)).status in (200, 404, 410)


async def test_nobody_may_cancel_and_rate_with_a_tickets_own_token(server: Running) -> None:
    kiosk, counter, nobody = await server.door("kiosk"), await server.door("counter"), server.nobody
    token = (await kiosk.do("issue", service="A")).result["token"]
    assert (await nobody.do("rate", token=token, score=5)).refusal == (409, "wrong_state")
    assert (await nobody.do("cancel", token=token)).result["ticket"]["state"] == "cancelled"
    second = (await kiosk.do("issue", service="A")).result["token"]
    await counter.do("open_counter", counter="2")
    await counter.do("call_next", counter="2")
    await counter.do("finish", counter="2")
    assert (await nobody.do("rate", token=second, score=5, reasons=["kind"])).result == {}
    assert (await nobody.do("cancel", token=second)).refusal == (409, "wrong_state")


async def test_nobody_may_not_cancel_with_anything_else(server: Running) -> None:
    kiosk, nobody = await server.door("kiosk"), server.nobody
    mine = (await kiosk.do("issue", service="A")).result
    other = (await kiosk.do("issue", service="A")).result
    assert (await nobody.do("cancel", ticket="A001")).refusal == (401, "unauthorized")
    assert (await nobody.do("cancel", BAD_KEY, ticket="A001")).refusal == (401, "unauthorized")
    assert (await nobody.do("cancel", ticket="A001", token=other["token"])).refusal == (403, "forbidden")
    assert (await nobody.do("cancel", token=mine["token"][:-2])).refusal == (404, "unknown_ticket")
    assert (await nobody.do("cancel")).refusal == (401, "unauthorized")
    assert (await nobody.do("rate", score=3)).refusal == (401, "unauthorized")
    assert (await nobody.send("cancel", b"no json", KEY)).refusal == (401, "unauthorized")
    assert (await nobody.do("cancel", ticket="A001", token=None)).refusal == (401, "unauthorized")
    assert (await nobody.do("issue", service="A", token=mine["token"])).refusal == (401, "unauthorized")
    states = {row["state"] for row in (await nobody.view())["view"]["tickets"].values()}
    assert states == {"waiting"}
