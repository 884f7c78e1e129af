"""The forecast's own record: every promise is held against the call, and corrects the next ones.

A promise is the ticket's P50 and P80 as the play gave them. At the call the ratio of what happened to each is kept,
weighted so that a long wait with its many promises counts more than a short one, but not by their number; the middle
of the first kind and the 80th percentile of the second, newest first, are the corrections.
"""

import zlib
from collections.abc import Iterable
from math import sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hallsys.core.forecast.reading import Scene, Waiting


class Start(NamedTuple):
    """The correction before there is a record, and how many tickets it is worth against one."""

    factors: tuple[float, float]
    worth: float


KNOWN: Final = Start((1.03, 1.07), 80.0)
FIRST_DAY: Final = Start((1.05, 1.17), 200.0)
"""Most promises are made on the days that go badly, so a play that is right on the mean of days is short of what most
people live through; more so while the hall is unknown."""
SPREAD: Final = 0.35
KEPT: Final = 1500
LASTING: Final = 600
"""How many outlive a restart."""
APART_S: Final = 240.0
"""Between two promises to a ticket that are held against its call: where forecasts are made every few seconds, a
handful of tickets would be the whole record."""
HALF_LIFE: Final = 250.0
"""Tickets after which a ratio counts half."""
SOFT_S: Final = 60.0
"""Added above and below, so that the short waits do not rule."""
LONG_S: Final = 2700.0
"""A wait past this is corrected as if it were this long: over many visits errors even out."""
LEVELS: Final = (0.5, 0.8)

Memo = dict[str, Any]
Floats = NDArray[np.float64]


def settle(memo: Memo, scene: Scene) -> None:
    """Holds the promises of tickets called since the last look against their calls."""
    book = memo.setdefault("promises", {})
    if memo.get("promised_day") != scene.day:
        book.clear()
        memo["promised_day"], memo["settled"] = scene.day, 0
    ratios = memo.setdefault("ratios", [])
    for call in scene.today.calls[memo["settled"] :]:
        made = [row for row in book.pop(call.id, []) if call.queued <= row[0] <= call.at]
        for given, *promised in made:
            waited = call.at - given
            ratios.append(
                [1 / sqrt(len(made)), *((waited + SOFT_S) / (value + SOFT_S) for value in promised)],
            )
    memo["settled"] = len(scene.today.calls)
    del ratios[: max(0, len(ratios) - KEPT)]


def promise(memo: Memo, scene: Scene, given: Iterable[tuple[Waiting, tuple[float, ...]]]) -> None:
    book = memo.setdefault("promises", {})
    for ticket, values in given:
        made = book.setdefault(ticket.id, [])
        if not made or scene.now - made[-1][0] >= APART_S:
            made.append([scene.now, *values])


def packed(memo: Memo) -> bytes:
    """The record, to be kept over a restart: a few kilobytes."""
    rows = np.array((memo.get("ratios") or [])[-LASTING:], dtype=np.float32)
    return zlib.compress(rows.tobytes())


def unpacked(kept: bytes) -> list[list[float]]:
    """What `packed` made, for an empty memo's `ratios`; nothing where it is of another form."""
    try:
        rows = np.frombuffer(zlib.decompress(kept), dtype=np.float32).reshape(-1, 1 + len(LEVELS))
    except (zlib.error, ValueError):
        return []
    return rows.astype(float).tolist() if np.isfinite(rows).all() and (rows > 0).all() else []


def corrected(waits: Floats, memo: Memo, start: Start) -> Floats:
    """P50 and P80 by ticket, as the record would have them; never below now, P80 never below P50."""
    factors = np.array(_factors(memo, start))
    right = np.maximum(0.0, waits + np.minimum(waits + SOFT_S, LONG_S) * (factors - 1))
    return np.maximum.accumulate(right, axis=1)


def _factors(memo: Memo, start: Start) -> tuple[float, ...]:
    rows = memo.get("ratios") or []
    if not rows:
        return start.factors
    ratios = np.array(rows)
    weight = ratios[:, 0]
    newest = weight.sum() - weight.cumsum()
    weight = weight * 0.5 ** (newest / HALF_LIFE)
    return tuple(
        _percentile(ratios[:, 1 + index], weight, level, start.factors[index], start.worth)
        for index, level in enumerate(LEVELS)
    )


def _percentile(ratio: Floats, weight: Floats, level: float, begin: float, worth: float) -> float:
    """The level's percentile of the ratios, among others for which it is `begin`."""
    steps = np.linspace(0.025, 0.975, 20)
    value = np.concatenate([ratio, begin * np.exp(2 * SPREAD * (steps - level))])
    heavy = np.concatenate([weight, np.full(len(steps), worth / len(steps))])
    order = value.argsort()
    at = (heavy[order].cumsum() - heavy[order] / 2) / heavy.sum()
    return float(np.interp(level, at, value[order]))
