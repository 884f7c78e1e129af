"""The officer's view of the hall, computed from the tables: the twin of `static/js/counter/model.js`.

Rows are those of the view, as JSON gave them; times are milliseconds since 1970 UTC. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
View = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Activity:
    """What a counter does and since when: "called", "serving", "ready", "paused" or "closed"."""

    counter: Row
    state: str
    since: int
    ticket: Row | None


@dataclass(frozen=True, slots=True)
class Line:
    """Those of one service who wait for this counter: how many, who waits longest, who stands first."""

    service: str
    count: int
    longest: Row | None
    head: Row | None


@dataclass(frozen=True, slots=True)
class Desk:
    """`queue` has the longest wait first; `held` and `missed` are those who may come back."""

    here: Activity
    queue: list[Row]
    lines: list[Line]
    held: list[Row]
    missed: list[Row]
    mates: list[Activity]

    @property
    def counter(self) -> Row:
        return self.here.counter

    @property
    def ticket(self) -> Row | None:
        return self.here.ticket


def desk(view: View, name: str, now: int) -> Desk | None:
    """Everything about one counter; None when the hall has no such counter."""
    counter = view["counters"].get(name)
    if counter is None:
        return None
    policy = view["hall"]["policy"]
    tickets = list(view["tickets"].values())

    def mine(ticket: Row) -> bool:
        if ticket.get("to_counter"):
            return bool(ticket["to_counter"] == name)
        # what this counter has just sent back is for another one, for a while
        sent_back = ticket["label"] == counter.get("returned") and not ticket.get("front")
        if sent_back and now < ticket["queued_at"] + policy["return_pause_s"] * 1000:
            return False
        return ticket["service"] in counter["services"]

    queue = [ticket for ticket in waiting(view) if mine(ticket)]
    # a ticket sent to this very counter may be of a service that it does not take otherwise
    services = dict.fromkeys([*counter["services"], *(ticket["service"] for ticket in queue)])
    held = [ticket for ticket in tickets if ticket["state"] == "held"]
    grace = policy["reinstate_s"] * 1000
    missed = [ticket for ticket in tickets if ticket["state"] == "no_show" and now - ticket["ended_at"] < grace]
    return Desk(
        here=_activity(view, counter),
        queue=queue,
        lines=[_line(service, queue) for service in services],
        held=sorted(held, key=lambda ticket: ticket["queued_at"]),
        missed=sorted(missed, key=lambda ticket: -ticket["ended_at"]),
        mates=[_activity(view, other) for other in in_order(view["counters"]) if other["id"] != name],
    )


def common(desk: Desk) -> str | None:
    """The common path: which command Enter sends, or None where there is nothing to do but wait."""
    is_open = desk.counter["state"] == "open"
    if desk.ticket is None and not is_open:
        return "open_counter"
    if desk.ticket is not None:
        return "call_next" if desk.queue and is_open else "finish"
    return "call_next" if desk.queue else None


def possible(name: str, desk: Desk) -> bool:
    """May this key be pressed now? The hall's rules decide; this only spares a press that is bound to be refused."""
    state, ticket = desk.counter["state"], desk.ticket
    match name:
        case "start" | "no_show":
            return ticket is not None and ticket["state"] == "called"
        case "recall" | "hold" | "transfer" | "return" | "finish":
            return ticket is not None
        case "call" | "pause_counter":
            return bool(state == "open") and ticket is None
        case "close_counter":
            return bool(state != "closed") and ticket is None
        case "back":
            return bool(desk.held or desk.missed)
        case _:
            return True


def waiting(view: View) -> list[Row]:
    """The tickets that wait, the longest wait first."""
    found = (ticket for ticket in view["tickets"].values() if ticket["state"] == "waiting")
    return sorted(found, key=lambda ticket: ticket["queued_at"])


def by_place(ticket: Row) -> tuple[bool, int, int]:
    """Order of place in a queue: brought back first, then by arrival."""
    return not ticket.get("front"), ticket["arrival"], ticket["number"]


def in_order(table: Mapping[str, Row]) -> list[Row]:
    """The rows of a table in the order of their ids: 1, 2, … 10."""
    return sorted(table.values(), key=lambda row: [(part.isdigit(), int(part) if part.isdigit() else 0, part)
                                                   for part in re.split(r"(\d+)", row["id"])])  # fmt: skip


def level(wait: int, limits: Mapping[str, int]) -> str:
    """How a wait (ms) stands against the hall's limits (s): "alarm", "warn" or "fine"."""
    if wait >= limits["alarm"] * 1000:
        return "alarm"
    return "warn" if wait >= limits["warn"] * 1000 else "fine"


def _line(service: str, queue: list[Row]) -> Line:
    own = [ticket for ticket in queue if ticket["service"] == service]
    return Line(service, len(own), own[0] if own else None, min(own, key=by_place, default=None))


def _activity(view: View, counter: Row) -> Activity:
    ticket = view["tickets"].get(counter["ticket"])
    if ticket is None:
        return Activity(counter, "ready" if counter["state"] == "open" else counter["state"], counter["since"], None)
    if ticket["state"] == "called":
        return Activity(counter, "called", ticket["called_at"], ticket)
    return Activity(counter, "serving", ticket["started_at"] or ticket["called_at"], ticket)
