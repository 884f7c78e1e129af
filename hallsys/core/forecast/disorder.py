"""How many calls are out of turn: officers pick who is quick, who is known, who complains.

Within a service and lane the rules call whoever came first; a call that passes somebody is out of turn. Where n stand,
a call of anybody at all passes somebody in n - 1 cases of n: from that the share of such calls follows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from hallsys.core.forecast.reading import Call, Day, Scene, Waiting

LEAST: Final = 0.04
"""A share below is not played: a few calls out of turn change nothing, and cost time."""
MOST: Final = 0.6
WORTH: Final = 10.0
"""What the days before weigh against today, in calls that could have been out of turn."""
AGE: Final = 0.6
"""What a day is worth against the day after it."""


class Seen(NamedTuple):
    """Calls that passed somebody, and as many as would have if all were of anybody."""

    out: float
    could: float

    @property
    def share(self) -> float:
        return min(MOST, self.out / self.could) if self.could > 0 else 0.0


def disorder(scene: Scene, past: Seen) -> float:
    """The share of today's calls that are of anybody."""
    today = passed((call for call in scene.today.calls if call.at <= scene.now), scene.waiting)
    return Seen(today.out + WORTH * past.share, today.could + WORTH).share


def past_disorder(days: Sequence[Day]) -> Seen:
    out = could = 0.0
    for day in days:
        seen = passed(day.calls)
        out, could = AGE * out + seen.out, AGE * could + seen.could
    return Seen(out, could)


def passed(calls: Iterable[Call], waiting: Iterable[Waiting] = ()) -> Seen:
    lines: dict[tuple[str, bool], list[tuple[float, float]]] = defaultdict(list)
    for call in calls:
        if call.kind == "new":
            lines[call.service, call.priority].append((call.queued, call.at))
    for ticket in waiting:
        if ticket.since == ticket.queued and not ticket.probe:
            lines[ticket.service, ticket.lane == "priority"].append((ticket.queued, np.inf))
    out = could = 0.0
    for line in lines.values():
        queued, called = np.array(sorted(line)).T
        is_call = called < np.inf
        before = np.concatenate([[-np.inf], np.maximum.accumulate(called)[:-1]])
        out += float((is_call & (before > called)).sum())
        at = called[is_call]
        stood = np.searchsorted(queued, at, "right") - np.searchsorted(np.sort(at), at, "left")
        could += float((1 - 1 / np.maximum(1, stood)).sum())
    return Seen(out, could)
