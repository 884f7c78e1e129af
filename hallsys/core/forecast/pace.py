"""How long a visit takes a counter: by service, officer and day, each shrunk to what is known better."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hallsys.core.forecast.reading import Day, Scene, Served

Floats = NDArray[np.float64]

QUANTILES: Final = 128
MEAN_S: Final = 420.0
"""A visit, where nothing is known."""
SERVICE_WEIGHT: Final = 4.0
"""Visits that the hall's mean is worth against a service's own."""
RUNNING: Final = 0.7
"""Share of a running visit's time that counts: without it the visits that have ended, the short ones, mislead."""
OFFICER_WEIGHT: Final = 25.0
SHAPE_WEIGHT: Final = 15.0
"""Visits that the shape of all services is worth against a service's own."""
AGE: Final = 0.96
"""What a day of history is worth against the day after it."""
DAY_SD: Final = 0.12
"""Spread of the days' pace before any is known."""
FIRST_SD: Final = 0.35
"""The same on the first day, when the hall itself is not known."""
DRIFT: Final = 0.3
"""How fast the expected pace of a day follows the days before."""
ODD: Final = 2.0
"""A day that is further off than this many variances of its mean is believed sooner than a usual one."""
ENOUGH: Final = 8
GAP_S: Final = 10.0
LONGEST_GAP_S: Final = 120.0
SHAPE = np.exp(0.75 * np.sqrt(2) * np.array([-1.64, -1.04, -0.67, -0.39, -0.13, 0.13, 0.39, 0.67, 1.04, 1.64]) * 0.71)
PRIOR_SHAPE: Final[Floats] = SHAPE / SHAPE.mean()


class Visits(NamedTuple):
    """Visits of many days in columns; `day` counts back from the present, 0 is today."""

    service: list[str]
    officer: list[str]
    busy: Floats
    day: Floats


class Pace(NamedTuple):
    """`table` holds sorted service times by service and quantile, seconds; `officer` and `today` are factors on it,
    `sd` how unsure today's is. `gap` is the pause between two visits while people wait."""

    table: Floats
    officer: Mapping[str, float]
    today: float
    sd: float
    gap: float


def visits(days: Sequence[Sequence[Served]]) -> Visits:
    """Columns of the days given, the last of them the latest."""
    rows = [(row, len(days) - 1 - index) for index, day in enumerate(days) for row in day]
    return Visits(
        [row.service for row, _ in rows],
        [row.officer for row, _ in rows],
        np.array([row.busy for row, _ in rows]),
        np.array([age for _, age in rows], dtype=float),
    )


def gaps(day: Day) -> list[float]:
    """Seconds from a visit's end to the same counter's next call, where that person was already waiting."""
    queued = {(call.id, call.at): call.queued for call in day.calls}
    last: dict[str, float] = {}
    found = []
    for row in sorted(day.served, key=lambda row: row.called):
        free = last.get(row.counter)
        last[row.counter] = row.done
        if free is not None and queued.get((row.id, row.called), row.called) < free <= row.called:
            found.append(row.called - free)
    return [gap for gap in found if gap <= LONGEST_GAP_S]


def learn_pace(scene: Scene, past: Visits, past_gaps: Sequence[float]) -> Pace:
    today = visits([scene.today.served])
    service = np.array([*past.service, *today.service])
    officer = np.array([*past.officer, *today.officer])
    busy = np.concatenate([past.busy, today.busy])
    day = np.concatenate([past.day + 1, today.day])
    worth = AGE**day
    running = [(counter, RUNNING * (scene.now - counter.called)) for counter in scene.counters if counter.serving]
    begun = sum(gone for _, gone in running)
    hall = _hall_mean(scene)
    hall = float((hall * SERVICE_WEIGHT + (busy * worth).sum() + begun) / (SERVICE_WEIGHT + worth.sum()))
    means = {}
    usual = np.empty(len(busy))
    for letter in scene.services:
        mine = service == letter
        total = worth[mine].sum()
        means[letter] = (hall * SERVICE_WEIGHT + (busy[mine] * worth[mine]).sum()) / (SERVICE_WEIGHT + total)
        usual[mine] = means[letter]
    known = np.isin(service, scene.services)
    service, officer, day, worth = service[known], officer[known], day[known], worth[known]
    ratio = busy[known] / usual[known]
    officers = {}
    for name in dict.fromkeys([*officer.tolist(), *(counter.officer for counter in scene.counters)]):
        mine = officer == name
        factor = (OFFICER_WEIGHT + (ratio[mine] * worth[mine]).sum()) / (OFFICER_WEIGHT + worth[mine].sum())
        ratio[mine] /= factor
        officers[name] = float(factor)
    begun = sum(gone / means[counter.serving or ""] / officers[counter.officer] for counter, gone in running)
    factor, sd, by_day = _days(ratio, day, begun)
    ratio /= by_day
    everyone = _shape(ratio, worth, PRIOR_SHAPE, 10.0)
    table = [means[letter] * _shape(ratio[service == letter], worth[service == letter], everyone) for letter in means]
    found = [*past_gaps, *gaps(scene.today)]
    return Pace(np.stack(table or [everyone]), officers, factor, sd, (GAP_S * 10 + sum(found)) / (10 + len(found)))


def _hall_mean(scene: Scene) -> float:
    """A guess for the first minutes: halls are staffed for their load."""
    if not scene.load or not scene.counters:
        return MEAN_S
    staffed = 0.5 * len(scene.counters) * (scene.close - scene.open) / scene.load
    return float(np.sqrt(MEAN_S * np.clip(staffed, 180, 1500)))


def _days(ratio: Floats, day: Floats, begun: float) -> tuple[float, float, Floats]:
    """Today's factor, how unsure it is, and the factor of each visit's own day. `begun` are ratios of the visits that
    still run."""
    noise = max(0.02, float(ratio.var())) if len(ratio) > 20 else 0.5
    expected, spread, factors, errors = 1.0, DAY_SD**2, {}, [DAY_SD**2] * 3
    for age in sorted(set(day.tolist()) | {0.0}, reverse=True):
        mine = ratio[day == age]
        count, total = len(mine), float(mine.sum()) + (0.0 if age else begun)
        odd = (total / count - expected) ** 2 - ODD * noise / count if count >= ENOUGH else 0.0
        weight = noise / max(spread, odd)
        factors[age] = (weight * expected + total) / (weight + count)
        if age == 0:
            break
        errors.append(max(0.0, (factors[age] - expected) ** 2))
        spread = float(np.clip(np.mean(errors), 0.05**2, 0.3**2))
        expected += DRIFT * (factors[age] - expected)
    if not day.any():
        spread = FIRST_SD**2
    sd = np.sqrt(1 / (1 / spread + np.count_nonzero(day == 0) / noise))
    return factors[0.0], float(sd), np.array([factors[age] for age in day.tolist()])


def _shape(ratio: Floats, worth: Floats, usual: Floats, usual_worth: float = SHAPE_WEIGHT) -> Floats:
    """Sorted quantiles of service times over their mean, among those usual elsewhere."""
    value = np.concatenate([ratio, usual])
    weight = np.concatenate([worth, np.full(len(usual), usual_worth / len(usual))])
    order = value.argsort()
    value, weight = value[order], weight[order]
    at = (weight.cumsum() - weight / 2) / weight.sum()
    quantiles: Floats = np.interp((np.arange(QUANTILES) + 0.5) / QUANTILES, at, value)
    return quantiles / max(1e-6, float((value * weight).sum() / weight.sum()))
