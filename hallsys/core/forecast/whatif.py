"""A day that is only planned: so many people, these counters at these times. Played with what the days before teach of
arrivals, service times and short breaks; without history, with what is usual.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hallsys.core.forecast.flow import Past, first_day, to_come
from hallsys.core.forecast.outlook import Stage, even, known_of, pace_of, terms_of
from hallsys.core.forecast.play import LANES, NEVER, NO_BREAK, RETURN, TRANSFER, Crowd, Desks, Rules
from hallsys.core.forecast.reading import Scene, read_scene
from hallsys.core.forecast.roster import HABIT_S, Roster

Floats = NDArray[np.float64]

FUTURES: Final = 60
STEPS_EACH: Final = 8
"""Events for each visitor, at most; fewer as a rule, more where many counters stand idle."""
STEPS: Final = 2000
HOUR_S: Final = 3600.0
SPREAD: Final = 0.07
"""How sure the number of people is."""
STAYS_S: Final = 900.0
"""A counter whose time ends this shortly before closing, or later, stays while people wait."""
OTHERS: Final = 0.05


class Block(NamedTuple):
    """Counters that are open from `start` to `end`, seconds since midnight."""

    start: float
    end: float
    counters: Sequence[str]


class Hour(NamedTuple):
    """Who joins a line within the hour that begins at `at` (s since midnight): how many on the mean, and the longest
    wait of them, P50 and P80 in seconds; `waiting`: P80 of how many wait at its end."""

    at: float
    people: float
    longest_p50: float
    longest_p80: float
    waiting: float


class WhatIf(NamedTuple):
    """`longest`: the longest wait of the day, P50 and P80; `ends`: when the last is called; `left`: how many are not
    called at all, on the mean, and `nowhere` the services that no counter ever takes. `days`: of how many days the hall
    has learnt."""

    hours: list[Hour]
    longest: tuple[float, float]
    ends: tuple[float, float]
    left: float
    nowhere: list[str]
    days: int


def what_if(
    plan: Mapping[str, Any],
    blocks: Sequence[Block],
    tickets: int,
    history: Mapping[str, Any] | None,
    memo: dict[str, Any],
) -> WhatIf:
    """`plan` is a snapshot (docs/forecast.md) of the hall before anybody has come: `services` are those that are
    offered, `counters` all that there are."""
    scene = read_scene(plan, memo)
    known = known_of(scene, history, memo)
    rng = np.random.default_rng([scene.day % 2**32, tickets])
    past = _expected(known.flow if known.flow.days else first_day(scene), scene, tickets)
    lane, at = to_come(scene, past, NEVER, FUTURES, rng, SPREAD)
    crowd = Crowd(lane, at, np.ones(lane.shape[1]), len(scene.services))
    pace = pace_of(scene, known, memo)
    desks = _desks(scene, blocks, known.roster, pace.officer, np.exp(rng.normal(0, pace.sd, FUTURES)), rng)
    steps = 1 << (STEPS + STEPS_EACH * tickets).bit_length()  # few sizes: they are kept
    draws = even(steps, FUTURES, pace.table.shape[1])
    rules = Rules(scene.priority_calls, scene.prefer_s, scene.starve_s)
    called = Stage(crowd, desks, rules, pace.table + pace.gap, draws, past.aged, None).play(until=NEVER)
    return _told(scene, crowd, called, known.flow.days, _nowhere(scene, blocks))


def _expected(past: Past, scene: Scene, tickets: int) -> Past:
    """Those who come on a day of so many tickets, all services alike as many as usual."""
    stream = past.stream
    usual = float(stream.worth[stream.arrival].sum())
    return past._replace(stream=stream._replace(worth=stream.worth * tickets / max(usual, 1e-9)), sizes=())


def _nowhere(scene: Scene, blocks: Sequence[Block]) -> list[str]:
    there = {counter for block in blocks for counter in block.counters}
    taken = {letter for counter in scene.counters if counter.id in there for letter in counter.serves}
    return [letter for letter in scene.services if letter not in taken]


def _desks(
    scene: Scene,
    blocks: Sequence[Block],
    roster: Roster,
    officers: Mapping[str, float],
    day: Floats,
    rng: np.random.Generator,
) -> Desks:
    number = {letter: index for index, letter in enumerate(scene.services)}
    count = len(scene.counters)
    most = max(1, *(len(counter.serves) for counter in scene.counters))
    serves = np.full((count, most), -1)
    width = len(blocks) + roster.start.shape[1] + 1
    free, factor = np.full((FUTURES, count), NEVER), np.ones((FUTURES, count))
    pause_at, pause_s = np.full((FUTURES, count, width), NO_BREAK), np.zeros((FUTURES, count, width))
    for desk, counter in enumerate(scene.counters):
        offered = [number[letter] for letter in counter.serves if letter in number]
        serves[desk, : len(offered)] = offered
        spans = _merged(block for block in blocks if counter.id in block.counters)
        if not spans:
            continue
        free[:, desk] = spans[0][0]
        mine = roster.counter == counter.id
        if mine.any():
            names, times = np.unique(roster.officer[mine], return_counts=True)
            factor[:, desk] = officers.get(str(names[times.argmax()]), 1.0)
        factor[:, desk] *= day
        breaks = [(end, following - end) for (_, end), (following, _) in pairwise(spans)]
        if spans[-1][1] < scene.close - STAYS_S:
            breaks.append((spans[-1][1], 2 * NEVER))
        worth = roster.worth * np.where(mine | (roster.counter == ""), 1.0, OTHERS)
        picks = rng.choice(len(worth), FUTURES, p=worth / worth.sum())
        short = roster.length[picks] < HABIT_S
        at = np.concatenate(
            [np.tile([start for start, _ in breaks], (FUTURES, 1)), np.where(short, roster.start[picks], NO_BREAK)],
            axis=1,
        )
        lasts = np.concatenate([np.tile([length for _, length in breaks], (FUTURES, 1)), roster.length[picks]], axis=1)
        at = np.where(at < spans[0][0], NO_BREAK, at)
        order = at.argsort(axis=1)
        pause_at[:, desk, : at.shape[1]] = np.take_along_axis(at, order, axis=1)
        pause_s[:, desk, : at.shape[1]] = np.take_along_axis(lasts, order, axis=1)
    terms = terms_of(scene.counters, most)
    return Desks(serves, np.zeros(count, dtype=np.int64), free, factor, pause_at, pause_s, terms)


def _merged(blocks: Any) -> list[tuple[float, float]]:
    """The times of a counter, in order, those that touch made one."""
    spans: list[tuple[float, float]] = []
    for start, end, _ in sorted(blocks):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def _told(scene: Scene, crowd: Crowd, called: Floats, days: int, nowhere: list[str]) -> WhatIf:
    real = crowd.lane < crowd.services * LANES
    new = real & (crowd.lane % LANES != RETURN) & (crowd.lane % LANES != TRANSFER)
    served = real & (called < NEVER)
    waits = np.where(served, called - np.maximum(crowd.key, 0.0), 0.0)
    last = np.where(served, called, scene.open).max(axis=1, initial=scene.open)
    hours: list[Hour] = []
    at = HOUR_S * np.floor(scene.open / HOUR_S)
    while at < scene.close:
        came = served & (crowd.key >= (at if hours else 0)) & (crowd.key < at + HOUR_S)
        longest = np.where(came, waits, 0.0).max(axis=1, initial=0.0)
        still = (real & (crowd.key <= at + HOUR_S) & (called > at + HOUR_S)).sum(axis=1)
        count = (new & (crowd.key >= (at if hours else 0)) & (crowd.key < at + HOUR_S)).sum(axis=1).mean()
        p50, p80 = np.quantile(longest, (0.5, 0.8))
        hours.append(Hour(float(at), float(count), float(p50), float(p80), float(np.quantile(still, 0.8))))
        at += HOUR_S
    longest_day = np.quantile(waits.max(axis=1, initial=0.0), (0.5, 0.8))
    ends = np.quantile(last, (0.5, 0.8))
    left = float((real & ~served).sum(axis=1).mean())
    return WhatIf(
        hours, (float(longest_day[0]), float(longest_day[1])), (float(ends[0]), float(ends[1])), left, nowhere, days
    )
