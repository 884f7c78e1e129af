"""Did people wait as long as they were told? Counted from a day's record.

A promise is what was told at the issue, P50 and P80 in seconds; it is judged by the wait that began with the issue, at
the call that ended it. What a transfer or a return leads to was not promised.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from hallsys.core.history import DayRecord, Wait

NO_SUMS: Final = (0, 0, 0, 0, 0)


class Kept(msgspec.Struct, frozen=True):
    """`count` promises whose tickets have been called; in percent, how many were called by the P80 and by the P50 that
    they were told; in seconds, by how much the P50 missed on the mean (`error`), and to which side (`bias`: above 0,
    people waited longer)."""

    count: int
    by_p80: int
    by_p50: int
    error: int
    bias: int


class Promises(msgspec.Struct, frozen=True):
    """The same for reports: `by_p80` and `by_p50` are counts, so that groups add up."""

    count: int = 0
    by_p80: int = 0
    by_p50: int = 0
    error: int = 0
    bias: int = 0


def add(sums: list[int], wait: Wait, promised: tuple[int, int] | None) -> None:
    """Add a wait that ended with its call to sums that can be merged: promises, how many by P80 and by P50, and ms by
    which the P50 missed, without and with its sign. `promised` is what the visit was told."""
    if promised is None or wait.kind != "issued" or wait.called is None:
        return
    waited = wait.called - wait.queued
    apart = waited - promised[0] * 1000
    sums[0] += 1
    sums[1] += waited <= promised[1] * 1000
    sums[2] += apart <= 0
    sums[3] += abs(apart)
    sums[4] += apart


def judged(added: Sequence[int]) -> Promises:
    """Such sums as figures; the means in whole seconds."""
    count, by_p80, by_p50, missed, late = added or NO_SUMS
    if not count:
        return Promises()
    return Promises(count, by_p80, by_p50, round(missed / count / 1000), round(late / count / 1000))


def kept(day: DayRecord) -> Kept | None:
    """Of a whole day; None without promises."""
    sums = [*NO_SUMS]
    for wait in day.waits:
        add(sums, wait, day.visits[wait.visit].promised)
    found = judged(sums)
    if not found.count:
        return None
    return Kept(
        found.count,
        round(100 * found.by_p80 / found.count),
        round(100 * found.by_p50 / found.count),
        found.error,
        found.bias,
    )
