"""Hours, weekdays and days of a report, held against the clock on the wall: over midnight, and as clocks change."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hallsys.core.history import DayRecord, Leg, VisitRecord, Wait
from hallsys.core.report import report, summed, totals

MINUTE = 60_000
NIGHTS = [
    ("Europe/Berlin", "2026-10-24T20:00", "set back: an hour comes twice"),
    ("Europe/Berlin", "2026-03-28T20:00", "set forward: an hour does not come"),
    ("Australia/Lord_Howe", "2026-04-04T10:00", "set back by half an hour"),
    ("Asia/Kathmandu", "2026-10-24T12:00", "an offset of three quarters"),
    ("Asia/Ho_Chi_Minh", "2026-12-31T13:00", "a new year"),
]


def night(begins: str) -> DayRecord:
    """Twelve hours from a time in UTC: somebody every seven minutes, called after as many minutes as the clock says."""
    start = int(datetime.fromisoformat(begins).replace(tzinfo=UTC).timestamp() * 1000)
    record = DayRecord(begins[:10], [], [], [], [])
    for index in range(100):
        issued = start + index * 7 * MINUTE
        called = issued + (index % 60) * MINUTE
        record.visits.append(VisitRecord(f"A{index:03}", "A", None, issued, called + 5 * MINUTE, "done"))
        record.waits.append(Wait(index, "A", "issued", issued, called, None, "1"))
        record.legs.append(Leg(index, "A", "1", "", called, called, called + 5 * MINUTE, "finished"))
    return record


@pytest.mark.parametrize(("zone", "begins", "why"), NIGHTS)
def test_hours_and_weekdays_are_those_on_the_wall(zone: str, begins: str, why: str) -> None:
    record = night(begins)

    def wall(time: int) -> datetime:
        return datetime.fromtimestamp(time / 1000, ZoneInfo(zone))

    for by, form in (("hour", "%H"), ("weekday_hour", "%u %H")):
        total, groups = report([record], by, zone, 900)  # type: ignore[arg-type]
        found = {key: (group.issued, group.waits.count, group.services.count) for key, group in groups.items()}
        counted = [
            Counter(wall(time).strftime(form) for time in times)
            for times in (
                [visit.issued for visit in record.visits],
                [wait.called for wait in record.waits if wait.called is not None],
                [leg.ended for leg in record.legs if leg.ended is not None],
            )
        ]
        keys = set().union(*counted)
        shown = {f"{int(key[0]) - 1}{key[1:]}" if " " in key else key: key for key in keys}
        assert found == {name: tuple(each[key] for each in counted) for name, key in shown.items()}, why
        # A wait is what passed, whatever the clock on the wall did meanwhile.
        assert total.waits.longest == 59 * 60
        assert total.waits.within == sum(index % 60 <= 15 for index in range(100))


def test_what_happens_after_midnight_belongs_to_the_day_that_was_opened() -> None:
    record = night("2026-12-31T13:00")
    _, groups = report([record], "day", "Asia/Ho_Chi_Minh", 900)
    assert {key: group.issued for key, group in groups.items()} == {"2026-12-31": 100}
    assert summed([totals(record)], 900) == groups["2026-12-31"]
