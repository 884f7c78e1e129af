"""The summary notices each way in which a server can disagree with what was done to it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hallsys.core.position import Position
from hallsys.live.client import Event, Snapshot
from hallsys.simulate.plan import Fate, Visitor
from hallsys.simulate.record import Record, Row, Watch
from hallsys.simulate.summary import Readings, Summary, compare

VISITOR = Visitor(0, "A", None, Fate.SERVED, 60, 10, 0, None, "arrival", False)


def row(number: int, **changes: Any) -> Row:
    plain: Row = {
        "label": f"A{number:03d}",
        "service": "A",
        "number": number,
        "priority": None,
        "state": "waiting",
        "counter": None,
        "arrival": 1_000 + number,
        "issued_at": 1_000 + number,
        "called_at": None,
        "started_at": None,
        "ended_at": None,
        "calls": 0,
    }
    return plain | changes


class Morning:
    """Two tickets, each issued, called and finished; the second one finishes the first on the way."""

    def __init__(self) -> None:
        self.record, self.watch = Record(), Watch()
        self.seq = 10
        self.watch.take(Snapshot("1-10", {"tickets": {}}))
        one, two = row(1), row(2)
        for issued in (one, two):
            self.step("issue", issued)
            self.record.mine[issued["label"]] = VISITOR
            self.record.tokens[f"token of {issued['label']}"] += 1
        called = {"state": "called", "counter": "1", "called_at": 2_000, "calls": 1}
        self.step("call_next", one | called)
        done_one = one | called | {"state": "done", "ended_at": 3_000}
        done_two = two | called | {"state": "done", "ended_at": 4_000}
        self.seq += 1
        self.tell("finished", done_one)
        self.step("call_next", two | called, finished="A001")
        self.step("finish", done_two)
        self.tickets = [done_one, done_two]
        self.stats: dict[str, Any] | None = {
            "total": {"issued": 2, "waiting": 0, "served": 2, "no_shows": 0, "cancelled": 0}
        }
        self.view: dict[str, dict[str, Any]] = {"tickets": {ticket["label"]: ticket for ticket in self.tickets}}
        self.steady = True

    def step(self, name: str, ticket: Row, finished: str | None = None) -> None:
        self.seq += 1
        self.record.did(name, Position(1, self.seq), ticket, finished)
        kinds = {"issue": "issued", "call_next": "called", "finish": "finished", "start": "started"}
        self.tell(kinds[name], ticket)

    def tell(self, kind: str, ticket: Row) -> None:
        self.watch.take(Event(f"1-{self.seq}", kind, 0, {"tickets": {ticket["label"]: ticket}}))

    def compare(self) -> Summary:
        return compare(self.record, self.watch, [], Readings(self.tickets, self.view, self.stats, self.steady))


def test_everything_agrees() -> None:
    summary = Morning().compare()
    assert summary.problems == []
    assert summary.agrees
    assert summary.notes == []
    assert summary.tickets == 2
    assert summary.steps == [("called", 2, 2), ("finished", 2, 2), ("issued", 2, 2)]
    assert summary.states == [("done", 2, 2)]


def lost_ticket(day: Morning) -> None:
    del day.tickets[0]
    del day.view["tickets"]["A001"]


def other_state(day: Morning) -> None:
    day.tickets[1] = day.tickets[1] | {"state": "no_show"}


def other_counter(day: Morning) -> None:
    day.tickets[1] = day.tickets[1] | {"counter": "2"}


def number_twice(day: Morning) -> None:
    day.tickets.append(day.tickets[1])


def gap_in_numbers(day: Morning) -> None:
    day.tickets.append(row(4, state="done"))


def never_finished(day: Morning) -> None:
    day.step("issue", row(3))
    day.record.mine["A003"] = VISITOR
    day.tickets.append(row(3))
    day.view["tickets"]["A003"] = row(3)
    day.stats = None


def told_and_not_done(day: Morning) -> None:
    day.seq += 1
    day.tell("recalled", day.tickets[1])


def done_and_not_told(day: Morning) -> None:
    day.record.did("finish", Position(1, 99), day.tickets[1])


def called_twice(day: Morning) -> None:
    for counter in ("3", "4"):
        day.seq += 1
        day.tell("called", row(9, state="called", counter=counter))


def counter_with_two(day: Morning) -> None:
    for number in (8, 9):
        day.seq += 1
        day.tell("called", row(number, state="called", counter="3"))


def missing_in_view(day: Morning) -> None:
    day.tickets.append(row(3))


def view_differs(day: Morning) -> None:
    day.view["tickets"]["A002"] = row(2, state="done", calls=7)


def only_in_view(day: Morning) -> None:
    day.view["tickets"]["H001"] = row(1, label="H001")


def wrong_statistics(day: Morning) -> None:
    assert day.stats is not None
    day.stats["total"]["served"] = 3


def undone_and_not_told(day: Morning) -> None:
    day.record.did("undo", Position(1, 99), day.tickets[1], "A001")


def undone_and_done_all_the_same(day: Morning) -> None:
    """The server says that the finish was taken back; the list has the ticket as finished."""
    day.seq += 1
    back = day.tickets[1] | {"state": "called", "ended_at": None}
    day.record.did("undo", Position(1, day.seq), back)
    day.tell("undone", back)


def noted_and_not_told(day: Morning) -> None:
    day.record.did_beside("note", Position(1, 99), {})


def other_answer(day: Morning) -> None:
    day.record.problems.append("call_next key was answered A and then B")


def shared_token(day: Morning) -> None:
    day.record.tokens["token of A001"] += 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lost_ticket, "A001 was issued and is not in the list"),
        (other_state, "A002: state was left as 'done', the server says 'no_show'"),
        (other_counter, "A002: counter was left as '1'"),
        (number_twice, "twice in the list"),
        (gap_in_numbers, r"no ticket has the numbers \[3\]"),
        (never_finished, "A003 was never finished"),
        (told_and_not_done, "A002: recalled at 1-17 was told, and is not our doing"),
        (done_and_not_told, "A002: finished at 1-99 was answered and not told"),
        (called_twice, "A009 was called to counter 4 while at counter 3"),
        (counter_with_two, "counter 3 called A009 while it had A008"),
        (missing_in_view, "A003 is waiting and missing in the view"),
        (view_differs, "A002 differs between the view and the list"),
        (only_in_view, "H001 is in the view and not in the list"),
        (wrong_statistics, "served is 3, the list has 2"),
        (undone_and_not_told, "A001: undone at 1-99 was answered and not told"),
        (undone_and_done_all_the_same, "A002: state was left as 'called', the server says 'done'"),
        (noted_and_not_told, "noted at 1-99 was answered and not told"),
        (other_answer, "answered A and then B"),
        (shared_token, "2 tickets have one token"),
    ],
)
def test_disagreement_is_named(spoil: Callable[[Morning], None], words: str) -> None:
    day = Morning()
    spoil(day)
    summary = day.compare()
    assert not summary.agrees
    assert any(re.search(words, problem) for problem in summary.problems), summary.problems


def test_what_cannot_be_checked_is_said() -> None:
    day = Morning()
    day.watch.take(Snapshot("2-1", {"tickets": day.view["tickets"]}))
    day.steady = False
    day.stats = None
    day.tickets.append(row(3))
    summary = day.compare()
    assert summary.agrees
    assert [step[2] for step in summary.steps] == [None, None, None]
    assert len(summary.notes) == 4


def test_answers_that_overtake_each_other() -> None:
    """The row that counts is the one of the later position, whichever answer came last."""
    record = Record()
    record.did("finish", Position(1, 9), row(1, state="done"))
    record.did("start", Position(1, 8), row(1, state="serving"))
    assert record.rows["A001"]["state"] == "done"


def test_a_call_that_is_undone_brings_back_who_was_finished_by_it() -> None:
    day = Morning()
    for number in (3, 4):
        day.step("issue", row(number))
        day.record.mine[f"A{number:03}"] = VISITOR
    third, fourth = (row(number) | {"then": ["H"]} for number in (3, 4))
    at_hand = third | {"state": "called", "counter": "1", "called_at": 5_000, "calls": 1}
    day.step("call_next", at_hand)
    serving = at_hand | {"state": "serving", "started_at": 6_000}
    day.step("start", serving)
    day.seq += 1
    moved = third | {"service": "H", "then": []}
    day.tell("finished", moved)
    day.step("call_next", fourth | {"state": "called", "counter": "1", "called_at": 7_000, "calls": 1}, finished="A003")
    assert day.record.rows["A003"] == moved | {"why": None}
    day.seq += 1
    day.record.did("undo", Position(1, day.seq), fourth, "A003")
    day.watch.take(Event(f"1-{day.seq}", "undone", 0, {"tickets": {"A004": fourth, "A003": serving}}))
    assert (day.record.rows["A003"], day.record.rows["A004"]) == (serving, fourth)
    day.tickets += [serving, fourth]
    day.stats = None
    for ticket in day.tickets:
        day.view["tickets"][ticket["label"]] = ticket
    assert day.compare().problems == [
        "A003 was never finished: serving at the end of the day",
        "A004 was never finished: waiting at the end of the day",
    ]


def test_watch_counts_who_waits() -> None:
    watch = Watch()
    watch.take(Snapshot("1-1", {"tickets": {"A001": row(1), "A002": row(2)}}))
    assert watch.waiting["A"] == 2
    watch.take(Event("1-2", "called", 0, {"tickets": {"A001": row(1, state="called", counter="1")}}))
    assert watch.waiting["A"] == 1
    watch.take(Event("1-3", "transferred", 0, {"tickets": {"A001": row(1, service="H")}}))
    assert (watch.waiting["A"], watch.waiting["H"]) == (1, 1)
    watch.take(Snapshot("2-1", {"tickets": {"A002": row(2)}}))
    assert (watch.waiting["A"], watch.waiting["H"]) == (1, 0)
    assert watch.settled("A001")
    assert not watch.settled("A002")
