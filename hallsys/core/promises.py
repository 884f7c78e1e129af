"""Did people wait as long as they were told? Counted from a day's record."""

import msgspec

from hallsys.core.history import DayRecord


class Kept(msgspec.Struct, frozen=True):
    """`count` promises whose tickets have been called; in percent, how many were called by the P80 and by the P50 that
    they were told; in seconds, by how much the P50 missed on the mean (`error`), and to which side (`bias`: above 0,
    people waited longer)."""

    count: int
    by_p80: int
    by_p50: int
    error: int
    bias: int


def kept(day: DayRecord) -> Kept | None:
    """Of the wait that began with the issue: what a transfer leads to was not promised. None without promises."""
    late = []
    for wait in day.waits:
        promised = day.visits[wait.visit].promised
        if promised is not None and wait.kind == "issued" and wait.called is not None:
            waited = (wait.called - wait.queued) / 1000
            late.append((waited - promised[0], waited - promised[1]))
    if not late:
        return None
    count = len(late)
    return Kept(
        count,
        round(100 * sum(p80 <= 0 for _, p80 in late) / count),
        round(100 * sum(p50 <= 0 for p50, _ in late) / count),
        round(sum(abs(p50) for p50, _ in late) / count),
        round(sum(p50 for p50, _ in late) / count),
    )
