"""Booked visitors, from the booking to the call: windows, early and late ones, and those with many dossiers."""

import msgspec
import pytest

from hallsys.config import CounterConfig, Helps, Named, Words
from hallsys.errors import Refused
from hallsys.hallvisits import Bookings, Tickets
from tests.core.rig import EIGHT, MIN, Rig, hall_config

HALF_PAST_NINE = EIGHT + 90 * MIN


@pytest.fixture
def hall() -> Rig:
    return Rig(hall_config({"1": "AH"}, bookings=Bookings(early_s=3600, late_s=900)))


def checked_in(hall: Rig, at: int, booked: int = HALF_PAST_NINE) -> str:
    """Booked at the beginning of the day, checked in at a time; the label."""
    code = hall.do("book", service="A", at=booked)["booking"].id
    hall.later(seconds=(at - hall.now) / 1000)
    label: str = hall.do("check_in", booking=code)["ticket"].label
    return label


def until(hall: Rig, time: int) -> None:
    hall.later(seconds=(time - hall.now) / 1000)


def test_a_visitor_who_comes_too_early_is_told_when_to_come(hall: Rig) -> None:
    code = hall.do("book", service="A", at=HALF_PAST_NINE)["booking"].id
    until(hall, HALF_PAST_NINE - 60 * MIN - 1)
    with pytest.raises(Refused) as refused:
        hall.do("check_in", booking=code)
    assert (refused.value.code, refused.value.field) == ("too_early", "booking")
    assert refused.value.params == {"at": "09:30", "opens": "08:30"}
    hall.later(seconds=0.001)
    assert hall.do("check_in", booking=code)["ticket"].booked == HALF_PAST_NINE


def test_the_slot_is_kept_until_the_end_of_its_window_and_then_the_day(hall: Rig) -> None:
    first = hall.do("book", service="A", at=HALF_PAST_NINE)["booking"].id
    second = hall.do("book", service="A", at=HALF_PAST_NINE)["booking"].id
    until(hall, HALF_PAST_NINE + 15 * MIN)
    row = hall.do("check_in", booking=first)["ticket"]
    assert (row.booked, row.why) == (HALF_PAST_NINE, "booked at=09:30")
    hall.later(seconds=0.001)
    row = hall.do("check_in", booking=second)["ticket"]
    assert (row.state, row.booked, row.why) == ("waiting", None, None)
    assert hall.state.bookings[second].ticket == row.label


def test_from_the_booked_time_on_a_visitor_goes_before_priority_and_ordinary(hall: Rig) -> None:
    booked = checked_in(hall, EIGHT + 60 * MIN)
    until(hall, HALF_PAST_NINE - 10 * MIN)
    urgent, usual = hall.issue("A", "aged"), hall.issue("A")
    until(hall, HALF_PAST_NINE - 1)
    assert hall.call() == urgent
    hall.later(seconds=0.001)
    assert hall.call() == booked
    assert hall.ticket(booked).why == "booked at=09:30"
    assert hall.call() == usual


def test_before_the_booked_time_a_visitor_is_called_when_nobody_else_is_there(hall: Rig) -> None:
    booked = checked_in(hall, EIGHT + 60 * MIN)
    other = hall.issue("H")
    assert hall.calls("1", 2) == [other, booked]
    assert hall.ticket(booked).why == "early at=09:30"


def test_the_wait_of_a_booked_visitor_counts_from_the_booked_time(hall: Rig) -> None:
    booked = checked_in(hall, EIGHT + 60 * MIN)
    until(hall, HALF_PAST_NINE - MIN)
    usual = hall.issue("A")
    until(hall, HALF_PAST_NINE + 29 * MIN + 2000)
    assert hall.call() == usual, "past the limit by a second, while the booked visitor has a minute left"
    hall.later(minutes=1)
    assert hall.call() == booked
    assert hall.ticket(booked).why == "starvation minutes=30"


def test_who_is_sent_to_the_end_of_another_line_is_booked_no_more(hall: Rig) -> None:
    booked = checked_in(hall, HALF_PAST_NINE)
    waiting = hall.issue("H")
    assert hall.call() == booked
    hall.later(seconds=1)
    row = hall.do("transfer", counter="1", service="H", place="end")["ticket"]
    assert row.booked is None
    assert hall.calls("1", 2) == [waiting, booked]


def test_who_is_sent_to_a_group_is_called_by_any_of_its_counters_in_every_mode() -> None:
    counters = [
        CounterConfig("1", "Quầy 1", ["A"]),
        CounterConfig("2", "Quầy 2", ["A"]),
        CounterConfig("3", "Quầy 3", ["A"], mode="priority", groups=["land"]),
    ]
    config = hall_config({"1": "A"}, groups=[Named("land", Words("Đất đai", "Land"))])
    hall = Rig(msgspec.structs.replace(config, counters=counters))
    sent = hall.issue("A")
    hall.call("1")
    hall.do("transfer", counter="1", to_group="land")
    assert hall.refusal("call_next", counter="2") == "nobody_waiting"
    assert hall.call("3") == sent
    assert hall.ticket(sent).why == "group name=land"


def test_a_counter_helps_as_its_settings_say() -> None:
    takes: list[str | Helps] = ["H", Helps("A", wait_over_s=600)]
    config = hall_config({"1": "A", "2": "H"})
    counters = [config.counters[0], CounterConfig("2", "Quầy 2", takes)]
    hall = Rig(msgspec.structs.replace(config, counters=counters))
    label = hall.issue("A")
    hall.later(seconds=599)
    assert hall.refusal("call_next", counter="2") == "nobody_waiting"
    hall.later(seconds=1)
    assert hall.call("2") == label
    assert hall.ticket(label).why == "help minutes=10"


def test_many_dossiers_wait_for_others_and_say_so() -> None:
    hall = Rig(hall_config({"1": "A"}, tickets=Tickets(many_from=3, many_every=2)))
    many = [hall.do("issue", service="A", dossiers=3)["ticket"].label for _ in range(2)]
    usual = [hall.issue("A") for _ in range(3)]
    assert hall.calls("1", 5) == [*usual[:2], many[0], usual[2], many[1]]
    assert hall.ticket(many[0]).why == "many after=2"


def test_who_takes_a_number_for_many_dossiers_is_told_of_those_who_go_before() -> None:
    hall = Rig(hall_config({"1": "A"}, tickets=Tickets(many_from=3, many_every=2)))
    for _ in range(3):
        hall.issue("A")
    row = hall.do("issue", service="A", dossiers=3)
    assert row["ahead"] == 3, "nobody comes after them, so it waits for all who came earlier"
    assert hall.do("issue", service="A")["ahead"] == 4
    assert hall.calls("1", 4)[3] == row["ticket"].label


@pytest.mark.parametrize(("booked", "before"), [(0, 1), (1, 0)])
def test_from_the_booked_time_on_and_not_earlier_a_visitor_is_counted_among_those_before(
    hall: Rig, booked: int, before: int
) -> None:
    code = hall.do("book", service="A", at=HALF_PAST_NINE + booked)["booking"].id
    until(hall, HALF_PAST_NINE)
    hall.do("check_in", booking=code)
    assert hall.do("issue", service="A")["ahead"] == before
