"""What an officer is told by a sound: decided from two looks at the hall, as `static/js/counter/alerts.js` does."""

from dataclasses import dataclass
from typing import Final

from hallsys.caller.console.desk import Activity, Desk, View, level

TO_ALL: Final = ("colleague", "security")
"""Help that every counter is told of; the rest is for supervisors and the IT officer."""
_WORSE: Final = ("fine", "warn", "alarm")


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the hall is remembered by."""

    queue: int
    level: str
    priority: frozenset[str]
    help: frozenset[str]
    forgotten: bool
    idle: bool
    deaf: bool


def look(view: View, desk: Desk, asof: int, deaf: bool) -> Look:
    longest = desk.queue[0] if desk.queue else None
    return Look(
        queue=len(desk.queue),
        level=level(asof - longest["queued_at"], view["hall"]["limits"]) if longest else "fine",
        priority=frozenset(ticket["label"] for ticket in desk.queue if ticket["priority"]),
        help=frozenset(mate.counter["id"] for mate in asking(desk)),
        forgotten=desk.here.forgotten,
        idle=desk.here.state == "ready",
        deaf=deaf,
    )


def asking(desk: Desk) -> list[Activity]:
    """The colleagues who ask everybody for help."""
    return [mate for mate in desk.mates if mate.counter.get("asks") in TO_ALL]


def rings(before: Look, after: Look) -> bool:
    """Whether the change from one look to the next deserves the bell."""
    return bool(
        after.help - before.help
        or _WORSE.index(after.level) > _WORSE.index(before.level)
        or after.priority - before.priority
        or (after.idle and not before.queue and after.queue)
        or (after.forgotten and not before.forgotten)
        or (after.deaf and not before.deaf)
    )
