"""The last press is taken back for ten seconds, as if it had not been (hallsys.core.undo)."""

from typing import Any

import msgspec
import pytest

from hallsys.config import CounterConfig, Named, Words
from hallsys.core.model import RECENT, Did, Line, Share, Visit
from hallsys.hallvisits import Tickets
from tests.core.rig import Rig, hall_config, lanes
from tests.core.truths import rows


@pytest.fixture
def hall() -> Rig:
    """Counter 1 takes A, counter 2 A and H, counter 3 H and A; it is eight, and all are open."""
    return Rig()


def undo(hall: Rig, counter: str = "1") -> dict[str, Any]:
    return hall.do("undo", counter=counter)


# -- a call ----------------------------------------------------------------------------------------------------------


def test_a_call_is_taken_back_to_the_old_place(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    before, waiting = rows(hall.state), lanes(hall.state)
    hall.call()
    hall.later(seconds=9)
    result = undo(hall)
    assert hall.kinds[-1] == "undone"
    assert result == {"ticket": hall.ticket(first), "counter": hall.counter("1")}
    assert (hall.ticket(first).state, hall.counter("1").ticket, hall.counter("1").did) == ("waiting", None, None)
    assert (rows(hall.state), lanes(hall.state)) == (before, waiting)
    assert hall.calls("1", 2) == [first, second]


def test_a_call_says_what_it_did(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    assert hall.counter("1").did == Did("called", label, hall.now)


def test_what_is_undone_has_no_sound_and_is_one_event(hall: Rig) -> None:
    hall.issue()
    hall.call()
    told = len(hall.events)
    undo(hall)
    assert len(hall.events) == told + 1
    assert (hall.events[-1].voice, hall.events[-1].private) == (None, {})


@pytest.mark.parametrize("started", [True, False])
def test_a_press_of_next_is_taken_back_whole(hall: Rig, started: bool) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call()
    if started:
        hall.do("start", counter="1")
    before = rows(hall.state)
    hall.later(seconds=1)
    hall.call()
    assert hall.counter("1").did == Did("called", second, hall.now, after=first)
    hall.later(seconds=1)
    undo(hall)
    assert set(hall.events[-1].changes["tickets"]) == {first, second}
    assert rows(hall.state) == before
    assert hall.counter("1").ticket == first
    assert hall.ticket(first).state == ("serving" if started else "called")


def test_a_call_out_of_order_is_taken_back_and_its_reason_stays(hall: Rig) -> None:
    hall.issue()
    second = hall.issue()
    before = rows(hall.state)
    hall.do("call", counter="1", ticket=second, reason="đã hẹn")
    undo(hall)
    assert rows(hall.state) == before
    assert hall.state.visits[second].notes == ["chosen: đã hẹn"]


def test_who_was_recalled_can_still_be_sent_back_to_wait(hall: Rig) -> None:
    label = hall.issue()
    before = rows(hall.state)
    hall.call()
    hall.do("recall", counter="1")
    undo(hall)
    assert rows(hall.state) == before
    assert hall.ticket(label).calls == 0


def test_who_came_to_the_counter_is_not_sent_back_to_wait(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("start", counter="1")
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


@pytest.mark.parametrize("how", ["held", "front", "to_counter", "to_group", "delayed", "booked"])
def test_a_place_out_of_the_ordinary_is_given_back(how: str) -> None:
    config = hall_config({"1": "A", "2": "A"}, groups=[Named("g", Words("Nhóm", "Group"))])
    counters = [CounterConfig("1", "1", ["A"], groups=["g"]), CounterConfig("2", "2", ["A"])]
    hall = Rig(msgspec.structs.replace(config, counters=counters))
    if how == "booked":
        code = hall.do("book", service="A", at=hall.now + 1000)["booking"].id
        hall.later(seconds=1)
        label = hall.do("check_in", booking=code)["ticket"].label
    else:
        label = hall.issue()
        hall.call("2")
        if how == "held":
            hall.do("hold", counter="2")
            hall.do("resume", ticket=label)
        elif how == "delayed":
            hall.do("transfer", counter="2", service="A", after=1)
            hall.later(minutes=1)
        else:
            arguments = {"front": {"service": "A", "place": "front"}, "to_counter": {"to_counter": "1"}}
            hall.do("transfer", counter="2", **arguments.get(how, {"to_group": "g"}))
    hall.issue()
    before, waiting = rows(hall.state), lanes(hall.state)
    assert hall.call("1") == label
    undo(hall)
    assert (rows(hall.state), lanes(hall.state)) == (before, waiting)
    assert hall.call("1") == label


def test_the_ticket_that_was_sent_back_before_is_remembered_again(hall: Rig) -> None:
    first, second, third = hall.issue(), hall.issue(), hall.issue()
    hall.call()
    hall.do("return", counter="1")
    assert hall.call() == second
    undo(hall)
    assert hall.counter("1").returned == first
    assert hall.calls("1", 3) == [second, first, third]


# -- turns -----------------------------------------------------------------------------------------------------------


def test_the_turns_of_priority_are_as_before(hall: Rig) -> None:
    ordinary, urgent = hall.issue(), [hall.issue(priority="aged") for _ in range(3)]
    assert hall.call() == urgent[0]
    hall.do("finish", counter="1")
    assert hall.call() == urgent[1]
    assert hall.counter("1").did == Did("called", urgent[1], hall.now, line="A", was=(1, 0), became=(2, 0))
    undo(hall)
    assert hall.state.lines["A"] == Line(4, 1)
    assert hall.calls("1", 3) == [urgent[1], ordinary, urgent[2]]


def test_turns_that_others_went_on_counting_stay(hall: Rig) -> None:
    for _ in range(3):
        hall.issue(priority="aged")
    hall.issue()
    hall.call("1")
    hall.call("2")
    undo(hall, "1")
    assert hall.state.lines["A"] == Line(4, 2)


def test_a_number_issued_meanwhile_is_not_issued_again(hall: Rig) -> None:
    hall.issue(priority="aged")
    hall.call()
    hall.issue()
    undo(hall)
    assert hall.state.lines["A"] == Line(2, 0)
    assert hall.issue() == "A003"


def test_the_turn_of_many_dossiers_is_as_before() -> None:
    hall = Rig(hall_config({"1": "A"}, tickets=Tickets(many_from=5, many_every=2)))
    many = hall.do("issue", service="A", dossiers=9)["ticket"].label
    plain = [hall.issue() for _ in range(3)]
    assert hall.call() == plain[0]
    assert hall.state.lines["A"] == Line(4, 0, 1)
    undo(hall)
    assert hall.state.lines["A"] == Line(4)
    assert hall.calls("1", 3) == [plain[0], plain[1], many]
    undo(hall)
    assert hall.state.lines["A"] == Line(4, 0, 2)
    assert hall.call() == many


def test_a_line_that_nobody_had_been_called_from_is_gone_again(hall: Rig) -> None:
    hall.issue(priority="aged")
    hall.call("2")
    hall.do("transfer", counter="2", to_counter="1")
    hall.call("1")
    assert hall.state.lines["@1"] == Line(0, 1)
    undo(hall)
    assert "@1" not in hall.state.lines


def test_the_shares_of_a_counter_are_as_before() -> None:
    counters = [CounterConfig("1", "1", ["A", "H"], weights={"A": 2, "H": 1})]
    hall = Rig(msgspec.structs.replace(hall_config({"1": "AH"}), counters=counters))
    for service in "AAAHHH":
        hall.issue(service)
    first = hall.call()
    undo(hall)
    assert "1" not in hall.state.tables["shares"]
    assert hall.call() == first
    share = hall.state.tables["shares"]["1"]
    hall.later(seconds=1)
    second = hall.call()
    assert hall.state.tables["shares"]["1"] != share
    undo(hall)
    assert hall.state.tables["shares"] == {"1": Share(share.credit)}
    assert hall.call() == second


# -- finish and no-show ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("started", [True, False])
def test_a_finish_is_taken_back_with_its_outcome(hall: Rig, started: bool) -> None:
    label = hall.issue()
    hall.call()
    hall.do("hold", counter="1", note="thiếu giấy")
    hall.do("resume", ticket=label)
    hall.call()
    if started:
        hall.do("start", counter="1")
    before, visits = rows(hall.state), dict(hall.state.visits)
    hall.later(seconds=1)
    hall.do("finish", counter="1", outcome="xong", delivered=["A"])
    assert hall.counter("1").did == Did("finished", label, hall.now)
    assert hall.state.visits[label] == Visit(["held: thiếu giấy"], "xong", ["A"])
    hall.later(seconds=1)
    undo(hall)
    assert rows(hall.state) == before
    assert hall.state.visits == visits == {label: Visit(["held: thiếu giấy"])}
    assert hall.counter("1").did is None


def test_an_outcome_that_is_taken_back_leaves_nothing(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("finish", counter="1", outcome="xong")
    undo(hall)
    assert hall.state.visits == {}


def test_a_no_show_is_taken_back(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("recall", counter="1")
    before = rows(hall.state)
    hall.do("no_show", counter="1")
    assert hall.counter("1").did == Did("no_show", label, hall.now)
    undo(hall)
    assert rows(hall.state) == before
    assert (hall.ticket(label).state, hall.ticket(label).calls) == ("called", 2)


@pytest.mark.parametrize("name", ["finish", "no_show", "call_next"])
def test_the_fifty_that_ended_last_are_as_before(hall: Rig, name: str) -> None:
    hall.serve(RECENT + 2)
    hall.issue()
    hall.issue()
    hall.call()
    before = rows(hall.state)
    assert len(before["ended"]) == 2
    hall.do(name, counter="1")
    assert len(hall.state.ended) == 3
    undo(hall)
    assert rows(hall.state) == before


def test_a_ticket_that_left_the_view_meanwhile_is_brought_back(hall: Rig) -> None:
    hall.issue()
    label = hall.call("1")
    hall.do("finish", counter="1")
    hall.serve(RECENT, counter="2")
    hall.now = (hall.counter("1").did or Did("", "", 0)).at + 9000
    assert label in hall.state.ended
    undo(hall)
    assert hall.view["tickets"][label].state == "called"
    assert label not in hall.state.ended


def test_a_service_of_several_is_taken_back(hall: Rig) -> None:
    label = hall.do("issue", service="A", then=["H", "A"])["ticket"].label
    hall.call()
    hall.do("start", counter="1")
    before = rows(hall.state)
    hall.later(seconds=1)
    hall.do("finish", counter="1", outcome="xong", delivered=["A"])
    assert (hall.ticket(label).state, hall.ticket(label).service) == ("waiting", "H")
    undo(hall)
    assert rows(hall.state) == before
    assert (hall.ticket(label).state, hall.ticket(label).then) == ("serving", ("H", "A"))
    assert hall.state.visits == {}


def test_a_later_service_is_taken_back_and_the_earlier_stays(hall: Rig) -> None:
    label = hall.do("issue", service="A", then=["H", "A"])["ticket"].label
    hall.call("1")
    hall.do("finish", counter="1", outcome="một")
    hall.call("3")
    before = rows(hall.state)
    hall.later(seconds=1)
    hall.do("finish", counter="3", outcome="hai")
    assert [leg.outcome for leg in hall.state.visits[label].legs] == ["một", "hai"]
    undo(hall, "3")
    assert rows(hall.state) == before
    assert [leg.outcome for leg in hall.state.visits[label].legs] == ["một"]


def test_a_press_of_next_that_sent_a_visit_on_is_taken_back(hall: Rig) -> None:
    first = hall.do("issue", service="A", then=["H"])["ticket"].label
    second = hall.issue()
    hall.call()
    before = rows(hall.state)
    hall.later(seconds=1)
    assert hall.call() == second
    undo(hall)
    assert rows(hall.state) == before
    assert hall.counter("1").ticket == first
