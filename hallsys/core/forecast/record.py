"""The forecast's own record: every promise is held against the call, and corrects the next ones.

A promise is the ticket's P50 and P80 as the play gave them. At the call the ratio of what happened to each is kept;
the middle of the first kind and the 80th percentile of the second, newest first, are the corrections.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from hallsys.core.forecast.reading import Scene, Waiting

PRIOR: Final = 40.0
"""Tickets that a faultless record is worth."""
KEPT: Final = 600
HALF_LIFE: Final = 150.0
"""Tickets after which a ratio counts half."""
SOFT_S: Final = 60.0
"""Added above and below, so that the short waits do not rule."""
PRIOR_SPREAD: Final = 0.35
LEVELS: Final = (0.5, 0.8)

Memo = dict[str, Any]


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
                [1 / len(made), *((waited + SOFT_S) / (value + SOFT_S) for value in promised)],
            )
    memo["settled"] = len(scene.today.calls)
    del ratios[: max(0, len(ratios) - KEPT)]


def promise(memo: Memo, scene: Scene, given: Iterable[tuple[Waiting, tuple[float, ...]]]) -> None:
    book = memo.setdefault("promises", {})
    for ticket, values in given:
        book.setdefault(ticket.id, []).append([scene.now, *values])


def corrections(memo: Memo) -> tuple[float, ...]:
    """Factors on P50 and P80 (softened by `SOFT_S`)."""
    ratios = np.array(memo.get("ratios") or np.empty((0, 1 + len(LEVELS))))
    if not len(ratios):
        return (1.0,) * len(LEVELS)
    weight = ratios[:, 0]
    newest = weight.sum() - weight.cumsum()
    weight = weight * 0.5 ** (newest / HALF_LIFE)
    return tuple(_corrected(ratios[:, 1 + index], weight, level) for index, level in enumerate(LEVELS))


def _corrected(ratio: Any, weight: Any, level: float) -> float:
    """The level's percentile of the ratios, among `PRIOR` more for which it is 1."""
    spread = np.linspace(0.025, 0.975, 20)
    prior = np.exp(PRIOR_SPREAD * (spread - level) * 2)
    value = np.concatenate([ratio, prior])
    heavy = np.concatenate([weight, np.full(len(prior), PRIOR / len(prior))])
    order = value.argsort()
    at = (heavy[order].cumsum() - heavy[order] / 2) / heavy.sum()
    return float(np.interp(level, at, value[order]))
