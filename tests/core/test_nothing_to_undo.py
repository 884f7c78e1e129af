"""When the last press can no longer be taken back (hallsys.core.undo)."""

from typing import Any

import pytest

from hallsys.config import Policy
from hallsys.errors import Refused
from tests.core.rig import Rig, hall_config


@pytest.fixture
def hall() -> Rig:
    """Counter 1 takes A, counter 2 A and H, counter 3 H and A; it is eight, and all are open."""
    return Rig()


def undo(hall: Rig, counter: str = "1") -> dict[str, Any]:
    return hall.do("undo", counter=counter)


def test_nothing_was_pressed(hall: Rig) -> None:
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"
    assert hall.refusal("undo", counter="9") == "unknown_counter counter"
    with pytest.raises(Refused) as caught:
        undo(hall, "2")
    assert caught.value.params == {"counter": "2", "seconds": 10}


def test_it_is_over_after_the_halls_seconds() -> None:
    hall = Rig(hall_config(policy=Policy(undo_s=7)))
    hall.issue()
    hall.call()
    hall.later(seconds=7)
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"
    hall.now -= 1
    undo(hall)
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


def test_a_hall_may_do_without() -> None:
    hall = Rig(hall_config(policy=Policy(undo_s=0)))
    hall.issue()
    hall.call()
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


@pytest.mark.parametrize("name", ["hold", "return", "transfer"])
def test_what_was_sent_on_is_not_taken_back(hall: Rig, name: str) -> None:
    hall.issue()
    hall.call()
    hall.do(name, counter="1", **({"service": "H"} if name == "transfer" else {}))
    assert hall.counter("1").did is None
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


def test_what_the_visitor_cancelled_is_not_taken_back(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("cancel", ticket=label)
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


def test_who_was_reinstated_goes_on_from_there(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("no_show", counter="1")
    hall.do("reinstate", ticket=label)
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"
    hall.call("2")
    hall.do("no_show", counter="2")
    assert hall.refusal("undo", counter="1") == "nothing_to_undo", "it is counter 2 that can take it back"
    undo(hall, "2")
    assert hall.counter("2").ticket == label


def test_a_visit_that_was_rated_has_ended(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("start", counter="1")
    hall.rate(label, 4)
    hall.later(seconds=1)
    hall.do("finish", counter="1")
    undo(hall)
    hall.later(seconds=1)
    hall.do("finish", counter="1")
    hall.rate(label, 5)
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


def test_a_press_of_next_stands_when_the_one_before_was_rated(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call()
    hall.call()
    hall.later(seconds=1)
    hall.rate(first, 5)
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"
    assert hall.counter("1").ticket == second


def test_a_visit_that_was_called_to_its_next_service_goes_on(hall: Rig) -> None:
    hall.do("issue", service="A", then=["H"])
    hall.call("1")
    hall.later(seconds=1)
    hall.do("finish", counter="1")
    hall.later(seconds=1)
    hall.call("3")
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"
    hall.later(seconds=1)
    hall.do("return", counter="3")
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


def test_a_counter_that_rests_takes_nothing_back_until_it_is_open(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("finish", counter="1")
    hall.do("pause_counter", counter="1")
    assert hall.refusal("undo", counter="1") == "counter_closed"
    hall.do("open_counter", counter="1")
    undo(hall)
    assert hall.counter("1").ticket == label


def test_a_walk_in_leaves_nothing_to_take_back(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("finish", counter="1")
    hall.do("walk_in", counter="1", service="A")
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


def test_each_counter_takes_back_its_own(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call("1")
    hall.call("2")
    undo(hall, "1")
    assert (hall.ticket(first).state, hall.ticket(second).state) == ("waiting", "called")
