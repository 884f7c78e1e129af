"""Days folded into visits, waits and legs: by hand, and against another way of counting on random days."""

import random
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.config import VoiceConfig
from hallsys.core.decision import Decision
from hallsys.core.history import DayRecord, Recorder, as_history
from hallsys.core.model import Changes
from hallsys.core.report import durations, heat, report, summed, totals
from hallsys.errors import Refused
from tests.core.rig import EIGHT, HOUR, MIN, Rig, S, hall_config

TZ = "Asia/Ho_Chi_Minh"


PRESSES = (
    *["issue", "call_next"] * 3,
    *["recall", "start", "finish", "no_show", "hold", "resume", "return", "transfer", "reinstate", "cancel"],
    *["undo", "undo", "walk_in", "call", "pause_counter", "open_counter"],
)


class Told(NamedTuple):
    kind: str
    time: int
    changes: Changes
    private: Changes


class Diary(Rig):
    """A hall whose events are kept with their times, and folded as they come."""

    def __init__(self, **more: Any) -> None:
        self.told: list[Told] = []
        self.recorder = Recorder("2026-11-23")
        super().__init__(hall_config(**more))

    def _take(self, decision: Decision) -> None:
        super()._take(decision)
        for event in decision.events:
            self.told.append(Told(event.kind, self.now, event.changes, event.private))
            self.recorder.take(self.told[-1])

    @property
    def day(self) -> DayRecord:
        return self.recorder.record


def test_an_ordinary_visit() -> None:
    hall = Diary()
    hall.issue("A", "aged")
    hall.later(minutes=5)
    hall.call("1")
    hall.do("recall", counter="1")
    hall.later(seconds=20)
    hall.do("start", counter="1")
    hall.later(minutes=7)
    hall.do("finish", counter="1")
    day = hall.day
    issued = EIGHT + S
    called, ended = issued + 5 * MIN, issued + 12 * MIN + 20 * S
    (visit,), (wait,), (leg,) = day.visits, day.waits, day.legs
    assert (visit.label, visit.priority, visit.issued, visit.ended, visit.state) == (
        "A001",
        "aged",
        issued,
        ended,
        "done",
    )
    assert (wait.kind, wait.queued, wait.called, wait.counter) == ("issued", issued, called, "1")
    assert wait.why.startswith("priority")
    assert (leg.called, leg.started, leg.ended, leg.outcome, leg.calls) == (
        called,
        called + 20 * S,
        ended,
        "finished",
        2,
    )


def test_a_visit_that_is_held_transferred_and_reinstated_has_all_its_waits() -> None:
    hall = Diary()
    hall.issue("A")
    hall.call("1")
    hall.do("hold", counter="1", note="copy")
    hall.later(minutes=4)
    hall.do("resume", ticket="A001")
    hall.later(minutes=1)
    hall.call("2")
    hall.do("transfer", counter="2", service="H")
    hall.later(minutes=3)
    hall.call("3")
    hall.do("no_show", counter="3")
    hall.later(minutes=6)
    hall.do("reinstate", ticket="A001")
    hall.later(minutes=2)
    hall.call("3")
    hall.do("return", counter="3")
    hall.later(minutes=2)
    hall.call("2")
    hall.do("finish", counter="2")
    waits = [(wait.kind, wait.service, (wait.called - wait.queued) / MIN) for wait in hall.day.waits if wait.called]
    assert waits == [
        ("issued", "A", 0),
        ("resumed", "A", 1),
        ("transferred", "H", 3),
        ("reinstated", "H", 2),
        ("returned", "H", 2),
    ]
    legs = [(leg.counter, leg.service, leg.outcome) for leg in hall.day.legs]
    assert legs == [
        ("1", "A", "held"),
        ("2", "A", "transferred"),
        ("3", "H", "no_show"),
        ("3", "H", "returned"),
        ("2", "H", "finished"),
    ]
    assert len(hall.day.visits) == 1


def test_a_call_that_was_taken_back_never_was() -> None:
    hall = Diary()
    hall.issue("A")
    hall.issue("A")
    hall.call("1")
    hall.later(minutes=3)
    hall.call("1")
    assert [leg.outcome for leg in hall.day.legs] == ["finished", None]
    hall.do("undo", counter="1")
    assert [(leg.visit, leg.outcome, leg.ended) for leg in hall.day.legs] == [(0, None, None)]
    assert [(wait.visit, wait.called is None) for wait in hall.day.waits] == [(0, False), (1, True)]
    hall.later(minutes=2)
    hall.do("finish", counter="1")
    hall.do("undo", counter="1")
    hall.later(minutes=1)
    hall.do("no_show", counter="1")
    hall.do("undo", counter="1")
    hall.call("1")
    states = [(visit.state, visit.ended is None) for visit in hall.day.visits]
    assert states == [("done", False), ("called", True)]
    assert [leg.outcome for leg in hall.day.legs] == ["finished", None]


def test_one_visit_with_two_services_and_one_taken_directly() -> None:
    hall = Diary()
    hall.later(seconds=1)
    hall.do("issue", service="A", then=["H"])
    hall.call("1")
    hall.later(minutes=4)
    hall.do("finish", counter="1")
    hall.do("undo", counter="1")
    assert [wait.kind for wait in hall.day.waits] == ["issued"]
    hall.do("finish", counter="1")
    hall.later(minutes=2)
    hall.call("3")
    hall.do("walk_in", counter="1", service="A")
    waits = [(wait.kind, wait.service, wait.called is not None) for wait in hall.day.waits]
    assert waits == [("issued", "A", True), ("finished", "H", True)]
    assert [(visit.label, visit.walk_in) for visit in hall.day.visits] == [("A001", False), ("A002", True)]
    assert hall.day.legs[2].called == hall.day.legs[2].started == hall.now
    hall.do("close_day")
    assert [leg.outcome for leg in hall.day.legs] == ["finished", "day_closed", "day_closed"]


def test_who_leaves_without_a_call_ends_a_wait_that_is_not_counted() -> None:
    hall = Diary()
    hall.issue("A")
    hall.issue("A")
    hall.later(minutes=3)
    hall.do("cancel", ticket="A001")
    hall.do("close_day")
    assert [(wait.called, wait.left) for wait in hall.day.waits] == [(None, hall.now)] * 2
    assert [visit.state for visit in hall.day.visits] == ["cancelled", "expired"]
    total, _ = report([hall.day], "all", TZ, 1200)
    assert (total.cancelled, total.expired, total.waits.count) == (1, 1, 0)


def test_fifty_ended_tickets_and_more_are_each_counted_once() -> None:
    hall = Diary()
    hall.serve(60)
    hall.do("undo", counter="1")
    hall.do("finish", counter="1")
    assert len(hall.day.visits) == len(hall.day.legs) == 60
    assert {leg.outcome for leg in hall.day.legs} == {"finished"}


def test_who_is_asked_to_get_ready_still_waits() -> None:
    hall = Diary(voice=VoiceConfig(also=["prepare"]))
    hall.issue()
    hall.issue()
    hall.call("1")
    assert hall.told[-1].kind == "prepared"
    assert [visit.state for visit in hall.day.visits] == ["called", "waiting"]
    assert [leg.outcome for leg in hall.day.legs] == [None]


def test_groups_of_a_report() -> None:
    hall = Diary()
    hall.serve(2, "A", "1")
    hall.later(minutes=90)
    hall.issue("H", "merit")
    hall.later(minutes=30)
    hall.call("3")
    hall.later(minutes=10)
    hall.do("finish", counter="3")
    total, by_service = report([hall.day], "service", TZ, 1200)
    assert {name: (r.issued, r.served, r.waits.count) for name, r in by_service.items()} == {
        "A": (2, 2, 2),
        "H": (1, 1, 1),
    }
    assert (total.out_of_order, total.waits.within, total.waits.longest) == (2, 2, 1800)
    assert by_service["H"].services == durations([10 * MIN], 1200)
    _, by_counter = report([hall.day], "counter", TZ, 1200)
    assert {name: (r.issued, r.served) for name, r in by_counter.items()} == {"1": (2, 2), "3": (1, 1)}
    _, by_hour = report([hall.day], "hour", TZ, 1200)
    assert {name: (r.issued, r.waits.count) for name, r in by_hour.items()} == {
        "08": (2, 2),
        "09": (1, 0),
        "10": (0, 1),
    }
    _, by_kind = report([hall.day], "priority", TZ, 1200)
    assert {name: r.issued for name, r in by_kind.items()} == {"": 2, "merit": 1}
    _, by_weekday = report([hall.day], "weekday_hour", TZ, 1200)
    assert list(by_weekday) == ["0 08", "0 09", "0 10"]
    _, by_day = report([hall.day, hall.day], "day", TZ, 1200)
    assert by_day["2026-11-23"].issued == 6


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [
        ([10], (1, 10, 10, 10, 10, 10, 1)),
        (list(range(1, 101)), (100, 50, 50, 90, 95, 100, 60)),
        ([0, 61], (2, 30, 0, 61, 61, 61, 1)),
        ([], (0, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_the_spread_of_durations(seconds: list[int], wanted: tuple[int, ...]) -> None:
    found = durations([s * 1000 for s in seconds], 60)
    assert (found.count, found.mean, found.p50, found.p90, found.p95, found.longest, found.within) == wanted


def played(seed: int, presses: int = 160) -> Diary:
    """A random day of three counters; what is refused is refused."""
    hall, chance = Diary(), random.Random(seed)

    def label() -> str:
        known = [*hall.state.tickets, *hall.state.ended] or ["A001"]
        return chance.choice(known)

    for _ in range(presses):
        hall.later(seconds=chance.choice([0, 1, 3, 40, 400]))
        counter = chance.choice("123")
        name = chance.choice(PRESSES)
        options: dict[str, dict[str, Any]] = {
            "issue": {"service": chance.choice("AH"), "then": chance.choice([[], [], ["H"], ["A"]])},
            "resume": {"ticket": label()},
            "reinstate": {"ticket": label()},
            "cancel": {"ticket": label()},
            "transfer": {"counter": counter, "service": chance.choice("AH")},
            "walk_in": {"counter": counter, "service": chance.choice("AH")},
            "call": {"counter": counter, "ticket": label(), "reason": "x"},
        }
        try:
            hall.do(name, **options.get(name, {"counter": counter}))
        except Refused:
            continue
    return hall


def recounted(told: list[Told]) -> tuple[list[int], list[int], dict[str, str]]:
    """Waits and service times in ms, sorted, and how every ticket ended: from a list of presses per ticket in which a
    press that was taken back is struck out together with its undo."""
    presses: dict[str, list[tuple[str, int, Any, Any]]] = {}
    rows: dict[str, Any] = {}
    for event in told:
        for label, row in event.changes.get("tickets", {}).items():
            if row is None or rows.get(label) == row:
                continue
            if event.kind == "undone":
                while presses[label][-1][0] == "recalled":
                    presses[label].pop()
                presses[label].pop()
            else:
                presses.setdefault(label, []).append((event.kind, event.time, rows.get(label), row))
            rows[label] = row
    waits, services = [], []
    for list_ in presses.values():
        for kind, time, before, row in list_:
            if kind == "called":
                waits.append(row.called_at - row.queued_at)
            if kind in ("finished", "day_closed") and before is not None and before.state in ("called", "serving"):
                services.append(time - (before.called_at if before.started_at is None else before.started_at))
    return sorted(waits), sorted(services), {label: row.state for label, row in rows.items()}


@given(st.integers(0, 2**32))
def test_every_random_day_agrees_with_another_way_of_counting(seed: int) -> None:
    hall = played(seed)
    for closed in (False, True):
        if closed:
            hall.do("close_day")
        waits, services, states = recounted(hall.told)
        day = hall.day
        assert sorted(w.called - w.queued for w in day.waits if w.called is not None) == waits
        counted = [leg for leg in day.legs if leg.outcome in ("finished", "day_closed")]
        assert sorted((leg.ended or 0) - (leg.called if leg.started is None else leg.started) for leg in counted) == (
            services
        )
        assert {visit.label: visit.state for visit in day.visits} == states
        total, by_service = report([day], "service", TZ, 600)
        assert total.waits == durations(waits, 600)
        assert total.services == durations(services, 600)
        assert summed([totals(day), totals(day)], 600) == report([day, day], "service", TZ, 600)[0]
        assert sum(one.waits.count for one in by_service.values()) == len(waits)
        assert sum(one.issued for one in by_service.values()) == len(states)
    assert all(leg.ended is not None for leg in hall.day.legs)
    packed = msgspec.msgpack.encode(hall.day)
    assert msgspec.msgpack.decode(packed, type=DayRecord) == hall.day


def test_the_day_as_the_forecast_reads_it() -> None:
    hall = Diary()
    hall.issue("A", "aged")
    hall.later(minutes=5)
    hall.call("1")
    hall.later(seconds=20)
    hall.do("start", counter="1")
    hall.later(minutes=7)
    hall.do("finish", counter="1")
    midnight = EIGHT - 8 * HOUR
    found = as_history(hall.day, 7, 0, midnight)
    eight = 8 * 3600.0
    assert (found["day"], found["weekday"], found["arrivals"]) == (7, 0, [[eight + 1, "A", True]])
    assert found["calls"] == [[eight + 301, "A001", "A", True, "new", eight + 1, 300.0]]
    (leg,) = found["services"]
    assert (leg["called"], leg["start"], leg["done"], leg["outcome"]) == (eight + 301, eight + 321, eight + 741, "done")
    assert [eight, "1", "1", "open"] in found["counter_log"]


def test_the_heat_of_the_week_is_the_middle_wait_of_each_hour() -> None:
    hall = played(7)
    _, groups = report([hall.day], "weekday_hour", TZ, 600)
    assert heat([hall.day], TZ) == {key: group.waits.p50 for key, group in groups.items() if group.waits.count} != {}


def test_who_comes_later_waits_on_and_after_a_call_anew() -> None:
    hall = Diary()
    label = hall.issue("A")
    hall.later(minutes=2)
    hall.do("late", ticket=label)
    hall.later(minutes=11)
    hall.call("1")
    (wait,) = hall.day.waits
    assert (wait.kind, wait.called) == ("issued", wait.queued + 13 * MIN)
    other = hall.issue("A")
    hall.do("finish", counter="1")
    hall.call("1")
    hall.later(seconds=30)
    hall.do("late", ticket=other)
    hall.later(minutes=12)
    hall.call("1")
    first, second = [wait for wait in hall.day.waits if wait.visit == 1]
    assert (first.kind, first.left, second.kind) == ("issued", None, "delayed")
    assert (second.called or 0) - second.queued == 12 * MIN
    assert [(leg.outcome, leg.ended) for leg in hall.day.legs if leg.visit == 1] == [
        ("delayed", second.queued),
        (None, None),
    ]
