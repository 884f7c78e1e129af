"""What a hall's rules read: its rows and what is seen of its devices, as figures against limits. Pure."""

from collections.abc import Collection, Iterator, Mapping, MutableMapping
from typing import Any, Final

import msgspec

from hallsys.config import HallConfig
from hallsys.core.alarms import Reading, Steps
from hallsys.core.days import within
from hallsys.core.model import WAITING, Counter, Ticket
from hallsys.hallalarms import AlarmRule, Kind

ABSENT: Final = 12 * 3_600_000
"""ms after which a silent screen counts as switched off for the day, and not as lost."""

_USUAL: Final[dict[Kind, Steps]] = {
    "queue": (20, 30, 0),
    "idle": (120, 0, 0),
    "deaf": (0, 1, 0),
    "printer": (0, 15, 0),
    "dossiers": (60, 0, 0),
    "screen": (180, 0, 0),
    "store": (0, 10, 0),
}
"""The steps of each kind where the hall says nothing; waits and forecasts go by the hall's `limits`."""
_LITTLE: Final[Steps] = (15, 0, 0)
"""A printer that still prints."""


class Seen(msgspec.Struct, frozen=True):
    """What is known beside the rows; None, and a service without a forecast: not known now.

    `heard`: the state of each zone's loudspeaker and since when (ms); `waits`: the forecast in seconds, P50 and P80, by
    service; `printers`: the trouble of each ("" for none) and whether it still prints; `dossiers`: the source's trouble
    or ""; `screens`: when each joined screen was last seen (ms); `store_away`: ms since when the store does not answer,
    or did not until now.
    """

    heard: Mapping[str, tuple[str, int]] | None = None
    waits: Mapping[str, tuple[int, int]] = {}
    printers: Mapping[str, tuple[str, bool]] = {}
    dossiers: str | None = None
    screens: Mapping[str, int] | None = None
    store_away: int | None = None


def unknown(seen: Seen) -> set[Kind]:
    """The kinds of which nothing is known now: their alarms stay as they are."""
    kinds: dict[Kind, object] = {"deaf": seen.heard, "screen": seen.screens}
    return {kind for kind, what in kinds.items() if what is None}


class Lasting:
    """Since when each of several things has been so, from one look to the next."""

    def __init__(self) -> None:
        self._since: MutableMapping[tuple[str, str], int] = {}

    def __call__(self, what: str, subject: str, holds: bool, now: int) -> int:
        """Seconds for which it has been so; 0 while it is not. From 1, so that what has just begun counts."""
        key = (what, subject)
        if not holds:
            self._since.pop(key, None)
            return 0
        return max(1, (now - self._since.setdefault(key, now)) // 1000)


def readings(
    hall: HallConfig, tables: Mapping[str, Mapping[str, Any]], seen: Seen, lasting: Lasting, now: int
) -> Iterator[Reading]:
    """Everything the hall's rules watch, at `now` (ms)."""
    waiting: dict[str, list[Ticket]] = {service: [] for service in tables["services"]}
    for ticket in tables["tickets"].values():
        if ticket.state == WAITING and ticket.service in waiting and (ticket.not_before or 0) <= now:
            waiting[ticket.service].append(ticket)
    rule = _Rules(hall)
    waits = {service: _longest(line) for service, line in waiting.items()}
    late = max(
        (head for head in waits.values() if head is not None), key=lambda head: now - head.queued_at, default=None
    )
    for service, head in waits.items():
        waited = (now - head.queued_at) // 1000 if head else 0
        yield from rule("wait", service, waited, head.label if head else None)
        yield from rule("queue", service, len(waiting[service]))
        yield from rule("forecast", service, _foreseen(hall, tables, seen, service, waited, bool(head)))
    drowning = late is not None and now - late.queued_at >= hall.limits.alarm * 1000
    for counter in tables["counters"].values():
        rests = lasting("idle", counter.id, drowning and _is_free(counter, waiting), now)
        yield from rule("idle", counter.id, rests, late.service if late else None)
    yield from _devices(rule, _at_work(hall, tables, now), seen, lasting, now)


def _devices(rule: "_Rules", at_work: bool, seen: Seen, lasting: Lasting, now: int) -> Iterator[Reading]:
    for zone, (state, since) in (seen.heard or {}).items():
        yield from rule("deaf", zone, max(1, (now - since) // 1000) if state == "deaf" else 0)
    for printer, (trouble, prints) in seen.printers.items():
        lasts = lasting("printer", printer, bool(trouble) and at_work, now)
        yield from rule("printer", printer, lasts, trouble or None, _LITTLE if prints else None)
    if seen.dossiers is not None:
        yield from rule("dossiers", "", lasting("dossiers", "", bool(seen.dossiers) and at_work, now))
    for screen, last in (seen.screens or {}).items():
        silent = now - last
        yield from rule("screen", screen, silent // 1000 if at_work and silent < ABSENT else 0)
    away = seen.store_away
    yield from rule("store", "", 0 if away is None else max(1, (now - away) // 1000))


class _Rules:
    """The hall's rules: a figure becomes a reading, unless its rule is off."""

    def __init__(self, hall: HallConfig) -> None:
        self._alarms, limits = hall.alarms, hall.limits
        self._usual: dict[Kind, Steps] = {
            **_USUAL,
            "wait": (limits.warn, limits.alarm, limits.ceiling),
            "forecast": (limits.ceiling, 0, 0),
        }

    def __call__(
        self, kind: Kind, subject: str, value: int | None, about: str | None = None, usual: Steps | None = None
    ) -> Iterator[Reading]:
        rule = next((each for each in self._alarms.rules if _fits(each, kind, subject)), AlarmRule(kind))
        if not rule.on:
            return
        warn, alarm, critical = usual or self._usual[kind]
        steps = (
            warn if rule.warn is None else rule.warn,
            alarm if rule.alarm is None else rule.alarm,
            critical if rule.critical is None else rule.critical,
        )
        repeat = self._alarms.repeat_s if rule.repeat_s is None else rule.repeat_s
        yield Reading(kind, subject, value, steps, about, repeat * 1000)


def _fits(rule: AlarmRule, kind: Kind, subject: str) -> bool:
    return rule.kind == kind and (not rule.of or subject in rule.of)


def _foreseen(
    hall: HallConfig, tables: Mapping[str, Mapping[str, Any]], seen: Seen, service: str, waited: int, waits: bool
) -> int | None:
    """The wait in seconds of whoever takes a number now, as likely as not. None: nobody knows, or people wait too long
    already, which is alarm enough; what was foreseen before then stays."""
    if service in seen.waits:
        p50 = seen.waits[service][0]
        return None if waited >= hall.limits.alarm and p50 >= hall.limits.ceiling else p50
    return None if waits and tables["hall"].get("open") else 0


def _longest(line: Collection[Ticket]) -> Ticket | None:
    return min(line, key=lambda ticket: ticket.queued_at, default=None)


def _is_free(counter: Counter, waiting: Mapping[str, Collection[Ticket]]) -> bool:
    """Open, with nobody there and nobody waiting for it: it could take others."""
    return counter.state == "open" and counter.ticket is None and not any(map(waiting.get, counter.services))


def _at_work(hall: HallConfig, tables: Mapping[str, Mapping[str, Any]], now: int) -> bool:
    """Devices are switched off at night, and nobody misses them."""
    if not tables["hall"].get("open"):
        return False
    return not hall.hours or within(hall.hours, hall.timezone, now)
