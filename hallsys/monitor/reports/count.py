"""A report's figures, out of what the store keeps of closed days and what today has been so far.

Unpacking a year of a busy hall takes about a second, so it is done in a thread. Totals come from the days' own, which
are kept beside the records: that is what makes a table of 148 halls quick.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, Protocol, cast

import msgspec

from hallsys.config import HallConfig
from hallsys.core.history import DayRecord
from hallsys.core.position import Position
from hallsys.core.report import COUNTS, Grouping, Report, Totals, heat, report, summed, totals
from hallsys.monitor.reports.question import Days
from hallsys.store.past import unpack_record, unpack_totals

_ISSUED: Final = COUNTS.index("issued")


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
    """Some days and their figures. `days` counts those on which somebody came."""

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


class _Found(NamedTuple):
    """What is there of some days: `kept` names the closed ones, `open` is the running day where it is one of them."""

    kept: list[str]
    open: DayRecord | None


class _Packed(NamedTuple):
    """What totals are made of; unpacked in a thread."""

    kept: list[bytes]
    open: DayRecord | None

    def totals(self) -> list[Totals]:
        return [*map(unpack_totals, self.kept), *([totals(self.open)] if self.open else [])]


async def answers(hall: Hall, days: Days, bys: Sequence[str]) -> list[Answer]:
    """The figures of one hall, grouped in several ways at the cost of unpacking the days once. Raises StoreDown."""
    return (await with_heat(hall, days, bys))[0]


async def with_heat(hall: Hall, days: Days, bys: Sequence[str]) -> tuple[list[Answer], dict[str, int]]:
    """The same, and the middle wait in seconds by weekday and hour. Raises StoreDown."""
    found = await _find(hall, days)
    packed = await hall.past.packed(found.kept)
    earlier = await _packed(hall, days.before)
    limit, timezone = hall.config.limits.alarm, hall.config.timezone

    def count() -> tuple[list[Answer], dict[str, int]]:
        records = [*map(unpack_record, packed), *([found.open] if found.open else [])]
        lived = sum(bool(record.visits) for record in records)
        before = _span(days.before, earlier.totals(), limit)
        made = {}
        for by in dict.fromkeys(bys):
            total, groups = report(records, cast(Grouping, by), timezone, limit)
            now = Span(days.first.isoformat(), days.last.isoformat(), lived, total)
            made[by] = Answer(by, limit, now, before, groups)
        return [made[by] for by in bys], heat(records, timezone)

    return await asyncio.to_thread(count)


async def of_halls(hall: Hall, days: Days, halls: Sequence[Hall]) -> Answer:
    """The figures of several halls, each a group; by the limit of `hall`. Raises StoreDown."""
    limit = hall.config.limits.alarm
    packed = {span: {each.config.id: await _packed(each, span) for each in halls} for span in (days, days.before)}

    def count() -> Answer:
        now, before = ({name: each.totals() for name, each in packed[span].items()} for span in (days, days.before))
        groups = {name: summed(some, limit) for name, some in sorted(now.items())}
        return Answer("hall", limit, _of_all(days, now, limit), _of_all(days.before, before, limit), groups)

    return await asyncio.to_thread(count)


async def _packed(hall: Hall, days: Days) -> _Packed:
    found = await _find(hall, days)
    return _Packed(await hall.past.totals(found.kept), found.open)


async def _find(hall: Hall, days: Days) -> _Found:
    first, last, today = days.first.isoformat(), days.last.isoformat(), hall.today
    await hall.keep_past()
    kept = [day for day in await hall.past.days(first, last) if day != today]
    return _Found(kept, await hall.audit.record(hall.hub.at) if first <= today <= last else None)


def _span(days: Days, parts: Sequence[Totals], limit: int) -> Span:
    return Span(days.first.isoformat(), days.last.isoformat(), _lived(parts), summed(parts, limit))


def _of_all(days: Days, parts: Mapping[str, Sequence[Totals]], limit: int) -> Span:
    """All halls together; the days are those of the hall that had the most."""
    whole = summed([one for some in parts.values() for one in some], limit)
    return Span(days.first.isoformat(), days.last.isoformat(), max(map(_lived, parts.values()), default=0), whole)


def _lived(parts: Sequence[Totals]) -> int:
    """Days on which somebody came: a hall opens by itself on Sundays, too."""
    return sum(part.counts[_ISSUED] > 0 for part in parts)


def day_of(hall: Hall) -> date | None:
    """The hall's own day, None before its first."""
    return date.fromisoformat(hall.today) if hall.today else None
