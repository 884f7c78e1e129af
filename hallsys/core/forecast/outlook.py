"""A snapshot of the hall, what is known of it, and a hundred futures: the waits that come out."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hallsys.core.forecast import record
from hallsys.core.forecast.disorder import LEAST, Seen, disorder, past_disorder
from hallsys.core.forecast.flow import Past, aged, first_day, learn_flow, returning, to_come
from hallsys.core.forecast.pace import Pace, Visits, gaps, learn_pace, visits
from hallsys.core.forecast.play import (
    LANES,
    NEVER,
    NO_BREAK,
    ORDINARY,
    PRIORITY,
    RETURN,
    TRANSFER,
    Crowd,
    Desks,
    Rules,
    Terms,
    play,
)
from hallsys.core.forecast.reading import AtCounter, Day, Scene, history_rows, read_day, read_scene
from hallsys.core.forecast.roster import Roster, common_traces, learn_roster, shifts, traces

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FUTURES: Final = 100
STEPS: Final = 1500
"""Events after which a play ends; what is not called by then is said to be `UNKNOWN_S` away."""
HORIZON_S: Final = 6 * 3600.0
LEAVES: Final = {"ordinary": [PRIORITY], "priority": [ORDINARY, TRANSFER], "booked": [PRIORITY, ORDINARY, TRANSFER]}
"""Whom a counter of this mode leaves to others; those who come back it takes in any."""
SENT: Final = ("@", "#")
"""How the lines of one counter and of a group begin."""
LATEST_S: Final = 7200.0
"""A ticket that no future calls is promised this long after closing."""


class Knowledge(NamedTuple):
    """What the days before teach; the same for a whole day."""

    visits: Visits
    gaps: tuple[float, ...]
    flow: Past
    roster: Roster
    disorder: Seen


class Stage(NamedTuple):
    """All that a play takes but whom it is for; without counters there are no desks."""

    crowd: Crowd
    desks: Desks | None
    rules: Rules
    table: Floats
    draws: Ints
    aged: float
    rogue: NDArray[np.bool_] | None

    def play(self, wanted: NDArray[np.bool_] | None = None, until: float = 0.0) -> Floats:
        """When each of the crowd is called, by future; as `play` has it."""
        if self.desks is None:
            return np.full(self.crowd.key.shape, NEVER)
        asked = np.zeros(self.crowd.key.shape[1], dtype=bool) if wanted is None else wanted
        return play(self.crowd, self.desks, self.rules, self.table, self.draws, self.aged, asked, until, self.rogue)


class Outlook(NamedTuple):
    """`waits` holds seconds from now to the call, by future and asked ticket, infinite where it is not called."""

    asked: tuple[str, ...]
    waits: Floats


def evaluate(
    snapshot: Mapping[str, Any], history: Mapping[str, Any] | None, memo: dict[str, Any]
) -> dict[str, tuple[float, float]]:
    """P50 and P80 of the seconds from `now` to the next call of every asked ticket that waits.

    `snapshot`, `history`: plain data as docs/forecast.md says; missing parts are taken for empty. `memo` is the hall's
    own, kept between calls in order of time; it learns from the calls in `snapshot["today"]`.
    """
    scene = read_scene(snapshot, memo)
    record.settle(memo, scene)
    outlook = look_ahead(scene, history, memo)
    if not outlook.asked:
        return {}
    latest = max(scene.close + LATEST_S, scene.now + LATEST_S) - scene.now
    raw = np.quantile(np.minimum(outlook.waits, latest), record.LEVELS, axis=0, method="hazen").T
    tickets = {ticket.id: ticket for ticket in scene.waiting}
    record.promise(
        memo,
        scene,
        (
            (tickets[number], tuple(values))
            for number, values in zip(outlook.asked, raw.tolist(), strict=True)
            if not tickets[number].probe
        ),
    )
    right = record.corrected(raw, memo, record.KNOWN if history_rows(history) else record.FIRST_DAY)
    return {number: (p50, p80) for number, (p50, p80) in zip(outlook.asked, right.tolist(), strict=True)}


def look_ahead(
    scene: Scene, history: Mapping[str, Any] | None, memo: dict[str, Any], futures: int = FUTURES
) -> Outlook:
    """The futures themselves, not corrected by the record."""
    index = {ticket.id: column for column, ticket in enumerate(scene.waiting)}
    asked = tuple(dict.fromkeys(number for number in scene.ask if number in index))
    if not asked:
        return Outlook((), np.empty((futures, 0)))
    columns = [index[number] for number in asked]
    _, called = _play(scene, history, memo, futures, columns)
    waits = called[:, columns]
    return Outlook(asked, np.where(waits < NEVER, waits - scene.now, np.inf))


def queue_ahead(
    scene: Scene,
    history: Mapping[str, Any] | None,
    memo: dict[str, Any],
    times: Sequence[float],
    futures: int = FUTURES,
) -> Ints:
    """How many wait at each of the times (seconds since midnight, after now), by future and time. Transfers and returns
    still to come are among them."""
    crowd, called = _play(scene, history, memo, futures, [], max(times, default=0.0))
    real = (crowd.lane < crowd.services * LANES) & (crowd.weight > 0)
    return np.array([(real & (crowd.key <= t) & (called > t)).sum(axis=1) for t in times], dtype=np.int64).T


def _play(
    scene: Scene,
    history: Mapping[str, Any] | None,
    memo: dict[str, Any],
    futures: int,
    columns: list[int],
    until: float = 0.0,
) -> tuple[Crowd, Floats]:
    """Everybody who waits or comes, and when each is called, by future."""
    known = known_of(scene, history, memo)
    stage = set_stage(scene, known, memo, futures)
    wanted = np.zeros(stage.crowd.key.shape[1], dtype=bool)
    wanted[columns] = True
    return stage.crowd, stage.play(wanted, until)


def set_stage(
    scene: Scene,
    known: Knowledge,
    memo: dict[str, Any],
    futures: int,
    horizon: float = HORIZON_S,
    steps: int = STEPS,
) -> Stage:
    """The hall as it stands, with who comes within `horizon` seconds; the same scene draws the same futures."""
    rng = np.random.default_rng([scene.day % 2**32, int(scene.now) % 2**32])
    pace = pace_of(scene, known, memo)
    past = known.flow if known.flow.days else first_day(scene)
    crowd = _crowd(scene, past, futures, rng, horizon)
    desks = _desks(scene, pace, known.roster, futures, rng) if scene.counters else None
    draws = np.roll(even(steps, futures, pace.table.shape[1]), int(rng.integers(steps)), axis=0)
    rules = Rules(scene.priority_calls, scene.prefer_s, scene.starve_s)
    share = disorder(scene, known.disorder)
    rogue = chances(steps, futures) < share if share >= LEAST else None
    return Stage(crowd, desks, rules, pace.table + pace.gap, draws, aged(scene, past), rogue)


def known_of(scene: Scene, history: Mapping[str, Any] | None, memo: dict[str, Any]) -> Knowledge:
    """Read once a day: the memo keeps it, by the days it was read from."""
    rows = history_rows(history)
    key = (scene.day, len(rows), rows[-1].get("day") if rows else None, scene.hours, scene.last_issue, scene.services)
    kept = memo.get("known")
    if kept is None or kept[0] != key:
        days = [read_day(row) for row in rows]
        kept = memo["known"] = (key, _learn(scene, days))
    known: Knowledge = kept[1]
    return known


def pace_of(scene: Scene, known: Knowledge, memo: dict[str, Any]) -> Pace:
    """Learnt again when a visit has begun or ended, and every minute."""
    key = (scene.day, scene.now // 60, len(scene.today.served), len(scene.today.calls), scene.services)
    kept = memo.get("pace")
    if kept is None or kept[0] != key:
        kept = memo["pace"] = (key, learn_pace(scene, known.visits, known.gaps))
    pace: Pace = kept[1]
    return pace


def _learn(scene: Scene, days: Sequence[Day]) -> Knowledge:
    return Knowledge(
        visits([day.served for day in days]),
        tuple(gap for day in days[-5:] for gap in gaps(day)),
        learn_flow(days, scene.services),
        learn_roster([traces(day, scene.last_issue) for day in days], common_traces(scene.hours)),
        past_disorder(days),
    )


def _crowd(scene: Scene, past: Past, futures: int, rng: np.random.Generator, horizon: float) -> Crowd:
    number = {letter: index for index, letter in enumerate(scene.services)}
    lanes = {"return": RETURN, "priority": PRIORITY}
    lane = np.array(
        [number[ticket.service] * LANES + lanes.get(ticket.lane, ORDINARY) for ticket in scene.waiting], dtype=np.int64
    )
    key = np.array([ticket.queued if ticket.lane == "return" else ticket.since for ticket in scene.waiting])
    weight = np.array([0.0 if ticket.probe else 1.0 for ticket in scene.waiting])
    later = to_come(scene, past, scene.now + horizon, futures, rng)
    back = returning(scene, past, futures, rng)
    coming = later[0].shape[1] + back[0].shape[1]
    return Crowd(
        np.concatenate([np.tile(lane, (futures, 1)), later[0], back[0]], axis=1),
        np.concatenate([np.tile(key, (futures, 1)), later[1], back[1]], axis=1),
        np.concatenate([weight, np.ones(coming)]),
        len(scene.services),
    )


def _desks(scene: Scene, pace: Pace, roster: Roster, futures: int, rng: np.random.Generator) -> Desks:
    number = {letter: index for index, letter in enumerate(scene.services)}
    count, most = len(scene.counters), max(1, *(len(counter.serves) for counter in scene.counters))
    serves = np.full((count, most), -1)
    day = np.exp(rng.normal(0, pace.sd, futures)) * pace.today
    free, factor = np.empty((futures, count)), np.empty((futures, count))
    pauses = roster.start.shape[1] + 1
    pause_at, pause_s = np.full((futures, count, pauses), 1e6), np.zeros((futures, count, pauses))
    last = {row.counter: row.done for row in scene.today.served}
    for desk, counter in enumerate(scene.counters):
        serves[desk, : len(counter.serves)] = [number[letter] for letter in counter.serves]
        factor[:, desk] = pace.officer.get(counter.officer, 1.0) * day
        back, pause_at[:, desk, :-1], pause_s[:, desk, :-1] = shifts(
            scene, counter, roster, futures, rng, _quiet(counter, last)
        )
        if counter.serving is None:
            free[:, desk] = back
            continue
        lasts = pace.table[number[counter.serving]][None, :] * factor[:, desk, None]
        done = counter.called + _rest(lasts, scene.now - counter.called, rng) + pace.gap
        free[:, desk] = np.maximum(done, back)
        first = pause_at[:, desk, 0] <= free[:, desk]
        free[:, desk] += np.where(first, pause_s[:, desk, 0], 0)
        pause_at[:, desk, :-1] = np.where(first[:, None], pause_at[:, desk, 1:], pause_at[:, desk, :-1])
        pause_s[:, desk, :-1] = np.where(first[:, None], pause_s[:, desk, 1:], pause_s[:, desk, :-1])
    streak = np.array([counter.streak for counter in scene.counters], dtype=np.int64)
    return Desks(serves, streak, np.minimum(free, NEVER), factor, pause_at, pause_s, terms_of(scene.counters, most))


def terms_of(counters: Sequence[AtCounter], most: int) -> Terms | None:
    """Conditions and modes, None where no counter has any."""
    if not any(counter.conditions or counter.mode != "all" for counter in counters):
        return None
    over, idle = np.zeros((len(counters), most)), np.zeros((len(counters), most), dtype=bool)
    leaves = np.zeros((len(counters), LANES, most), dtype=bool)
    for desk, counter in enumerate(counters):
        for place, line in enumerate(counter.serves):
            over[desk, place], idle[desk, place] = counter.conditions.get(line, (0.0, False))
            if line[:1] not in SENT:  # who was sent here is taken in every mode
                leaves[desk, LEAVES.get(counter.mode, []), place] = True
    return Terms(over, idle, leaves)


def _quiet(counter: AtCounter, last: Mapping[str, float]) -> float:
    return NO_BREAK if counter.serving is not None else max(counter.since, last.get(counter.id, 0.0))


def _rest(lasts: Floats, gone: float, rng: np.random.Generator) -> Floats:
    """The whole length of visits that have lasted `gone` seconds; `lasts` is sorted, by future and quantile."""
    futures, quantiles = lasts.shape
    shorter = (lasts <= gone).sum(axis=1)
    even = rng.permutation((np.arange(futures) + 0.5) / futures)
    pick = np.minimum(shorter + (even * (quantiles - shorter)).astype(np.int64), quantiles - 1)
    drawn = lasts[np.arange(futures), pick]
    return np.where(drawn > gone, drawn, gone * (1 + 0.3 * rng.exponential(1, futures)))


@cache
def even(steps: int, futures: int, quantiles: int) -> Ints:
    """Which quantile each visit takes: in every step the futures cover them all evenly."""
    base = np.arange(futures) * quantiles // futures
    return np.array(np.random.default_rng(0).permuted(np.tile(base, (steps, 1)), axis=1), dtype=np.int64)


@cache
def chances(steps: int, futures: int) -> Floats:
    """A number from 0 to 1 for each step of each future."""
    return np.random.default_rng(11).random((steps, futures))
