"""What would be if: a planned day, as a supervisor asks for it and as it is answered."""

import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec

from hallsys.config import HallConfig
from hallsys.core.snapshot import planned
from hallsys.errors import Refused
from hallsys.live.halls import Hall
from hallsys.monitor.forecast.forecasts import Forecasts
from hallsys.monitor.forecast.process import Lost
from hallsys.monitor.forecast.wire import Imagined, WhatIfJob
from hallsys.store.connection import StoreDown

MOST: Final = 2000
"""Tickets of a day that are still played within two seconds."""
BLOCKS: Final = 24

log = logging.getLogger("hallsys.advice")

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Block(msgspec.Struct, forbid_unknown_fields=True):
    """These counters are open from `from` to `to`, as `08:00`."""

    begin: str = msgspec.field(name="from")
    to: str
    counters: Annotated[list[str], msgspec.Meta(min_length=1, max_length=200)]


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """`services` are those that are offered; all of the hall, if null."""

    tickets: Annotated[int, msgspec.Meta(ge=1, le=MOST)]
    blocks: Annotated[list[Block], msgspec.Meta(min_length=1, max_length=BLOCKS)]
    services: Annotated[list[str], msgspec.Meta(min_length=1, max_length=200)] | None = None


class Hour(msgspec.Struct):
    """Who takes a number within the hour that begins `at` (s since midnight): about how many `people`, the longest wait
    of them, P50 and P80 in seconds, and how many wait at its end in eight cases of ten."""

    at: int
    people: int
    longest: tuple[int, int]
    waiting: int


class Answer(msgspec.Struct):
    """P50 and P80 of the longest wait (s) and of when the last is called (s since midnight); `left`: about how many are
    not called at all, `nowhere` the services that no counter takes. `days`: from how many days the hall knows."""

    day: str
    hours: list[Hour]
    longest: tuple[int, int]
    ends: tuple[int, int]
    left: int
    nowhere: list[str]
    days: int


async def imagine(hall: Hall, forecasts: Forecasts, question: Question) -> Answer:
    """Raises Refused: bad_request, unknown_counter, unknown_service with the field to mend, forecast_unavailable,
    store_unavailable."""
    config = hall.config
    blocks = list(_blocks(config, question))
    offered = question.services or [service.id for service in config.services]
    for index, service in enumerate(offered):
        if service not in {each.id for each in config.services}:
            raise Refused("unknown_service", f"services[{index}]")
    today = date.fromisoformat(hall.today) if hall.today else datetime.now(ZoneInfo(config.timezone)).date()
    day = (today + timedelta(days=1)).isoformat()
    plan = planned(config, day, offered, question.tickets)
    job = WhatIfJob(config.id, config.timezone, plan, blocks, question.tickets, None)
    try:
        await forecasts.process.ready()
        found = await forecasts.process.ask(job, Imagined)
        if not found.known:
            job.past = await forecasts.past(hall, today.isoformat())
            found = await forecasts.process.ask(job, Imagined)
    except Lost as error:
        log.warning("hall %s: a planned day was not played: %s", config.id, error)
        raise Refused("forecast_unavailable") from None
    except StoreDown:
        raise Refused("store_unavailable") from None
    return Answer(
        day,
        [
            Hour(round(at), round(people), (round(p50), round(p80)), round(waiting))
            for at, people, p50, p80, waiting in found.hours
        ],
        (round(found.longest[0]), round(found.longest[1])),
        (round(found.ends[0]), round(found.ends[1])),
        round(found.left),
        found.nowhere,
        found.days,
    )


def _blocks(config: HallConfig, question: Question) -> Iterator[tuple[float, float, list[str]]]:
    known = {counter.id for counter in config.counters}
    for index, block in enumerate(question.blocks):
        start = _clock(block.begin, f"blocks[{index}].from")
        end = _clock(block.to, f"blocks[{index}].to")
        if end <= start:
            raise Refused("bad_request", f"blocks[{index}].to", problem="value", detail=f"> {block.begin}")
        for counter in block.counters:
            if counter not in known:
                raise Refused("unknown_counter", f"blocks[{index}].counters")
        yield start, end, block.counters


def _clock(text: str, field: str) -> float:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise Refused("bad_request", field, problem="value", detail="08:00")
    return int(match[1]) * 3600.0 + int(match[2]) * 60.0
