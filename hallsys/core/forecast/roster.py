"""When counters are there: breaks, lunch, late starts and leaving, replayed from the days before.

A *trace* is one counter on one day: when it opened and the spells in which it was away. A counter's future is a trace
of a day on which it stood as it stands now, its own and its officer's before those of others.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hallsys.core.forecast.play import NEVER, NO_BREAK
from hallsys.core.forecast.reading import AtCounter, Day, Scene

Floats = NDArray[np.float64]

NOON: Final = 43_200.0
OWN: Final = 1.0
OTHERS: Final = 0.05
"""What another officer's day is worth against the officer's own."""
ALIKE_S: Final = 2700.0
"""How near two spells must have begun to be the same habit."""
UNLIKE: Final = 0.05
UNLIKE_SPELL: Final = 0.003
HABIT_S: Final = 1200.0
OVERDUE_S: Final = 2400.0
"""A spell longer than `HABIT_S` is a habit, lunch as a rule: who has not left when the trace did still will, less and
less surely with time."""
ANNOUNCED_S: Final = 600.0
"""The same for a pause of the hours on the door, which ends when they say: who works on into it works through it. And
where no officer is known yet, a counter that had nobody for as long as lunch takes has had its lunch."""
LATE_S: Final = 1800.0
"""A counter that leaves for good within this time of the last ticket is closing: it stays while people wait."""
SOON_S: Final = 240.0
"""How long a counter is still away when nothing is known of it."""
PRIOR_DAYS: Final = 24
LONG: Final = 1e5
"""A spell that ends after the day."""


class Trace(NamedTuple):
    counter: str
    officer: str
    opened: float
    spells: tuple[tuple[float, float], ...]


class Roster(NamedTuple):
    """Traces in columns, spells padded with `NO_BREAK`."""

    counter: NDArray[np.str_]
    officer: NDArray[np.str_]
    opened: Floats
    start: Floats
    length: Floats
    worth: Floats


def traces(day: Day, last_issue: float) -> list[Trace]:
    found = []
    for counter in dict.fromkeys(row[1] for row in day.log):
        rows = [row for row in day.log if row[1] == counter]
        opened = next((t for t, _, _, status in rows if status == "open"), None)
        if opened is None:
            continue
        spells: list[tuple[float, float]] = []
        away: float | None = None
        for t, _, _, status in rows:
            if t < opened:
                continue
            if status == "open":
                if away is not None:
                    spells.append((away, t - away))
                away = None
            elif away is None:
                away = t
        if away is not None and away < last_issue - LATE_S:
            spells.append((away, LONG))
        found.append(Trace(counter, rows[-1][2], opened, tuple(spells)))
    return found


def common_traces(hours: Sequence[float]) -> list[Trace]:
    """Days of officers nobody knows yet: most have lunch around noon (when the hall is closed, if its hours say so),
    and take short breaks."""
    rng = np.random.default_rng(7)
    opens, *pause, closes = hours
    made = []
    for index in range(PRIOR_DAYS):
        spells = []
        if len(pause) > 1:
            spells.append((pause[0], pause[-1] - pause[0]))
        elif index % 6 and opens < NOON - 3600 and closes > NOON + 7200:
            spells.append((NOON - 1500 + 4500 * rng.random(), 2400 + 1500 * rng.random()))
        for _ in range(rng.poisson(0.3 * (closes - opens) / 3600)):
            at = opens + (closes - opens) * rng.random()
            spells.append((at, 300 + rng.exponential(420)))
        made.append(Trace("", "", opens, tuple(sorted(spells))))
    return made


def learn_roster(days: Sequence[Sequence[Trace]], prior: Sequence[Trace]) -> Roster:
    known = [trace for day in days for trace in day]
    every = [*known, *prior]
    most = max((len(trace.spells) for trace in every), default=0) + 1
    start, length = np.full((len(every), most), NO_BREAK), np.zeros((len(every), most))
    for row, trace in enumerate(every):
        for column, (at, lasts) in enumerate(trace.spells):
            start[row, column], length[row, column] = at, lasts
    counters = max(1, len({trace.counter for trace in known}))
    weight = 1.0 if len(days) < 3 else 0.3
    return Roster(
        np.array([trace.counter for trace in every]),
        np.array([trace.officer for trace in every]),
        np.array([trace.opened for trace in every]),
        start,
        length,
        np.array([1.0] * len(known) + [weight * (1 if known else counters) / max(1, len(prior))] * len(prior)),
    )


def shifts(
    scene: Scene, counter: AtCounter, roster: Roster, futures: int, rng: np.random.Generator, quiet: float = NO_BREAK
) -> tuple[Floats, Floats, Floats]:
    """When a counter is back, if it is away (else now), and its breaks from then on: starts and lengths, by future.
    `quiet`: since when it has had nobody, if it has nobody."""
    now, length = scene.now, roster.length
    mine = np.maximum(roster.officer == counter.officer, roster.counter == counter.id)
    worth = roster.worth * np.where(mine | (roster.counter == ""), OWN, OTHERS)
    ends = roster.start + roster.length
    if counter.status == "open":
        due = (
            (roster.start <= now) & (roster.start > counter.since) & (roster.length > HABIT_S) & (roster.length < LONG)
        )
        common = (roster.counter == "")[:, None]
        had = common & (roster.start <= now) & (now - np.maximum(roster.start, quiet) >= roster.length)
        due &= ~had
        begun = np.where(due, roster.start, NO_BREAK).min(axis=1)
        edge = np.minimum(begun, now)
        before = np.where(ends <= edge[:, None], ends, 0).max(axis=1)
        stretch = np.maximum(roster.opened, before)
        unlike = np.where((had & (ends == stretch[:, None])).any(axis=1), 0.0, np.abs(stretch - counter.since))
        worth = worth * (UNLIKE + np.exp(-unlike / ALIKE_S))
        pick = _draw(worth, futures, rng)
        back = np.full(futures, now)
        announced = common & (len(scene.hours) > 2) & (roster.start == scene.hours[1])
        patience = np.where(announced, ANNOUNCED_S, OVERDUE_S)
        late = due & (rng.random(len(due))[:, None] < np.exp(-(now - roster.start) / patience))
        length = np.where(late & announced, np.maximum(ends - now, 0), length)
    else:
        pick, back = _back(scene, counter, roster, worth, futures, rng)
        late = np.zeros(roster.start.shape, dtype=bool)
    start, length = np.where(late, now + 1, roster.start)[pick], length[pick]
    start = np.where(start > back[:, None], start, NO_BREAK)
    order = start.argsort(axis=1)
    return back, np.take_along_axis(start, order, axis=1), np.take_along_axis(length, order, axis=1)


def _back(
    scene: Scene, counter: AtCounter, roster: Roster, worth: Floats, futures: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats]:
    """A spell that has lasted as long as this one, with its end; or a day on which the counter was not open yet."""
    gone = scene.now - counter.since
    fits = (roster.length > gone) & (roster.start < NO_BREAK)
    if counter.status == "paused":
        fits &= roster.length < LONG
    alike = UNLIKE_SPELL + np.exp(-(((roster.start - counter.since) / ALIKE_S) ** 2) / 2)
    spells = np.where(fits, worth[:, None] * alike, 0.0)
    begun = any(row[1] == counter.id and row[3] == "open" for row in scene.today.log)
    late = np.where((roster.opened > scene.now) & (not begun), worth, 0.0)
    never = worth.mean() if counter.status == "closed" and (begun or scene.now > scene.open + 3600) else 0.0
    chances = np.concatenate([spells.ravel(), late, [never]])
    if chances.sum() <= 0:
        soon = scene.now if begun else max(scene.open, scene.now)
        rest = np.clip(0.5 * gone, SOON_S, LATE_S) if begun else SOON_S
        return _draw(worth, futures, rng), soon + rng.exponential(rest, futures)
    drawn = _draw(chances, futures, rng)
    size, most = roster.start.shape
    trace = np.where(drawn < size * most, drawn // most, (drawn - size * most) % size)
    spell = np.minimum(drawn, size * most - 1) % most
    back = np.where(drawn < size * most, counter.since + roster.length[trace, spell], roster.opened[trace])
    return trace, np.where((drawn == len(chances) - 1) | (back > LONG), NEVER, np.maximum(back, scene.now))


def _draw(worth: Floats, futures: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Indices in proportion to their worth, spread evenly over the futures."""
    total = worth.sum()
    if total <= 0:
        return rng.integers(0, len(worth), futures)
    even = rng.permutation((np.arange(futures) + rng.random(futures)) / futures)
    return np.minimum(np.searchsorted(worth.cumsum() / total, even), len(worth) - 1)
