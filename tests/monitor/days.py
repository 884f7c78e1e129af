"""Days that somebody might have had, written straight into the store."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hallsys.core.history import DayRecord, Leg, VisitRecord, Wait

OUTCOMES = ("finished",) * 8 + ("no_show", "held", "transferred")


def made_day(day: date, tickets: int, timezone: str = "Asia/Ho_Chi_Minh", officer: str = "Lan") -> DayRecord:
    """A day between half past seven and half past four, the same for the same date."""
    chance = random.Random(day.toordinal())
    opens = int(datetime(day.year, day.month, day.day, 7, 30, tzinfo=ZoneInfo(timezone)).timestamp() * 1000)
    record = DayRecord(day.isoformat(), [], [], [], [])
    for number in range(tickets):
        issued = opens + number * 9 * 3_600_000 // tickets + chance.randrange(60_000)
        service, counter = chance.choice("AHN"), chance.choice("123")
        kind = chance.choice([None, None, None, "aged"])
        outcome = chance.choice(OUTCOMES)
        called = issued + chance.randrange(1_500_000)
        ended = called + 60_000 + chance.randrange(900_000)
        state = {"finished": "done", "no_show": "no_show"}.get(outcome, "expired")
        score = chance.choice([0, 0, 5, 4, 2]) if state == "done" else 0
        label = f"{service}{number:03}"
        told = chance.randrange(900)
        record.visits.append(
            VisitRecord(
                *(label, service, kind, issued, ended, state),
                score=score,
                reasons=[chance.choice(("wait", "Giấy tờ khó hiểu"))] if score == 2 else [],
                promised=(told, told + 600) if number % 10 else None,
            )
        )
        why = chance.choice(["arrival", "arrival", "chosen"])
        said = chance.choice(("Việc khẩn", "Đi cùng nhau", "Người cần trợ giúp ngay")) if why == "chosen" else ""
        record.waits.append(Wait(number, service, "issued", issued, called, None, counter, officer, why, said))
        record.legs.append(Leg(number, service, counter, officer, called, called + 20_000, ended, outcome))
        record.last = ended
    return record


def made_days(first: date, count: int, tickets: int) -> list[DayRecord]:
    """Working days from `first` on."""
    days = [first + timedelta(days=more) for more in range(count)]
    return [made_day(day, tickets) for day in days if day.weekday() < 5]
