"""A simulated hall and what a day brings: drawn by other laws than the forecast assumes.

Service times are gamma, Weibull, lognormal or a gamma with a Pareto tail, by service and officer; breaks come by a
Weibull clock; arrivals are a curve of six bumps. The forecast knows none of this.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

LETTERS = "AHNXKSYQRT"
OPEN, CLOSE, LAST_ISSUE = 27_000, 61_200, 59_400
POLICY = {"priority_calls": 2, "prefer_s": 600, "starve_s": 1800}
SLOT_S = 300
WEEKDAYS = (1.22, 1.0, 0.93, 0.95, 1.08)


@dataclass(frozen=True)
class Service:
    """`share` of the tickets, mean seconds of service, and the law of its length."""

    letter: str
    share: float
    mean: float
    law: str
    shape: float


@dataclass(frozen=True)
class Desk:
    """A counter and its habits: services preferred first, speed of the officer, breaks an hour, lunch."""

    id: str
    officer: str
    serves: tuple[str, ...]
    speed: float
    skill: dict[str, float]
    breaks_h: float
    break_s: float
    lunch: float
    lunch_s: float
    gap_s: float


@dataclass(frozen=True)
class Hall:
    """`slower` stretches every service time of the day; `disobey` is the share of calls out of the order."""

    load: int
    services: dict[str, Service]
    desks: tuple[Desk, ...]
    curve: tuple[float, ...]
    priority: float
    no_show: float
    transfer: float
    hold: float
    day_sd: float
    speed_sd: float
    slower: float = 1.0
    disobey: float = 0.0

    def but(self, **changes: float) -> "Hall":
        return replace(self, **changes)  # type: ignore[arg-type]


def draw_hall(seed: int, load: int, attempt: int = 0) -> Hall:
    """A hall of ten services and six to eight counters, as busy as such a hall may be at 60, 150 or 300 tickets."""
    rng = Random(f"hall {seed} {load} {attempt}")
    weights = [rng.gammavariate(1.2, 1.0) + 0.15 for _ in LETTERS]
    busy = {60: (0.2, 0.55), 150: (0.3, 0.68), 300: (0.38, 0.75)}[load]
    laws = ("gamma", "weibull", "lognormal", "pareto")
    raw = {
        letter: Service(letter, weight / sum(weights), rng.uniform(0.5, 1.7), rng.choice(laws), rng.uniform(0.8, 1.25))
        for letter, weight in zip(LETTERS, weights, strict=True)
    }
    count = rng.randint(6, 8)
    desks = tuple(_desk(rng, raw, index, count) for index in range(count))
    work = count * (CLOSE - OPEN - 3000) * 0.93 * rng.uniform(*busy)
    unit = work / load / sum(service.share * service.mean for service in raw.values())
    services = {letter: replace(service, mean=service.mean * unit) for letter, service in raw.items()}
    return Hall(
        load=load,
        services=services,
        desks=desks,
        curve=_curve(rng),
        priority=rng.uniform(0.08, 0.22),
        no_show=rng.uniform(0.03, 0.1),
        transfer=rng.uniform(0.03, 0.07),
        hold=rng.uniform(0.03, 0.08),
        day_sd=rng.uniform(0.08, 0.2),
        speed_sd=rng.uniform(0.05, 0.14),
    )


def _desk(rng: Random, services: dict[str, Service], index: int, count: int) -> Desk:
    own = [LETTERS[k] for k in range(len(LETTERS)) if k % count == index or (k + 1) % count == index]
    rng.shuffle(own)
    others = [letter for letter in LETTERS if letter not in own]
    rng.shuffle(others)
    serves = (*own, *others[: rng.choice((1, 2, 2, 3, 4))])
    late = rng.random() < 0.5
    return Desk(
        id=str(index + 1),
        officer=f"o{index + 1}",
        serves=serves,
        speed=rng.triangular(0.75, 1.35, 1.0),
        skill={letter: rng.uniform(0.85, 1.2) for letter in services},
        breaks_h=rng.uniform(0.1, 0.55),
        break_s=rng.uniform(300, 900),
        lunch=rng.uniform(44_400, 46_200) if late else rng.uniform(41_400, 43_200),
        lunch_s=rng.uniform(2_400, 3_900),
        gap_s=rng.uniform(3, 20),
    )


def _curve(rng: Random) -> tuple[float, ...]:
    """Tickets by slot of five minutes, relative: before the opening, its burst, mid-morning, noon, the afternoon."""
    slots = range((LAST_ISSUE - OPEN + 1800) // SLOT_S)
    bumps = [
        (OPEN - 300, 900, rng.uniform(1.0, 2.6)),
        (OPEN + 6_000, 4_800, rng.uniform(1.0, 1.8)),
        (OPEN + 12_000, 2_500, rng.uniform(0.2, 0.7)),
        (OPEN + 17_000, 2_000, rng.uniform(0.1, 0.4)),
        (OPEN + 24_000, 4_500, rng.uniform(0.6, 1.4)),
        (OPEN + 30_500, 1_800, rng.uniform(0.1, 0.5)),
    ]

    def height(t: float) -> float:
        return 0.08 + sum(tall / (1 + ((t - at) / wide) ** 4) for at, wide, tall in bumps)

    heights = [height(OPEN - 1800 + slot * SLOT_S + SLOT_S / 2) for slot in slots]
    return tuple(h / sum(heights) for h in heights)


@dataclass
class Today:
    """What chance decided for one day."""

    day: int
    weekday: int
    arrivals: list[tuple[float, str, bool]]
    pace: float
    pauses: dict[str, list[tuple[float, float]]]
    opens: dict[str, float]


def draw_day(hall: Hall, day: int, rng: Random) -> Today:
    weekday = day % 5
    size = hall.load * WEEKDAYS[weekday] / 1.036 * rng.lognormvariate(0, hall.day_sd)
    letters = list(hall.services)
    shares = [hall.services[letter].share * rng.uniform(0.75, 1.3) for letter in letters]
    arrivals = []
    for slot, part in enumerate(hall.curve):
        for _ in range(_poisson(rng, size * part * rng.gammavariate(8, 1 / 8))):
            at = OPEN - 1800 + (slot + rng.random()) * SLOT_S
            arrivals.append((at, rng.choices(letters, shares)[0], rng.random() < hall.priority))
    pauses, opens = {}, {}
    for desk in hall.desks:
        opens[desk.id] = OPEN + rng.expovariate(1 / 120) + (rng.uniform(900, 4_000) if rng.random() < 0.06 else 0)
        lunch = desk.lunch + rng.gauss(0, 500)
        pauses[desk.id] = [(lunch, desk.lunch_s * rng.uniform(0.85, 1.2))]
        at = float(OPEN)
        while (at := at + rng.weibullvariate(1.13 * 3600 / desk.breaks_h, 1.3)) < CLOSE - 1800:
            if abs(at - lunch) > 2400:
                pauses[desk.id].append((at, 60 + rng.weibullvariate(desk.break_s, 1.5)))
        if rng.random() < 0.03:
            pauses[desk.id].append((rng.uniform(OPEN + 7_200, CLOSE), 40_000))
        pauses[desk.id].sort()
    return Today(day, weekday, sorted(arrivals), rng.lognormvariate(0, hall.speed_sd) * hall.slower, pauses, opens)


def service_time(hall: Hall, desk: Desk, letter: str, pace: float, rng: Random) -> float:
    service = hall.services[letter]
    k = service.shape
    if service.law == "gamma":
        ratio = rng.gammavariate(1.6 * k, 1 / (1.6 * k))
    elif service.law == "weibull":
        ratio = rng.weibullvariate(1.07, 1.2 * k)
    elif service.law == "lognormal":
        ratio = rng.lognormvariate(-0.32 * k * k, 0.8 * k)
    else:
        ratio = rng.gammavariate(3, 0.27) if rng.random() < 0.9 else min(8.0, 1.0 * rng.paretovariate(1.8))
    return max(20.0, service.mean * ratio * desk.speed * desk.skill[letter] * pace)


def _poisson(rng: Random, mean: float) -> int:
    count, at = 0, rng.expovariate(1.0)
    while at < mean:
        count, at = count + 1, at + rng.expovariate(1.0)
    return count


def empty_record(today: Today) -> dict[str, Any]:
    return {"day": today.day, "weekday": today.weekday, "arrivals": [], "calls": [], "services": [], "counter_log": []}
