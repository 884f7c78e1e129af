"""Days and opening hours, in the hall's own time zone. A new day is a command like any other."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, freed, voice_of, with_ticket
from hallsys.core.model import AT_COUNTER, DONE, ENDED, EXPIRED, NO_LINE, RECENT, Changes, Counter, Service, Ticket
from hallsys.core.signs import as_set, becomes
from hallsys.core.state import HallState
from hallsys.errors import Refused

_OF_A_DAY: Final = ("ended", "lines", "shares", "desks", "persons", "ratings", "visits")
"""The private tables of which nothing remains when a new day opens."""
_QUARTER: Final = 900_000
"""Every offset in use is whole quarters of an hour, and clocks change on such a boundary."""


def today(state: HallState, now: int) -> str:
    """The date in the hall, as `2026-11-23`."""
    return _local(state.config.timezone, now // _QUARTER)[0]


def local_minute(state: HallState, time: int) -> str:
    """The time in the hall, as `09:30`."""
    return datetime.fromtimestamp(time / 1000, ZoneInfo(state.config.timezone)).strftime("%H:%M")


def next_midnight(timezone: str, now: int) -> int:
    """When the date changes next in a time zone, in milliseconds."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(timezone))
    following = (local + timedelta(days=1)).date()
    start = datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(timezone))
    return int(start.astimezone(UTC).timestamp() * 1000)


@lru_cache(maxsize=1024)
def _local(timezone: str, quarter: int) -> tuple[str, int]:
    """The date, and the minute of the day at which a quarter of an hour begins."""
    local = datetime.fromtimestamp(quarter * 900, ZoneInfo(timezone))
    return local.date().isoformat(), local.hour * 60 + local.minute


def within(hours: list[tuple[str, str]], timezone: str, now: int) -> bool:
    """Whether a time lies in one of the spans `("07:30", "11:30")`, the end not included."""
    minute = _local(timezone, now // _QUARTER)[1] + now % _QUARTER // 60_000
    return any(_minutes(start) <= minute < _minutes(end) for start, end in hours)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def must_take_tickets(state: HallState, service: Service, now: int) -> None:
    """Raises Refused hall_closed, service_closed or limit_reached."""
    config = state.config
    if not state.hall["open"] or state.hall["day"] != today(state, now):
        raise Refused("hall_closed")
    if config.enforce_hours and config.hours and not within(config.hours, config.timezone, now):
        raise Refused("hall_closed")
    settings = next((known for known in config.services if known.id == service.id), None)
    if not service.open or (settings and settings.hours and not within(settings.hours, config.timezone, now)):
        raise Refused("service_closed", "service", service=service.id)
    if (
        settings
        and settings.daily_limit is not None
        and state.lines.get(service.id, NO_LINE).number >= settings.daily_limit
    ):
        raise Refused("limit_reached", "service", service=service.id, limit=settings.daily_limit)


def must_open(state: HallState, now: int) -> bool:
    """Whether the day has to be opened by itself before anything else is decided."""
    return state.config.auto_open and state.hall.get("day", "") != today(state, now)


def open_day(state: HallState, command: c.OpenDay, now: int) -> Decision:
    """A new date starts empty, its numbers at 1; a day that was closed by hand goes on where it stopped."""
    day, present = today(state, now), state.hall.get("day", "")
    if day == present:
        if state.hall["open"]:
            raise Refused("wrong_state", label=day, state="open")
        return Decision([Event("day_opened", {"hall": {"open": True}}, {}, _opening(state, now))], {"day": day})
    hall = {"day": day, "open": True}
    changes: Changes = {
        "hall": hall | {"notices": {}} if state.hall.get("notices") else hall,
        "tickets": dict.fromkeys(state.tickets),
        "counters": _changed(state, [as_set(state.config, row) for row in _at_rest(state, now)]),
    }
    private: Changes = {table: dict.fromkeys(state.tables[table]) for table in _OF_A_DAY if state.tables[table]}
    past = {key: None for key, booking in state.bookings.items() if booking.ticket or today(state, booking.at) < day}
    if past:
        private["bookings"] = past
    told = {table: rows for table, rows in changes.items() if rows}
    return Decision([Event("day_opened", told, private, _opening(state, now))], {"day": day})


def _opening(state: HallState, now: int) -> str | None:
    """The day opens itself at midnight, when nobody is there to hear of it."""
    config = state.config
    if config.hours and not within(config.hours, config.timezone, now):
        return None
    return voice_of(state, "opening", now)


def close_day(state: HallState, command: c.CloseDay, now: int) -> Decision:
    """Ends the day: counters close, who is at one is done, everybody else's ticket expires."""
    day = state.hall["day"]
    if not state.hall["open"]:
        raise Refused("wrong_state", label=day, state="closed")
    rows = [_ended_at_close(ticket, now) for ticket in state.tickets.values() if ticket.state not in ENDED]
    recent = sorted([*state.recent, *((now, row.label) for row in rows)])[-RECENT:]
    kept = {label for _, label in recent}
    tickets: dict[str, Ticket | None] = {row.label: row if row.label in kept else None for row in rows}
    ended = {row.label: row for row in rows if row.label not in kept}
    for _, label in state.recent:
        if label not in kept:
            tickets[label], ended[label] = None, state.tickets[label]
    changes: Changes = {"hall": {"open": False}, "tickets": tickets, "counters": _changed(state, _at_rest(state, now))}
    return Decision(
        [
            Event(
                "day_closed",
                {table: rows for table, rows in changes.items() if rows},
                {"ended": ended} if ended else {},
                voice_of(state, "closing", now),
            )
        ],
        {"day": day},
    )


def _ended_at_close(ticket: Ticket, now: int | None) -> Ticket:
    return with_ticket(ticket, state=DONE if ticket.state in AT_COUNTER else EXPIRED, ended_at=now)


def _at_rest(state: HallState, now: int) -> list[Counter]:
    """The counters as a day's end leaves them: closed, without a ticket, and without the memory of one, as the labels
    of another day are other tickets."""
    return [freed(becomes(row, "closed", now), returned=None, asks=None) for row in state.counters.values()]


def _changed(state: HallState, rows: list[Counter]) -> dict[str, Counter]:
    return {row.id: row for row in rows if row != state.counters[row.id]}


def archive(state: HallState) -> dict[str, Any]:
    """A finished day as plain data for the archive: rows of every ticket, ratings and visits. Tickets of a day that
    nobody closed end as they would have; when, nobody knows."""
    tickets = [
        row if row.state in ENDED else _ended_at_close(row, None)
        for row in (*state.tickets.values(), *state.ended.values())
    ]
    return {
        "day": state.hall.get("day", ""),
        "tickets": sorted(tickets, key=lambda row: (row.issued_at, row.label)),
        "ratings": list(state.ratings.values()),
        "visits": dict(state.visits),
        "lines": dict(state.lines),
    }
