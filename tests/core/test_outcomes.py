"""How a visit ends: outcomes, services delivered, several services in turn (hallsys.core.outcomes)."""

import msgspec
import pytest

from hallsys.config import Named, Policy, Words
from hallsys.core.commands import parse
from hallsys.core.decide import decide
from hallsys.core.model import Did, Leg, Visit
from hallsys.core.notes import Remark, remark
from hallsys.errors import Refused
from tests.core.rig import Rig, hall_config

OUTCOMES = [Named("received", Words("Đã nhận", "Received")), Named("incomplete", Words("Thiếu", "Incomplete"))]


@pytest.fixture
def hall() -> Rig:
    """A hall whose visits must end with one of two outcomes."""
    return Rig(hall_config(outcomes=OUTCOMES, policy=Policy(outcome_required=True)))


def said(hall: Rig, label: str, back: int = -1) -> Remark:
    """What was said with an event, as the audit reads it."""
    event = hall.events[back]
    return remark(event.kind, event.private.get("visits", {}).get(label))


# -- outcomes --------------------------------------------------------------------------------------------------------


def test_a_visit_ends_with_an_outcome(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    assert hall.refusal("finish", counter="1") == "outcome_needed outcome"
    assert hall.ticket(label).state == "called"
    hall.do("finish", counter="1", outcome="received", delivered=["A", "H"])
    assert hall.state.visits[label] == Visit([], "received", ["A", "H"])
    assert said(hall, label) == Remark(None, "received", ["A", "H"])


def test_only_an_outcome_of_the_hall_will_do(hall: Rig) -> None:
    hall.issue()
    hall.call()
    with pytest.raises(Refused) as caught:
        hall.do("finish", counter="1", outcome="xong")
    assert (caught.value.code, caught.value.field) == ("unknown_outcome", "outcome")
    assert caught.value.params == {"outcome": "xong", "known": "received, incomplete"}


def test_the_press_of_next_carries_the_outcome_of_the_one_before(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call()
    assert hall.refusal("call_next", counter="1") == "outcome_needed outcome"
    assert hall.refusal("call_next", counter="1", outcome="xong") == "unknown_outcome outcome"
    assert hall.refusal("call_next", counter="1", outcome="received", delivered=["Z"]) == "unknown_service delivered"
    row = hall.do("call_next", counter="1", outcome="incomplete", delivered=["A"])["ticket"]
    assert row.label == second
    assert hall.state.visits == {first: Visit([], "incomplete", ["A"])}
    assert (said(hall, first, -2), said(hall, second)) == (Remark(None, "incomplete", ["A"]), Remark())


def test_an_outcome_is_not_asked_for_where_nobody_is_at_hand(hall: Rig) -> None:
    hall.issue()
    assert hall.refusal("call_next", counter="1", outcome="received") == "nothing_called"
    assert hall.refusal("call_next", counter="1", delivered=["A"]) == "nothing_called"
    hall.do("call_next", counter="1", delivered=[])


def test_what_is_at_hand_has_its_outcome_before_anybody_is_looked_for(hall: Rig) -> None:
    hall.issue()
    hall.call()
    assert hall.refusal("call_next", counter="1") == "outcome_needed outcome"
    assert hall.refusal("call_next", counter="1", outcome="received") == "nobody_waiting"
    assert hall.state.visits == {}


def test_a_hall_may_have_outcomes_and_not_ask_for_them() -> None:
    hall = Rig(hall_config(outcomes=OUTCOMES))
    label = hall.issue()
    hall.call()
    assert hall.refusal("finish", counter="1", outcome="xong") == "unknown_outcome outcome"
    hall.do("finish", counter="1")
    assert hall.state.visits == {}
    assert said(hall, label) == Remark()


def test_a_hall_without_outcomes_takes_free_words() -> None:
    hall = Rig(hall_config(policy=Policy(outcome_required=True)))
    label = hall.issue()
    hall.call()
    hall.do("finish", counter="1", outcome="đã trả kết quả")
    assert hall.state.visits[label].outcome == "đã trả kết quả"
    assert "trả kết quả" not in repr(hall.view)
    hall.issue()
    hall.call()
    hall.do("finish", counter="1")


def test_what_was_noted_before_stays_with_the_outcome(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("note", ticket=label, text="đủ giấy")
    hall.do("finish", counter="1", outcome="received")
    assert hall.state.visits[label] == Visit(["noted: đủ giấy"], "received", [])


def test_services_may_be_delivered_without_a_word() -> None:
    hall = Rig()
    label = hall.issue()
    hall.call()
    hall.do("finish", counter="1", delivered=["H"])
    assert hall.state.visits[label] == Visit([], None, ["H"])
    assert said(hall, label) == Remark(None, None, ["H"])


# -- several services in one visit -----------------------------------------------------------------------------------


def test_a_visit_with_several_services_goes_from_one_to_the_next(hall: Rig) -> None:
    label = hall.do("issue", service="A", then=["H", "A"])["ticket"].label
    issued = hall.ticket(label)
    assert (issued.service, issued.then) == ("A", ("H", "A"))
    hall.later(minutes=3)
    hall.call("1")
    hall.do("start", counter="1")
    hall.later(minutes=5)
    row = hall.do("finish", counter="1", outcome="received", delivered=["A"])["ticket"]
    assert hall.kinds[-1] == "finished"
    assert (row.label, row.service, row.state, row.then) == (label, "H", "waiting", ("A",))
    assert (row.arrival, row.issued_at, row.queued_at) == (issued.arrival, issued.issued_at, hall.now)
    assert (row.counter, row.called_at, row.started_at, row.ended_at, row.calls, row.why) == (None,) * 4 + (0, None)
    assert hall.counter("1").ticket is None
    assert hall.counter("1").did == Did("finished", label, hall.now)
    assert hall.call("3") == label
    hall.do("finish", counter="3", outcome="incomplete")
    assert hall.call("1") == label
    hall.do("finish", counter="1", outcome="received")
    assert hall.ticket(label).state == "done"
    assert hall.ticket(label).then == ()


def test_each_service_of_a_visit_is_remembered(hall: Rig) -> None:
    label = hall.do("issue", service="A", then=["H"])["ticket"].label
    hall.call("1")
    hall.do("note", ticket=label, text="đủ giấy")
    hall.later(minutes=1)
    served = hall.ticket(label)
    hall.do("finish", counter="1", outcome="received", delivered=["A"])
    leg = Leg(msgspec.structs.replace(served, state="done", ended_at=hall.now), "received", ["A"])
    assert hall.state.visits[label] == Visit(["noted: đủ giấy"], None, [], [leg])
    assert said(hall, label) == Remark(None, "received", ["A"])
    hall.call("3")
    hall.do("finish", counter="3", outcome="incomplete")
    assert hall.state.visits[label] == Visit(["noted: đủ giấy"], "incomplete", [], [leg])
    assert said(hall, label) == Remark(None, "incomplete", [])


def test_a_note_keeps_what_was_remembered_of_the_services(hall: Rig) -> None:
    label = hall.do("issue", service="A", then=["H"])["ticket"].label
    hall.call("1")
    hall.do("finish", counter="1", outcome="received")
    hall.do("note", ticket=label, text="chờ ký")
    assert hall.state.visits[label].notes == ["noted: chờ ký"]
    assert len(hall.state.visits[label].legs) == 1
    assert said(hall, label) == Remark("noted: chờ ký")


def test_each_service_ends_with_an_outcome(hall: Rig) -> None:
    hall.do("issue", service="A", then=["H"])
    hall.call("1")
    assert hall.refusal("finish", counter="1") == "outcome_needed outcome"


def test_a_visit_that_goes_on_is_not_among_the_ended(hall: Rig) -> None:
    label = hall.do("issue", service="A", then=["H"])["ticket"].label
    hall.call("1")
    hall.do("finish", counter="1", outcome="received")
    assert hall.state.recent == []
    assert hall.state.lanes.of("H").ordinary[0][2] == label


def test_pressing_next_sends_a_visit_on(hall: Rig) -> None:
    first = hall.do("issue", service="A", then=["A"])["ticket"].label
    second = hall.issue()
    hall.call()
    assert hall.do("call_next", counter="1", outcome="received")["ticket"].label == second
    assert hall.ticket(first).state == "waiting"
    assert hall.do("call_next", counter="1", outcome="received")["ticket"].label == first


def test_a_visit_alone_does_not_call_itself(hall: Rig) -> None:
    hall.do("issue", service="A", then=["A"])
    hall.call()
    assert hall.refusal("call_next", counter="1", outcome="received") == "nobody_waiting"


def test_who_was_absent_or_cancels_has_no_next_service(hall: Rig) -> None:
    one, two = (hall.do("issue", service="A", then=["H"])["ticket"].label for _ in range(2))
    hall.call()
    hall.do("no_show", counter="1")
    hall.do("cancel", ticket=two)
    assert [hall.ticket(label).state for label in (one, two)] == ["no_show", "cancelled"]


def test_services_that_follow_are_those_of_the_hall_and_open(hall: Rig) -> None:
    assert hall.refusal("issue", service="A", then=["Z"]) == "unknown_service then"
    closed = msgspec.structs.replace(hall.state.config.services[1], open=False)
    hall.settle(msgspec.structs.replace(hall.state.config, services=[hall.state.config.services[0], closed]))
    assert hall.refusal("issue", service="A", then=["H"]) == "service_closed then"


def test_a_following_service_that_is_no_more_is_left_out(hall: Rig) -> None:
    label = hall.do("issue", service="A", then=["H"])["ticket"].label
    hall.call()
    services = {**hall.state.tables["services"]}
    hall.state.tables["services"].pop("H")
    decision = decide(hall.state, parse("finish", b'{"counter":"1","outcome":"received"}'), hall.now)
    assert decision.result["ticket"].state == "done"
    assert decision.result["ticket"].label == label
    hall.state.tables["services"] = services
