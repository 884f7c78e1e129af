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
    """What a counter does and since when: "called", "serving", "ready", "paused" or "closed"; `forgotten` says that it
    stands open, free and untouched while somebody waits whom it could call."""

    counter: Row
    state: str
    since: int
    ticket: Row | None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Those of one service who wait for this counter: how many, who waits longest, who stands first."""

    service: str
    count: int
    longest: Row | None
    head: Row | None


@dataclass(frozen=True, slots=True)
class Desk:
    """`queue` has those whom the counter may call now, the longest wait first; `held` and `missed` are those who may
    come back, `undo` is the press that can still be taken back."""

    here: Activity
    queue: list[Row]
    lines: list[Line]
    held: list[Row]
    missed: list[Row]
    mates: list[Activity]
    undo: Row | None

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
    lined = [ticket for ticket in waiting(view) if _stands_for(view, counter, ticket, now)]
    # a ticket sent to this very counter may be of a service that it does not take otherwise
    services = dict.fromkeys([*counter["services"], *(ticket["service"] for ticket in lined)])
    held = [ticket for ticket in tickets if ticket["state"] == "held"]
    grace = policy["reinstate_s"] * 1000
    missed = [ticket for ticket in tickets if ticket["state"] == "no_show" and now - ticket["ended_at"] < grace]
    return Desk(
        here=_activity(view, counter, now),
        queue=_callable(counter, lined, now),
        lines=[_line(service, lined) for service in services],
        held=sorted(held, key=lambda ticket: ticket["queued_at"]),
        missed=sorted(missed, key=lambda ticket: -ticket["ended_at"]),
        mates=[_activity(view, other, now) for other in in_order(view["counters"]) if other["id"] != name],
        undo=_undoable(view, counter, now),
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
        case "recall" | "hold" | "transfer" | "service" | "return" | "finish" | "note":
            return ticket is not None
        case "call" | "walk_in" | "pause_counter":
            return bool(state == "open") and ticket is None
        case "close_counter":
            return bool(state != "closed") and ticket is None
        case "back":
            return bool(desk.held or desk.missed)
        case "undo":
            return desk.undo is not None
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


def _stands_for(view: View, counter: Row, ticket: Row, now: int) -> bool:
    """Whether a waiting ticket stands in a line of the counter. What the counter has just sent back is for another, for
    a while."""
    if ticket.get("to_counter"):
        return bool(ticket["to_counter"] == counter["id"])
    if ticket.get("to_group"):
        return ticket["to_group"] in counter.get("groups", ())
    sent_back = ticket["label"] == counter.get("returned") and not ticket.get("front")
    if sent_back and now < ticket["queued_at"] + view["hall"]["policy"]["return_pause_s"] * 1000:
        return False
    return ticket["service"] in counter["services"]


def _direct(ticket: Row) -> bool:
    return bool(ticket.get("to_counter") or ticket.get("to_group"))


def _callable(counter: Row, lined: list[Row], now: int) -> list[Row]:
    """Those of its lines whom the counter may call now: not before their time, by its mode, and by the conditions under
    which it takes a service. As `core/policy.py` sees it."""
    conditions = counter.get("conditions", {})
    due = [ticket for ticket in lined if now >= (ticket.get("not_before") or 0)]
    ready = [ticket for ticket in due if _fits(counter.get("mode", "all"), ticket)]

    def own(ticket: Row) -> bool:
        return _direct(ticket) or ticket["service"] not in conditions

    busy = any(own(ticket) and (ticket.get("front") or now >= (ticket.get("booked") or 0)) for ticket in ready)

    def met(service: str) -> bool:
        condition = conditions[service]
        over = (condition.get("wait_over_s") or 0) * 1000
        waits = (
            now - (row.get("booked") or row["arrival"]) for row in due if not _direct(row) and row["service"] == service
        )
        return not (condition.get("idle") and busy) and (not over or max(waits) >= over)

    return [ticket for ticket in ready if own(ticket) or met(ticket["service"])]


def _fits(mode: str, ticket: Row) -> bool:
    """Who was sent to the counter is taken in every mode."""
    priority, booked = bool(ticket.get("priority")), bool(ticket.get("booked"))
    modes = {"ordinary": not priority and not booked, "priority": priority, "booked": booked}
    return _direct(ticket) or modes.get(mode, True)


def _undoable(view: View, counter: Row, now: int) -> Row | None:
    """What the counter did last, if it can still be taken back: a call only while nobody has come."""
    did: Row | None = counter.get("did")
    if not did or counter["state"] != "open" or now >= did["at"] + view["hall"]["policy"]["undo_s"] * 1000:
        return None
    called = view["tickets"].get(did["ticket"], {}).get("state") == "called"
    return did if did["what"] != "called" or called else None


def _left_open(view: View, counter: Row, now: int) -> bool:
    """Open, free, and for the hall's `idle_s` somebody waits whom it could call while nothing was done there."""
    if counter["state"] != "open" or counter["ticket"]:
        return False
    mine = _callable(counter, [row for row in waiting(view) if _stands_for(view, counter, row, now)], now)
    if not mine:
        return False
    done = [row["ended_at"] or 0 for row in view["tickets"].values() if row["counter"] == counter["id"]]
    did = (counter.get("did") or {}).get("at", 0)
    last = max(counter["since"], did, mine[0]["queued_at"], *done)
    return bool(now - last > view["hall"]["policy"]["idle_s"] * 1000)


def _activity(view: View, counter: Row, now: int) -> Activity:
    ticket = view["tickets"].get(counter["ticket"])
    if ticket is None:
        state = "ready" if counter["state"] == "open" else counter["state"]
        return Activity(counter, state, counter["since"], None, _left_open(view, counter, now))
    if ticket["state"] == "called":
        return Activity(counter, "called", ticket["called_at"], ticket)
    return Activity(counter, "serving", ticket["started_at"] or ticket["called_at"], ticket)
