"""The hall played forward, in all futures at once: one step of the loop is one event in every future.

Futures do not meet, so each may be at another time of day; what they share is the rule. The rule is that of
`hallsys.core.policy`, written for columns of futures: returns first, then starvation, then the counter's services in
its order with `prefer_s`, within a service `priority_calls` priority visitors and one ordinary.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RETURN, PRIORITY, ORDINARY, TRANSFER = range(4)
LANES: Final = 4
"""Lanes of a service. A transfer keeps its place in line, so it stands before those who come: a lane of its own keeps
every lane in the order in which its people become available."""

NEVER: Final = 8e5
"""A time after every other: a counter that does not come back."""
NOBODY: Final = 9e5
"""The head of an empty lane; later than `NEVER`, so that nobody calls it."""
NO_BREAK: Final = 1e6
TICK_S: Final = 1e-3
"""Times closer than this are one: sums of large numbers are not exact."""
LANE_S: Final = 1e6
"""Longer than any day: lanes laid end to end do not overlap."""
CHAIN: Final = 3
"""Changes of mind along the services of a counter; each needs a wait `prefer_s` longer than the last."""


@dataclass(frozen=True)
class Rules:
    priority_calls: int
    prefer_s: float
    starve_s: float


@dataclass(frozen=True)
class Crowd:
    """Who wants to be called. The first columns are those waiting now, the same in every future; the rest come later.

    `lane` is service x 4 + lane (any number past the last lane: nobody), `key` the time that orders a lane: place in
    line for those who wait, the moment of becoming available for those who come. `weight` multiplies the service time.
    """

    lane: Ints
    key: Floats
    weight: Floats
    services: int


@dataclass(frozen=True)
class Terms:
    """What counters take only at times, in the shape of `Desks.serves`: for how long somebody must have waited there,
    and whether only while nobody waits for the others. `leaves`, by counter, kind of lane and place: whom the counter's
    mode leaves to others."""

    over: Floats
    idle: NDArray[np.bool_]
    leaves: NDArray[np.bool_]


@dataclass(frozen=True)
class Desks:
    """`serves` holds service numbers by counter, preferred first, padded with -1. The rest is by future and counter:
    when it is free, the factor on its service times, and its next breaks (start, length), the last at `NO_BREAK`.
    `terms`, where any counter has its own."""

    serves: Ints
    streak: Ints
    free: Floats
    factor: Floats
    pause_at: Floats
    pause_s: Floats
    terms: Terms | None = None


def play(
    crowd: Crowd,
    desks: Desks,
    rules: Rules,
    table: Floats,
    draws: Ints,
    aged: float,
    asked: NDArray[np.bool_],
    until: float = 0.0,
    rogue: NDArray[np.bool_] | None = None,
) -> Floats:
    """When each of the crowd is called in each future, `NEVER` where it is not before the play ends.

    `table` holds service times by service and quantile, `draws` which quantile, by step and future; it ends the play
    too. `aged` is how long before it queues a transfer to come has had its place. The play stops when those `asked`
    are called in every future and all of them have reached `until`. `rogue`, by step and future: whether this call
    is of anybody who waits, whoever's turn it is.
    """
    futures, width = crowd.key.shape
    counters, most = desks.serves.shape
    lanes = crowd.services * LANES
    order, keys, pointer, first, rising, many = _lines(crowd, lanes)
    taken = np.zeros(keys.size if rogue is not None else 0, dtype=bool)
    row_lane = np.arange(futures) * (lanes + 1)
    row_key = np.arange(futures) * keys.shape[1]
    row_desk = np.arange(futures) * counters
    row_slot = np.arange(futures) * (width + 1)
    row_head = np.arange(futures) * most
    row_all = np.arange(futures) * (LANES * most)
    keys, order = keys.ravel(), order.ravel()
    pointer, head = pointer.ravel(), first.ravel()

    seen = _seen(desks, lanes)
    seen_flat = seen.ravel()
    looks = seen.reshape(counters, LANES * most)

    free, streak = desks.free.copy(), np.tile(desks.streak, futures)
    free_flat, factor = free.ravel(), desks.factor.ravel()
    breaks = desks.pause_at.shape[2]
    pause_at, pause_s = desks.pause_at.ravel(), desks.pause_s.ravel()
    next_pause = np.arange(futures * counters) * breaks
    table_flat, quantiles = table.ravel(), table.shape[1]
    weight, wanted = np.append(crowd.weight, 1.0), np.append(asked, False)
    probes = bool((crowd.weight != 1.0).any())
    called = np.full(futures * (width + 1), NEVER)
    missing = int(asked.sum()) * futures

    for step, draw in enumerate(draws):
        desk = free.argmin(axis=1)
        at = row_desk + desk
        t = free_flat.take(at)
        soonest_t = t.min()
        if soonest_t >= NEVER or (missing <= 0 and soonest_t >= until):
            break
        heads = head.take(looks.take(desk, axis=0) + row_lane[:, None])
        ready = heads if desks.terms is None else _ready(desks.terms, desk, heads, t)
        soonest = ready.min(axis=1)
        idle = soonest > t
        heads = np.where(ready <= t[:, None], heads, NOBODY)
        urgent = heads[:, most : 2 * most]
        heads[:, 3 * most :] -= aged
        normal = np.minimum(heads[:, 2 * most : 3 * most], heads[:, 3 * most :])
        turn = (urgent < NEVER - aged) & ((streak.take(at) < rules.priority_calls)[:, None] | (normal >= NEVER - aged))
        line = np.where(turn, urgent, normal)

        chosen = (line < NEVER - aged).argmax(axis=1)
        best = line.ravel().take(row_head + chosen)
        for _ in range(CHAIN):
            limit = best - rules.prefer_s
            other = (line <= limit[:, None]).argmax(axis=1)
            wait = line.ravel().take(row_head + other)
            change = wait <= limit
            if not change.any():
                break
            chosen, best = np.where(change, other, chosen), np.where(change, wait, best)
        is_urgent = turn.ravel().take(row_head + chosen)

        either = np.minimum(urgent, normal)
        oldest = either.argmin(axis=1)
        starved = t - either.ravel().take(row_head + oldest) >= rules.starve_s
        if starved.any():
            chosen = np.where(starved, oldest, chosen)
            spot = row_head + chosen
            is_urgent = np.where(starved, urgent.ravel().take(spot) <= normal.ravel().take(spot), is_urgent)

        flat = heads.ravel()
        spot = row_all + 2 * most + chosen
        moved = flat.take(spot + most) < flat.take(spot)
        lane_kind = np.where(is_urgent, PRIORITY, ORDINARY + moved)
        column = lane_kind * most + chosen
        back = heads[:, :most].argmin(axis=1)
        returned = flat.take(row_all + back) < NEVER
        column = np.where(returned, back, column)
        further: Ints | None = None
        if rogue is not None and len(rows := np.flatnonzero(rogue[step] & ~idle)):
            further = np.zeros(futures, dtype=np.int64)
            column[rows] = _any_lane(
                heads[rows], t[rows], many.take(looks[desk[rows]] + row_lane[rows, None]), draw[rows]
            )
            lane_of = row_lane[rows] + looks[desk[rows], column[rows]]
            joined = (lane_of + rows) * LANE_S + t[rows] + TICK_S
            stand = np.searchsorted(rising, joined) - row_key[rows] - pointer.take(lane_of)
            further[rows] = (draw[rows] * 7919 + rows * 104_729) % np.maximum(1, stand)
            kind = column // most
            is_urgent, returned = kind == PRIORITY, kind == RETURN
        column_lane = seen_flat.take(desk * (LANES * most) + column)
        lane = np.where(idle, lanes, column_lane)

        spot = row_lane + lane
        place = pointer.take(spot)
        pick = row_key + place
        if further is not None:
            pick = pick + further
            pick = _standing(taken, pick)
            pick = np.where(keys.take(pick) > t, row_key + place, pick)  # nobody behind there: the first, then
            taken[pick[pick > row_key + place]] = True
        slot = np.where(idle, width, order.take(pick))
        place += ~idle & (pick == row_key + place)
        if rogue is not None:
            place = _standing(taken, row_key + place) - row_key
        pointer[spot] = place
        head[spot] = keys.take(row_key + place)
        called[row_slot + slot] = t
        missing -= int(wanted.take(slot).sum())

        busy = table_flat.take((column_lane >> 2).clip(0, len(table) - 1) * quantiles + draw) * factor.take(at)
        if probes:
            busy *= weight.take(slot)
        done = np.where(idle, soonest, t + busy)
        pause = next_pause.take(at)
        starts = pause_at.take(pause)
        stops = starts <= done
        if stops.any():
            rest = np.where(idle, starts, done) + pause_s.take(pause)
            done = np.where(stops, np.maximum(done, rest), done)
            next_pause[at] = pause + stops
        free_flat[at] = np.minimum(done, NEVER)
        counts = np.where(is_urgent & ~returned, streak.take(at) + 1, 0)
        streak[at] = np.where(idle, streak.take(at), counts)
    return called.reshape(futures, width + 1)[:, :width]


def _seen(desks: Desks, nobody: int) -> Ints:
    """The lanes that each counter takes, by counter, kind and place."""
    kinds = np.arange(LANES)[:, None]
    seen = np.where(desks.serves[:, None] >= 0, desks.serves[:, None] * LANES + kinds, nobody)
    return seen if desks.terms is None else np.where(desks.terms.leaves, nobody, seen)


def _ready(terms: Terms, desk: Ints, heads: Floats, t: Floats) -> Floats:
    """When each counter may call each head."""
    ready = heads + np.tile(terms.over[desk], LANES)
    helping = np.tile(terms.idle[desk], LANES)
    busy = (~helping & (ready <= t[:, None])).any(axis=1, keepdims=True)
    return np.where(helping & busy, NOBODY, ready)


def _any_lane(heads: Floats, t: Floats, many: Ints, draw: Ints) -> Ints:
    """One of the lanes in which somebody waits, by future: the longer its first has waited and the more people it gets
    in a day, the more stand there, and the likelier one of them is called."""
    likely = np.where(heads <= t[:, None], (t[:, None] - heads + 1) * many, 0.0).cumsum(axis=1)
    wish = likely[:, -1] * ((draw * 0.6180339887) % 1.0)
    column: Ints = (likely <= wish[:, None]).sum(axis=1).clip(0, heads.shape[1] - 1)
    return column


def _standing(taken: NDArray[np.bool_], spot: Ints) -> Ints:
    """These places, or the next in their lanes from which nobody was called out of turn."""
    while (gone := taken.take(spot)).any():
        spot = spot + gone
    return spot


def _lines(crowd: Crowd, lanes: int) -> tuple[Ints, Floats, Ints, Floats, Floats, Ints]:
    """Every future's lanes laid end to end, each closed by a nobody: who stands there, their keys, where each lane
    begins, and its head; the same as one row of rising numbers, in which one search finds who has come by when; and how
    many each lane has. One lane more is always empty."""
    futures, width = crowd.key.shape
    ends = np.tile(np.arange(lanes + 1), (futures, 1))
    lane = np.concatenate([np.minimum(crowd.lane, lanes + 1), ends], axis=1)
    key = np.concatenate([crowd.key, np.full((futures, lanes + 1), NOBODY)], axis=1)
    rising = lane * LANE_S + key
    order = rising.argsort(axis=1, kind="stable")
    keys = np.take_along_axis(key, order, axis=1)
    counts = np.bincount(
        (np.arange(futures)[:, None] * (lanes + 2) + lane).ravel(), minlength=futures * (lanes + 2)
    ).reshape(futures, lanes + 2)
    begins = (counts.cumsum(axis=1) - counts)[:, : lanes + 1]
    rising = np.take_along_axis(rising, order, axis=1) + np.arange(futures)[:, None] * ((lanes + 2) * LANE_S)
    many = counts[:, : lanes + 1].ravel()
    return np.minimum(order, width), keys, begins, np.take_along_axis(keys, begins, axis=1), rising.ravel(), many
