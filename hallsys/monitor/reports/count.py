"""A report's figures, out of what the store keeps of closed days and what today has been so far.

Unpacking a year of a busy hall takes about a second, so it is done in a thread. Totals come from the days' own, which
are kept beside the records: that is what makes a table of 148 halls quick.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol, cast

import msgspec

from hallsys.config import HallConfig
from hallsys.core.history import DayRecord
from hallsys.core.position import Position
from hallsys.core.report import Grouping, Report, Totals, heat, report, summed, totals
from hallsys.monitor.reports.question import Days
from hallsys.store.past import unpack_record, unpack_totals


class Past(Protocol):
    async def days(self, first: str, last: str, /) -> list[str]: ...
    async def totals(self, days: list[str], /) -> list[bytes]: ...
    async def packed(self, days: list[str], /) -> list[bytes]: ...


class Trail(Protocol):
    async def record(self, until: Position, /) -> DayRecord: ...


class Hub(Protocol):
    @property
    def at(self) -> Position: ...


class Hall(Protocol):
    @property
    def config(self) -> HallConfig: ...
    @property
    def today(self) -> str: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def past(self) -> Past: ...
    @property
    def audit(self) -> Trail: ...
    async def keep_past(self) -> None: ...


class Span(msgspec.Struct, frozen=True):
    """Some days and their figures. `days` counts those on which something happened."""

    first: str
    last: str
    days: int
    total: Report


class Answer(msgspec.Struct, frozen=True):
    """`within` of all durations counts those up to `limit` seconds. `groups` by the keys of `core/report.py`, or by the
    ids of halls."""

    by: str
    limit: int
    now: Span
    before: Span
    groups: dict[str, Report]


class _Found(msgspec.Struct):
    """What is there of some days: `kept` names the closed ones, `open` is the running day where it is one of them."""

    kept: list[str]
    open: DayRecord | None

    @property
    def count(self) -> int:
        return len(self.kept) + (self.open is not None and bool(self.open.visits))


async def answers(hall: Hall, days: Days, bys: Sequence[str]) -> list[Answer]:
    """The figures of one hall, grouped in several ways at the cost of unpacking the days once. Raises StoreDown."""
    return (await with_heat(hall, days, bys))[0]


async def with_heat(hall: Hall, days: Days, bys: Sequence[str]) -> tuple[list[Answer], dict[str, int]]:
    """The same, and the middle wait in seconds by weekday and hour. Raises StoreDown."""
    found = await _find(hall, days)
    packed = await hall.past.packed(found.kept)
    before = await _total(hall, days.before)
    limit, timezone = hall.config.limits.alarm, hall.config.timezone

    def count() -> tuple[list[Answer], dict[str, int]]:
        records = list(_records(packed, found.open))
        made = {}
        for by in dict.fromkeys(bys):
            total, groups = report(records, cast(Grouping, by), timezone, limit)
            made[by] = Answer(by, limit, _span(days, found.count, total), before, groups)
        return [made[by] for by in bys], heat(records, timezone)

    return await asyncio.to_thread(count)


async def of_halls(hall: Hall, days: Days, halls: Sequence[Hall]) -> Answer:
    """The figures of several halls, each a group; by the limit of `hall`. Raises StoreDown."""
    limit = hall.config.limits.alarm
    spans = {}
    for span in (days, days.before):
        parts = {each.config.id: await _sums(each, span) for each in halls}
        spans[span] = parts
    now, before = spans[days], spans[days.before]

    def whole(span: Days, parts: dict[str, tuple[int, list[Totals]]]) -> Span:
        most = max((count for count, _ in parts.values()), default=0)
        return _span(span, most, summed([one for _, some in parts.values() for one in some], limit))

    def count() -> Answer:
        groups = {name: summed(some, limit) for name, (_, some) in sorted(now.items())}
        return Answer("hall", limit, whole(days, now), whole(days.before, before), groups)

    return await asyncio.to_thread(count)


async def _total(hall: Hall, days: Days) -> Span:
    count, parts = await _sums(hall, days)
    return _span(days, count, await asyncio.to_thread(summed, parts, hall.config.limits.alarm))


async def _sums(hall: Hall, days: Days) -> tuple[int, list[Totals]]:
    found = await _find(hall, days)
    packed = await hall.past.totals(found.kept)
    return found.count, [*map(unpack_totals, packed), *([totals(found.open)] if found.open else [])]


async def _find(hall: Hall, days: Days) -> _Found:
    first, last, today = days.first.isoformat(), days.last.isoformat(), hall.today
    await hall.keep_past()
    kept = [day for day in await hall.past.days(first, last) if day != today]
    return _Found(kept, await hall.audit.record(hall.hub.at) if first <= today <= last else None)


def _records(packed: list[bytes], last: DayRecord | None) -> Iterator[DayRecord]:
    yield from map(unpack_record, packed)
    if last is not None:
        yield last


def _span(days: Days, count: int, total: Report) -> Span:
    return Span(days.first.isoformat(), days.last.isoformat(), count, total)


def day_of(hall: Hall) -> date | None:
    """The hall's own day, None before its first."""
    return date.fromisoformat(hall.today) if hall.today else None
