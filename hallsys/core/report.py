"""The figures of reports, counted from records of days. Every definition stands in docs/figures.md.

A visit is counted on the day and in the hour it was issued, at the counter and with the officer it was at last; a wait
in the hour it ended, for the service and with the counter and officer that called; a leg in the hour it ended.
Percentiles are nearest-rank: a wait somebody really had. All durations are whole seconds, rounded down.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from hallsys.core.history import DayRecord, Leg, VisitRecord, Wait

Grouping = Literal["all", "day", "hour", "weekday", "weekday_hour", "service", "counter", "officer", "priority"]
QUARTER_MS: Final = 900_000


class Durations(msgspec.Struct, frozen=True):
    """Durations in seconds; all 0 where `count` is 0. `within` counts those up to the hall's limit."""

    count: int = 0
    mean: int = 0
    p50: int = 0
    p90: int = 0
    p95: int = 0
    longest: int = 0
    within: int = 0


class Report(msgspec.Struct, frozen=True):
    """One group of a report, or the whole of it. `out_of_order` counts calls of a chosen ticket; `scores` holds how
    often each of 1 to 5 was given."""

    issued: int
    served: int
    no_shows: int
    cancelled: int
    expired: int
    holds: int
    transfers: int
    returns: int
    recalls: int
    out_of_order: int
    walk_ins: int
    waits: Durations
    services: Durations
    scores: list[int]


COUNTS: Final = Report.__struct_fields__[:-3]
"""What is simply added up."""


class Totals(msgspec.Struct, frozen=True, array_like=True):
    """What a total over any days can be made of without their records: `counts` as `COUNTS` names them, waits and
    service times in ms, sorted, and how often each of 1 to 5 was given."""

    counts: list[int]
    waits: list[int]
    services: list[int]
    scores: list[int]


class _Group(NamedTuple):
    visits: list[VisitRecord]
    waits: list[Wait]
    legs: list[Leg]


def report(
    days: Iterable[DayRecord], grouping: Grouping, timezone: str, limit_s: int
) -> tuple[Report, dict[str, Report]]:
    """The figures of all days together, and by group. Keys: `2026-11-23`, hour `09`, weekday `0` (Monday) to `6`,
    `0 09` for weekday and hour, ids of services, counters and kinds, names of officers; `` where there is none.
    `limit_s` is the wait that the hall promises at the most."""
    key = _KEYS[grouping]
    groups: defaultdict[str, _Group] = defaultdict(lambda: _Group([], [], []))
    for day in days:
        last = {leg.visit: leg for leg in day.legs}
        for index, visit in enumerate(day.visits):
            row = last.get(index, visit) if grouping in ("counter", "officer") else visit
            groups[key(day, row, visit.issued, timezone)].visits.append(visit)
        for wait in day.waits:
            if wait.called is not None:
                groups[key(day, wait, wait.called, timezone)].waits.append(wait)
        for leg in day.legs:
            if leg.ended is not None:
                groups[key(day, leg, leg.ended, timezone)].legs.append(leg)
    parts = {name: _totals(group) for name, group in sorted(groups.items())}
    return summed(parts.values(), limit_s), {name: summed([part], limit_s) for name, part in parts.items()}


def totals(day: DayRecord) -> Totals:
    """A day in few bytes."""
    return _totals(_Group(day.visits, day.waits, day.legs))


def summed(parts: Iterable[Totals], limit_s: int) -> Report:
    """The figures of several days together, the same as of their records."""
    counts, waits, services, scores = [0] * len(COUNTS), [], [], [0] * 5
    for part in parts:
        counts = [one + other for one, other in zip(counts, part.counts, strict=True)]
        scores = [one + other for one, other in zip(scores, part.scores, strict=True)]
        waits += part.waits
        services += part.services
    return Report(
        **dict(zip(COUNTS, counts, strict=True)),
        waits=durations(waits, limit_s),
        services=durations(services, limit_s),
        scores=scores,
    )


def _totals(group: _Group) -> Totals:
    states = [visit.state for visit in group.visits]
    legs = [leg for leg in group.legs if leg.ended is not None]
    outcomes = [leg.outcome for leg in legs]
    called = [wait for wait in group.waits if wait.called is not None]
    scores = [visit.score for visit in group.visits]
    counts = {
        "issued": len(group.visits),
        "served": states.count("done"),
        "no_shows": states.count("no_show"),
        "cancelled": states.count("cancelled"),
        "expired": states.count("expired"),
        "holds": outcomes.count("held"),
        "transfers": outcomes.count("transferred"),
        "returns": outcomes.count("returned"),
        "recalls": sum(leg.calls - 1 for leg in legs),
        "out_of_order": sum(wait.why == "chosen" for wait in called),
        "walk_ins": sum(visit.walk_in for visit in group.visits),
    }
    return Totals(
        [counts[name] for name in COUNTS],
        sorted(wait.called - wait.queued for wait in called if wait.called is not None),
        sorted(
            leg.ended - (leg.started if leg.started is not None else leg.called)
            for leg in legs
            if leg.ended is not None and leg.outcome in ("finished", "day_closed")
        ),
        [scores.count(score) for score in range(1, 6)],
    )


def durations(values: Sequence[int], limit_s: int) -> Durations:
    """The spread of durations in ms."""
    if not values:
        return Durations()
    ordered = sorted(values)

    def rank(percent: int) -> int:
        return ordered[ceil(len(ordered) * percent / 100) - 1] // 1000

    return Durations(
        count=len(ordered),
        mean=sum(ordered) // len(ordered) // 1000,
        p50=rank(50),
        p90=rank(90),
        p95=rank(95),
        longest=ordered[-1] // 1000,
        within=sum(value <= limit_s * 1000 for value in ordered),
    )


_Key = Callable[[DayRecord, VisitRecord | Wait | Leg, int, str], str]


def _of(name: str) -> _Key:
    def key(day: DayRecord, row: VisitRecord | Wait | Leg, time: int, timezone: str) -> str:
        return getattr(row, name, None) or ""

    return key


def _officer(day: DayRecord, row: VisitRecord | Wait | Leg, time: int, timezone: str) -> str:
    return getattr(row, "officer", "")


def _priority(day: DayRecord, row: VisitRecord | Wait | Leg, time: int, timezone: str) -> str:
    visit = row if isinstance(row, VisitRecord) else day.visits[row.visit]
    return visit.priority or ""


@lru_cache(maxsize=100_000)
def _local(timezone: str, quarter: int) -> tuple[str, int]:
    """Hour and weekday at which a quarter of an hour begins; offsets in use are whole quarters."""
    local = datetime.fromtimestamp(quarter * QUARTER_MS / 1000, ZoneInfo(timezone))
    return f"{local.hour:02}", local.weekday()


def _hour(day: DayRecord, row: VisitRecord | Wait | Leg, time: int, timezone: str) -> str:
    return _local(timezone, time // QUARTER_MS)[0]


def _weekday(day: DayRecord, row: VisitRecord | Wait | Leg, time: int, timezone: str) -> str:
    return str(_local(timezone, time // QUARTER_MS)[1])


def _weekday_hour(day: DayRecord, row: VisitRecord | Wait | Leg, time: int, timezone: str) -> str:
    hour, weekday = _local(timezone, time // QUARTER_MS)
    return f"{weekday} {hour}"


_KEYS: Final[dict[str, _Key]] = {
    "all": lambda day, row, time, timezone: "",
    "day": lambda day, row, time, timezone: day.day,
    "hour": _hour,
    "weekday": _weekday,
    "weekday_hour": _weekday_hour,
    "service": _of("service"),
    "counter": _of("counter"),
    "officer": _officer,
    "priority": _priority,
}
