"""The times that can be booked: of which days, how many places, and who takes one."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hallsys.config import CounterConfig, Helps
from hallsys.core.slots import places, slots
from hallsys.hallvisits import Bookings
from tests.core.rig import EIGHT, HOUR, MIN, Rig, S, hall_config, service

HOURS = [("07:30", "11:30"), ("13:30", "17:00")]
MONDAY = EIGHT - 8 * HOUR
"""2026-11-23 00:00 in Viet Nam."""


def rig(hours: list[tuple[str, str]] = HOURS, services: str = "A", **rules: object) -> Rig:
    booked = Bookings(**{"places": {"A": 2}, **rules})  # type: ignore[arg-type]
    return Rig(hall_config({"1": services}, hours=hours, bookings=booked))


def local(hall: Rig, at: int) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(hall.state.config.timezone)).strftime("%a %d %H:%M")


def free(hall: Rig, name: str = "A") -> dict[str, int]:
    return {local(hall, slot.at): slot.free for slot in slots(hall.state, name, hall.now)}


def test_today_from_now_on_and_six_days_without_the_weekend() -> None:
    hall = rig()
    found = list(free(hall))
    assert found[:7] == [f"Mon 23 {clock}" for clock in ("08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "13:30")]
    assert found[-1] == "Fri 27 16:30"
    assert {name[:3] for name in found} == {"Mon", "Tue", "Wed", "Thu", "Fri"}
    assert len(found) == 13 + 4 * 15  # 08:00 itself has begun


def test_closed_dates_other_weekdays_and_a_services_own_hours() -> None:
    days = {name[:6] for name in free(rig(closed=["2026-11-24"], weekdays=[1, 2, 6, 7], days=6))}
    assert days == {"Mon 23", "Sat 28", "Sun 29"}
    own = hall_config(
        {"1": "A"}, [service("A", hours=[("09:00", "10:10")])], hours=HOURS, bookings=Bookings(days=0, slot_min=20)
    )
    hall = Rig(own)
    assert list(free(hall)) == ["Mon 23 09:00", "Mon 23 09:20", "Mon 23 09:40"]
    assert free(rig(hours=[])) == {}


def test_a_clock_that_is_set_back_makes_no_slot_twice() -> None:
    """Berlin, 2026-10-25: the hour from two to three comes twice."""
    night = hall_config(
        {"1": "A"}, hours=[("01:30", "04:00")], bookings=Bookings(weekdays=[7]), timezone="Europe/Berlin"
    )
    eve = int(datetime(2026, 10, 24, 20, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()) * 1000
    found = [slot.at for slot in slots(Rig(night, eve).state, "A", eve)]
    assert len(set(found)) == len(found) == 7
    assert found[-1] - found[0] == 6 * 30 * MIN


def test_places_follow_the_counters_unless_the_settings_say() -> None:
    counters = [CounterConfig("1", "1", ["A", "H"]), CounterConfig("2", "2", ["A", Helps("H", idle=True)])]
    config = hall_config({"1": "AHN"}, bookings=Bookings(slot_min=30, minutes=10, share=50, places={"N": 0}))
    config = msgspec.structs.replace(config, counters=counters)
    assert places(config, "A") == 2  # 3 of counter 2, 1.5 of counter 1, and half of that
    assert places(config, "H") == 1  # 0.75, but one at least
    assert places(config, "N") == 0
    assert places(config, "Z") == 0


def test_a_full_slot_is_refused_and_a_cancelled_place_is_free_again() -> None:
    hall = rig(per_person=9)
    at = EIGHT + HOUR
    first = hall.do("book", service="A", at=at)["booking"]
    hall.do("book", service="A", at=at)
    assert free(hall)["Mon 23 09:00"] == 0
    assert hall.refusal("book", service="A", at=at) == "slot_full at"
    hall.do("book", service="A", at=at + 30 * MIN)
    assert hall.do("cancel_booking", booking=first.id)["booking"] == first
    assert hall.events[-1].changes == {}
    assert free(hall)["Mon 23 09:00"] == 1
    hall.do("book", service="A", at=at)
    assert hall.refusal("cancel_booking", booking=first.id) == "unknown_booking booking"


def test_officers_make_appointments_between_the_slots() -> None:
    hall = rig(places={"A": 0})
    assert hall.refusal("book", service="A", at=EIGHT + HOUR) == "slot_full at"
    hall.do("book", service="A", at=EIGHT + HOUR + 5 * MIN)


def test_who_does_not_come_in_time_counts_no_more_and_loses_the_slot_alone() -> None:
    hall = rig(per_person=1, late_s=900, early_s=86_400)
    hall.by(person="someone")
    missed = hall.do("book", service="A", at=EIGHT + 30 * MIN)["booking"]
    assert hall.refusal("book", service="A", at=EIGHT + HOUR) == "limit_reached person"
    hall.later(minutes=45)
    assert hall.refusal("book", service="A", at=EIGHT + HOUR) == "limit_reached person"
    hall.later(seconds=1)
    hall.do("book", service="A", at=EIGHT + HOUR)
    ticket = hall.do("check_in", booking=missed.id)["ticket"]
    assert ticket.booked is None, "the day is not lost, the slot is"


def test_who_came_takes_the_place_still_and_counts_no_more() -> None:
    hall = rig(per_person=1, places={"A": 1})
    hall.by(person="someone")
    booked = hall.do("book", service="A", at=EIGHT + HOUR)["booking"]
    hall.do("check_in", booking=booked.id)
    assert free(hall)["Mon 23 09:00"] == 0
    hall.do("book", service="A", at=EIGHT + 2 * HOUR)


def test_a_booking_tells_nobody_whose_it_is() -> None:
    hall = rig()
    result = hall.by(person="9e1f-hash").do("book", service="A", at=EIGHT + HOUR)
    assert "9e1f" not in repr(result)
    assert hall.state.bookings[result["booking"].id].person == "9e1f-hash"


@pytest.mark.parametrize("typed", ["code1", " CODE1 ", "co-de-1", "CO DE1"])
def test_a_code_is_found_as_people_type_it(typed: str) -> None:
    hall = Rig(hall_config({"1": "A"}, bookings=Bookings(early_s=86_400)))
    hall._codes = 0
    hall.do("book", service="A", at=EIGHT + HOUR + S)
    assert hall.do("check_in", booking=typed)["ticket"].label == "A001"
