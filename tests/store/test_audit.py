"""The audit: who did what, when and why, read from the stream; kept when the day is over; rewritten by nothing."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hallsys.core.commands import COMMANDS
from hallsys.core.position import Position
from hallsys.errors import Refused
from hallsys.store.audit import Audit, Line, pack_lines, unpack_lines
from hallsys.store.backup import back_up
from hallsys.store.connection import connect
from hallsys.store.embedded import Embedded
from hallsys.store.past import Past
from hallsys.store.request import By
from hallsys.store.restore import restore
from tests.store.desk import Desk, copy_of, desk, new_hall, now_ms, put_back

DAY = 86_400_000
LAN = By("counter", "Quầy 1", "Lan")


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return now_ms() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def hall(valkey_url: str, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(new_hall(), valkey_url, clock=clock) as it:
        await it.do("open_counter", counter="1", by=LAN)
        yield it


def audit_of(it: Desk) -> Audit:
    return Audit(it.journal, Past(it.config.id, it.connection), it.config.timezone)


def here(it: Desk) -> Position:
    """As far as the hall has got; followers may not have heard of it yet."""
    assert it.ledger.position is not None
    return it.ledger.position


def today_of(it: Desk) -> str:
    return str(it.ledger._mirror.state.hall["day"])


def shown(lines: list[Line]) -> list[tuple[str, str, str | None, str | None, str | None, str | None]]:
    return [(line.kind, line.who, line.counter, line.ticket, line.why, line.note) for line in lines]


async def test_who_what_and_why(hall: Desk) -> None:
    await hall.do("issue", service="A", by=By("kiosk", "Cửa chính"))
    await hall.do("issue", service="A")
    await hall.do("call", counter="1", ticket="A002", reason="em bé khóc", by=LAN)
    await hall.do("call_next", counter="1", by=LAN)
    await hall.do("hold", counter="1", note="thiếu bản sao", by=LAN)
    await hall.do("pause_counter", counter="1", reason="họp với bà Hoa", by=LAN)
    lines = await audit_of(hall).today(here(hall))
    assert [line.at for line in lines] == [entry["at"] for entry in await hall.entries()]
    assert [line.time for line in lines] == [entry["time"] for entry in await hall.entries()]
    assert shown(lines) == [
        ("configured", "", None, None, None, None),
        ("day_opened", "clock", None, None, None, None),
        ("counter_opened", "officer Lan", "1", None, None, None),
        ("issued", "kiosk Cửa chính", None, "A001", None, None),
        ("issued", "admin test", None, "A002", None, None),
        ("called", "officer Lan", "1", "A002", "chosen", "em bé khóc"),
        ("finished", "officer Lan", "1", "A002", None, None),
        ("called", "officer Lan", "1", "A001", "arrival", None),
        ("held", "officer Lan", "1", "A001", None, "thiếu bản sao"),
        ("counter_paused", "officer Lan", "1", None, None, "họp với bà Hoa"),
    ]


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ({"service": "H"}, "to_service service=H"),
        ({"to_counter": "2", "place": "front"}, "to_counter counter=2 place=front"),
        ({"to_group": "land", "place": "end", "after": 20}, "to_group name=land place=end after=20"),
    ],
)
async def test_where_a_ticket_was_sent(valkey_url: str, clock: Clock, to: dict[str, Any], why: str) -> None:
    config = new_hall(groups=[{"id": "land", "name": {"vi": "Đất đai", "en": "Land"}}])
    async with desk(config, valkey_url, clock=clock) as hall:
        await hall.do("open_counter", counter="1")
        await hall.issue()
        clock.ahead += 1_000
        await hall.do("call_next", counter="1", by=LAN)
        await hall.do("transfer", counter="1", by=LAN, **to)
        lines = await audit_of(hall).today(here(hall))
    assert shown(lines)[-1] == ("transferred", "officer Lan", "1", "A001", why, None)


async def test_what_help_was_asked_and_what_a_counter_was_given(hall: Desk) -> None:
    await hall.do("ask_help", counter="1", kind="security", by=LAN)
    await hall.do("ask_help", counter="1", by=LAN)
    await hall.do("assign_counter", counter="1", services=["H", "A"], mode="priority", by=By("supervisor", "Hoa"))
    lines = await audit_of(hall).today(here(hall))
    assert shown(lines)[-3:] == [
        ("help_asked", "officer Lan", "1", None, "asks kind=security", None),
        ("help_ended", "officer Lan", "1", None, None, None),
        ("counter_assigned", "supervisor Hoa", "1", None, "assigned services=H,A mode=priority", None),
    ]


async def test_the_outcome_of_what_a_call_finishes(hall: Desk) -> None:
    for _ in range(2):
        await hall.issue()
    await hall.do("call_next", counter="1", by=LAN)
    await hall.do("finish", counter="1", outcome="trả kết quả", by=LAN)
    lines = await audit_of(hall).today(here(hall))
    assert shown(lines)[-1] == ("finished", "officer Lan", "1", "A001", None, "trả kết quả")


async def test_asking_again_reads_only_what_is_new(hall: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = audit_of(hall)
    for _ in range(10):
        await hall.issue()
    before = list(await audit.today(here(hall)))
    read = []
    pages = hall.journal.pages

    async def counted(*args: object) -> AsyncIterator[object]:
        async for entries in pages(*args):  # type: ignore[arg-type]
            read.extend(entries)
            yield entries

    monkeypatch.setattr(hall.journal, "pages", counted)
    label = await hall.issue()
    lines = await audit.today(here(hall))
    assert [line.ticket for line in lines[len(before) :]] == [label]
    assert lines[: len(before)] == before
    assert len(read) == 1
    assert [line.kind for line in await audit.of_ticket(label, here(hall))] == ["issued"]
    assert await audit.of_ticket("A999", here(hall)) == []


async def test_two_who_ask_at_once(hall: Desk) -> None:
    for _ in range(30):
        await hall.issue()
    audit = audit_of(hall)
    first, second = await asyncio.gather(audit.today(here(hall)), audit.today(here(hall)))
    assert first == second
    assert [line.at for line in first] == [entry["at"] for entry in await hall.entries()]


async def test_a_day_is_kept_when_the_next_begins(hall: Desk, clock: Clock) -> None:
    await hall.issue()
    audit = audit_of(hall)
    day = today_of(hall)
    today = list(await audit.today(here(hall)))
    assert await audit.past(day) is None
    clock.ahead = DAY
    await hall.issue()
    after = await audit.today(here(hall))
    assert await audit.past(day) == today
    assert [line.kind for line in after] == ["day_opened", "issued"]
    assert [line.ticket for line in await audit.of_ticket("A001", here(hall))] == ["A001"], "of today, not yesterday's"


async def test_a_server_that_missed_the_night_keeps_it_when_it_comes(hall: Desk, clock: Clock) -> None:
    await hall.issue()
    days = [today_of(hall)]
    for _ in range(2):
        clock.ahead += DAY
        await hall.issue()
        days.append(today_of(hall))
    late = audit_of(hall)
    await late.keep_past(days[-1], here(hall))
    kept = [await late.past(day) for day in days]
    assert [[line.kind for line in lines] for lines in kept[:2] if lines] == [
        ["configured", "day_opened", "counter_opened", "issued"],
        ["day_opened", "issued"],
    ]
    assert kept[2] is None


async def test_what_is_kept_is_not_written_again(hall: Desk, clock: Clock) -> None:
    day = today_of(hall)
    one, other = audit_of(hall), audit_of(hall)
    await other.today(here(hall))
    clock.ahead = DAY
    await hall.issue()
    await one.keep_past(today_of(hall), here(hall))
    first: Any = await hall.connection.client.get(hall.keys.audit(day))
    mark = pack_lines([])
    await hall.connection.client.set(hall.keys.audit(day), mark)
    await other.today(here(hall))
    assert await hall.connection.client.get(hall.keys.audit(day)) == mark, "whoever comes second leaves it"
    assert [line.kind for line in unpack_lines(first)] == ["configured", "day_opened", "counter_opened"]


async def test_a_day_that_is_known_to_be_kept_is_not_read_for(hall: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await audit_of(hall).keep_past(today_of(hall), here(hall))
    monkeypatch.setattr(hall.journal, "pages", None)
    await audit_of(hall).keep_past(today_of(hall), here(hall))


async def test_events_that_the_store_lost_are_forgotten(hall: Desk) -> None:
    await hall.issue("A")
    copy = await copy_of(hall)
    await hall.issue("A")
    audit = audit_of(hall)
    assert (await audit.today(here(hall)))[-1].ticket == "A002"
    await put_back(hall, copy)
    audit.forget()  # as the hall does when it is read anew
    await hall.issue("H")
    assert [line.ticket for line in await audit.today(here(hall))][-1] == "H001"
    assert "A002" not in [line.ticket for line in await audit.today(here(hall))]


async def test_a_backup_carries_it(hall: Desk, clock: Clock, tmp_path: Path) -> None:
    day = today_of(hall)
    await hall.issue()
    clock.ahead = DAY
    await hall.issue()
    audit = audit_of(hall)
    await audit.keep_past(today_of(hall), here(hall))
    kept, today = await audit.past(day), list(await audit.today(here(hall)))
    file = tmp_path / "all.hallsys"
    await back_up(hall.connection, file)
    async with Embedded(tmp_path / "other") as store:
        connection = connect(store.url)
        await restore(connection, file)
        await connection.close()
        async with desk(hall.config, store.url, clock=clock) as it:
            assert await audit_of(it).past(day) == kept
            lines = await audit_of(it).today(here(it))
    assert lines[: len(today)] == today
    assert lines[len(today)].kind == "recovered"


ARGUMENTS: dict[str, list[Any]] = {
    "counter": ["1", "2", "9"],
    "service": ["A", "H"],
    "to_counter": ["2"],
    "reason": ["lunch", "sửa lịch sử"],
    "note": ["=1+1"],
    "text": ["sửa"],
    "kind": ["colleague", None],
    "outcome": [None, "xong"],
    "notice": ["XXXXXXXX"],
    "screen": ["s1"],
    "name": ["tên"],
    "booking": ["XXXXXXXX"],
    "at": [1],
    "token": ["x"],
    "score": [3],
}


async def test_no_command_changes_an_earlier_line(hall: Desk) -> None:
    """Every command with every mix of arguments, twice round; what was written stays as it was, in order."""
    audit, done = audit_of(hall), set[str]()
    before: list[Line] = []

    async def press(name: str, /, **given: Any) -> None:
        nonlocal before
        try:
            await hall.do(name, by=LAN, **given)
        except Refused:
            return
        done.add(name)
        lines = await audit.today(here(hall))
        assert lines[: len(before)] == before
        assert len(lines) > len(before)
        before = list(lines)

    for name, kind in [*COMMANDS.items()] * 2:
        await press("open_day")
        await press("open_counter", counter="1")
        await press("finish", counter="1")
        await press("issue", service="A")
        arguments = ARGUMENTS | {"ticket": ["A001", before[-1].ticket, "A999"]}
        fields = [field for field in kind.__struct_fields__ if field in arguments]
        for values in itertools.product(*(arguments[field] for field in fields)):
            given = {field: value for field, value in zip(fields, values, strict=True) if value is not None}
            if name == "transfer":
                given.pop("service")
            await press(name, **given)
    assert await audit_of(hall).today(here(hall)) == before, "read by somebody else it is the same"
    assert {"issue", "call_next", "call", "finish", "pause_counter", "close_day", "open_day"} <= done
