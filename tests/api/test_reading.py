"""View, events, tickets, voice: what is read, and that reading changes nothing (PROTOCOL, HTTP)."""

import pytest

from hallsys.live import hub
from tests.running import JSON, Door, Running, Serve, after

ROW = "label service number priority state counter arrival issued_at called_at started_at ended_at calls why"


async def serve_one(admin: Door, counter: str = "2") -> JSON:
    """Call and finish one ticket."""
    assert (await admin.do("call_next", counter=counter)).status == 200
    ticket: JSON = (await admin.do("finish", counter=counter)).result["ticket"]
    return ticket


async def test_the_sample_hall(server: Running) -> None:
    view = (await server.nobody.view())["view"]
    assert list(view) == ["hall", "services", "counters", "tickets"]
    assert set(view["services"]) == set("AHNXKSYQRT")
    assert set(view["counters"]) == {"1", "2", "3", "4", "5"}
    assert {service for row in view["counters"].values() for service in row["services"]} == set("AHNXKSYQRT")
    assert view["hall"]["priorities"] == ["aged", "disabled", "pregnant", "merit"]
    assert view["hall"]["open"] is True
    assert view["hall"]["enforce_hours"] is False


async def test_the_very_first_answer_shows_the_whole_hall(serve: Serve) -> None:
    """Not what the store held before the settings were written to it."""
    for _ in range(3):
        server = await serve()
        async with server.nobody.socket() as screen:
            snapshot = await screen.hello()
        assert snapshot["view"]["hall"]["open"] is True
        assert len(snapshot["view"]["counters"]) == 5


async def test_rows(server: Running) -> None:
    admin = await server.door("admin")
    row = (await admin.do("issue", service="A", priority="aged")).result["ticket"]
    assert set(ROW.split()) <= set(row)
    assert (row["label"], row["service"], row["number"], row["priority"]) == ("A001", "A", 1, "aged")
    assert (row["state"], row["counter"], row["calls"]) == ("waiting", None, 0)
    await admin.do("open_counter", counter="2")
    called = (await admin.do("call_next", counter="2")).result
    assert called["why"] == called["ticket"]["why"]
    assert (called["ticket"]["state"], called["ticket"]["counter"], called["ticket"]["calls"]) == ("called", "2", 1)
    counter = (await admin.view())["view"]["counters"]["2"]
    assert {"id", "name", "state", "ticket", "services"} <= set(counter)
    assert (counter["state"], counter["ticket"]) == ("open", "A001")
    await admin.do("start", counter="2")
    done = (await admin.do("finish", counter="2")).result["ticket"]
    assert done["state"] == "done"
    moments = [done[time] for time in ("arrival", "issued_at", "called_at", "started_at", "ended_at")]
    assert all(type(moment) is int and moment > 1_600_000_000_000 for moment in moments)
    assert moments == sorted(moments)


async def test_the_position_of_an_answer_is_that_of_the_last_event_it_made(server: Running) -> None:
    admin = await server.door("admin")
    at = (await admin.view())["at"]
    first = await admin.do("issue", service="A")
    assert first.json["at"] == after(at, 1) == (await admin.view())["at"]
    await admin.do("issue", service="A")
    await admin.do("open_counter", counter="2")
    await admin.do("call_next", counter="2")
    second = await admin.do("call_next", counter="2")
    assert second.json["at"] == after(at, 6)
    kinds = [event["kind"] for event in (await admin.events(after(at, 4)))["events"]]
    assert kinds == ["finished", "called"], "one command, two events"


async def test_the_view_holds_those_not_ended_and_the_fifty_that_ended_last(server: Running) -> None:
    admin = await server.door("admin")
    await admin.do("open_counter", counter="2")
    for _ in range(54):
        await admin.do("issue", service="A")
    for _ in range(52):
        await serve_one(admin)
    tickets = (await admin.view())["view"]["tickets"]
    assert set(tickets) == {f"A{number:03}" for number in range(3, 55)}
    assert [row["label"] for row in tickets.values() if row["state"] == "waiting"] == ["A053", "A054"]
    every = (await admin.get("/tickets")).json
    assert [row["label"] for row in every["tickets"]] == [f"A{number:03}" for number in range(1, 55)]
    assert every["next"] is None


# -- events ------------------------------------------------------------------------------------------------------------


async def test_events_after_a_position_oldest_first(server: Running) -> None:
    admin = await server.door("admin")
    at = (await admin.view())["at"]
    assert await admin.events(at) == {"at": at, "events": []}
    for _ in range(3):
        await admin.do("issue", service="A")
    answer = await admin.events(at)
    assert [event["at"] for event in answer["events"]] == [after(at, number) for number in (1, 2, 3)]
    assert answer["at"] == after(at, 3)
    for event in answer["events"]:
        assert event["type"] == "event"
        assert event["kind"] == "issued"
        assert type(event["time"]) is int
        assert set(event) == {"type", "at", "kind", "time", "changes"}


@pytest.mark.parametrize("query", ["", "?since=", "?since=7", "?since=1-", "?since=-1-1", "?since=01-1", "?since=null"])
async def test_events_want_a_position(server: Running, query: str) -> None:
    reply = await server.nobody.ask("GET", f"{server.nobody.api}/events{query}")
    assert reply.refusal == (400, "bad_request")
    assert reply.json["error"]["field"] == "since"


async def test_events_that_are_not_kept_or_never_were(server: Running) -> None:
    at = (await server.nobody.view())["at"]
    epoch, seq = map(int, at.split("-"))
    for lost in (f"{epoch}-{seq + 1}", f"{epoch - 1}-{seq}", f"{epoch + 1}-0", "0-0", "1-1"):
        assert (await server.nobody.get("/events", since=lost)).refusal == (410, "position_lost"), lost


async def test_at_most_a_thousand_events_and_the_rest_from_the_last(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await server.door("admin")
    start = await admin.view()
    async with admin.screen() as screen:
        for number in range(1040):
            await screen.send(
                {"type": "do", "id": f"key-{number:08}", "name": "open_counter", "args": {"counter": "2"}}
            )
        await screen.reach(after(start["at"], 1040))
    first = await admin.events(start["at"])
    assert len(first["events"]) == 1000
    assert first["at"] == first["events"][-1]["at"] == after(start["at"], 1000)
    rest = await admin.events(first["at"])
    assert len(rest["events"]) == 40
    assert rest["at"] == (await admin.view())["at"]
    monkeypatch.setattr(hub.Hub, "missed", lambda _hub, _since: None)
    assert await admin.events(start["at"]) == first, "from the store as from memory"
    assert await admin.events(first["at"]) == rest


async def test_another_server_of_the_hall_knows_every_acknowledged_position(serve: Serve) -> None:
    """A client behind a load balancer asks one server for what follows an answer of the other."""
    one = await serve()
    two = await serve(hall=one.hall)
    kiosk = await one.door("kiosk")
    there = Door(two.http, two.address, two.hall)
    for _ in range(20):
        at = (await kiosk.do("issue", service="A")).json["at"]
        assert (await there.events(at))["at"] == at


async def test_no_secret_in_a_view_an_event_or_a_list(server: Running) -> None:
    admin = await server.door("admin")
    at = (await admin.view())["at"]
    dossier = "G22.99.09-240114-0001"
    token = (await admin.do("issue", service="A", dossier=dossier)).result["token"]
    await admin.do("open_counter", counter="2")
    await admin.do("call_next", counter="2")
    await admin.do("hold", counter="2", note="a note about a person")
    booking = (await admin.do("book", service="A", at=4_000_000_000_000)).result["booking"]["id"]
    replies = [await admin.get(path) for path in ("/view", f"/events?since={at}", "/tickets", "/stats")]
    for reply in (*replies, await admin.ask("GET", "/metrics")):
        assert reply.status == 200
        for secret in (dossier, token, token.split(".")[1], "a note about", booking, admin.token or "-"):
            assert secret.encode() not in reply.body


# -- tickets -----------------------------------------------------------------------------------------------------------


async def test_pages_of_tickets(server: Running) -> None:
    admin = await server.door("admin")
    for number in range(25):
        await admin.do("issue", service="AHR"[number % 3])
    whole = (await admin.get("/tickets")).json
    assert whole["next"] is None
    assert len({row["label"] for row in whole["tickets"]}) == 25
    for limit in (1, 7, 24, 25, 1000):
        rows, cursor = [], None
        while True:
            page = (await admin.get("/tickets", limit=limit, **({"after": cursor} if cursor else {}))).json
            assert set(page) == {"tickets", "next"}
            assert len(page["tickets"]) <= limit
            rows += page["tickets"]
            cursor = page["next"]
            if cursor is None:
                break
        assert rows == whole["tickets"]


async def test_a_ticket_issued_between_two_pages_is_on_the_second(server: Running) -> None:
    admin = await server.door("admin")
    for _ in range(3):
        await admin.do("issue", service="A")
    cursor = (await admin.get("/tickets", limit=2)).json["next"]
    await admin.do("issue", service="A")
    rest = (await admin.get("/tickets", limit=1000, after=cursor)).json
    assert [row["label"] for row in rest["tickets"]] == ["A003", "A004"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("after=nonsense", "after"),
        ("after=", "after"),
    ],
)
async def test_wrong_pages_of_tickets(server: Running, query: str, field: str) -> None:
    reply = await (await server.door("admin")).ask("GET", f"/api/v1/halls/{server.hall}/tickets?{query}")
    assert reply.refusal == (400, "bad_request")
    assert reply.json["error"]["field"] == field


# -- reading changes nothing -------------------------------------------------------------------------------------------


async def test_get_and_head_change_nothing(server: Running) -> None:
    admin = await server.door("admin")
    await admin.do("issue", service="A")
    await admin.do("open_counter", counter="2")
    voice = (await admin.do("call_next", counter="2")).json["at"]
    before = await admin.view()
    event = (await admin.events(after(voice, -1)))["events"][0]
    hall = f"/halls/{server.hall}"
    paths = [f"{admin.api}/{name}" for name in (f"events?since={voice}", "tickets", "stats", "accounts", "view")]
    paths += [f"{hall}/{page}" for page in ("board", "counter", "kiosk", "monitor", "admin")]
    paths += [
        f"{hall}/voice/{event['voice']}.mp3",
        "/",
        "/login",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/openapi.json",
    ]
    for path in paths:
        got = await admin.ask("GET", path)
        head = await admin.ask("HEAD", path)
        assert got.status == head.status == 200, path
        assert head.body == b""
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert await admin.view() == before


async def test_the_sound_of_a_call(server: Running) -> None:
    admin = await server.door("admin")
    await admin.do("issue", service="A")
    await admin.do("open_counter", counter="2")
    at = (await admin.do("call_next", counter="2")).json["at"]
    await admin.do("recall", counter="2")
    called, recalled = (await admin.events(after(at, -1)))["events"]
    assert (called["kind"], recalled["kind"]) == ("called", "recalled")
    assert called["voice"] != recalled["voice"]
    for event in (called, recalled):
        sound = await server.nobody.ask("GET", f"/halls/{server.hall}/voice/{event['voice']}.mp3")
        assert sound.status == 200
        assert sound.headers["Content-Type"] == "audio/mpeg"
        assert sound.body[:2] in (b"\xff\xfb", b"\xff\xf3", b"ID")
    for other in ("A999-2-abcdef", "A001-99-abcdef", "A001", "..", "A001-2-ABCDEF"):
        reply = await server.nobody.ask("GET", f"/halls/{server.hall}/voice/{other}.mp3")
        assert reply.refusal == (404, "not_found")
