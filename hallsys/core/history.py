"""What a day was, folded from its events into a few lists: the ground of reports, and what forecasts learn from.

The rows of tickets hold their latest wait only; events hold everything. The terms (docs/figures.md):

- A *wait* runs from the moment a ticket joins a queue (`queued_at`) to the call that ends it; `left` when it ended
  without one. Recalls do not move it. A call that was taken back never was.
- A *leg* is the time at one counter: called, perhaps started, and how it ended. Somebody taken directly was called the
  moment the service began and did not wait.
- A *visit* is one number from its issue to its end, with all its waits and legs.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from hallsys.core.model import (
    AT_COUNTER,
    CALLED,
    DONE,
    ENDED,
    EXPIRED,
    SERVING,
    WAITING,
    Changes,
    Counter,
    Rating,
    Ticket,
)
from hallsys.core.notes import remark


class Happened(Protocol):
    """An event as it stands in the stream."""

    @property
    def kind(self) -> str: ...
    @property
    def time(self) -> int: ...
    @property
    def changes(self) -> Changes: ...
    @property
    def private(self) -> Changes: ...


class Wait(msgspec.Struct, array_like=True, gc=False):
    """`visit` is the index of its visit. `kind`: how it began, the kind of the event. `called` None: it ended at `left`
    without a call, or not at all. `why` is the reason of the call, `reason` what was said of one out of order."""

    visit: int
    service: str
    kind: str
    queued: int
    called: int | None = None
    left: int | None = None
    counter: str | None = None
    officer: str = ""
    why: str = ""
    reason: str = ""


class Leg(msgspec.Struct, array_like=True, gc=False):
    """`outcome`: the kind of the event that ended it (`finished no_show held returned transferred delayed cancelled
    day_closed`), None while it goes on. `officer` is who called, where officers sign in. `calls` counts the recalls."""

    visit: int
    service: str
    counter: str
    officer: str
    called: int
    started: int | None = None
    ended: int | None = None
    outcome: str | None = None
    calls: int = 1


class VisitRecord(msgspec.Struct, array_like=True, gc=False):
    """One number. `state` as it ended (or is), `score` its rating, 0 for none; `promised` the wait in seconds that was
    told at the issue (P50, P80)."""

    label: str
    service: str
    priority: str | None
    issued: int
    ended: int | None = None
    state: str = WAITING
    booked: bool = False
    walk_in: bool = False
    score: int = 0
    reasons: list[str] = []
    promised: tuple[int, int] | None = None


class CounterChange(NamedTuple):
    """A counter's state from a time on."""

    time: int
    counter: str
    officer: str
    state: str


class DayRecord(msgspec.Struct, array_like=True):
    """A day of one hall; times in ms since 1970 UTC."""

    day: str
    visits: list[VisitRecord] = []
    waits: list[Wait] = []
    legs: list[Leg] = []
    counters: list[CounterChange] = []
    last: int = 0
    """When the last of it happened."""


_BACK_IN_QUEUE: Final = frozenset({"transferred", "returned", "resumed", "reinstated", "finished"})


class Recorder:
    """Folds events one after another. `record` is right after each; of a day whose beginning the stream let go of, it
    holds what can still be known."""

    def __init__(self, day: str) -> None:
        self.record = DayRecord(day, [], [], [], [])
        self._index: dict[str, int] = {}
        self._wait: dict[str, Wait] = {}
        self._leg: dict[str, Leg] = {}
        self._past: dict[str, tuple[list[Wait], list[Leg]]] = {}
        self._states: dict[str, tuple[str, str]] = {}
        self._at: dict[str, str] = {}
        self._officers: dict[str, str] = {}

    def take(self, event: Happened) -> None:
        """One event, in the order of the stream."""
        self.record.last = event.time
        for name, desk in event.private.get("desks", {}).items():
            self._officers[name] = desk.officer if desk else ""
        # Where more than the view holds end at once, as when the day is closed, the rest are told as `ended` only.
        for rows in (event.changes.get("tickets", {}), event.private.get("ended", {})):
            for row in rows.values():
                if row is not None and event.kind != "prepared" and not self._told(row):
                    self._ticket(event, row)
        for counter in event.changes.get("counters", {}).values():
            if counter is not None:
                self._counter(event.time, counter)
        for label, rating in event.private.get("ratings", {}).items():
            if rating is not None:
                self._rated(label, rating)

    def _told(self, row: Ticket) -> bool:
        """Whether nothing about this ticket has changed: a row may only have moved between the view and the archive."""
        index = self._index.get(row.label)
        if index is None:
            return False
        visit = self.record.visits[index]
        return visit.state == row.state and row.state in ENDED and visit.ended == row.ended_at

    def _ticket(self, event: Happened, row: Ticket) -> None:
        visit = self._visit(row)
        kind, time = event.kind, event.time
        if kind == "undone":
            self._undone(row)
        elif row.state == WAITING:
            self._end_leg(row.label, time, kind)
            wait = self._wait.get(row.label)
            if kind == "delayed" and wait is not None:  # who waits goes on waiting, and waives what was promised
                visit.promised = None if wait.kind == "issued" else visit.promised
            elif kind == "issued" or kind == "delayed" or kind in _BACK_IN_QUEUE:
                self._begin_wait(row, kind)
        elif kind == "called":
            self._called(event, row)
        elif kind == "recalled":
            if row.label in self._leg:
                self._leg[row.label].calls += 1
        elif row.state == SERVING:
            self._serving(row)
        else:
            self._end_wait(row.label, time)
            self._end_leg(row.label, time, kind)
        visit.state = row.state
        visit.ended = row.ended_at if row.state in ENDED else None

    def _visit(self, row: Ticket) -> VisitRecord:
        index = self._index.get(row.label)
        if index is None:
            index = self._index[row.label] = len(self.record.visits)
            visit = VisitRecord(
                row.label,
                row.service,
                row.priority,
                row.issued_at,
                booked=row.booked is not None,
                promised=row.promised,
            )
            self.record.visits.append(visit)
            self._past[row.label] = ([], [])
        return self.record.visits[index]

    def _begin_wait(self, row: Ticket, kind: str) -> None:
        wait = self._wait[row.label] = Wait(self._index[row.label], row.service, kind, row.queued_at)
        self.record.waits.append(wait)
        self._past[row.label][0].append(wait)

    def _end_wait(self, label: str, time: int) -> None:
        wait = self._wait.pop(label, None)
        if wait is not None:
            wait.left = time

    def _called(self, event: Happened, row: Ticket) -> None:
        wait = self._wait.pop(row.label, None)
        if wait is not None:
            wait.called, wait.counter, wait.why = row.called_at, row.counter, row.why or ""
            if wait.why == "chosen":
                said = remark(event.kind, event.private.get("visits", {}).get(row.label)).note or ""
                wait.reason = said.removeprefix("chosen: ")
            wait.officer = self._officers.get(row.counter or "", "")
        self._begin_leg(row)

    def _begin_leg(self, row: Ticket) -> Leg:
        counter = row.counter or ""
        called = row.called_at if row.called_at is not None else row.started_at or 0
        leg = Leg(self._index[row.label], row.service, counter, self._officers.get(counter, ""), called)
        self._leg[row.label] = leg
        self.record.legs.append(leg)
        self._past[row.label][1].append(leg)
        return leg

    def _serving(self, row: Ticket) -> None:
        leg = self._leg.get(row.label)
        if leg is None:  # taken directly: what was issued a moment ago never waited
            wait = self._wait.pop(row.label, None)
            if wait is not None:
                self.record.waits.remove(wait)
                self._past[row.label][0].remove(wait)
            self.record.visits[self._index[row.label]].walk_in = True
            leg = self._begin_leg(row)
        leg.started = row.started_at

    def _end_leg(self, label: str, time: int, outcome: str) -> None:
        leg = self._leg.pop(label, None)
        if leg is not None:
            leg.ended, leg.outcome = time, outcome

    def _undone(self, row: Ticket) -> None:
        """A call that was taken back never was; an end that was taken back goes on."""
        waits, legs = self._past[row.label]
        if row.state == WAITING:
            leg = self._leg.pop(row.label, None)
            if leg is not None:
                legs.remove(leg)
                self.record.legs.remove(leg)
            if waits:
                wait = self._wait[row.label] = waits[-1]
                wait.called, wait.counter, wait.officer, wait.why, wait.reason = None, None, "", "", ""
        elif row.state in (CALLED, SERVING):
            moved_on = self._wait.pop(row.label, None)
            if moved_on is not None:  # a finished service had led to the next
                waits.remove(moved_on)
                self.record.waits.remove(moved_on)
            if legs:
                leg = self._leg[row.label] = legs[-1]
                leg.ended, leg.outcome = None, None

    def _counter(self, time: int, row: Counter) -> None:
        officer = self._officers.get(row.id, "")
        if self._states.get(row.id) != (row.state, officer):
            self._states[row.id] = (row.state, officer)
            self.record.counters.append(CounterChange(time, row.id, officer, row.state))

    def _rated(self, label: str, rating: Rating) -> None:
        index = self._index.get(label)
        if index is not None:
            self.record.visits[index].score = rating.score
            self.record.visits[index].reasons = rating.reasons


def record_day(day: str, events: Iterable[Happened]) -> DayRecord:
    """The day as far as it has come, `2026-11-23`, from its events in order."""
    recorder = Recorder(day)
    for event in events:
        recorder.take(event)
    return recorder.record


def over(record: DayRecord) -> DayRecord:
    """A day of which nothing more will come. Where nobody closed it, visits end as they would have then; when, nobody
    knows, so that no service of theirs is timed."""
    for visit in record.visits:
        if visit.state not in ENDED:
            visit.state = DONE if visit.state in AT_COUNTER else EXPIRED
    return record


def as_history(record: DayRecord, number: int, weekday: int, midnight: int) -> dict[str, Any]:
    """The day as the forecast reads it (docs/forecast.md): seconds since `midnight` (ms). `number` counts days."""

    def second(time: int | None) -> float | None:
        return None if time is None else (time - midnight) / 1000

    visits = record.visits
    kinds = {"issued": "new", "transferred": "transfer"}
    outcomes = {"finished": "done", "day_closed": "done", "no_show": "no_show", "delayed": "no_show", "held": "held"}
    return {
        "day": number,
        "weekday": weekday,
        "arrivals": [[second(visit.issued), visit.service, visit.priority is not None] for visit in visits],
        "calls": [
            [
                second(wait.called),
                visits[wait.visit].label,
                wait.service,
                visits[wait.visit].priority is not None,
                kinds.get(wait.kind, "return"),
                second(wait.queued),
                (wait.called - wait.queued) / 1000,
            ]
            for wait in record.waits
            if wait.called is not None
        ],
        "services": [
            {
                "id": visits[leg.visit].label,
                "service": leg.service,
                "priority": visits[leg.visit].priority is not None,
                "kind": "new",
                "counter": leg.counter,
                "officer": leg.officer or leg.counter,
                "called": second(leg.called),
                "start": second(leg.started if leg.started is not None else leg.called),
                "done": second(leg.ended),
                "outcome": outcomes.get(leg.outcome, "transferred"),
            }
            for leg in record.legs
            if leg.ended is not None and leg.outcome not in ("cancelled", None)
        ],
        "counter_log": [
            [second(change.time), change.counter, change.officer or change.counter, change.state]
            for change in record.counters
        ],
    }
