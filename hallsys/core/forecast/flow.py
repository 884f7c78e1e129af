"""Who is still to come: arrivals, transfers and returns, drawn from the days before by time of day."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hallsys.core.forecast.play import LANES, ORDINARY, PRIORITY, RETURN, TRANSFER
from hallsys.core.forecast.reading import Day, Scene

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

JITTER_S: Final = 240.0
"""Arrivals of the past are not repeated to the second."""
DAY_CV: Final = 0.25
"""Spread of the days' arrivals over what their weekday leads to expect."""
WEEKDAY_WEIGHT: Final = 3.0
"""Days that the mean of all days is worth against those of one weekday."""
SERVICE_WEIGHT: Final = 30.0
"""Tickets that a service's usual share is worth against today's."""
HOLD_S: Final = 1200.0
AGED_S: Final = 1500.0
RECENT: Final = 20
VISIT_S: Final = 420.0
TRANSFERRED: Final = 0.04
HELD: Final = 0.05
PRIORITY_SHARE: Final = 0.12
AT_NOON: Final = 0.1
"""Of those who would come while the door says closed."""
EARLY_S: Final = 1200.0
"""How long before it opens again people come all the same."""
PROFILE: Final = ((-1200, 0.0), (-600, 0.6), (0, 2.4), (900, 2.0), (2400, 1.0), (6000, 1.4), (10800, 1.0))
PROFILE_REST: Final = ((14400, 0.5), (19800, 0.5), (22500, 1.1), (27000, 0.9), (32400, 0.3))
"""How a day's arrivals lie before there is a day to learn from: seconds after the opening, height."""


class Stream(NamedTuple):
    """People of the past in columns: when they join; what has to be later than now for them to be still to come (the
    hold that a return comes from); where they queue (service x 4 + lane); what they are worth in days, so that the sum
    over a lane is what one day brings; whether they come from outside."""

    at: Floats
    after: Floats
    lane: Ints
    worth: Floats
    arrival: NDArray[np.bool_]


class Past(NamedTuple):
    stream: Stream
    days: int
    sizes: tuple[tuple[int, int], ...]
    holds: Floats
    aged: float


def learn_flow(days: Sequence[Day], services: Sequence[str]) -> Past:
    rows: list[tuple[float, float, str, int, bool]] = []
    holds, aged = [], []
    for day in days:
        rows += [(t, t, s, PRIORITY if p else ORDINARY, True) for t, s, p in day.arrivals]
        since: dict[str, float] = {}
        last_hold = {row.id: row.done for row in day.served if row.outcome == "held"}
        for call in day.calls:
            first = since.setdefault(call.id, call.queued)
            if call.kind == "return":
                begun = last_hold.get(call.id, call.queued - HOLD_S)
                if begun > call.queued:
                    begun = call.queued - HOLD_S
                holds.append(call.queued - begun)
                rows.append((call.queued, begun, call.service, RETURN, False))
            elif call.kind == "transfer":
                aged.append(call.queued - first)
                rows.append((call.queued, call.queued, call.service, TRANSFER, False))
    number = {letter: index for index, letter in enumerate(services)}
    rows = [row for row in rows if row[2] in number]
    stream = Stream(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([number[row[2]] * LANES + row[3] for row in rows], dtype=np.int64),
        np.full(len(rows), 1 / max(1, len(days))),
        np.array([row[4] for row in rows], dtype=bool),
    )
    sizes = tuple((day.weekday, len(day.arrivals)) for day in days)
    return Past(stream, len(days), sizes, np.sort(np.array(holds)), float(np.median(aged)) if aged else AGED_S)


def first_day(scene: Scene) -> Past:
    """A past for a hall without one: a common day of the expected size, its services as today's tickets have them."""
    size = scene.load or 150.0
    points = [(scene.open + t, height) for t, height in (*PROFILE, *PROFILE_REST)]
    grid = np.arange(points[0][0], scene.last_issue, 60.0)
    heights = np.interp(grid, [t for t, _ in points], [height for _, height in points])
    for closes, opens in zip(scene.hours[1:-1:2], scene.hours[2:-1:2], strict=False):
        heights[(grid > closes) & (grid < opens - EARLY_S)] *= AT_NOON
    total = heights.cumsum() / heights.sum()
    count = 400
    at = np.interp((np.arange(count) + 0.5) / count, total, grid)
    seen = [letter for _, letter, _ in scene.today.arrivals]
    priority = (10 * PRIORITY_SHARE + sum(p for _, _, p in scene.today.arrivals)) / (10 + len(seen))
    shares = np.array([seen.count(letter) + 1.0 for letter in scene.services] or [1.0])
    mixed = np.random.default_rng(1).permutation((np.arange(count) + 0.5) / count)
    picks = np.searchsorted(shares.cumsum() / shares.sum(), mixed)
    urgent = np.random.default_rng(2).permutation(count) < priority * count
    lanes = np.where(urgent, PRIORITY, ORDINARY)
    ended = len(scene.today.served)
    moved = (20 * TRANSFERRED + sum(row.outcome == "transferred" for row in scene.today.served)) / (20 + ended)
    held = (20 * HELD + sum(row.outcome == "held" for row in scene.today.served)) / (20 + ended)
    each = size / count
    stream = Stream(
        np.concatenate([at, at + AGED_S, at + AGED_S + HOLD_S]),
        np.concatenate([at, at + AGED_S, at + AGED_S]),
        np.concatenate([picks, picks[::-1], picks]) * LANES
        + np.concatenate([lanes, np.full(count, TRANSFER), np.full(count, RETURN)]),
        np.concatenate([np.full(count, each), np.full(count, each * moved), np.full(count, each * held)]),
        np.repeat([True, False, False], count),
    )
    return Past(stream, 0, (), np.array([]), AGED_S)


def aged(scene: Scene, past: Past) -> float:
    """How long a transfer to come has had its place in line: as usual, or what people wait now."""
    waits = [call.at - call.queued for call in scene.today.calls[-RECENT:]]
    return max(past.aged, float(np.median(waits)) + VISIT_S if waits else 0.0)


def to_come(
    scene: Scene, past: Past, until: float, futures: int, rng: np.random.Generator, spread: float = DAY_CV
) -> tuple[Ints, Floats]:
    """Lane (service x 4 + lane) and time of everybody who joins a line after now and before `until`, by future.
    `spread`: how sure the size of the day is."""
    stream = past.stream
    weekday = _weekday(scene.weekday, past)
    begun = float(stream.worth[(stream.at <= scene.now) & stream.arrival].sum()) * weekday
    prior = 1 / spread**2
    scale = rng.gamma(prior + len(scene.today.arrivals), 1 / (prior + begun), futures) * weekday
    chosen = np.flatnonzero((stream.after > scene.now) & (stream.at <= until))
    worth = (stream.worth * _services(scene, past, weekday)[stream.lane // LANES])[chosen]
    mean = float(worth.sum())
    lanes_total = len(scene.services) * LANES
    if mean <= 0:
        return np.zeros((futures, 0), dtype=np.int64), np.zeros((futures, 0))
    counts = rng.poisson(mean * scale)
    width = int(counts.max(initial=0))
    picks = np.searchsorted(worth.cumsum() / mean, rng.random((futures, width)))
    picks = chosen[np.minimum(picks, len(chosen) - 1)]
    lane = stream.lane[picks]
    lane[np.arange(width) >= counts[:, None]] = lanes_total + 1
    at = stream.at[picks] + rng.uniform(-JITTER_S, JITTER_S, (futures, width))
    at = np.where(at <= scene.now, 2 * scene.now - at + 1, at)
    return lane, at


def returning(scene: Scene, past: Past, futures: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Lane and time of those who are held now, by future."""
    columns = len(scene.held)
    lane = np.empty((futures, columns), dtype=np.int64)
    at = np.empty((futures, columns))
    number = {letter: index for index, letter in enumerate(scene.services)}
    for column, (letter, since) in enumerate(scene.held):
        away = scene.now - since
        longer = past.holds[past.holds > away]
        fresh = away + rng.exponential(HOLD_S, futures)
        drawn = rng.choice(longer, futures) if len(longer) else fresh
        at[:, column] = since + np.where(rng.random(futures) * (len(longer) + 2) < 2, fresh, drawn)
        lane[:, column] = number[letter] * LANES + RETURN
    return lane, at


def _services(scene: Scene, past: Past, weekday: float) -> Floats:
    """How much each service is asked for today, against the hall's own day."""
    stream, count = past.stream, len(scene.services)
    number = {letter: index for index, letter in enumerate(scene.services)}
    came = np.zeros(count)
    for _, letter, _ in scene.today.arrivals:
        if letter in number:
            came[number[letter]] += 1
    before = (stream.at <= scene.now) & stream.arrival
    due = np.bincount(stream.lane[before] // LANES, stream.worth[before], minlength=count) * weekday
    size = (came.sum() + SERVICE_WEIGHT) / (due.sum() + SERVICE_WEIGHT)
    share: Floats = (SERVICE_WEIGHT + came) / (SERVICE_WEIGHT + due * size)
    return share


def _weekday(weekday: int, past: Past) -> float:
    """How large such a weekday is against the mean day."""
    if not past.sizes:
        return 1.0
    mean = sum(size for _, size in past.sizes) / len(past.sizes)
    mine = [size for day, size in past.sizes if day == weekday]
    return (WEEKDAY_WEIGHT + sum(mine) / max(1.0, mean)) / (WEEKDAY_WEIGHT + len(mine))
