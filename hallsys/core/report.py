"""The figures of reports, counted from records of days. Every definition stands in docs/figures.md.

A visit is counted on the day and in the hour it was issued, at the counter and with the officer it was at last; a wait
in the hour it ended, for the service and with the counter and officer that called; a leg in the hour it ended.
Percentiles are nearest-rank: a wait somebody really had. All durations are whole seconds, rounded down.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from math import ceil
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from hallsys.core.history import DayRecord, Leg, VisitRecord, Wait
from hallsys.core.model import CANCELLED, DONE, EXPIRED, NO_SHOW
from hallsys.core.promises import NO_SUMS, Promises, add, judged

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
    """One group of a report, or the whole of it. `out_of_order` counts calls of a chosen ticket, and `chosen_why` the
    reasons that were given for them; `scores` holds how often each of 1 to 5 was given, `score_why` what for."""

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
    promises: Promises
    chosen_why: dict[str, int]
    score_why: dict[str, int]


COUNTS: Final = Report.__struct_fields__[:-6]
"""What is simply added up."""
WHYS: Final = 50
"""Reasons that are told of a group, the most frequent ones: they may be anybody's words."""


class Totals(msgspec.Struct, frozen=True, array_like=True):
    """What a total over any days can be made of without their records: `counts` as `COUNTS` names them, waits and
    service times in ms, sorted, how often each of 1 to 5 was given, sums of promises (core/promises.py), and reasons
    with how often they were given."""

    counts: list[int]
    waits: list[int]
    services: list[int]
    scores: list[int]
    promises: list[int] = []
    chosen_why: dict[str, int] = {}
    score_why: dict[str, int] = {}


class _Tally:
    """A group while it is counted."""

    __slots__ = (
        *("chosen_why", "counts", "outcomes", "promises"),
        *("score_why", "scores", "services", "states", "waits"),
    )

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.outcomes: Counter[str | None] = Counter()
        self.waits: list[int] = []
        self.services: list[int] = []
        self.scores = [0] * 6
        self.promises = [*NO_SUMS]
        self.chosen_why: Counter[str] = Counter()
        self.score_why: Counter[str] = Counter()

    def visit(self, visit: VisitRecord) -> None:
        self.states[visit.state] += 1
        if visit.walk_in:
            self.counts["walk_ins"] += 1
        if visit.score:
            self.scores[visit.score] += 1
            self.score_why.update(visit.reasons)

    def wait(self, wait: Wait, called: int, promised: tuple[int, int] | None) -> None:
        self.waits.append(called - wait.queued)
        if wait.why == "chosen":
            self.counts["out_of_order"] += 1
            self.chosen_why[wait.reason] += 1
        add(self.promises, wait, promised)

    def leg(self, leg: Leg, ended: int) -> None:
        self.outcomes[leg.outcome] += 1
        if leg.calls > 1:
            self.counts["recalls"] += leg.calls - 1
        if leg.outcome in ("finished", "day_closed"):
            self.services.append(ended - (leg.called if leg.started is None else leg.started))

    def totals(self) -> Totals:
        states, outcomes = self.states, self.outcomes
        counts = self.counts | {
            "issued": states.total(),
            "served": states[DONE],
            "no_shows": states[NO_SHOW],
            "cancelled": states[CANCELLED],
            "expired": states[EXPIRED],
            "holds": outcomes["held"],
            "transfers": outcomes["transferred"],
            "returns": outcomes["returned"],
        }
        return Totals(
            [counts.get(name, 0) for name in COUNTS],
            sorted(self.waits),
            sorted(self.services),
            self.scores[1:],
            self.promises,
            dict(self.chosen_why),
            dict(self.score_why),
        )


def report(
    days: Iterable[DayRecord], grouping: Grouping, timezone: str, limit_s: int
) -> tuple[Report, dict[str, Report]]:
    """The figures of all days together, and by group. Keys: `2026-11-23`, hour `09`, weekday `0` (Monday) to `6`,
    `0 09` for weekday and hour, ids of services, counters and kinds, names of officers; `` where there is none.
    `limit_s` is the wait that the hall promises at the most."""
    key = _KEYS[grouping](timezone)
    groups: defaultdict[str, _Tally] = defaultdict(_Tally)
    for day in days:
        visits = day.visits
        last = {leg.visit: leg for leg in day.legs} if grouping in ("counter", "officer") else {}
        for index, visit in enumerate(visits):
            groups[key(day, last.get(index, visit), visit.issued)].visit(visit)
        for wait in day.waits:
            if wait.called is not None:
                groups[key(day, wait, wait.called)].wait(wait, wait.called, visits[wait.visit].promised)
        for leg in day.legs:
            if leg.ended is not None:
                groups[key(day, leg, leg.ended)].leg(leg, leg.ended)
    parts = {name: tally.totals() for name, tally in sorted(groups.items())}
    return summed(parts.values(), limit_s), {name: summed([part], limit_s) for name, part in parts.items()}


def heat(days: Iterable[DayRecord], timezone: str) -> dict[str, int]:
    """The middle wait in seconds by weekday and hour, with the keys of a report: a quarter of what the report costs."""
    key = _KEYS["weekday_hour"](timezone)
    waits: defaultdict[str, list[int]] = defaultdict(list)
    for day in days:
        for wait in day.waits:
            if wait.called is not None:
                waits[key(day, wait, wait.called)].append(wait.called - wait.queued)
    return {name: durations(group, 0).p50 for name, group in sorted(waits.items())}


def totals(day: DayRecord) -> Totals:
    """A day in few bytes."""
    tally = _Tally()
    for visit in day.visits:
        tally.visit(visit)
    for wait in day.waits:
        if wait.called is not None:
            tally.wait(wait, wait.called, day.visits[wait.visit].promised)
    for leg in day.legs:
        if leg.ended is not None:
            tally.leg(leg, leg.ended)
    return tally.totals()


def summed(parts: Iterable[Totals], limit_s: int) -> Report:
    """The figures of several days together, the same as of their records."""
    counts, waits, services, scores, promises = [0] * len(COUNTS), [], [], [0] * 5, [*NO_SUMS]
    chosen_why, score_why = Counter[str](), Counter[str]()
    for part in parts:
        counts = _added(counts, part.counts)
        scores = _added(scores, part.scores)
        promises = _added(promises, part.promises or NO_SUMS)
        waits += part.waits
        services += part.services
        chosen_why.update(part.chosen_why)
        score_why.update(part.score_why)
    return Report(
        **dict(zip(COUNTS, counts, strict=True)),
        waits=durations(waits, limit_s),
        services=durations(services, limit_s),
        scores=scores,
        promises=judged(promises),
        chosen_why=_most(chosen_why),
        score_why=_most(score_why),
    )


def _added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _most(whys: Counter[str]) -> dict[str, int]:
    """The most frequent first, those of the same frequency by name."""
    return dict(sorted(whys.items(), key=lambda why: (-why[1], why[0]))[:WHYS])


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
        within=bisect_right(ordered, limit_s * 1000),
    )


_Row = VisitRecord | Wait | Leg
_Key = Callable[[DayRecord, _Row, int], str]
"""The group of a row of a day, by the time at which it counts."""


def _of(name: str) -> Callable[[str], _Key]:
    def key(day: DayRecord, row: _Row, time: int) -> str:
        return getattr(row, name, None) or ""

    return lambda timezone: key


def _priority(timezone: str) -> _Key:
    def key(day: DayRecord, row: _Row, time: int) -> str:
        visit = row if isinstance(row, VisitRecord) else day.visits[row.visit]
        return visit.priority or ""

    return key


def _by_clock(shown: Callable[[datetime], str]) -> Callable[[str], _Key]:
    """By what the hall's clock shows; looked up once per quarter of an hour, as offsets in use are whole quarters."""

    def of_zone(timezone: str) -> _Key:
        zone, known = ZoneInfo(timezone), dict[int, str]()

        def key(day: DayRecord, row: _Row, time: int) -> str:
            quarter = time // QUARTER_MS
            found = known.get(quarter)
            if found is None:
                found = known[quarter] = shown(datetime.fromtimestamp(quarter * QUARTER_MS / 1000, zone))
            return found

        return key

    return of_zone


_KEYS: Final[dict[str, Callable[[str], _Key]]] = {
    "all": lambda timezone: lambda day, row, time: "",
    "day": lambda timezone: lambda day, row, time: day.day,
    "hour": _by_clock(lambda clock: f"{clock.hour:02}"),
    "weekday": _by_clock(lambda clock: str(clock.weekday())),
    "weekday_hour": _by_clock(lambda clock: f"{clock.weekday()} {clock.hour:02}"),
    "service": _of("service"),
    "counter": _of("counter"),
    "officer": _of("officer"),
    "priority": _priority,
}
