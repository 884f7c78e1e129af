"""What a report is asked for: which days, grouped by what, and which days stand beside them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from hallsys.errors import Refused

GROUPINGS: Final = ("day", "hour", "weekday", "weekday_hour", "service", "counter", "officer", "priority", "hall")
FORMATS: Final = ("json", "csv", "xlsx")
DAYS_MOST: Final = 3660
"""Days in one report: ten years, more than any hall keeps by default."""


class Days(NamedTuple):
    """From one day to another, both included."""

    first: date
    last: date

    @property
    def before(self) -> "Days":
        """The days to compare with: the month before a whole calendar month, else as many days just before."""
        end = self.first - timedelta(days=1)
        if self.is_month:
            return Days(end.replace(day=1), end)
        return Days(end - (self.last - self.first), end)

    @property
    def is_month(self) -> bool:
        """Whether this is one whole calendar month."""
        after = self.last + timedelta(days=1)
        return self.first.day == 1 and after.day == 1 and (after - self.first).days <= 31


class Question(NamedTuple):
    """A report that somebody asks for. `format` is how it is to be answered."""

    days: Days
    by: str
    format: str


def question(query: Mapping[str, str], today: date) -> Question:
    """`from` and `to` (2026-11-23; by default this month until today), `by` (service), `format` (json). Raises Refused
    bad_request with the field to mend."""
    last = _day(query, "to") or today
    first = _day(query, "from") or last.replace(day=1)
    if last < first:
        raise Refused("bad_request", "to", problem="value", detail=f"≥ {first}")
    if (last - first).days >= DAYS_MOST:
        raise Refused("bad_request", "from", problem="value", detail=f"≥ {last - timedelta(days=DAYS_MOST - 1)}")
    if first.year < 2000:
        raise Refused("bad_request", "from", problem="value", detail="≥ 2000-01-01")
    return Question(Days(first, last), _one_of(query, "by", GROUPINGS, "service"), _one_of(query, "format", FORMATS))


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name)
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text or found.year > 9000:
        raise Refused("bad_request", name, problem="value", detail="2026-11-23")
    return found


def _one_of(query: Mapping[str, str], name: str, known: tuple[str, ...], default: str = "") -> str:
    given = query.get(name) or default or known[0]
    if given not in known:
        raise Refused("bad_request", name, problem="value", detail=", ".join(known))
    return given
