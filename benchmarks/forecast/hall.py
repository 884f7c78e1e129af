"""One simulated day, event by event, and the snapshots that FORECAST.md describes."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.forecast.plan import (
    CLOSE,
    LAST_ISSUE,
    OPEN,
    POLICY,
    Desk,
    Hall,
    draw_day,
    draw_hall,
    empty_record,
    service_time,
)

REFRESH_S = 300
SECOND_CALL_S = 45
TRIAL_DAYS = range(1000, 1005)
LONGEST_P90_S = 3600

Snapshot = dict[str, Any]
Look = Callable[[Snapshot, dict[str, float]], None]
"""Called at every issue that has to wait and every five minutes, with the able-but-idle test already made."""


@dataclass
class Person:
    id: str
    service: str
    priority: bool
    since: float
    queued: float
    kind: str = "new"
    lane: str = "ordinary"

    def row(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass
class Counter:
    desk: Desk
    status: str = "closed"
    since: float = 0.0
    streak: int = 0
    current: dict[str, Any] | None = None
    pauses: list[tuple[float, float]] = field(default_factory=list)
    busy: bool = False

    def row(self) -> dict[str, Any]:
        return {
            "id": self.desk.id,
            "officer": self.desk.officer,
            "serves": list(self.desk.serves),
            "status": self.status,
            "since": self.since,
            "streak": self.streak,
            "current": dict(self.current) if self.current else None,
        }


def working_hall(seed: int, load: int) -> Hall:
    """The first hall of this seed that copes: where people wait for hours day after day, the counters would be
    arranged in another way."""
    for attempt in range(100):
        hall = draw_hall(seed, load, attempt)
        waits = sorted(call[6] for day in TRIAL_DAYS for call in Day(hall, day, seed).run()["calls"])
        if waits[int(0.9 * len(waits))] <= LONGEST_P90_S:
            return hall
    raise RuntimeError(f"no hall of seed {seed} copes with {load} tickets a day")


class Day:
    """Plays one day to its end. `record` is the day of history, `called` what a forecast is held against."""

    def __init__(self, hall: Hall, day: int, seed: int, look: Look | None = None) -> None:
        self.hall, self.look = hall, look
        self.rng = Random(f"day {seed} {day} {hall.load}")
        self.plan = draw_day(hall, day, self.rng)
        self.record = empty_record(self.plan)
        self.counters = [Counter(desk, pauses=list(self.plan.pauses[desk.id])) for desk in hall.desks]
        self.waiting: dict[str, Person] = {}
        self.held: dict[str, tuple[Person, float]] = {}
        self.calls: dict[str, list[float]] = {}
        self.events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.count = 0
        self.now = 0.0

    def at(self, t: float, what: Callable[..., None], *args: Any) -> None:
        self.count += 1
        heapq.heappush(self.events, (t, self.count, what, args))

    def run(self) -> dict[str, Any]:
        for t, letter, priority in self.plan.arrivals:
            if t < LAST_ISSUE:
                self.at(t, self.arrive, letter, priority)
        for counter in self.counters:
            self.at(self.plan.opens[counter.desk.id], self.status, counter, "open")
            for start, _ in counter.pauses:
                self.at(start, self.next_please, counter)
        if self.look:
            for t in range(OPEN - 1500, CLOSE + 7200, REFRESH_S):
                self.at(t, self.refresh)
        self.at(CLOSE, self.closing)
        while self.events:
            self.now, _, what, args = heapq.heappop(self.events)
            what(*args)
        return self.record

    def arrive(self, letter: str, priority: bool) -> None:
        number = f"{letter}{len(self.record['arrivals']) + 1:03d}"
        self.record["arrivals"].append([self.now, letter, priority])
        lane = "priority" if priority else "ordinary"
        self.join(Person(number, letter, priority, self.now, self.now, lane=lane))
        if self.look and number in self.waiting:
            self.show([number])

    def join(self, person: Person) -> None:
        self.waiting[person.id] = person
        for counter in self.counters:
            if counter.status == "open" and not counter.busy and person.service in counter.desk.serves:
                self.next_please(counter)
                if person.id not in self.waiting:
                    return

    def refresh(self) -> None:
        if self.waiting:
            self.show(list(self.waiting))

    def show(self, ask: list[str]) -> None:
        assert self.look
        idle = [c for c in self.counters if c.status == "open" and c.current is None]
        fair = {
            number: self.now
            for number in ask
            if not any(self.waiting[number].service in counter.desk.serves for counter in idle)
        }
        self.look(self.snapshot(ask), fair)

    def snapshot(self, ask: list[str]) -> Snapshot:
        return {
            "load": self.hall.load,
            "day": self.plan.day,
            "weekday": self.plan.weekday,
            "now": self.now,
            "hours": [OPEN, CLOSE],
            "last_issue": LAST_ISSUE,
            "services": list(self.hall.services),
            "policy": POLICY,
            "waiting": [person.row() for person in self.waiting.values()],
            "held": [{"service": person.service, "since": since} for person, since in self.held.values()],
            "counters": [counter.row() for counter in self.counters],
            "today": self.record,
            "ask": ask,
        }

    def status(self, counter: Counter, status: str) -> None:
        if counter.status == status:
            return
        counter.status, counter.since = status, self.now
        self.record["counter_log"].append([self.now, counter.desk.id, counter.desk.officer, status])
        if status == "open":
            self.next_please(counter)

    def closing(self) -> None:
        for counter in self.counters:
            self.next_please(counter)

    def next_please(self, counter: Counter) -> None:
        """What a free counter does: goes for its break, calls, closes, or waits."""
        if counter.busy or counter.status != "open":
            return
        if counter.pauses and counter.pauses[0][0] <= self.now:
            _, length = counter.pauses.pop(0)
            gone = length > 20_000
            self.status(counter, "closed" if gone else "paused")
            if not gone:
                self.at(self.now + length, self.status, counter, "open")
            return
        person = self.choose(counter)
        if person:
            self.call(counter, person)
        elif self.now >= CLOSE and not self.held:
            self.status(counter, "closed")
        elif self.now >= CLOSE:
            self.at(self.now + 120, self.next_please, counter)

    def choose(self, counter: Counter) -> Person | None:
        mine = [p for p in self.waiting.values() if p.service in counter.desk.serves]
        if not mine:
            return None
        if self.rng.random() < self.hall.disobey:
            return self.rng.choice(mine)
        returns = [p for p in mine if p.lane == "return"]
        if returns:
            return min(returns, key=lambda p: p.queued)
        oldest = min(mine, key=lambda p: p.since)
        if self.now - oldest.since >= POLICY["starve_s"]:
            return oldest
        best: Person | None = None
        for letter in counter.desk.serves:
            head = self.head(counter, [p for p in mine if p.service == letter])
            if head and (best is None or best.since - head.since > POLICY["prefer_s"]):
                best = head
        return best

    def head(self, counter: Counter, line: list[Person]) -> Person | None:
        priority = min((p for p in line if p.lane == "priority"), key=lambda p: p.since, default=None)
        ordinary = min((p for p in line if p.lane == "ordinary"), key=lambda p: p.since, default=None)
        if priority and (ordinary is None or counter.streak < POLICY["priority_calls"]):
            return priority
        return ordinary

    def call(self, counter: Counter, person: Person) -> None:
        del self.waiting[person.id]
        waited = self.now - person.queued
        counter.streak = counter.streak + 1 if person.lane == "priority" else 0
        self.calls.setdefault(person.id, []).append(self.now)
        self.record["calls"].append(
            [self.now, person.id, person.service, person.priority, person.kind, person.queued, waited]
        )
        counter.busy = True
        counter.current = {"id": person.id, "service": person.service, "called": self.now, "start": None}
        if self.rng.random() < self.hall.no_show * min(2.5, 0.3 + waited / 1500):
            self.at(self.now + SECOND_CALL_S * self.rng.uniform(1.5, 3.5), self.end, counter, person, "no_show")
        else:
            self.at(self.now + self.rng.uniform(8, 40), self.start, counter, person)

    def start(self, counter: Counter, person: Person) -> None:
        assert counter.current
        counter.current["start"] = self.now
        length = service_time(self.hall, counter.desk, person.service, self.plan.pace, self.rng)
        chance = self.rng.random()
        outcome = "done"
        if chance < self.hall.transfer:
            outcome, length = "transferred", length * 0.5
        elif chance < self.hall.transfer + self.hall.hold and person.kind != "return":
            outcome, length = "held", length * 0.6
        self.at(self.now + length, self.end, counter, person, outcome)

    def end(self, counter: Counter, person: Person, outcome: str) -> None:
        assert counter.current
        self.record["services"].append(
            {
                "id": person.id,
                "service": person.service,
                "priority": person.priority,
                "kind": person.kind,
                "counter": counter.desk.id,
                "officer": counter.desk.officer,
                "called": counter.current["called"],
                "start": counter.current["start"],
                "done": self.now,
                "outcome": outcome,
            }
        )
        counter.current = None
        if outcome == "transferred":
            others = [letter for letter in self.hall.services if letter != person.service]
            weights = [self.hall.services[letter].share for letter in others]
            person.service, person.kind, person.queued = self.rng.choices(others, weights)[0], "transfer", self.now
            person.lane = "priority" if person.priority else "ordinary"
            self.join(person)
        elif outcome == "held":
            self.held[person.id] = (person, self.now)
            self.at(self.now + 180 + self.rng.weibullvariate(900, 1.1), self.back, person)
        self.at(self.now + self.rng.expovariate(1 / counter.desk.gap_s), self.free, counter)

    def free(self, counter: Counter) -> None:
        counter.busy = False
        self.next_please(counter)

    def back(self, person: Person) -> None:
        del self.held[person.id]
        person.kind, person.lane, person.queued = "return", "return", self.now
        self.join(person)
