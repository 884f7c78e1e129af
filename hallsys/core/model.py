"""The rows a hall is made of. Times are integer milliseconds since 1970 UTC; a row is never changed, only replaced.

Rows of text and numbers alone cannot be part of a cycle, so the collector need not look at thousands of them (`gc`)."""

from typing import Any, Final

import msgspec

WAITING: Final = "waiting"
CALLED: Final = "called"
SERVING: Final = "serving"
HELD: Final = "held"
DONE: Final = "done"
NO_SHOW: Final = "no_show"
CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"
ENDED: Final = frozenset({DONE, NO_SHOW, CANCELLED, EXPIRED})
AT_COUNTER: Final = frozenset({CALLED, SERVING})

RECENT: Final = 50
"""How many ended tickets stay in the public view (PROTOCOL, `view`)."""


class Ticket(msgspec.Struct, frozen=True, gc=False):
    """One visit. `arrival` is the place in line, `queued_at` when the present wait began; they differ after a
    transfer or a return. `front` says why the ticket goes before earlier arrivals ("returned", "front"), if it does;
    `to_counter` holds it for one counter."""

    label: str
    service: str
    number: int
    priority: str | None
    state: str
    counter: str | None
    arrival: int
    issued_at: int
    queued_at: int
    called_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    calls: int = 0
    why: str | None = None
    front: str | None = None
    to_counter: str | None = None


class Counter(msgspec.Struct, frozen=True):
    """A counter: `state` is open, paused or closed, `since` when it became so, `ticket` what is called or served
    there, `returned` the ticket it sent back to the queue last."""

    id: str
    name: str
    state: str
    ticket: str | None
    services: list[str]
    since: int = 0
    reason: str | None = None
    returned: str | None = None


class Service(msgspec.Struct, frozen=True):
    """What people come for; `letter` is the series that its tickets carry."""

    id: str
    name: str
    name_en: str
    short: str
    short_en: str
    about: str
    about_en: str
    letter: str
    open: bool


class Line(msgspec.Struct, frozen=True, gc=False):
    """A service's day, private: the last number issued and the priority calls made in a row."""

    number: int = 0
    streak: int = 0


class Booking(msgspec.Struct, frozen=True, gc=False):
    """A booked visit, private. `at` is the booked time."""

    id: str
    service: str
    at: int
    ticket: str | None = None


class Rating(msgspec.Struct, frozen=True):
    """An answer to "how was it?", private: 1 to 5, with reasons."""

    ticket: str
    score: int
    reasons: list[str]
    at: int


class Visit(msgspec.Struct, frozen=True):
    """What officers noted of a ticket, private: outcome, services delivered, notes and reasons in order."""

    notes: list[str] = []
    outcome: str | None = None
    delivered: list[str] = []


ROWS: Final[dict[str, Any]] = {
    "hall": Any,
    "services": Service,
    "counters": Counter,
    "tickets": Ticket,
    "ended": Ticket,
    "lines": Line,
    "bookings": Booking,
    "ratings": Rating,
    "visits": Visit,
}
"""Every table and the type of its rows; `hall` maps keys to plain JSON values."""

PUBLIC: Final = ("hall", "services", "counters", "tickets")

Changes = dict[str, dict[str, Any]]
"""table -> key -> the whole new row, or None for a row removed."""


class TypedChanges(msgspec.Struct):
    """Changes as they are read back: a table for each of `ROWS`, absent where nothing in it changed."""

    hall: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    services: dict[str, Service | None] | msgspec.UnsetType = msgspec.UNSET
    counters: dict[str, Counter | None] | msgspec.UnsetType = msgspec.UNSET
    tickets: dict[str, Ticket | None] | msgspec.UnsetType = msgspec.UNSET
    ended: dict[str, Ticket | None] | msgspec.UnsetType = msgspec.UNSET
    lines: dict[str, Line | None] | msgspec.UnsetType = msgspec.UNSET
    bookings: dict[str, Booking | None] | msgspec.UnsetType = msgspec.UNSET
    ratings: dict[str, Rating | None] | msgspec.UnsetType = msgspec.UNSET
    visits: dict[str, Visit | None] | msgspec.UnsetType = msgspec.UNSET

    def plain(self) -> Changes:
        """As `apply` takes them."""
        return {table: rows for table in ROWS if (rows := getattr(self, table)) is not msgspec.UNSET}
