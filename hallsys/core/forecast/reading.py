"""The plain data of a snapshot and of history, read once: what is missing or odd becomes something harmless.

The forms are those of docs/forecast.md. Times are seconds since local midnight.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

OPEN_S: Final = 27_000.0
CLOSE_S: Final = 61_200.0
DAYS: Final = 20
"""Days of history that are looked at."""

Plain = Mapping[str, Any]


class Waiting(NamedTuple):
    """`lane` is "return", "priority" or "ordinary". A probe is called in its turn and takes no time: "if I took a
    ticket now" without making the others wait."""

    id: str
    service: str
    lane: str
    since: float
    queued: float
    probe: bool


class AtCounter(NamedTuple):
    """`serving` is the service of the ticket being served, `called` when it was called. `mode`: all, ordinary, priority
    or booked; `conditions`, by service: for how long somebody must have waited there, and whether only while nobody
    waits for the others."""

    id: str
    officer: str
    serves: tuple[str, ...]
    status: str
    since: float
    streak: int
    serving: str | None
    called: float
    mode: str = "all"
    conditions: Mapping[str, tuple[float, bool]] = {}


class Served(NamedTuple):
    """One visit at a counter; `busy` is how long the counter was taken, from the call on."""

    id: str
    service: str
    officer: str
    counter: str
    called: float
    done: float
    outcome: str

    @property
    def busy(self) -> float:
        return max(1.0, self.done - self.called)


class Call(NamedTuple):
    at: float
    id: str
    service: str
    priority: bool
    kind: str
    queued: float


class Day(NamedTuple):
    """A day's record: arrivals `(t, service, priority)`, counter log `(t, counter, officer, status)`."""

    day: int
    weekday: int
    arrivals: Sequence[tuple[float, str, bool]]
    calls: Sequence[Call]
    served: Sequence[Served]
    log: Sequence[tuple[float, str, str, str]]


class Scene(NamedTuple):
    """A hall at `now`. `hours`: when it opens and closes, each day's pauses between."""

    load: float
    day: int
    weekday: int
    now: float
    hours: tuple[float, ...]
    last_issue: float
    services: tuple[str, ...]
    priority_calls: int
    prefer_s: float
    starve_s: float
    waiting: tuple[Waiting, ...]
    held: tuple[tuple[str, float], ...]
    counters: tuple[AtCounter, ...]
    today: Day
    ask: tuple[str, ...]

    @property
    def open(self) -> float:
        return self.hours[0]

    @property
    def close(self) -> float:
        return self.hours[-1]


def read_scene(snapshot: Plain, memo: dict[str, Any]) -> Scene:
    """`memo` keeps what was read of today, since a day's record only grows."""
    now = _number(snapshot.get("now"), OPEN_S)
    hours = [_number(t, OPEN_S) for t in _rows(snapshot.get("hours"))]
    hours = hours if len(hours) > 1 else [OPEN_S, CLOSE_S]
    policy = snapshot.get("policy") or {}
    waiting = tuple(_waiting(row, now) for row in _rows(snapshot.get("waiting")) if row.get("id") is not None)
    counters = tuple(_counter(row, now) for row in _rows(snapshot.get("counters")))
    held = tuple((str(row.get("service")), _number(row.get("since"), now)) for row in _rows(snapshot.get("held")))
    known = dict.fromkeys(str(letter) for letter in _rows(snapshot.get("services")))
    known |= dict.fromkeys(ticket.service for ticket in waiting)
    known |= dict.fromkeys(letter for counter in counters for letter in counter.serves)
    known |= dict.fromkeys(counter.serving for counter in counters if counter.serving)
    known |= dict.fromkeys(letter for letter, _ in held)
    return Scene(
        load=_number(snapshot.get("load"), 0.0),
        day=int(_number(snapshot.get("day"), 0)),
        weekday=int(_number(snapshot.get("weekday"), 0)),
        now=now,
        hours=tuple(hours),
        last_issue=_number(snapshot.get("last_issue"), hours[-1]),
        services=tuple(known),
        priority_calls=max(0, int(_number(policy.get("priority_calls"), 2))),
        prefer_s=_number(policy.get("prefer_s"), 600),
        starve_s=_number(policy.get("starve_s"), 1800),
        waiting=waiting,
        held=held,
        counters=counters,
        today=_today(snapshot.get("today") or {}, int(_number(snapshot.get("day"), 0)), memo),
        ask=tuple(str(number) for number in _rows(snapshot.get("ask"))),
    )


def history_rows(history: Plain | None) -> list[Plain]:
    """The last days of history, oldest first, as they came."""
    rows = (history or {}).get("days")
    return [row for row in _rows(rows) if row][-DAYS:]


def read_day(row: Plain) -> Day:
    return Day(
        int(_number(row.get("day"), 0)),
        int(_number(row.get("weekday"), 0)),
        *(list(reader(row.get(part))) for part, reader in READERS.items()),
    )


def _today(row: Plain, day: int, memo: dict[str, Any]) -> Day:
    raw = {part: _rows(row.get(part)) for part in READERS}
    counts = {part: len(rows) for part, rows in raw.items()}
    kept = memo.get("today")
    if kept is None or kept[0] != day or any(counts[part] < seen for part, seen in kept[1].items()):
        kept = (day, dict.fromkeys(READERS, 0), {part: [] for part in READERS})
    read: dict[str, list[Any]] = kept[2]
    for part, reader in READERS.items():
        read[part] += reader(raw[part][kept[1][part] :])
    memo["today"] = (day, counts, read)
    return Day(day, int(_number(row.get("weekday"), 0)), *read.values())


def read_arrivals(rows: Any) -> Iterator[tuple[float, str, bool]]:
    for t, service, priority, *_ in _full(rows, 3, (0,)):
        yield float(t), str(service), bool(priority)


def read_log(rows: Any) -> Iterator[tuple[float, str, str, str]]:
    for t, counter, officer, status, *_ in _full(rows, 4, (0,)):
        yield float(t), str(counter), str(officer), str(status)


def read_calls(rows: Any) -> Iterator[Call]:
    for t, number, service, priority, kind, queued, *_ in _full(rows, 6, (0, 5)):
        yield Call(float(t), str(number), str(service), bool(priority), str(kind), float(queued))


def read_served(rows: Any) -> Iterator[Served]:
    for row in _rows(rows):
        called = row.get("called") if row.get("called") is not None else row.get("start")
        if called is None or row.get("done") is None:
            continue
        yield Served(
            id=str(row.get("id")),
            service=str(row.get("service")),
            officer=str(row.get("officer")),
            counter=str(row.get("counter")),
            called=float(called),
            done=float(row["done"]),
            outcome=str(row.get("outcome") or "done"),
        )


READERS: Final[Mapping[str, Callable[[Any], Iterator[Any]]]] = {
    "arrivals": read_arrivals,
    "calls": read_calls,
    "services": read_served,
    "counter_log": read_log,
}


def _waiting(row: Plain, now: float) -> Waiting:
    lane = row.get("lane") or ("priority" if row.get("priority") else "ordinary")
    queued = min(now, _number(row.get("queued"), _number(row.get("since"), now)))
    since = min(now, _number(row.get("since"), queued))
    return Waiting(str(row["id"]), str(row.get("service")), str(lane), since, queued, bool(row.get("probe")))


def _counter(row: Plain, now: float) -> AtCounter:
    current = row.get("current") or {}
    service = current.get("service")
    called = current.get("called") if current.get("called") is not None else current.get("start")
    return AtCounter(
        id=str(row.get("id")),
        officer=str(row.get("officer")),
        serves=tuple(dict.fromkeys(str(letter) for letter in _rows(row.get("serves")))),
        status=str(row.get("status") or "closed"),
        since=min(now, _number(row.get("since"), now)),
        streak=max(0, int(_number(row.get("streak"), 0))),
        serving=str(service if service is not None else "") if current else None,
        called=min(now, _number(called, now)),
        mode=str(row.get("mode") or "all"),
        conditions={
            str(line): (max(0.0, _number(over, 0.0)), bool(idle))
            for line, (over, idle, *_) in (row.get("conditions") or {}).items()
        },
    )


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def _rows(value: Any) -> list[Any]:
    return [item for item in value if item is not None] if isinstance(value, Iterable) else []


def _full(rows: Any, width: int, numbers: tuple[int, ...]) -> Iterator[list[Any]]:
    """Rows that have all their columns, with numbers where times belong."""
    for row in _rows(rows):
        if len(row) >= width and all(isinstance(row[column], int | float) for column in numbers):
            yield row
