"""The times that can be booked: which there are, how many places each has, and how many are left."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from hallsys.config import CounterConfig, HallConfig
from hallsys.core.model import Booking
from hallsys.core.state import HallState

_MIN: Final = 60_000


class Slot(msgspec.Struct, frozen=True):
    """A time to come that can be booked, in ms, and its free places."""

    at: int
    free: int


def places(config: HallConfig, service: str) -> int:
    """How many a slot of a service has: as the settings say, else by what its counters get done in the part of their
    time that is for booked visitors; at least one where a counter takes it without condition."""
    rules = config.bookings
    if service in rules.places:
        return rules.places[service]
    takers = [own for counter in config.counters if service in (own := _always(counter))]
    done = sum(rules.slot_min / rules.minutes / len(own) for own in takers) * rules.share / 100
    return max(1, int(done)) if takers else 0


def _always(counter: CounterConfig) -> list[str]:
    return [entry for entry in counter.services if isinstance(entry, str)]


def is_slot(config: HallConfig, service: str, at: int) -> bool:
    """Whether a time is the beginning of a slot, however far away."""
    return at in _of_day(config, service, datetime.fromtimestamp(at / 1000, ZoneInfo(config.timezone)).date())


def slots(state: HallState, service: str, now: int) -> list[Slot]:
    """What is to come of today and the days after it, in order; full ones, too, so that a page can show them."""
    config = state.config
    today = datetime.fromtimestamp(now / 1000, ZoneInfo(config.timezone)).date()
    most, taken = places(config, service), Counter(row.at for row in state.bookings.values() if row.service == service)
    days = [today + timedelta(days=ahead) for ahead in range(config.bookings.days + 1)] if most else []
    times = [at for day in days for at in _of_day(config, service, day) if at > now]
    return [Slot(at, max(0, most - taken[at])) for at in times]


def lapsed(state: HallState, booking: Booking, now: int) -> bool:
    """Whether the time to check in is over."""
    return now > booking.at + state.config.bookings.late_s * 1000


def _of_day(config: HallConfig, service: str, day: date) -> list[int]:
    """When the slots of a day begin."""
    rules, zone = config.bookings, ZoneInfo(config.timezone)
    if day.isoweekday() not in rules.weekdays or day.isoformat() in rules.closed:
        return []
    own = next((row.hours for row in config.services if row.id == service), None)
    found: list[int] = []
    for start, end in own or config.hours:
        at, last = (
            int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).timestamp()) * 1000
            for clock in (start, end)
        )
        found += range(at, last - rules.slot_min * _MIN + 1, rules.slot_min * _MIN)
    return found
