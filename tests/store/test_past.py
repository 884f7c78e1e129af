"""Closed days as records: kept when the next begins, the same as what the day was, carried by a backup, let go."""

import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from hallsys.core.history import DayRecord, over, record_day
from hallsys.core.report import COUNTS, report, summed, totals
from hallsys.store.backup import back_up
from hallsys.store.connection import connect
from hallsys.store.embedded import Embedded
from hallsys.store.past import Past, unpack_record, unpack_totals
from hallsys.store.restore import restore
from tests.store.desk import Desk, desk, new_hall
from tests.store.test_audit import DAY, Clock, audit_of, here, today_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def hall(valkey_url: str, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(new_hall(), valkey_url, clock=clock) as it:
        yield it


def past_of(it: Desk) -> Past:
    return Past(it.config.id, it.connection)


async def lived(it: Desk, tickets: int) -> None:
    await it.do("open_counter", counter="1")
    for _ in range(tickets):
        await it.issue()
        await it.do("call_next", counter="1")
    await it.do("finish", counter="1")


async def test_a_day_is_kept_as_the_record_it_was_and_today_is_told_live(hall: Desk, clock: Clock) -> None:
    await lived(hall, 3)
    audit, day = audit_of(hall), today_of(hall)
    assert len((await audit.record(here(hall))).visits) == 3
    assert await past_of(hall).days() == []
    clock.ahead = DAY
    await lived(hall, 1)
    today = await audit.record(here(hall))
    assert (today.day, len(today.visits)) == (today_of(hall), 1)
    assert await past_of(hall).days() == [day]
    (kept,) = map(unpack_record, await past_of(hall).packed([day]))
    assert kept == over(record_day(day, [told for told in hall.told if told.time < hall.told[0].time + DAY // 2]))
    assert [leg.outcome for leg in kept.legs] == ["finished"] * 3
    (sums,) = map(unpack_totals, await past_of(hall).totals([day, "2020-01-01"]))
    assert summed([sums, totals(today)], 60) == report([kept, today], "all", hall.config.timezone, 60)[0]


async def test_a_server_that_starts_later_keeps_the_same(hall: Desk, clock: Clock) -> None:
    await lived(hall, 2)
    day = today_of(hall)
    await audit_of(hall).record(here(hall))
    clock.ahead = DAY
    await lived(hall, 1)
    await audit_of(hall).keep_past(today_of(hall), here(hall))
    first = await past_of(hall).packed([day])
    await audit_of(hall).record(here(hall))
    assert await past_of(hall).packed([day]) == first
    assert len(unpack_record(first[0]).visits) == 2


async def test_a_day_whose_beginning_is_gone_is_told_as_far_as_it_can_be(hall: Desk) -> None:
    await hall.do("open_counter", counter="1")
    await hall.issue()
    await hall.do("call_next", counter="1")
    await hall.do("recall", counter="1")
    await hall.do("no_show", counter="1")
    first = [entry["at"] for entry in await hall.entries()][-2:]
    await hall.connection.client.xtrim(hall.keys.events, minid=first[0], approximate=False)
    await hall.do("undo", counter="1")
    record = await audit_of(hall).record(here(hall))
    assert [(visit.label, visit.state) for visit in record.visits] == [("A001", "called")]
    assert record.waits == []


async def test_days_of_a_range_and_days_that_are_let_go(hall: Desk) -> None:
    past = past_of(hall)
    for day in ("2025-12-31", "2026-01-01", "2026-02-01"):
        await past.keep(DayRecord(day, last=1))
        await hall.journal.keep(hall.keys.audit(day), b"lines")
        await hall.journal.keep(hall.keys.past(day), b"rows")
    await past.keep(DayRecord("2026-01-01", last=2))
    assert await past.days("2026-01-01", "2026-01-31") == ["2026-01-01"]
    (kept,) = map(unpack_record, await past.packed(["2026-01-01", "2026-01-05"]))
    assert (kept.day, kept.last) == ("2026-01-01", 1)
    assert await past.forget_before("2026-01-01") == ["2025-12-31"]
    assert await past.days() == ["2026-01-01", "2026-02-01"]
    names = await hall.connection.client.keys(f"{{{hall.config.id}}}:past:2025*")
    assert names == []


async def test_a_backup_carries_the_records(tmp_path: Path, clock: Clock) -> None:
    config = new_hall()
    async with Embedded(tmp_path / "old") as old, desk(config, old.url, clock=clock) as it:
        await lived(it, 2)
        day = today_of(it)
        clock.ahead = DAY
        await it.issue()
        await audit_of(it).keep_past(today_of(it), here(it))
        kept = await past_of(it).packed([day])
        await back_up(it.connection, tmp_path / "file")
    async with Embedded(tmp_path / "new") as new:
        connection = connect(new.url)
        _, counts = await restore(connection, tmp_path / "file")
        past = Past(config.id, connection)
        assert (counts["days"], await past.days(), await past.packed([day])) == (1, [day], kept)
        await connection.close()


def test_totals_kept_before_promises_were_counted_are_read() -> None:
    day = DayRecord("2026-11-23")
    new = summed([totals(day)], 60)
    old = zlib.compress(msgspec.msgpack.encode([[0] * len(COUNTS), [], [], [0] * 5]))
    assert summed([unpack_totals(old)], 60) == new
    assert (new.promises.count, new.chosen_why) == (0, {})
