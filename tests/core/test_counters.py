"""The counter's commands: opening, calling, serving, and sending on."""

import pytest

from hallsys.config import Policy
from hallsys.core.model import Visit
from tests.core.rig import MIN, Rig, S, hall_config


@pytest.fixture
def hall() -> Rig:
    """Counter 1 takes A, counter 2 A and H, counter 3 H and A; it is eight, and all are open."""
    return Rig()


# -- open, pause, close ----------------------------------------------------------------------------------------------


def test_a_counter_opens_pauses_and_closes(hall: Rig) -> None:
    hall.later(minutes=1)
    row = hall.do("pause_counter", counter="1", reason="lunch")["counter"]
    assert (row.state, row.reason, row.since) == ("paused", "lunch", hall.now)
    row = hall.do("open_counter", counter="1")["counter"]
    assert (row.state, row.reason) == ("open", None)
    assert hall.do("close_counter", counter="1")["counter"].state == "closed"
    assert hall.kinds[-3:] == ["counter_paused", "counter_opened", "counter_closed"]


def test_asking_again_for_the_same_state_keeps_its_time(hall: Rig) -> None:
    hall.do("pause_counter", counter="1", reason="lunch")
    since = hall.now
    hall.later(minutes=5)
    row = hall.do("pause_counter", counter="1", reason="copier")["counter"]
    assert (row.since, row.reason) == (since, "copier")


def test_a_closed_counter_has_nothing_to_pause(hall: Rig) -> None:
    hall.do("close_counter", counter="1")
    assert hall.refusal("pause_counter", counter="1") == "counter_closed"


@pytest.mark.parametrize("name", ["pause_counter", "close_counter"])
def test_a_counter_with_a_ticket_stays_open(hall: Rig, name: str) -> None:
    hall.issue()
    hall.call()
    assert hall.refusal(name, counter="1") == "counter_busy"


def test_opening_a_busy_counter_again_leaves_it_its_ticket(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    assert hall.do("open_counter", counter="1")["counter"].ticket == label


ON_ITS_OWN = "open_counter close_counter pause_counter call_next recall start finish no_show hold return"


@pytest.mark.parametrize("name", ON_ITS_OWN.split())
def test_an_unknown_counter_is_refused(hall: Rig, name: str) -> None:
    assert hall.refusal(name, counter="99") == "unknown_counter counter"


# -- call_next -------------------------------------------------------------------------------------------------------


def test_the_next_by_arrival_is_called(hall: Rig) -> None:
    first, _ = hall.issue(), hall.issue()
    hall.later(minutes=3)
    result = hall.do("call_next", counter="1")
    row = result["ticket"]
    assert (row.label, row.state, row.counter, row.calls, row.called_at) == (first, "called", "1", 1, hall.now)
    assert result["why"] == row.why == "arrival"
    assert hall.counter("1").ticket == first


def test_calling_the_next_finishes_the_one_at_hand_in_two_events(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call()
    hall.do("start", counter="1")
    assert hall.call() == second
    assert hall.kinds[-2:] == ["finished", "called"]
    assert (hall.ticket(first).state, hall.ticket(first).ended_at) == ("done", hall.now)


def test_with_nobody_waiting_the_one_at_hand_stays(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    assert hall.counter("1").ticket == label


@pytest.mark.parametrize("name", ["pause_counter", "close_counter"])
def test_a_counter_that_is_not_open_calls_nobody(hall: Rig, name: str) -> None:
    label = hall.issue()
    hall.do(name, counter="1")
    assert hall.refusal("call_next", counter="1") == "counter_closed"
    assert hall.refusal("call", counter="1", ticket=label, reason="test") == "counter_closed"


def test_a_counter_calls_for_its_own_services_only(hall: Rig) -> None:
    label = hall.issue("H")
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    assert hall.call("2") == label


def test_nobody_is_called_twice(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    assert {hall.call("1"), hall.call("2")} == {first, second}
    assert hall.refusal("call_next", counter="3") == "nobody_waiting"


# -- call ------------------------------------------------------------------------------------------------------------


def test_a_ticket_is_called_out_of_order_with_a_reason(hall: Rig) -> None:
    _, second = hall.issue(), hall.issue()
    row = hall.do("call", counter="1", ticket=second, reason="đã hẹn trước")["ticket"]
    assert (row.label, row.state, row.why) == (second, "called", "chosen")
    assert hall.state.visits[second].notes == ["chosen: đã hẹn trước"]
    assert "đã hẹn" not in repr(hall.view)


def test_a_counter_may_choose_from_services_that_are_not_its_own(hall: Rig) -> None:
    label = hall.issue("H")
    assert hall.do("call", counter="1", ticket=label, reason="test")["ticket"].counter == "1"


def test_a_call_out_of_order_leaves_the_turns_of_priority_as_they_are(hall: Rig) -> None:
    ordinary, urgent = [hall.issue() for _ in range(2)], [hall.issue(priority="aged") for _ in range(4)]
    hall.call()
    hall.do("finish", counter="1")
    hall.do("call", counter="1", ticket=ordinary[1], reason="test")
    assert hall.calls("1", 2) == [urgent[1], ordinary[0]]


def test_only_waiting_tickets_are_chosen_and_by_a_free_counter(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call("1")
    assert hall.refusal("call", counter="2", ticket=first, reason="test") == "wrong_state"
    assert hall.refusal("call", counter="2", ticket="A777", reason="test") == "unknown_ticket ticket"
    assert hall.refusal("call", counter="1", ticket=second, reason="test") == "counter_busy"
    assert hall.refusal("call", counter="9", ticket=second, reason="test") == "unknown_counter counter"


# -- recall, start, finish, no_show ----------------------------------------------------------------------------------


def test_a_recall_has_a_sound_like_a_call_and_counts(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    called_at = hall.now
    hall.later(seconds=20)
    row = hall.do("recall", counter="1")["ticket"]
    assert (row.calls, row.called_at, row.state) == (2, called_at, "called")
    call, recall = hall.events[-2:]
    assert recall.kind == "recalled"
    assert recall.voice is not None
    assert recall.voice.startswith(f"{label}-1-")
    assert recall.voice != call.voice


def test_two_recalls_at_once_have_two_sounds(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("recall", counter="1")
    hall.do("recall", counter="1")
    assert len({event.voice for event in hall.events[-3:]}) == 3


def test_a_ticket_being_served_can_be_recalled_and_stays_served(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("start", counter="1")
    assert hall.do("recall", counter="1")["ticket"].state == "serving"


def test_serving_starts_once(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.later(seconds=30)
    row = hall.do("start", counter="1")["ticket"]
    assert (row.state, row.started_at) == ("serving", hall.now)
    assert hall.refusal("start", counter="1") == "wrong_state"


@pytest.mark.parametrize("started", [True, False])
def test_what_is_called_or_served_is_finished(hall: Rig, started: bool) -> None:
    hall.issue()
    label = hall.call()
    if started:
        hall.do("start", counter="1")
    delivered = hall.do("finish", counter="1", outcome="received", delivered=["A", "H"])["ticket"]
    assert (delivered.label, delivered.state, delivered.ended_at) == (label, "done", hall.now)
    assert hall.counter("1").ticket is None
    assert hall.state.visits[label] == Visit([], "received", ["A", "H"])


def test_only_services_of_the_hall_are_delivered(hall: Rig) -> None:
    hall.issue()
    hall.call()
    assert hall.refusal("finish", counter="1", delivered=["A", "Z"]) == "unknown_service delivered"


def test_a_no_show_needs_the_halls_number_of_calls() -> None:
    hall = Rig(hall_config(policy=Policy(no_show_calls=2)))
    hall.issue()
    hall.call()
    assert hall.refusal("no_show", counter="1") == "too_few_calls"
    hall.do("recall", counter="1")
    row = hall.do("no_show", counter="1")["ticket"]
    assert (row.state, row.ended_at) == ("no_show", hall.now)
    assert hall.counter("1").ticket is None


def test_who_is_being_served_has_come(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("start", counter="1")
    assert hall.refusal("no_show", counter="1") == "wrong_state"


@pytest.mark.parametrize("name", ["recall", "start", "finish", "no_show", "hold", "return"])
def test_without_a_ticket_at_hand_there_is_nothing_to_do(hall: Rig, name: str) -> None:
    hall.issue()
    assert hall.refusal(name, counter="1") == "nothing_called"


# -- hold, return, transfer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "more"), [("hold", {}), ("return", {}), ("transfer", {"service": "H"})])
@pytest.mark.parametrize("started", [True, False])
def test_a_called_and_a_served_ticket_can_be_sent_on(hall: Rig, name: str, more: dict[str, str], started: bool) -> None:
    hall.issue()
    hall.call()
    if started:
        hall.do("start", counter="1")
    row = hall.do(name, counter="1", **more)["ticket"]
    assert row.state == ("held" if name == "hold" else "waiting")
    assert hall.counter("1").ticket is None


def test_a_returned_ticket_is_at_its_place_by_arrival_for_the_others(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call()
    hall.do("return", counter="1")
    assert hall.calls("2", 2) == [first, second]


def test_a_returned_ticket_is_not_called_by_the_same_counter_at_once(hall: Rig) -> None:
    first, second, third = hall.issue(), hall.issue(), hall.issue()
    hall.call()
    hall.do("return", counter="1")
    assert hall.calls("1", 3) == [second, first, third]


def test_a_counter_that_sent_back_the_only_ticket_waits_a_minute(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("return", counter="1")
    hall.later(seconds=59)
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    hall.later(seconds=1)
    assert hall.call() == label


@pytest.mark.parametrize("back", ["resumed", "sent to the counter", "put in front"])
def test_a_ticket_that_somebody_else_sends_on_is_no_longer_one_sent_back(hall: Rig, back: str) -> None:
    label = hall.issue()
    hall.call("1")
    hall.do("return", counter="1")
    hall.call("2")
    if back == "resumed":
        hall.do("hold", counter="2")
        hall.do("resume", ticket=label)
    elif back == "put in front":
        hall.do("transfer", counter="2", service="A", place="front")
    else:
        hall.do("transfer", counter="2", to_counter="1")
    assert hall.call("1") == label


def test_a_transfer_keeps_label_and_arrival(hall: Rig) -> None:
    hall.issue("H")
    label = hall.issue("A")
    later = hall.issue("H", after=60)
    hall.call("1")
    hall.later(minutes=1)
    row = hall.do("transfer", counter="1", service="H")["ticket"]
    assert (row.label, row.service, row.state, row.calls) == (label, "H", "waiting", 0)
    assert row.arrival == row.issued_at < row.queued_at == hall.now
    assert hall.calls("3", 3) == ["H001", label, later]


def test_a_transfer_may_put_in_front_or_at_the_end(hall: Rig) -> None:
    front, end = hall.issue("A"), hall.issue("A")
    first, second = hall.issue("H"), hall.issue("H")
    for place in ("front", "end"):
        hall.call("1")
        hall.later(seconds=1)
        hall.do("transfer", counter="1", service="H", place=place)
    assert hall.calls("3", 4) == [front, first, second, end]
    assert hall.ticket(front).why == "front"
    assert hall.ticket(end).arrival == hall.ticket(end).queued_at > hall.ticket(end).issued_at


def test_a_transfer_to_a_counter_is_for_that_counter_only(hall: Rig) -> None:
    label = hall.issue("A")
    hall.call("2")
    row = hall.do("transfer", counter="2", to_counter="1")["ticket"]
    assert (row.service, row.to_counter) == ("A", "1")
    assert hall.refusal("call_next", counter="3") == "nobody_waiting"
    assert hall.call("1") == label
    assert hall.ticket(label).why == "direct"


def test_a_ticket_can_be_sent_to_a_counter_that_does_not_take_its_service(hall: Rig) -> None:
    label = hall.issue("H")
    hall.call("2")
    hall.do("transfer", counter="2", to_counter="1")
    assert hall.call("1") == label


def test_a_transfer_needs_a_service_or_a_counter_that_there_is(hall: Rig) -> None:
    assert hall.refusal("transfer", counter="1", service="H") == "nothing_called"
    hall.issue()
    hall.call()
    assert hall.refusal("transfer", counter="1") == "bad_request service"
    assert hall.refusal("transfer", counter="1", service="H", to_counter="2") == "bad_request service"
    assert hall.refusal("transfer", counter="1", service="Z") == "unknown_service service"
    assert hall.refusal("transfer", counter="1", to_counter="9") == "unknown_counter to_counter"


# -- the fifty that ended last ---------------------------------------------------------------------------------------


def test_the_view_keeps_the_fifty_that_ended_last(hall: Rig) -> None:
    labels = hall.serve(53)
    assert list(hall.view["tickets"]) == labels[3:]
    assert list(hall.state.ended) == labels[:3]


def test_times_of_a_visit_tell_its_story(hall: Rig) -> None:
    start = hall.now
    label = hall.issue()
    hall.later(minutes=5)
    hall.call()
    hall.later(minutes=1)
    hall.do("start", counter="1")
    hall.later(minutes=10)
    hall.do("finish", counter="1")
    row = hall.ticket(label)
    times = (row.issued_at, row.called_at, row.started_at, row.ended_at)
    assert times == (start + S, start + S + 5 * MIN, start + S + 6 * MIN, start + S + 16 * MIN)


def test_free_words_do_not_enter_the_public_row_of_a_paused_counter(hall: Rig) -> None:
    hall.do("open_counter", counter="1")
    row = hall.do("pause_counter", counter="1", reason="Nguyễn Văn A nghỉ ốm")["counter"]
    assert row.reason == "other"
