"""What those who work in a hall may ask: a ticket's history, who is next and why, the audit (docs/protocol.md)."""

import asyncio
import csv
import io
import json
import zlib
from typing import Any

import pytest

from hallsys.config import Policy
from hallsys.core.state import HallState
from hallsys.hallvisits import Tickets
from hallsys.live.staff import plain_cell
from tests.running import JSON, Door, Reply, Running, Serve


@pytest.fixture
async def admin(server: Running) -> Door:
    found = await server.door("admin")
    await found.do("open_counter", counter="2")
    return found


async def audit(door: Door, **query: Any) -> JSON:
    reply = await door.get("/audit", **query)
    assert reply.status == 200, reply.body
    found: JSON = reply.json
    return found


# -- a ticket --------------------------------------------------------------------------------------------------------


async def test_a_ticket_with_its_history(server: Running, admin: Door) -> None:
    await admin.do("issue", service="A", priority="aged")
    await admin.do("call_next", counter="2")
    await admin.do("hold", counter="2", note="thiếu bản sao")
    await admin.do("resume", ticket="A001")
    await admin.do("call_next", counter="2")
    row = (await admin.do("finish", counter="2", outcome="xong", delivered=["A"])).result["ticket"]
    await admin.do("issue", service="A")
    found = (await (await server.door("counter", counter="3")).get("/tickets/A001")).json
    assert found["ticket"] == row
    assert (found["notes"], found["outcome"], found["delivered"]) == (["held: thiếu bản sao"], "xong", ["A"])
    told = [(step["kind"], step["counter"], step["note"]) for step in found["history"]]
    assert told == [
        ("issued", None, None),
        ("called", "2", None),
        ("held", "2", "thiếu bản sao"),
        ("resumed", None, None),
        ("called", "2", None),
        ("finished", "2", "xong"),
    ]
    assert [step["why"] for step in found["history"] if step["kind"] == "called"] == [
        "priority kind=aged turn=1 of=2",
        "returned",
    ]
    times = [step["time"] for step in found["history"]]
    assert times == sorted(times)
    assert times[0] == row["issued_at"]


async def test_a_ticket_that_left_the_view_long_ago(admin: Door) -> None:
    for _ in range(52):
        await admin.do("issue", service="A")
        await admin.do("call_next", counter="2")
    await admin.do("finish", counter="2")
    assert "A001" not in (await admin.view())["view"]["tickets"]
    found = (await admin.get("/tickets/A001")).json
    assert [step["kind"] for step in found["history"]] == ["issued", "called", "finished"]


async def test_who_may_ask_for_a_ticket(server: Running, admin: Door) -> None:
    assert (await admin.get("/tickets/A001")).refusal == (404, "unknown_ticket")
    await admin.do("issue", service="A")
    for role, status in (("counter", 200), ("supervisor", 200), ("kiosk", 403), ("display", 403)):
        assert (await (await server.door(role)).get("/tickets/A001")).status == status
    assert (await server.nobody.get("/tickets/A001")).refusal == (401, "unauthorized")
    elsewhere = await server.door("admin", hall="elsewhere")
    assert (await elsewhere.get("/tickets/A001")).refusal == (403, "forbidden")


# -- who is next -----------------------------------------------------------------------------------------------------


async def next_of(door: Door, counter: str = "2") -> JSON:
    reply = await door.get(f"/counters/{counter}/next")
    assert reply.status == 200, reply.body
    found: JSON = reply.json
    return found


async def test_next_is_whom_the_counter_then_calls(admin: Door) -> None:
    assert await next_of(admin) == {"ticket": None, "why": None, "waiting": 0, "longest": None, "officer": None}
    first = (await admin.do("issue", service="A")).result["ticket"]
    await admin.do("issue", service="A", priority="merit")
    foreseen = await next_of(admin)
    assert foreseen["ticket"]["label"] == "A002"
    assert foreseen["waiting"] == 2
    now = (await admin.do("issue", service="H")).result["ticket"]["issued_at"]
    assert 0 <= foreseen["longest"] <= now - first["issued_at"]
    called = (await admin.do("call_next", counter="2")).result
    assert (called["ticket"]["label"], called["why"]) == (foreseen["ticket"]["label"], foreseen["why"])


async def test_asking_changes_nothing(admin: Door) -> None:
    await admin.do("issue", service="A")
    before = await admin.view()
    assert (await next_of(admin))["ticket"] == (await next_of(admin))["ticket"]
    assert await admin.view() == before


async def test_a_counter_asks_for_itself_alone(server: Running) -> None:
    own = await server.door("counter", counter="3")
    assert (await own.get("/counters/3/next")).status == 200
    assert (await own.get("/counters/2/next")).refusal == (403, "forbidden")
    every = await server.door("counter")
    assert (await every.get("/counters/2/next")).status == 200
    assert (await every.get("/counters/99/next")).refusal == (404, "unknown_counter")
    assert (await (await server.door("kiosk")).get("/counters/2/next")).refusal == (403, "forbidden")
    assert (await server.nobody.get("/counters/2/next")).refusal == (401, "unauthorized")


async def test_a_question_sees_committed_rows_only(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked while a commit is under way it is answered after it, and never from a batch that the store may not take."""
    admin = await server.door("admin")
    hall = server.server.halls.at_once(server.hall)
    assert hall is not None
    under_way, go_on = asyncio.Event(), asyncio.Event()
    commit = hall.journal.commit

    async def slow(*args: Any) -> Any:
        under_way.set()
        await go_on.wait()
        return await commit(*args)

    monkeypatch.setattr(hall.journal, "commit", slow)
    issuing = asyncio.create_task(admin.do("issue", service="A"))
    await under_way.wait()

    def tickets(state: HallState, _now: int) -> list[str]:
        return list(state.tickets)

    asked = asyncio.create_task(hall.ledger.read(tickets))
    await asyncio.sleep(0)
    assert not asked.done()
    assert "A001" not in hall.hub.tables["tickets"]
    go_on.set()
    assert await asked == ["A001"]
    assert (await issuing).status == 200
    assert await hall.ledger.read(tickets) == ["A001"]


# -- the audit -------------------------------------------------------------------------------------------------------


async def test_the_audit_of_today(admin: Door) -> None:
    await admin.do("issue", service="A")
    await admin.do("call", counter="2", ticket="A001", reason="em bé khóc")
    found = await audit(admin)
    assert found["next"] is None
    assert [line["kind"] for line in found["lines"]] == [
        "configured",
        "day_opened",
        "counter_opened",
        "issued",
        "called",
    ]
    last = found["lines"][-1]
    assert set(last) == {"at", "time", "kind", "who", "counter", "ticket", "why", "note"}
    assert (last["who"], last["counter"], last["ticket"]) == ("admin test admin", "2", "A001")
    assert (last["why"], last["note"]) == ("chosen", "em bé khóc")
    assert last["at"] == (await admin.view())["at"]


async def test_its_filters_and_pages(admin: Door) -> None:
    for _ in range(3):
        await admin.do("issue", service="A")
        await admin.do("call_next", counter="2")
    assert {line["ticket"] for line in (await audit(admin, ticket="A002"))["lines"]} == {"A002"}
    assert [line["ticket"] for line in (await audit(admin, kind="called"))["lines"]] == ["A001", "A002", "A003"]
    assert {line["counter"] for line in (await audit(admin, counter="2"))["lines"]} == {"2"}
    both = await audit(admin, ticket="A001", kind="finished")
    assert [(line["ticket"], line["kind"]) for line in both["lines"]] == [("A001", "finished")]
    every, pages, after = (await audit(admin))["lines"], [], None
    while True:
        page = await audit(admin, limit=4, **({"after": after} if after else {}))
        pages += page["lines"]
        assert len(page["lines"]) <= 4
        after = page["next"]
        if after is None:
            break
    assert pages == every
    assert (await audit(admin, kind="issued", limit=2))["next"] is not None
    assert (await audit(admin, kind="issued", limit=3))["next"] is None


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"after": "x"}, 400, "bad_request"),
        ({"limit": "0"}, 400, "bad_request"),
        ({"limit": "1001"}, 400, "bad_request"),
        ({"day": "today"}, 400, "bad_request"),
        ({"day": "2020-01-01"}, 404, "not_found"),
        ({"format": "xml"}, 400, "bad_request"),
    ],
)
async def test_what_it_refuses(admin: Door, query: JSON, status: int, code: str) -> None:
    assert (await admin.get("/audit", **query)).refusal == (status, code)


async def test_supervisors_only(server: Running) -> None:
    for role, status in (("supervisor", 200), ("counter", 403), ("kiosk", 403), ("display", 403)):
        assert (await (await server.door(role)).get("/audit")).status == status
    assert (await server.nobody.get("/audit")).refusal == (401, "unauthorized")


async def test_as_a_table(admin: Door) -> None:
    await admin.do("issue", service="A")
    await admin.do("call", counter="2", ticket="A001", reason='=HYPERLINK("http://evil.example";"bấm")')
    reply = await admin.get("/audit", format="csv")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    day = (await admin.view())["view"]["hall"]["day"]
    assert reply.headers["Content-Disposition"] == f'attachment; filename="audit-{admin.hall}-{day}.csv"'
    assert reply.body.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(reply.body.decode("utf-8-sig")))
    assert head == ["at", "time", "kind", "who", "counter", "ticket", "why", "note"]
    assert len(rows) == len((await audit(admin))["lines"])
    assert rows[-1][2:7] == ["called", "admin test admin", "2", "A001", "chosen"]
    assert rows[-1][7] == '\'=HYPERLINK("http://evil.example";"bấm")'
    assert rows[-1][1].startswith(day), "the hall's own clock"


async def test_a_table_of_many_lines_is_whole(admin: Door) -> None:
    for _ in range(600):
        await admin.do("issue", service="A")
    reply = await admin.get("/audit", format="csv", kind="issued")
    _, *rows = csv.reader(io.StringIO(reply.body.decode("utf-8-sig")))
    assert [row[5] for row in rows] == [f"A{number:03}" for number in range(1, 601)]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert plain_cell(text) == "'" + text
    assert plain_cell("A001") == "A001"
    assert plain_cell(None) == ""


async def test_a_closed_day_is_asked_for_by_its_date(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers: the one that is asked saw the new day begin, the other wrote yesterday's lines."""
    one = await serve()
    two = await serve(hall=one.hall)
    admin, other = await one.door("admin"), Door(two.http, two.address, two.hall, await one.token("admin"))
    await admin.do("issue", service="A")
    day = (await admin.view())["view"]["hall"]["day"]
    before = (await audit(admin))["lines"]
    ahead = 86_400_000
    for running in (one, two):
        hall = running.server.halls.at_once(one.hall)
        assert hall is not None
        clock = hall.ledger._mirror._clock
        monkeypatch.setattr(hall.ledger._mirror, "_clock", lambda clock=clock: clock() + ahead)
    at = (await admin.do("issue", service="A")).json["at"]
    async with other.screen() as screen:
        await screen.reach(at)
    assert (await audit(other, day=day))["lines"] == before
    assert (await audit(admin, day=day))["lines"] == before
    assert (await audit(admin, day=day, kind="issued"))["lines"] == [before[-1]]
    today = (await audit(other))["lines"]
    assert [line["kind"] for line in today] == ["day_opened", "issued"]
    assert b"issued" in (await other.get("/audit", day=day, format="csv")).body


async def test_what_the_store_has_lost_was_never_done(server: Running, admin: Door) -> None:
    """The audit must not go on telling of a ticket that a failover took back."""
    client: Any = server.server.connection.client
    names = await client.keys(f"{{{server.hall}}}:*")
    copy = {name: await client.dump(name) for name in names}
    await admin.do("issue", service="A")
    assert (await audit(admin))["lines"][-1]["ticket"] == "A001"
    pipeline = client.pipeline(transaction=True)
    pipeline.delete(*await client.keys(f"{{{server.hall}}}:*"))
    for name, dumped in copy.items():
        pipeline.restore(name, 0, dumped)
    await pipeline.execute()
    await admin.do("issue", service="H")
    lines = (await audit(admin))["lines"]
    assert [line["ticket"] for line in lines if line["kind"] == "issued"] == ["H001"]
    assert [line["kind"] for line in lines].count("day_opened") == 1


# -- by themselves ---------------------------------------------------------------------------------------------------


async def test_tickets_past_their_time_expire_once_on_two_servers(serve: Serve) -> None:
    policy = Policy(held_expire_s=1, waiting_expire_s=0)
    one = await serve(policy=policy)
    two = await serve(hall=one.hall, policy=policy)
    admin = await one.door("admin")
    await admin.do("open_counter", counter="2")
    for _ in range(2):
        await admin.do("issue", service="A")
    await admin.do("call_next", counter="2")
    at = (await admin.do("hold", counter="2")).json["at"]
    async with Door(two.http, two.address, two.hall, admin.token).screen() as screen:
        await screen.reach(at)
    held = (await admin.view())["view"]["tickets"]["A001"]
    for running in (one, two):
        running.server.keeper._clock = lambda: held["queued_at"] + 999
    await asyncio.gather(one.server.keeper.round(), two.server.keeper.round())
    assert (await admin.view())["view"]["tickets"]["A001"]["state"] == "held"
    for running in (one, two):
        hall = running.server.halls.at_once(one.hall)
        assert hall is not None
        running.server.keeper._clock = hall.ledger._mirror._clock = lambda: held["queued_at"] + 1000
        hall.ledger._mirror.now = 0
    await asyncio.gather(one.server.keeper.round(), two.server.keeper.round())
    lines = [line for line in (await audit(admin))["lines"] if line["kind"] == "expired"]
    assert [(line["ticket"], line["who"]) for line in lines] == [("A001", "clock")]
    assert (await admin.view())["view"]["tickets"]["A002"]["state"] == "waiting", "no limit is set for those who wait"


async def test_a_hall_that_fails_does_not_keep_the_others_from_being_looked_after(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hall = server.server.halls.at_once(server.hall)
    assert hall is not None
    monkeypatch.setattr(hall, "keep_past", None)
    await server.server.keeper.round()
    assert "is tried again" in caplog.text


# -- persons ---------------------------------------------------------------------------------------------------------

SCANNED = "001099012345|Nguyễn Thị Lan|19900101"
DOSSIER = "H29.17-261123-0042"


async def everything(server: Running) -> str:
    """Every key and value that the store holds of the hall, as text, unpacked where it is packed."""
    client: Any = server.server.connection.client
    found = []
    for key in await client.keys(f"*{server.hall}*"):
        kind = (await client.type(key)).decode()
        read = {
            "string": client.get,
            "hash": client.hgetall,
            "set": client.smembers,
            "zset": lambda k: client.zrange(k, 0, -1),
            "stream": client.xrange,
        }[kind]
        value = await read(key)
        if kind == "string" and value[:1] == b"\x78":
            value = zlib.decompress(value)
        found.append(f"{key!r} {value!r}")
    return "\n".join(found)


async def test_one_ticket_for_one_person_and_nobody_knows_who(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server = await serve(tickets=Tickets(one_each=True))
    two = await serve(hall=server.hall, tickets=Tickets(one_each=True))
    kiosk = await server.door("kiosk")
    other = Door(two.http, two.address, two.hall, kiosk.token)
    async with kiosk.screen() as screen:
        first = await kiosk.do("issue", service="A", person=SCANNED)
        assert first.result["ticket"]["label"] == "A001"
        await screen.reach(first.json["at"])
        seen = json.dumps(screen.events)
    again: Reply = await other.do("issue", service="A", person=f" {SCANNED.lower()} ")
    assert again.refusal == (409, "has_ticket")
    assert (await kiosk.do("issue", service="H", person=SCANNED)).status == 200, "another service"
    assert (await kiosk.do("issue", service="A", dossier=DOSSIER)).status == 200
    assert (await kiosk.do("issue", service="A", dossier=DOSSIER)).refusal == (409, "has_ticket")
    assert (await kiosk.do("issue", service="A")).status == 200, "nobody was scanned"
    kept = await everything(server)
    shown = seen + str(await kiosk.view()) + str(await audit(await server.door("admin"))) + caplog.text
    for secret in (SCANNED, SCANNED.lower(), "Nguyễn", "001099012345", DOSSIER, DOSSIER.lower()):
        assert repr(secret.encode())[2:-1] not in kept
        assert secret not in kept
        assert secret not in shown
    assert "persons" in kept


async def test_a_hall_that_does_not_ask_keeps_no_hash(server: Running) -> None:
    kiosk = await server.door("kiosk")
    for _ in range(2):
        assert (await kiosk.do("issue", service="A", person=SCANNED)).status == 200
    client: Any = server.server.connection.client
    assert not await client.exists(f"{{{server.hall}}}:rows:persons")
