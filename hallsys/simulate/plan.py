"""A day as it could be: who comes when and for what, and how each officer works. Pure; the seed decides everything.

The shape of the day is a ward's: a burst at opening, a peak in the middle of the morning, hardly anybody at noon, a
second burst at half past one, then it thins out. Times are seconds since opening at 07:30.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

NOON_S: Final = 4 * 3600
"""11:30"""
AFTERNOON_S: Final = 6 * 3600
"""13:30"""
CLOSING_S: Final = 34_200
"""17:00"""

BURST: Final = 60
"""People at the door at opening, at the most, who are through the kiosk in ten minutes."""
ARRIVALS: Final = (
    # share, from, to
    (0.20, 0, 600),
    (0.15, 600, 5_400),
    (0.27, 5_400, 9_900),
    (0.09, 9_900, NOON_S),
    (0.02, NOON_S, AFTERNOON_S),
    (0.09, AFTERNOON_S, AFTERNOON_S + 900),
    (0.15, AFTERNOON_S + 900, AFTERNOON_S + 7_200),
    (0.03, AFTERNOON_S + 7_200, CLOSING_S - 1_200),
)
PRIORITY_SHARE: Final = 0.12
BUSY: Final = 0.8
"""How much of the officers' time a day takes at the most; with more, the queue would never end."""
LONGEST_SERVICE_S: Final = 300.0
"""Mean of an unhurried service."""
NO_WISH: Final = 1.0
WISHES: Final[Mapping[str, float]] = {"A": 3.0, "R": 2.0, "H": 1.5, "N": 1.5}
"""How much more often than others a service is asked for; certified copies and results lead everywhere."""


class Fate(StrEnum):
    """What becomes of a visit besides being served."""

    SERVED = "served"
    NO_SHOW = "no_show"
    LATE = "late"
    """not there when called, reinstated later, then served"""
    HELD = "held"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    WALK_IN = "walk_in"
    """comes to a counter without a number"""
    BOOKED = "booked"
    """checks in for a booking"""
    STRAY = "stray"
    """the second number of somebody who pressed twice: nobody comes"""
    ABANDONED = "abandoned"
    """sent for a paper, and never back"""


SHARES: Final[Mapping[Fate, float]] = {
    Fate.NO_SHOW: 0.04,
    Fate.LATE: 0.02,
    Fate.HELD: 0.05,
    Fate.RETURNED: 0.03,
    Fate.TRANSFERRED: 0.05,
    Fate.CANCELLED: 0.03,
    Fate.WALK_IN: 0.03,
    Fate.BOOKED: 0.03,
    Fate.STRAY: 0.02,
    Fate.ABANDONED: 0.02,
}


class Slip(StrEnum):
    """A wrong press of the officer who serves a visit, noticed at once."""

    FINISHED = "finished"
    """finished too early, and undone"""
    NO_SHOW = "no_show"
    """marked absent while the visitor stood up, and undone"""
    NEXT = "next"
    """"next" twice, with two keys, and undone"""
    TWICE = "twice"
    """two presses of "start", the second one refused"""
    EMPTY = "empty"
    """finished without the outcome that the hall asks for, or with one that it does not know"""


SLIPS: Final = 0.15
"""Share of visits with a slip."""
SEVERAL: Final = 0.06
"""Share of visits with more than one service."""
MANY: Final = 0.04
"""Share of visitors with many dossiers."""
RATES: Final = 0.10
"""Share of those who say afterwards how it was."""


@dataclass(frozen=True)
class Visitor:
    """One person with one number; times in seconds."""

    arrives: float
    service: str
    priority: str | None
    fate: Fate
    serve: float
    walk: float
    """from the chair to the counter"""
    away: float
    """for a form, a copy, a breath of air; or the patience of one who leaves"""
    onward: str | None
    """the service a transfer leads to"""
    place: str
    """of a transfer: arrival, front or end"""
    dismissed_by_next: bool
    """the officer does not press "finish" but "next" """
    to: str = "service"
    """what a transfer leads to: a service, a counter or a group, if the hall has any"""
    delay: bool = False
    """a transfer for later; the visitor is back before and asks for the number"""
    then: tuple[str, ...] = ()
    """services that follow in the same visit"""
    dossiers: int = 1
    slip: Slip | None = None
    score: int | None = None
    """what is said afterwards"""
    by_phone: bool = False
    """who leaves says so by phone"""
    booking: str = "due"
    """due, ahead, late (for the slot) or early (at first: refused)"""


@dataclass(frozen=True)
class Officer:
    """One counter's day. `pace` is 1 for the average, less is faster; `breaks` are (from, to, reason)."""

    counter: str
    opens: float
    pace: float
    breaks: Sequence[tuple[float, float, str]]


@dataclass(frozen=True)
class Plan:
    """A whole day."""

    seed: int
    visitors: Sequence[Visitor]
    officers: Sequence[Officer]


def make_plan(
    tickets: int, counters: Mapping[str, Sequence[str]], priorities: Sequence[str], seed: int, *, noon: bool = True
) -> Plan:
    """A day of so many tickets at these counters (id -> services they take).

    Without `noon` nobody goes to lunch and people keep coming, for a hall that has to look alive at any moment.
    Raises ValueError where there is nobody to serve or nothing to serve them with.
    """
    services = sorted({service for taken in counters.values() for service in taken})
    if tickets < 1 or not services:
        raise ValueError("a day needs at least one ticket and a counter that takes a service")
    chance = random.Random(seed)
    officers = [_officer(chance, counter, index, noon) for index, counter in enumerate(counters)]
    hours = sum(_working(officer) / officer.pace for officer in officers)
    mean = min(LONGEST_SERVICE_S, BUSY * hours / tickets)
    fates = _fates(chance, tickets, can_transfer=len(services) > 1)
    arrivals = _arrivals(chance, tickets, noon)
    visitors: list[Visitor] = []
    for at, fate in zip(arrivals, fates, strict=True):
        visitor = _visitor(chance, at, fate, services, priorities, mean)
        if fate is Fate.STRAY and visitors:
            twin = visitors[-1]  # the same person, who pressed once more
            visitor = replace(visitor, arrives=twin.arrives, service=twin.service, priority=twin.priority)
        visitors.append(visitor)
    return Plan(seed, visitors, officers)


def _arrivals(chance: random.Random, tickets: int, noon: bool) -> list[float]:
    """Sorted. Exact shares, not draws, so that the burst is there on every day."""
    times: list[float] = []
    for share, begin, end in ARRIVALS:
        count = round(share * tickets)
        if begin == 0:
            count = min(count, BURST)
        times += [chance.uniform(begin, end) for _ in range(count)]
    while len(times) < tickets:
        times.append(chance.uniform(600, NOON_S) if chance.random() < 0.6 else chance.uniform(AFTERNOON_S, 30_000))
    times = sorted(times[:tickets])
    return times if noon else [_without_noon(time) for time in times]


def _without_noon(time: float) -> float:
    """The two hours of noon cut out of the day."""
    return time if time < NOON_S else max(NOON_S, time - (AFTERNOON_S - NOON_S))


def _fates(chance: random.Random, tickets: int, *, can_transfer: bool) -> list[Fate]:
    """In exact shares, each at least once on any day that is long enough to be called one."""
    fates: list[Fate] = []
    for fate, share in SHARES.items():
        if fate is not Fate.TRANSFERRED or can_transfer:
            fates += [fate] * math.ceil(share * tickets)
    fates += [Fate.SERVED] * max(0, tickets - len(fates))
    chance.shuffle(fates)
    return fates[:tickets]


def _visitor(
    chance: random.Random, arrives: float, fate: Fate, services: Sequence[str], priorities: Sequence[str], mean: float
) -> Visitor:
    service = chance.choices(services, [WISHES.get(service, NO_WISH) for service in services])[0]
    others = [other for other in services if other != service]
    return Visitor(
        arrives=arrives,
        service=service,
        priority=chance.choice(priorities) if priorities and chance.random() < PRIORITY_SHARE else None,
        fate=fate,
        # Most are quick and a few take very long; the mean of this shape is `mean`.
        serve=chance.lognormvariate(math.log(mean) - 0.18, 0.6),
        walk=chance.uniform(5, 25) * mean / LONGEST_SERVICE_S,
        away=chance.uniform(240, 1_200),
        onward=chance.choice(others) if fate is Fate.TRANSFERRED else None,
        place=chance.choices(["arrival", "front", "end"], [6, 2, 1])[0],
        dismissed_by_next=chance.random() < 0.4,
        to=chance.choices(["service", "counter", "group"], [4, 3, 3])[0],
        delay=chance.random() < 0.25,
        then=(chance.choice(others),) if others and fate is Fate.SERVED and chance.random() < SEVERAL else (),
        dossiers=chance.randint(5, 12) if chance.random() < MANY else 1,
        slip=chance.choice(list(Slip)) if chance.random() < SLIPS else None,
        score=chance.randint(1, 5) if chance.random() < RATES else None,
        by_phone=chance.random() < 0.5,
        booking=chance.choice(["due", "ahead", "late", "early"]),
    )


def _officer(chance: random.Random, counter: str, index: int, noon: bool) -> Officer:
    breaks = []
    tea = chance.uniform(5_000, 8_000) if index % 2 else chance.uniform(24_500, 28_000)
    if noon or tea < NOON_S:
        breaks.append((tea, tea + chance.uniform(600, 900), "break"))
    if noon:
        # Every fourth counter stays until the others are back, so that noon is thin and not closed.
        begin = 12_600.0 if index % 4 == 3 else float(NOON_S)
        breaks.append((begin, begin + 3_600 if index % 4 == 3 else float(AFTERNOON_S), "lunch"))
    return Officer(counter, chance.uniform(0, 300), chance.uniform(0.75, 1.3), tuple(sorted(breaks)))


def _working(officer: Officer) -> float:
    return CLOSING_S - officer.opens - sum(end - begin for begin, end, _ in officer.breaks)
