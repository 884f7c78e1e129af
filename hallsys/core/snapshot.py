"""A hall as its forecast reads it (docs/forecast.md, `snapshot`): plain data, seconds since local midnight.

Who waits for one counter or a group of counters stands in a line of that name (`@3`, `#group`), which these counters
take first, as in `sight`. Some rules are simpler than the hall's: a counter with weights takes its services in order,
visitors with many dossiers are ordinary ones, and who is to be called later counts as one who will come back.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hallsys.config import HallConfig, Helps
from hallsys.core.history import DayRecord, as_history
from hallsys.core.lanes import counter_line, group_line, line_of, since
from hallsys.core.model import AT_COUNTER, HELD, NO_LINE, WAITING, Counter, Ticket
from hallsys.core.state import HallState

Plain = dict[str, Any]

PRIORITY: Final = "!"
"""Ends the id of a question that a visitor with priority asks."""

DAY_S: Final = 86_400.0
OPEN_S: Final = 27_000.0
CLOSE_S: Final = 61_200.0
"""When a hall opens and closes whose settings do not say."""
BEFORE_S: Final = 3600.0
"""People may come this long before the opening."""


def probe(service: str, *, priority: bool = False) -> str:
    """The id of the question "if I took a ticket now"; no ticket has such a label."""
    return f"?{service}{PRIORITY if priority else ''}"


def midnight(timezone: str, day: str) -> int:
    """When a day, `2026-11-23`, began in a time zone, in ms since 1970."""
    start = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(timezone))
    return int(start.timestamp() * 1000)


def snapshot(state: HallState, now: int) -> Plain:
    """The hall at `now` (ms) but for `today`, asking for everybody who waits and for whoever takes a number now at a
    service that is open and has a counter. The hall must have been opened once."""
    config, policy = state.config, state.config.policy
    day = state.hall["day"]
    begun = midnight(config.timezone, day)

    def second(time: int) -> float:
        return (time - begun) / 1000

    waiting = [ticket for ticket in state.tickets.values() if ticket.state == WAITING]
    ready = [ticket for ticket in waiting if (ticket.not_before or 0) <= now]
    later = [ticket for ticket in waiting if (ticket.not_before or 0) > now]
    held = [ticket for ticket in state.tickets.values() if ticket.state == HELD]
    served = {service for counter in state.counters.values() for service in counter.services}
    lines = [row.id for row in state.services.values() if row.open and row.id in served]
    questions = [
        _question(line, second(now), priority=priority)
        for line in lines
        for priority in ((False, True) if config.priorities else (False,))
    ]
    counters = [_counter(state, row, begun) for row in state.counters.values()]
    taken = {line for row in counters for line in row["serves"]} & {line_of(ticket) for ticket in waiting}
    hours = [_clock(time) for span in config.hours for time in span]
    if hours and not hours[0] <= second(now) < hours[-1]:
        hours = [0.0, DAY_S]  # people are here outside the hours on the door: when they end, nobody knows
    return {
        "load": 0,
        "day": date.fromisoformat(day).toordinal(),
        "weekday": date.fromisoformat(day).weekday(),
        "now": second(now),
        "hours": hours,
        "last_issue": hours[-1] if hours else None,
        "services": list(dict.fromkeys([*state.services, *sorted(taken)])),
        "policy": {"priority_calls": policy.priority_calls, "prefer_s": policy.prefer_s, "starve_s": policy.starve_s},
        "waiting": [_waiting(ticket, now, begun) for ticket in ready] + questions,
        "held": [{"service": ticket.service, "since": second(ticket.queued_at)} for ticket in (*held, *later)],
        "counters": [
            {**row, "serves": [line for line in row["serves"] if line[0] not in "@#" or line in taken]}
            for row in counters
        ],
        "ask": [ticket.label for ticket in ready] + [question["id"] for question in questions],
    }


def planned(config: HallConfig, day: str, offered: Collection[str], tickets: int) -> Plain:
    """A day on which nobody has come yet, with these services: `2026-11-24`, an hour before it opens."""
    hours = [_clock(time) for span in config.hours for time in span] or [OPEN_S, CLOSE_S]
    when = date.fromisoformat(day)
    counters = [
        {
            "id": counter.id,
            "officer": counter.id,
            "serves": [service for service in counter.takes if service in offered],
            "status": "closed",
            "since": 0,
            "streak": 0,
            "current": None,
            "mode": counter.mode,
            "conditions": {
                each.service: (each.wait_over_s, each.idle) for each in counter.services if isinstance(each, Helps)
            },
        }
        for counter in config.counters
    ]
    policy = config.policy
    return {
        "load": tickets,
        "day": when.toordinal(),
        "weekday": when.weekday(),
        "now": hours[0] - BEFORE_S,
        "hours": hours,
        "last_issue": hours[-1],
        "services": [service.id for service in config.services if service.id in offered],
        "policy": {"priority_calls": policy.priority_calls, "prefer_s": policy.prefer_s, "starve_s": policy.starve_s},
        "counters": counters,
    }


def today(timezone: str, record: DayRecord) -> Plain:
    """The day's record so far as `snapshot["today"]`, in order of time: what is new stands at the end."""
    day = date.fromisoformat(record.day)
    plain = as_history(record, day.toordinal(), day.weekday(), midnight(timezone, record.day))
    plain["calls"].sort(key=lambda row: row[0])
    plain["services"].sort(key=lambda row: row["done"])
    return plain


def _waiting(ticket: Ticket, now: int, begun: int) -> Plain:
    again = ticket.queued_at != ticket.issued_at
    due = ticket.booked is not None and ticket.booked <= now
    first = bool(ticket.front) or due
    place = ticket.queued_at if ticket.front else since(ticket)
    return {
        "id": ticket.label,
        "service": line_of(ticket),
        "priority": ticket.priority is not None,
        "kind": "return" if ticket.front else "transfer" if again else "new",
        "since": (place - begun) / 1000,
        "queued": ((place if first else ticket.queued_at) - begun) / 1000,
        "lane": "return" if first else "priority" if ticket.priority else "ordinary",
    }


def _question(service: str, now: float, *, priority: bool) -> Plain:
    return {
        "id": probe(service, priority=priority),
        "service": service,
        "priority": priority,
        "kind": "new",
        "since": now,
        "queued": now,
        "lane": "priority" if priority else "ordinary",
        "probe": True,
    }


def _counter(state: HallState, counter: Counter, begun: int) -> Plain:
    desk = state.desks.get(counter.id)
    ticket = state.tickets.get(counter.ticket or "")
    current = None
    if ticket is not None and ticket.state in AT_COUNTER:
        current = {
            "id": ticket.label,
            "service": ticket.service,
            "called": ((ticket.called_at or ticket.started_at or begun) - begun) / 1000,
            "start": None if ticket.started_at is None else (ticket.started_at - begun) / 1000,
        }
    lines = [counter_line(counter.id), *map(group_line, counter.groups), *counter.services]
    return {
        "id": counter.id,
        "officer": desk.officer if desk and desk.officer else counter.id,
        "serves": lines,
        "status": counter.state,
        "since": (counter.since - begun) / 1000,
        # counted by line in the hall, by counter in the forecast: its first line says it for the counter
        "streak": max((state.lines.get(line, NO_LINE).streak for line in counter.services[:1]), default=0),
        "current": current,
        "mode": counter.mode,
        "conditions": {line: (each.wait_over_s, each.idle) for line, each in counter.conditions.items()},
    }


def _clock(time: str) -> float:
    hour, minute = time.split(":")
    return int(hour) * 3600.0 + int(minute) * 60.0
