"""Whom a counter calls next, and why: priority, preference, starvation, and how many go before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.config import Policy
from hallsys.core.lanes import line_of
from hallsys.core.model import WAITING, Counter
from hallsys.core.policy import choose
from hallsys.core.state import HallState, apply
from hallsys.core.turns import ahead
from tests.core.rig import Rig, hall_config

NEVER = 86_400
"""A starvation limit that no test reaches, in seconds."""


def one_line(**policy: Any) -> Rig:
    """One counter, one service."""
    return Rig(hall_config({"1": "A"}, policy=Policy(**{"starve_s": NEVER, **policy})))


def line_up(hall: Rig, people: str, service: str = "A") -> None:
    """People take numbers a second apart: `p` with priority, `o` without."""
    for one in people:
        hall.issue(service, "aged" if one == "p" else None)


def called(hall: Rig, counter: str, times: int) -> str:
    """Call so many, and say of each whether it had priority."""
    return "".join("p" if hall.ticket(label).priority else "o" for label in hall.calls(counter, times))


# -- priority --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("turns", "order"), [(1, "popopoppp"), (2, "ppoppoppo"), (3, "pppopppoo")])
def test_so_many_priority_calls_then_one_ordinary(turns: int, order: str) -> None:
    hall = one_line(priority_calls=turns)
    line_up(hall, "ooopppppp")
    assert called(hall, "1", 9) == order


def test_priority_visitors_are_called_by_arrival_whatever_their_kind() -> None:
    hall = one_line()
    labels = [hall.issue("A", kind) for kind in ("merit", "aged", "merit")]
    assert hall.calls("1", 3) == labels


def test_the_reason_says_kind_and_turn() -> None:
    hall = one_line()
    line_up(hall, "o")
    for kind in ("aged", "merit", "aged"):
        hall.issue("A", kind)
    assert [hall.ticket(hall.call()).why for _ in range(4)] == [
        "priority kind=aged turn=1 of=2",
        "priority kind=merit turn=2 of=2",
        "ordinary after=2",
        "priority kind=aged turn=1 of=2",
    ]


def test_turns_are_counted_per_service() -> None:
    hall = Rig(hall_config({"1": "A", "2": "H"}))
    for name in "AH":
        line_up(hall, "opppp", name)
    assert called(hall, "1", 2) == "pp"
    assert called(hall, "2", 3) == "ppo"
    assert called(hall, "1", 1) == "o"


def test_turns_are_counted_for_all_counters_of_a_service_together() -> None:
    hall = Rig(hall_config({"1": "A", "2": "A"}))
    line_up(hall, "opppp")
    assert called(hall, "1", 1) + called(hall, "2", 1) + called(hall, "1", 1) == "ppo"


def test_priority_calls_count_when_nobody_else_waits() -> None:
    hall = one_line()
    line_up(hall, "pp")
    assert called(hall, "1", 2) == "pp"
    line_up(hall, "po")
    assert called(hall, "1", 2) == "op"


def test_with_only_priority_visitors_they_are_called_on_and_on() -> None:
    hall = one_line()
    line_up(hall, "ppppp")
    assert called(hall, "1", 5) == "ppppp"


@given(people=st.text("po", min_size=1, max_size=30), turns=st.integers(1, 4))
def test_while_an_ordinary_visitor_waits_no_more_than_so_many_are_called_before(people: str, turns: int) -> None:
    hall = one_line(priority_calls=turns)
    line_up(hall, people)
    while_both_wait, ordinary, urgent = "", people.count("o"), people.count("p")
    for one in called(hall, "1", len(people)):
        if ordinary and urgent:
            while_both_wait += one
        ordinary, urgent = ordinary - (one == "o"), urgent - (one == "p")
    assert "p" * (turns + 1) not in while_both_wait
    assert "oo" not in while_both_wait, "an ordinary visitor was called when it was priority's turn"


# -- preference between services -------------------------------------------------------------------------------------


def test_a_counter_prefers_its_first_service() -> None:
    hall = Rig(hall_config({"1": "AH"}))
    other = hall.issue("H")
    own = hall.issue("A", after=599)
    assert hall.calls("1", 2) == [own, other]


def test_a_later_service_goes_first_when_it_has_waited_ten_minutes_longer() -> None:
    hall = Rig(hall_config({"1": "AH"}))
    other = hall.issue("H")
    own = hall.issue("A", after=600)
    assert hall.calls("1", 2) == [other, own]


def test_a_counter_helps_others_when_nobody_waits_for_its_own() -> None:
    hall = Rig(hall_config({"1": "AH"}))
    label = hall.issue("H")
    assert hall.call("1") == label


# -- starvation ------------------------------------------------------------------------------------------------------


def test_nobody_waits_past_the_limit_because_of_others_priority() -> None:
    hall = one_line(starve_s=1800, priority_calls=20)
    label = hall.issue()
    for _ in range(10):
        hall.issue("A", "aged", after=170)
    hall.later(seconds=99)
    assert called(hall, "1", 1) == "p"
    hall.later(seconds=1)
    assert hall.call() == label
    assert hall.ticket(label).why == "starvation minutes=30"


def test_of_those_past_the_limit_the_longest_waiting_goes_first() -> None:
    hall = Rig(hall_config({"1": "AH"}))
    labels = [hall.issue("H"), hall.issue("A"), hall.issue("A", "aged")]
    hall.later(minutes=40)
    assert hall.calls("1", 3) == labels


def test_a_call_past_the_limit_takes_the_turn_of_its_kind() -> None:
    hall = one_line(starve_s=1800)
    line_up(hall, "pp")
    hall.later(minutes=30)
    line_up(hall, "opp")
    assert called(hall, "1", 5) == "ppopp"


def test_who_comes_back_goes_before_those_past_the_limit() -> None:
    hall = one_line(starve_s=1800)
    first, second = hall.issue(), hall.issue()
    hall.call()
    hall.do("hold", counter="1")
    hall.later(minutes=40)
    hall.do("resume", ticket=first)
    assert hall.calls("1", 2) == [first, second]


# -- how many go before ----------------------------------------------------------------------------------------------


def called_before(state: HallState, label: str, now: int) -> int:
    """What `ahead` reckons, by calling: a counter for this line alone, nobody else comes, nobody starves."""
    line = line_of(state.tickets[label])
    takes = [] if line[0] in "@#" else [line]
    counter = Counter(line.removeprefix("@"), "", "open", None, takes, 0, None, None, groups=[line.removeprefix("#")])
    state = HallState(state.config, state.tables)
    for before in range(len(state.tickets)):
        choice = choose(state, counter, now)
        assert choice is not None
        if choice.ticket.label == label:
            return before
        apply(state, {"tickets": {choice.ticket.label: None}, **choice.private})
    raise AssertionError(f"{label} is never called")


@given(
    people=st.text("op", max_size=25),
    steps=st.lists(st.sampled_from(["o", "o", "p", "call", "hold", "front", "to 2", "to 2 in front"]), max_size=40),
    turns=st.integers(1, 4),
)
def test_how_many_go_before_is_how_many_are_called_before(people: str, steps: list[str], turns: int) -> None:
    hall = Rig(hall_config({"1": "A", "2": "H"}, policy=Policy(priority_calls=turns, starve_s=NEVER)))
    line_up(hall, people)
    for step in steps:
        hall.later(seconds=1)
        if step in ("o", "p"):
            result = hall.do("issue", service="A", priority="aged" if step == "p" else None)
            assert result["ahead"] == called_before(hall.state, result["ticket"].label, hall.now)
        elif any(row.state == WAITING and line_of(row) == "A" for row in hall.state.tickets.values()):
            label = hall.call("1")
            if step == "hold":
                hall.do("hold", counter="1")
                hall.do("resume", ticket=label)
            elif step != "call":
                where = {"to_counter": "2"} if step.startswith("to 2") else {"service": "A"}
                place = "front" if step.endswith("front") else "arrival"
                hall.do("transfer", counter="1", place=place, **where)
    for row in hall.state.tickets.values():
        if row.state == WAITING:
            assert ahead(hall.state, row, hall.now) == called_before(hall.state, row.label, hall.now)
