"""Ten minutes late: the place is kept, others pass meanwhile, and nobody asks without end."""

import pytest

from hallsys.config import Policy
from tests.core.rig import MIN, Rig, hall_config


@pytest.fixture
def hall() -> Rig:
    return Rig(hall_config({"1": "A"}, policy=Policy(late_s=600, late_times=1, starve_s=86_400)))


def test_others_pass_and_then_the_place_by_arrival_counts(hall: Rig) -> None:
    first, second, third = (hall.issue() for _ in range(3))
    row = hall.do("late", ticket=first)["ticket"]
    assert (row.not_before, row.delays, row.state) == (hall.now + 10 * MIN, 1, "waiting")
    assert hall.kinds[-1] == "delayed"
    assert hall.call() == second
    hall.later(minutes=9.9)
    latest = hall.issue()
    hall.later(minutes=0.2)
    assert hall.calls("1", 3) == [first, third, latest]


def test_the_wait_began_when_it_began(hall: Rig) -> None:
    first = hall.issue()
    before = hall.ticket(first)
    hall.do("late", ticket=first)
    after = hall.ticket(first)
    assert (after.arrival, after.queued_at, after.issued_at) == (before.arrival, before.queued_at, before.issued_at)


def test_nobody_is_called_instead_of_whoever_is_late(hall: Rig) -> None:
    hall.do("late", ticket=hall.issue())
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"


def test_an_officer_may_choose_who_came_after_all(hall: Rig) -> None:
    first = hall.issue()
    hall.do("late", ticket=first)
    assert hall.do("call", counter="1", ticket=first, reason="has come")["ticket"].label == first


def test_a_called_ticket_frees_the_counter_and_comes_back(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call()
    hall.later(seconds=20)
    row = hall.do("late", ticket=first)["ticket"]
    assert (row.state, row.counter, row.calls, row.called_at, row.why) == ("waiting", None, 0, None, None)
    assert (row.queued_at, row.arrival < hall.now) == (hall.now, True)
    assert hall.counter("1").ticket is None
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"
    assert hall.call() == second
    hall.later(minutes=11)
    assert hall.call() == first
    assert hall.kinds[-2:] == ["finished", "called"]


def test_it_keeps_whom_it_was_sent_to(hall: Rig) -> None:
    hall = Rig(hall_config({"1": "A", "2": "A"}))
    first = hall.issue()
    hall.call("1")
    hall.do("transfer", counter="1", to_counter="2", place="front")
    hall.call("2")
    row = hall.do("late", ticket=first)["ticket"]
    assert (row.to_counter, row.front) == ("2", "front")
    hall.later(minutes=11)
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    assert hall.call("2") == first


def test_once_per_ticket_and_never_where_the_hall_says_so(hall: Rig) -> None:
    first = hall.issue()
    hall.do("late", ticket=first)
    assert hall.refusal("late", ticket=first) == "limit_reached ticket"
    hall.later(minutes=11)
    hall.call()
    assert hall.refusal("late", ticket=first) == "limit_reached ticket"
    never = Rig(hall_config(policy=Policy(late_times=0)))
    assert never.refusal("late", ticket=never.issue()) == "limit_reached ticket"


def test_twice_is_twice_as_late() -> None:
    hall = Rig(hall_config(policy=Policy(late_times=2)))
    first = hall.issue()
    hall.do("late", ticket=first)
    assert hall.do("late", ticket=first)["ticket"].not_before == hall.now + 20 * MIN
    assert hall.refusal("late", ticket=first) == "limit_reached ticket"


@pytest.mark.parametrize("sent", ["start", "hold", "finish", "no_show"])
def test_not_for_who_is_served_held_or_gone(hall: Rig, sent: str) -> None:
    first = hall.issue()
    hall.call()
    hall.do(sent, counter="1")
    assert hall.refusal("late", ticket=first) == "wrong_state"
    assert hall.refusal("late", ticket="A999") == "unknown_ticket ticket"


def test_a_late_ticket_does_not_expire_before_its_time() -> None:
    hall = Rig(hall_config(policy=Policy(waiting_expire_s=300)))
    first = hall.issue()
    hall.do("late", ticket=first)
    hall.later(minutes=14)
    assert hall.refusal("expire", ticket=first) == "too_early ticket"
    hall.later(minutes=2)
    assert hall.do("expire", ticket=first)["ticket"].state == "expired"
