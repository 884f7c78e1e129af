"""A hall's state: tables of rows, and the two orders that are looked at all day."""

from bisect import bisect_left, insort
from typing import Any

from hallsys.config import HallConfig
from hallsys.core.lanes import Lanes
from hallsys.core.model import (
    ENDED,
    PUBLIC,
    ROWS,
    WAITING,
    Booking,
    Changes,
    Counter,
    Desk,
    Line,
    Person,
    Rating,
    Service,
    Share,
    Ticket,
    Visit,
)


class HallState:
    """The tables by name, the waiting tickets in `lanes`, and in `recent` the ended tickets still in the view, oldest
    first. Only `apply` writes to it."""

    __slots__ = ("config", "lanes", "recent", "tables")

    def __init__(self, config: HallConfig, rows: Changes | None = None) -> None:
        self.config = config
        self.tables: dict[str, dict[str, Any]] = {table: {} for table in ROWS}
        self.lanes = Lanes(config.tickets.many_from)
        self.recent: list[tuple[int, str]] = []
        if rows:
            apply(self, rows)

    @property
    def hall(self) -> dict[str, Any]:
        return self.tables["hall"]

    @property
    def services(self) -> dict[str, Service]:
        return self.tables["services"]

    @property
    def counters(self) -> dict[str, Counter]:
        return self.tables["counters"]

    @property
    def tickets(self) -> dict[str, Ticket]:
        return self.tables["tickets"]

    @property
    def ended(self) -> dict[str, Ticket]:
        return self.tables["ended"]

    @property
    def lines(self) -> dict[str, Line]:
        return self.tables["lines"]

    @property
    def shares(self) -> dict[str, Share]:
        return self.tables["shares"]

    @property
    def desks(self) -> dict[str, Desk]:
        return self.tables["desks"]

    @property
    def persons(self) -> dict[str, Person]:
        return self.tables["persons"]

    @property
    def bookings(self) -> dict[str, Booking]:
        return self.tables["bookings"]

    @property
    def ratings(self) -> dict[str, Rating]:
        return self.tables["ratings"]

    @property
    def visits(self) -> dict[str, Visit]:
        return self.tables["visits"]

    def view(self) -> dict[str, dict[str, Any]]:
        """What everybody may see (PROTOCOL, `view`)."""
        return {table: self.tables[table] for table in PUBLIC}


def apply(state: HallState, changes: Changes) -> Changes:
    """Write the changes into the state and return the changes that undo them."""
    undo: Changes = {}
    for table, rows in changes.items():
        present = state.tables[table]
        before: dict[str, Any] = {}
        ordered = table == "tickets"
        for key, row in rows.items():
            old = before[key] = present.get(key)
            if ordered and old is not None:
                _forget(state, old)
            if row is None:
                present.pop(key, None)
            else:
                present[key] = row
                if ordered:
                    _order(state, row)
        undo[table] = before
    return undo


def _order(state: HallState, ticket: Ticket) -> None:
    if ticket.state == WAITING:
        state.lanes.add(ticket)
    elif ticket.state in ENDED:
        insort(state.recent, (ticket.ended_at or 0, ticket.label))


def _forget(state: HallState, ticket: Ticket) -> None:
    if ticket.state == WAITING:
        state.lanes.remove(ticket)
    elif ticket.state in ENDED:
        del state.recent[bisect_left(state.recent, (ticket.ended_at or 0, ticket.label))]
