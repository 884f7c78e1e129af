"""Taking a number, coming back, leaving: the commands about a ticket that is at no counter."""

import pytest

from hallsys.config import Policy
from hallsys.core.model import RECENT, Visit
from hallsys.errors import Refused
from tests.core.rig import EIGHT, HOUR, MIN, Rig, S, hall_config, service


@pytest.fixture
def hall() -> Rig:
    """Counter 1 takes A, counter 2 A and H, counter 3 H and A; it is eight, and all are open."""
    return Rig()


# -- issue -----------------------------------------------------------------------------------------------------------


def test_numbers_run_per_service_from_one(hall: Rig) -> None:
    assert [hall.issue(name) for name in "AAHA"] == ["A001", "A002", "H001", "A003"]


def test_numbers_have_three_digits_and_go_on_past_999(hall: Rig) -> None:
    assert hall.serve(1001)[-3:] == ["A999", "A1000", "A1001"]


def test_a_label_carries_the_letter_of_the_series() -> None:
    hall = Rig(hall_config({"1": "AH"}, [service("A", series="CT"), service("H")]))
    assert [hall.issue("A"), hall.issue("H")] == ["CT001", "H001"]


def test_a_ticket_begins_with_its_place_in_line(hall: Rig) -> None:
    row = hall.ticket(hall.issue("A", "aged", after=5))
    assert (row.label, row.service, row.number, row.priority, row.state) == ("A001", "A", 1, "aged", "waiting")
    assert row.arrival == row.issued_at == row.queued_at == EIGHT + 5 * S
    assert (row.counter, row.calls, row.called_at, row.started_at, row.ended_at) == (None, 0, None, None, None)


def test_issuing_says_how_many_go_before(hall: Rig) -> None:
    hall.issue("H")
    assert [hall.do("issue", service="A")["ahead"] for _ in range(3)] == [0, 1, 2]
    assert hall.do("issue", service="A", priority="aged")["ahead"] == 0


def test_a_dossier_code_enters_neither_rows_nor_events(hall: Rig) -> None:
    hall.do("issue", service="A", dossier="g22.99.08 – 260921–896048")
    assert "896048" not in repr(hall.events) + repr(hall.state.tables)


def test_an_unknown_service_is_refused(hall: Rig) -> None:
    assert hall.refusal("issue", service="Z") == "unknown_service service"


def test_a_priority_that_the_hall_does_not_have_is_refused(hall: Rig) -> None:
    assert hall.refusal("issue", service="A", priority="tall") == "bad_request priority"


def test_no_number_is_issued_before_the_day_opens_and_after_it_closes() -> None:
    hall = Rig(opened=False)
    assert hall.refusal("issue", service="A") == "hall_closed"
    hall.do("open_day")
    hall.do("issue", service="A")
    hall.do("close_day")
    assert hall.refusal("issue", service="A") == "hall_closed"


def test_no_number_of_yesterday_is_issued_after_midnight() -> None:
    hall = Rig(hall_config(auto_open=False))
    hall.later(minutes=16 * 60)
    assert hall.refusal("issue", service="A") == "hall_closed"
    hall.do("open_day")
    assert hall.issue("A") == "A001"


def test_hours_are_kept_where_the_hall_enforces_them() -> None:
    spans = [("07:30", "11:30"), ("13:30", "17:00")]
    hall = Rig(hall_config(hours=spans, enforce_hours=True), EIGHT - HOUR)
    assert hall.refusal("issue", service="A") == "hall_closed"
    hall.later(minutes=30)
    hall.do("issue", service="A")
    hall.later(minutes=4 * 60)
    assert hall.refusal("issue", service="A") == "hall_closed"


def test_hours_that_are_only_shown_stop_nobody() -> None:
    hall = Rig(hall_config(hours=[("07:30", "11:30")]), EIGHT + 9 * HOUR)
    hall.do("issue", service="A")


def test_a_service_may_be_closed_or_have_hours_of_its_own() -> None:
    services = [service("A", hours=[("08:00", "09:00")]), service("H", open=False)]
    hall = Rig(hall_config({"1": "AH"}, services))
    hall.do("issue", service="A")
    assert hall.refusal("issue", service="H") == "service_closed service"
    hall.later(minutes=60)
    assert hall.refusal("issue", service="A") == "service_closed service"


def test_a_daily_limit_is_reached_by_its_last_number() -> None:
    hall = Rig(hall_config({"1": "AH"}, [service("A", daily_limit=2), service("H")]))
    hall.serve(2)
    assert hall.refusal("issue", service="A") == "limit_reached service"
    hall.do("issue", service="H")


# -- cancel ----------------------------------------------------------------------------------------------------------


def test_a_waiting_ticket_is_cancelled_and_leaves_the_line(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    row = hall.do("cancel", ticket=first)["ticket"]
    assert (row.state, row.ended_at) == ("cancelled", hall.now)
    assert hall.call() == second


def test_cancelling_a_called_ticket_frees_its_counter(hall: Rig) -> None:
    hall.issue()
    label = hall.call()
    hall.do("cancel", ticket=label)
    assert hall.counter("1").ticket is None


def test_cancelling_a_held_ticket_leaves_the_counter_to_the_next(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    hall.call()
    hall.do("hold", counter="1")
    hall.call()
    hall.do("cancel", ticket=first)
    assert hall.counter("1").ticket == second


def test_a_held_ticket_can_be_cancelled_when_its_counter_is_no_more(hall: Rig) -> None:
    label = hall.issue()
    hall.call("2")
    hall.do("hold", counter="2")
    hall.settle(hall_config({"1": "AH"}))
    assert hall.do("cancel", ticket=label)["ticket"].state == "cancelled"


def test_the_reason_of_a_cancellation_stays_with_the_visit(hall: Rig) -> None:
    label = hall.issue()
    hall.do("cancel", ticket=label, reason="bấm thử")
    assert hall.state.visits[label].notes == ["cancelled: bấm thử"]


def test_what_is_being_served_or_has_ended_cannot_be_cancelled(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("start", counter="1")
    assert hall.refusal("cancel", ticket=label) == "wrong_state"
    hall.do("finish", counter="1")
    assert hall.refusal("cancel", ticket=label) == "wrong_state"
    assert hall.refusal("cancel", ticket="A999") == "unknown_ticket ticket"


# -- hold and resume -------------------------------------------------------------------------------------------------


def test_a_resumed_ticket_is_next_before_earlier_arrivals_and_priority(hall: Rig) -> None:
    first, second, urgent = hall.issue(), hall.issue(), hall.issue(priority="aged")
    hall.do("call", counter="1", ticket=second, reason="test")
    hall.do("hold", counter="1", note="sao thêm một bản")
    assert hall.ticket(second).state == "held"
    hall.do("resume", ticket=second)
    assert hall.calls("1", 3) == [second, urgent, first]
    assert hall.ticket(second).why == "returned"


def test_a_resumed_ticket_is_next_at_every_counter_of_its_service(hall: Rig) -> None:
    hall.issue("H")
    label = hall.issue("A")
    hall.call("1")
    hall.do("hold", counter="1")
    hall.do("resume", ticket=label)
    assert hall.call("3") == label, "counter 3 prefers H, and yet"


def test_those_who_come_back_keep_the_order_in_which_they_did(hall: Rig) -> None:
    labels = [hall.issue() for _ in range(3)]
    for _ in labels:
        hall.call()
        hall.do("hold", counter="1")
    for label in reversed(labels):
        hall.later(seconds=1)
        hall.do("resume", ticket=label)
    assert hall.calls("1", 3) == labels[::-1]


def test_a_held_ticket_waits_for_nobody_and_is_not_called(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("hold", counter="1")
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"


def test_the_note_of_a_hold_stays_with_the_visit_and_out_of_the_view(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    hall.do("hold", counter="1", note="thiếu giấy khai sinh")
    assert hall.state.visits[label] == Visit(["held: thiếu giấy khai sinh"])
    assert "khai sinh" not in repr(hall.view)


def test_only_a_held_ticket_is_resumed(hall: Rig) -> None:
    assert hall.refusal("resume", ticket=hall.issue()) == "wrong_state"
    assert hall.refusal("resume", ticket="A777") == "unknown_ticket ticket"


# -- no-show and reinstate -------------------------------------------------------------------------------------------


def missed(hall: Rig) -> str:
    label = hall.call()
    hall.do("no_show", counter="1")
    return label


def test_a_reinstated_ticket_is_back_at_its_place_by_arrival(hall: Rig) -> None:
    first, second = hall.issue(), hall.issue()
    missed(hall)
    third = hall.issue()
    row = hall.do("reinstate", ticket=first)["ticket"]
    assert (row.state, row.calls, row.called_at, row.ended_at) == ("waiting", 0, None, None)
    assert hall.calls("1", 3) == [first, second, third]


def test_a_ticket_can_be_reinstated_for_so_long_only() -> None:
    hall = Rig(hall_config(policy=Policy(reinstate_s=600)))
    label = hall.issue()
    missed(hall)
    hall.later(minutes=10)
    assert hall.do("reinstate", ticket=label)["ticket"].state == "waiting"
    missed(hall)
    hall.later(minutes=10, seconds=1)
    assert hall.refusal("reinstate", ticket=label) == "too_late"


def test_only_a_no_show_is_reinstated(hall: Rig) -> None:
    label = hall.issue()
    hall.do("cancel", ticket=label)
    assert hall.refusal("reinstate", ticket=label) == "wrong_state"


def test_nobody_is_reinstated_into_a_closed_day(hall: Rig) -> None:
    label = hall.issue()
    missed(hall)
    hall.do("close_day")
    assert hall.refusal("reinstate", ticket=label) == "hall_closed"


def test_a_ticket_that_left_the_view_can_still_be_reinstated(hall: Rig) -> None:
    label = hall.issue()
    missed(hall)
    hall.serve(RECENT)
    assert label not in hall.view["tickets"]
    hall.do("reinstate", ticket=label)
    assert hall.view["tickets"][label].state == "waiting"
    assert label not in hall.state.ended


def test_who_is_reinstated_makes_room_for_the_one_that_left_the_view_last(hall: Rig) -> None:
    served = hall.serve(2)
    label = hall.issue()
    missed(hall)
    served += hall.serve(RECENT - 1)
    assert list(hall.state.ended) == served[:2]
    hall.do("reinstate", ticket=label)
    assert list(hall.state.ended) == served[:1]
    assert {row.label for row in hall.view["tickets"].values() if row.state == "done"} == set(served[1:])


# -- book, check_in, rate --------------------------------------------------------------------------------------------


def test_a_booked_visitor_takes_a_number_by_checking_in(hall: Rig) -> None:
    code = hall.do("book", service="A", at=EIGHT + 90 * MIN)["booking"].id
    row = hall.do("check_in", booking=f" {code.lower()} ")["ticket"]
    assert (row.label, row.why) == ("A001", "booked at=09:30")
    assert hall.state.bookings[code].ticket == "A001"


def test_a_booking_is_nobody_elses_business(hall: Rig) -> None:
    code = hall.do("book", service="A", at=EIGHT + HOUR)["booking"].id
    assert code not in repr(hall.view)


def test_a_booking_is_for_a_known_service_and_a_time_to_come(hall: Rig) -> None:
    assert hall.refusal("book", service="Z", at=EIGHT + HOUR) == "unknown_service service"
    assert hall.refusal("book", service="A", at=EIGHT) == "bad_request at"


def test_a_booking_is_used_once(hall: Rig) -> None:
    code = hall.do("book", service="A", at=EIGHT + HOUR)["booking"].id
    hall.do("check_in", booking=code)
    assert hall.refusal("check_in", booking=code) == "wrong_state"
    assert hall.refusal("check_in", booking="NOSUCH") == "unknown_booking booking"


def test_a_visit_is_rated_while_served_and_after_and_the_last_word_counts(hall: Rig) -> None:
    label = hall.issue()
    hall.call()
    with pytest.raises(Refused, match="wrong_state"):
        hall.rate(label, 5)
    hall.do("start", counter="1")
    hall.rate(label, 5)
    hall.do("finish", counter="1")
    hall.rate(label, 2, ["chờ lâu"])
    assert (hall.state.ratings[label].score, hall.state.ratings[label].reasons) == (2, ["chờ lâu"])
    assert hall.kinds[-1] == "rated"
    assert "chờ lâu" not in repr(hall.view)


@pytest.mark.parametrize("label", ["", "A777"])
def test_only_a_ticket_of_the_day_is_rated(hall: Rig, label: str) -> None:
    hall.serve(1)
    with pytest.raises(Refused, match="unknown_ticket"):
        hall.rate(label, 5)


def test_a_visit_that_left_the_view_is_still_rated(hall: Rig) -> None:
    label = hall.serve(RECENT + 1)[0]
    hall.rate(label, 4)
    assert hall.state.ratings[label].score == 4
