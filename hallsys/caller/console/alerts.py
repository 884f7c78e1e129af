"""What an officer is told by a sound: decided from two looks at the hall, as `static/js/counter/alerts.js` does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
    alarms: frozenset[tuple[str, int]] = frozenset()


def concerning(alarms: Sequence[Mapping[str, Any]], counter: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The hall's alarms that this counter can do something about, or has to know of, and that nobody sees to yet. Who
    waits too long for it, and a deaf zone, stand above it in any case."""
    found = [alarm for alarm in alarms if alarm["state"] == "raised" and _concerns(alarm, counter)]
    return sorted(found, key=lambda alarm: bool(alarm["kind"] != "idle"))


def _concerns(alarm: Mapping[str, Any], counter: Mapping[str, Any]) -> bool:
    own = alarm["subject"] in counter["services"]
    match alarm["kind"]:
        case "idle":
            return bool(alarm["subject"] == counter["id"])
        case "wait":
            return alarm["severity"] != "warn" and not own
        case "queue" | "forecast":
            return own
        case kind:
            return kind in ("printer", "store")


def look(view: View, desk: Desk, asof: int, deaf: bool, alarms: Sequence[Mapping[str, Any]] = ()) -> Look:
    longest = desk.queue[0] if desk.queue else None
    return Look(
        queue=len(desk.queue),
        level=level(asof - longest["queued_at"], view["hall"]["limits"]) if longest else "fine",
        priority=frozenset(ticket["label"] for ticket in desk.queue if ticket["priority"]),
        help=frozenset(mate.counter["id"] for mate in asking(desk)),
        forgotten=desk.here.forgotten,
        idle=desk.here.state == "ready",
        deaf=deaf,
        alarms=frozenset((alarm["id"], alarm["since"]) for alarm in alarms),
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
        or after.alarms - before.alarms
    )
