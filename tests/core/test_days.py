"""Days, hours and midnight, in the hall's own time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.core.days import archive, must_open, next_midnight, today, within
from hallsys.core.decision import with_counter
from hallsys.core.model import PUBLIC, RECENT
from hallsys.hallvisits import Tickets
from tests.core.rig import EIGHT, HOUR, MIN, Rig, S, hall_config

ZONES = [
    "Asia/Ho_Chi_Minh",
    "UTC",
    "Asia/Kathmandu",  # a quarter of an hour
    "Pacific/Chatham",  # a quarter, with summer time
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Santiago",  # clocks change at midnight
    "Africa/Cairo",
    "America/Havana",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]
moments = st.integers(1_700_000_000_000, 2_000_000_000_000)


def at(zone: str, text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


# -- open_day and close_day ------------------------------------------------------------------------------------------


def test_a_hall_has_no_day_before_it_opens() -> None:
    hall = Rig(opened=False)
    assert (hall.view["hall"]["day"], hall.view["hall"]["open"]) == ("", False)
    assert hall.do("open_day") == {"day": "2026-11-23"}
    assert (hall.view["hall"]["day"], hall.view["hall"]["open"]) == ("2026-11-23", True)


def test_an_open_day_is_not_opened_again_nor_a_closed_one_closed() -> None:
    hall = Rig()
    assert hall.refusal("open_day") == "wrong_state"
    hall.do("close_day")
    assert hall.refusal("close_day") == "wrong_state"


def test_closing_ends_everything() -> None:
    hall = Rig()
    labels = [hall.issue() for _ in range(5)]
    done, held, serving, waiting = labels[0], labels[1], labels[2], labels[4]
    hall.call("1")
    hall.do("finish", counter="1")
    hall.call("1")
    hall.do("hold", counter="1")
    hall.call("1")
    hall.do("start", counter="1")
    called = hall.call("2")
    hall.later(minutes=1)
    assert hall.do("close_day") == {"day": "2026-11-23"}
    assert [hall.ticket(label).state for label in (done, serving, called)] == ["done"] * 3
    assert [hall.ticket(label).state for label in (held, waiting)] == ["expired"] * 2
    assert hall.ticket(waiting).ended_at == hall.now > (hall.ticket(done).ended_at or 0)
    assert {(row.state, row.ticket, row.since) for row in hall.view["counters"].values()} == {
        ("closed", None, hall.now)
    }


def test_closing_leaves_the_fifty_that_ended_last_in_the_view() -> None:
    hall = Rig()
    hall.serve(RECENT - 10)
    waiting = [hall.issue() for _ in range(20)]
    hall.later(seconds=1)
    hall.do("close_day")
    assert len(hall.view["tickets"]) == RECENT
    assert set(waiting) <= set(hall.view["tickets"])
    assert len(hall.state.ended) == 10


def test_closing_a_crowded_day_puts_the_rest_away() -> None:
    hall = Rig()
    for _ in range(RECENT + 7):
        hall.issue()
    hall.do("close_day")
    assert (len(hall.view["tickets"]), len(hall.state.ended)) == (RECENT, 7)
    assert {row.state for row in hall.state.ended.values()} == {"expired"}


def test_a_day_closed_by_hand_goes_on_where_it_stopped() -> None:
    hall = Rig()
    hall.serve(2)
    hall.do("close_day")
    assert not must_open(hall.state, hall.now), "it is closed until tomorrow, or by hand"
    hall.do("open_day")
    assert hall.issue() == "A003"


def test_a_new_day_starts_empty_with_the_numbers_at_one() -> None:
    hall = Rig()
    rated = hall.serve(RECENT + 1)[0]
    hall.rate(rated, 5)
    hall.issue("A", "aged")
    hall.call("1")
    hall.later(minutes=24 * 60)
    assert hall.view["hall"]["day"] == "2026-11-24"
    assert hall.view["tickets"] == {}
    assert not any(hall.state.tables[table] for table in ("ended", "lines", "ratings", "visits"))
    assert {(row.state, row.ticket) for row in hall.view["counters"].values()} == {("closed", None)}
    assert hall.issue() == "A001"


def test_nothing_of_yesterday_remains() -> None:
    hall = Rig(hall_config(tickets=Tickets(per_person=3)))
    hall.by("lan", person="p1").do("sign_on", counter="1")
    hall.issue()
    hall.call("1")
    hall.do("note", ticket="A001", text="t")
    hall.do("ask_help", counter="1", kind="technical")
    hall.by(None, "admin").do("assign_counter", counter="2", services=["H"], mode="priority")
    hall.do("pause_counter", counter="3", minutes=480, reason="lunch")
    hall.do("notice", text="t", minutes=480)
    before = {name: hall.counter(name) for name in "123"}
    hall.now += 24 * HOUR
    hall.do("open_day")
    day = hall.events[-1]
    assert day.kind == "day_opened"
    assert day.changes["hall"] == {"day": "2026-11-24", "open": True, "notices": {}}
    private = {table: rows for table, rows in hall.state.tables.items() if table not in PUBLIC}
    assert not any(private.values())
    assert hall.counter("1") == with_counter(
        before["1"], state="closed", since=hall.now, ticket=None, did=None, asks=None
    )
    services = {"services": ["A", "H"], "mode": "all", "assigned": False}
    assert hall.counter("2") == with_counter(before["2"], state="closed", since=hall.now, **services)
    assert hall.counter("3") == with_counter(before["3"], state="closed", since=hall.now, until=None, reason=None)


def test_a_day_that_is_closed_takes_nothing_back_and_helps_nobody() -> None:
    hall = Rig()
    hall.issue()
    hall.call("1")
    hall.do("finish", counter="1")
    hall.do("ask_help", counter="1", kind="technical")
    hall.do("pause_counter", counter="2", minutes=5)
    hall.do("close_day")
    assert (hall.counter("1").did, hall.counter("1").asks, hall.counter("2").until) == (None, None, None)
    hall.do("open_counter", counter="1")
    assert hall.refusal("undo", counter="1") == "nothing_to_undo"


def test_a_label_that_was_sent_back_yesterday_is_another_ticket_today() -> None:
    hall = Rig()
    hall.issue()
    hall.call("1")
    hall.do("return", counter="1")
    hall.do("close_counter", counter="1")
    hall.later(minutes=24 * 60)
    hall.do("open_counter", counter="1")
    label = hall.issue()
    assert hall.call("1") == label


def test_bookings_of_the_day_and_later_live_on() -> None:
    hall = Rig(hall_config(auto_open=False))
    times = {"used": 5, "past": 6, "early": 23.5, "today": 26, "tomorrow": 48}
    codes = {name: hall.do("book", service="A", at=EIGHT + int(h * HOUR))["booking"].id for name, h in times.items()}
    hall.do("check_in", booking=codes["used"])
    hall.later(minutes=24 * 60)
    hall.do("open_day")
    assert set(hall.state.bookings) == {codes[name] for name in ("early", "today", "tomorrow")}


def test_a_hall_opens_by_itself_only_if_it_is_to() -> None:
    for itself in (True, False):
        hall = Rig(hall_config(auto_open=itself), opened=False)
        assert must_open(hall.state, hall.now) is itself


def test_the_archive_has_every_ticket_and_each_has_ended() -> None:
    hall = Rig()
    hall.serve(RECENT + 1)
    serving, called, waiting = hall.issue(), hall.issue(), hall.issue()
    hall.call("1")
    hall.do("start", counter="1")
    hall.call("2")
    past = archive(hall.state)
    assert set(past) == {"day", "tickets", "ratings", "visits", "lines"}, "nobody's name, and no visitor"
    assert past["day"] == "2026-11-23"
    assert [row.number for row in past["tickets"]] == list(range(1, RECENT + 5))
    last = {row.label: (row.state, row.ended_at) for row in past["tickets"][-3:]}
    assert last == {serving: ("done", None), called: ("done", None), waiting: ("expired", None)}


# -- dates, hours, midnight ------------------------------------------------------------------------------------------


@given(zone=st.sampled_from(ZONES), now=moments)
def test_today_is_the_date_in_the_hall(zone: str, now: int) -> None:
    state = Rig(hall_config(timezone=zone), opened=False).state
    assert today(state, now) == datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date().isoformat()


@given(zone=st.sampled_from(ZONES), now=moments, start=st.integers(0, 1438), length=st.integers(1, 1439))
def test_hours_are_kept_to_the_minute(zone: str, now: int, start: int, length: int) -> None:
    end = min(start + length, 1439)
    spans = [(f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}")]
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    assert within(spans, zone, now) == (start <= local.hour * 60 + local.minute < end)


def test_a_span_includes_its_first_minute_and_not_its_end() -> None:
    spans = [("07:30", "11:30"), ("13:30", "17:00")]
    zone = "Asia/Ho_Chi_Minh"
    inside = ["07:30:00", "11:29:59", "13:30:00", "16:59:59"]
    outside = ["07:29:59", "11:30:00", "13:29:59", "17:00:00", "00:00:00"]
    assert [within(spans, zone, at(zone, f"2026-11-23T{time}")) for time in inside] == [True] * 4
    assert [within(spans, zone, at(zone, f"2026-11-23T{time}")) for time in outside] == [False] * 5


@given(zone=st.sampled_from(ZONES), now=moments)
def test_midnight_is_when_the_date_changes(zone: str, now: int) -> None:
    state = Rig(hall_config(timezone=zone), opened=False).state
    midnight = next_midnight(zone, now)
    assert now < midnight <= now + 26 * HOUR
    assert today(state, midnight - 1) == today(state, now) != today(state, midnight)


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("Asia/Ho_Chi_Minh", "2026-11-23T08:00", "2026-11-24T00:00"),
        ("Asia/Ho_Chi_Minh", "2026-11-23T00:00", "2026-11-24T00:00"),
        ("Asia/Ho_Chi_Minh", "2026-12-31T23:59", "2027-01-01T00:00"),
        ("Europe/Berlin", "2026-03-29T01:00", "2026-03-30T00:00"),  # a day of 23 hours
        ("Europe/Berlin", "2026-10-25T01:00", "2026-10-26T00:00"),  # a day of 25
        ("America/Santiago", "2026-09-05T12:00", "2026-09-06T01:00"),  # that night has no 00:00
    ],
)
def test_midnights_where_clocks_change(zone: str, now: str, midnight: str) -> None:
    assert next_midnight(zone, at(zone, now)) == at(zone, midnight)


def test_the_day_turns_at_midnight_of_the_hall_and_not_of_utc() -> None:
    hall = Rig(now=at("Asia/Ho_Chi_Minh", "2026-11-23T23:59:59"))
    assert hall.issue(after=0) == "A001"
    assert hall.issue(after=1) == "A001"
    assert hall.view["hall"]["day"] == "2026-11-24"
    assert hall.now % (24 * HOUR) == 17 * HOUR


def test_a_counter_that_was_closed_keeps_the_time_it_closed_at() -> None:
    hall = Rig()
    hall.do("close_counter", counter="1")
    closed = hall.now
    hall.later(minutes=5)
    hall.do("close_day")
    assert hall.counter("1").since == closed
    assert hall.counter("2").since == closed + 5 * MIN
    assert hall.counter("2").since % S == 0
