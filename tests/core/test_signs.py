"""What a counter shows and is for today: pauses with an end, other services, a call for help (hallsys.core.signs)."""

import msgspec
import pytest

from hallsys.config import CounterConfig, Helps
from hallsys.core.model import Condition
from tests.core.rig import MIN, Rig, hall_config


@pytest.fixture
def hall() -> Rig:
    """Counter 1 takes A, counter 2 A and H, counter 3 H and A; it is eight, and all are open."""
    return Rig()


def test_a_pause_says_until_when(hall: Rig) -> None:
    row = hall.do("pause_counter", counter="1", reason="lunch", minutes=30)["counter"]
    assert (row.state, row.reason, row.until) == ("paused", "lunch", hall.now + 30 * MIN)
    row = hall.do("pause_counter", counter="1", reason="lunch")["counter"]
    assert row.until is None
    hall.do("pause_counter", counter="1", minutes=5)
    assert hall.do("open_counter", counter="1")["counter"].until is None
    hall.do("pause_counter", counter="1", minutes=5)
    row = hall.do("close_counter", counter="1")["counter"]
    assert (row.until, row.reason) == (None, None)


# -- help ------------------------------------------------------------------------------------------------------------


def test_a_counter_asks_for_help_and_thanks(hall: Rig) -> None:
    row = hall.do("ask_help", counter="1", kind="technical")["counter"]
    assert (row.asks, hall.kinds[-1]) == ("technical", "help_asked")
    assert hall.do("ask_help", counter="1", kind="colleague")["counter"].asks == "colleague"
    row = hall.do("ask_help", counter="1")["counter"]
    assert (row.asks, hall.kinds[-1]) == (None, "help_ended")
    assert hall.refusal("ask_help", counter="9") == "unknown_counter counter"


def test_asking_for_help_disturbs_nothing(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    row = hall.do("ask_help", counter="1", kind="security")["counter"]
    assert (row.ticket, row.state) == (label, "open")
    assert hall.do("undo", counter="1")["counter"].asks == "security"


def test_nobody_is_asked_for_help_overnight(hall: Rig) -> None:
    hall.do("ask_help", counter="1", kind="technical")
    hall.do("close_day")
    assert hall.counter("1").asks is None


# -- other services for today ----------------------------------------------------------------------------------------


def test_a_counter_takes_other_services_for_today(hall: Rig) -> None:
    label = hall.issue("H")
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    row = hall.do("assign_counter", counter="1", services=["H", "A", "H"])["counter"]
    assert (row.services, row.mode, row.assigned) == (["H", "A"], "all", True)
    assert hall.kinds[-1] == "counter_assigned"
    assert hall.call("1") == label


def test_a_counter_takes_only_some_visitors_for_today(hall: Rig) -> None:
    hall.issue("A")
    urgent = hall.issue("A", "aged")
    row = hall.do("assign_counter", counter="2", mode="priority")["counter"]
    assert (row.services, row.mode, row.assigned) == (["A", "H"], "priority", True)
    row = hall.do("assign_counter", counter="2", services=["A"])["counter"]
    assert (row.services, row.mode) == (["A"], "priority")
    assert hall.call("2") == urgent
    hall.do("finish", counter="2")
    assert hall.refusal("call_next", counter="2") == "nobody_waiting"


def test_a_counter_goes_back_to_the_settings() -> None:
    counters = [
        CounterConfig("1", "1", ["A", Helps("H", wait_over_s=600, idle=True)], mode="ordinary"),
        CounterConfig("2", "2", ["H", "A"], weights={"H": 2, "A": 1}),
    ]
    hall = Rig(msgspec.structs.replace(hall_config({"1": "AH"}), counters=counters))
    before = {name: hall.counter(name) for name in "12"}
    assert before["1"].conditions == {"H": Condition(600, True)}
    assert before["2"].weights == {"H": 2, "A": 1}
    for name in "12":
        row = hall.do("assign_counter", counter=name, services=["H"], mode="all")["counter"]
        assert (row.services, row.conditions, row.weights, row.mode) == (["H"], {}, {}, "all")
        assert hall.do("assign_counter", counter=name)["counter"] == before[name]
    assert hall.do("assign_counter", counter="1")["counter"] == before["1"], "it was there already"


def test_a_mode_alone_leaves_the_services_as_they_are() -> None:
    counters = [CounterConfig("1", "1", ["A", Helps("H", idle=True)])]
    hall = Rig(msgspec.structs.replace(hall_config({"1": "AH"}), counters=counters))
    row = hall.do("assign_counter", counter="1", mode="ordinary")["counter"]
    assert (row.services, row.conditions, row.mode) == (["A", "H"], {"H": Condition(None, True)}, "ordinary")


def test_only_services_of_the_hall_are_assigned(hall: Rig) -> None:
    assert hall.refusal("assign_counter", counter="1", services=["A", "Z"]) == "unknown_service services"
    assert hall.refusal("assign_counter", counter="9", services=["A"]) == "unknown_counter counter"


def test_an_assignment_ends_with_the_day(hall: Rig) -> None:
    before = hall.counter("1")
    hall.do("assign_counter", counter="1", services=["H"], mode="booked")
    hall.do("close_day")
    assert hall.counter("1").services == ["H"]
    hall.do("open_day")
    assert hall.counter("1").services == ["H"], "the same day goes on"
    hall.later(minutes=24 * 60)
    row = hall.counter("1")
    assert (row.services, row.mode, row.assigned) == (before.services, "all", False)


def test_settings_that_are_read_again_leave_an_assignment(hall: Rig) -> None:
    hall.do("assign_counter", counter="1", services=["H"], mode="priority")
    hall.settle(hall_config({"1": "A", "2": "AH", "3": "HA"}, hours=[("08:00", "17:00")]))
    row = hall.counter("1")
    assert (row.services, row.mode, row.assigned) == (["H"], "priority", True)


def test_a_counter_that_the_settings_no_longer_name_keeps_its_services(hall: Rig) -> None:
    hall.issue()
    hall.call("2")
    hall.do("assign_counter", counter="2", services=["H"])
    hall.settle(hall_config({"1": "AH"}))
    assert hall.do("assign_counter", counter="2")["counter"].services == ["H"]
