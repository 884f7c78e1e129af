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


class Ticket(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One visit. `arrival` is the place in line, `queued_at` when the present wait (or hold) began; they differ after a
    transfer or a return. `front` says why the ticket goes before earlier arrivals ("returned", "front"), if it does;
    `to_counter` and `to_group` hold it for one counter or a group of them, `not_before` until a time. `booked` is the
    time of a booked visitor who checked in on time, `then` the services that follow in the same visit, `dossiers` how
    many the visitor brought, `promised` the wait in seconds that was told at the issue (P50, P80), `ready` whether the
    kiosk knew of a result to collect, `delays` how often the visitor asked to come later. What has a
    default is told only where it differs from it."""

    label: str
    service: str
    number: int
    priority: str | None
    state: str
    counter: str | None
    arrival: int
    issued_at: int
    queued_at: int
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    calls: int
    why: str | None
    front: str | None
    to_counter: str | None
    to_group: str | None = None
    not_before: int | None = None
    booked: int | None = None
    dossiers: int = 1
    then: tuple[str, ...] = ()
    promised: tuple[int, int] | None = None
    ready: bool = False
    delays: int = 0


class Did(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a counter did last, as far as it can be taken back: `what` is the kind of the event, `at` when. For a call,
    `after` is the ticket that the same press finished, `returned` the one that the counter had sent back before, `why`
    what stood on the ticket; where the turns of a line changed, `was` and `became` say how (`streak`, `others`), and
    `credit` what the counter's `Share` was."""

    what: str
    ticket: str
    at: int
    after: str | None = None
    returned: str | None = None
    why: str | None = None
    line: str | None = None
    was: tuple[int, int] = (0, 0)
    became: tuple[int, int] = (0, 0)
    credit: dict[str, float] | None = None


class Condition(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """When a counter takes a service: only once its longest wait passes `wait_over_s`, only while nobody waits for the
    services that the counter takes without condition (`idle`), or both."""

    wait_over_s: int | None = None
    idle: bool = False


class Counter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A counter: `state` is open, paused or closed, `since` when it became so, `reason` and `until` why and how long it
    pauses, `ticket` what is called or served there, `returned` the ticket it sent back to the queue last. `services` in
    the order of preference, some under `conditions`; `weights` share the calls out instead; `mode` is all, ordinary,
    priority or booked; `assigned` says that services or mode were changed for today. `asks` is a call for help."""

    id: str
    name: str
    state: str
    ticket: str | None
    services: list[str]
    since: int
    reason: str | None
    returned: str | None
    until: int | None = None
    conditions: dict[str, Condition] = {}
    weights: dict[str, int] = {}
    mode: str = "all"
    groups: list[str] = []
    assigned: bool = False
    asks: str | None = None
    did: Did | None = None


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
    """A line's day, private: the last number issued, the priority calls made in a row, and the calls of others since
    somebody with many dossiers was called."""

    number: int = 0
    streak: int = 0
    others: int = 0


NO_LINE: Final = Line()
"""A line that nobody has joined yet."""


class Share(msgspec.Struct, frozen=True):
    """What a counter with weights owes its services, private: the calls that each of those with somebody waiting has
    had too few, or too many where negative."""

    credit: dict[str, float] = {}


class Desk(msgspec.Struct, frozen=True):
    """Who works at a counter, private: the officer's account name, and since when."""

    officer: str
    since: int


class Person(msgspec.Struct, frozen=True):
    """Somebody who took tickets today, private, by a keyed hash of what the kiosk scanned: the labels taken, in order.
    Gone at night."""

    labels: list[str] = []


class Booking(msgspec.Struct, frozen=True, gc=False):
    """A booked visit, private. `at` is the booked time, `person` a keyed hash of who booked, where the hall asks."""

    id: str
    service: str
    at: int
    ticket: str | None = None
    person: str | msgspec.UnsetType = msgspec.UNSET


class Rating(msgspec.Struct, frozen=True):
    """An answer to "how was it?", private: 1 to 5, with reasons."""

    ticket: str
    score: int
    reasons: list[str]
    at: int


class Leg(msgspec.Struct, frozen=True):
    """A service of a visit with several, when it ended: the ticket's row as it was then, and what came of it."""

    ticket: Ticket
    outcome: str | None = None
    delivered: list[str] = []


class Visit(msgspec.Struct, frozen=True):
    """What officers noted of a ticket, private: notes and reasons in order, outcome and services delivered; `legs` are
    the services of the same visit that ended before."""

    notes: list[str] = []
    outcome: str | None = None
    delivered: list[str] = []
    legs: list[Leg] = []


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line for the hall's screens, in `hall.notices` by id; `counter` is where it was written. Times in ms."""

    id: str
    text: str
    at: int
    until: int
    counter: str | None = None
    zone: str | None = None
    spoken: bool = False


class Screen(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a joined screen is set, in `hall.screens` by the device's id: which board it shows, of which zone or counter,
    in which theme and languages, how loud (0 to 100)."""

    id: str
    name: str
    board: str = "hall"
    zone: str | None = None
    counter: str | None = None
    theme: str = "dark"
    languages: list[str] = []
    volume: int = 100


ROWS: Final[dict[str, Any]] = {
    "hall": Any,
    "services": Service,
    "counters": Counter,
    "tickets": Ticket,
    "ended": Ticket,
    "lines": Line,
    "shares": Share,
    "desks": Desk,
    "persons": Person,
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
    shares: dict[str, Share | None] | msgspec.UnsetType = msgspec.UNSET
    desks: dict[str, Desk | None] | msgspec.UnsetType = msgspec.UNSET
    persons: dict[str, Person | None] | msgspec.UnsetType = msgspec.UNSET
    bookings: dict[str, Booking | None] | msgspec.UnsetType = msgspec.UNSET
    ratings: dict[str, Rating | None] | msgspec.UnsetType = msgspec.UNSET
    visits: dict[str, Visit | None] | msgspec.UnsetType = msgspec.UNSET

    def plain(self) -> Changes:
        """As `apply` takes them."""
        return {table: rows for table in ROWS if (rows := getattr(self, table)) is not msgspec.UNSET}
