"""Alarms: when one is raised, grows worse, is told again, is acknowledged and is over. Pure; the time is passed in.

Every rule comes to a *reading*: one figure of one subject, and the three steps that it may reach (warn, alarm,
critical). A step counts from the figure that reaches it until the figure has stayed a tenth below it for `over_ms`, so
an alarm does not flap however the figure does. What a reading cannot tell changes nothing.
"""

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Final

import msgspec

from hallsys.hallalarms import SEVERITIES, Event, Kind, Severity

SLACK: Final = 10
"""Percent that a figure has to fall below a step before the step is left."""
_GRAIN: Final = {"wait": 60, "forecast": 60, "idle": 60, "queue": 1}
"""The part of a figure that people read. Of a trouble that lasts they read since when."""

Steps = tuple[int, int, int]
"""The figures at which it is a warning, an alarm, critical; 0: never."""


class Reading(msgspec.Struct, frozen=True):
    """`value` None: not known now. `about` is what else the words name: a ticket's label, a service, a state."""

    kind: Kind
    subject: str
    value: int | None
    steps: Steps
    about: str | None = None
    repeat_ms: int = 600_000

    @property
    def id(self) -> str:
        return f"{self.kind}.{self.subject}" if self.subject else self.kind


class Alarm(msgspec.Struct, frozen=True, omit_defaults=True):
    """One alarm from `since` (ms) to its end. `limit` is the step that `value` reached. It was told `times` times, last
    at `told`; None: quiet hours have kept it. `by` acknowledged it `at`; `over` is its end."""

    id: str
    kind: Kind
    subject: str
    severity: Severity
    since: int
    value: int
    limit: int
    about: str | None = None
    worst: Severity = "warn"
    times: int = 0
    told: int | None = None
    by: str | None = None
    at: int | None = None
    over: int | None = None

    @property
    def state(self) -> str:
        return "over" if self.over is not None else "acknowledged" if self.at is not None else "raised"


class Change(msgspec.Struct, frozen=True):
    """An alarm as it is from now on, and what is told of it; `event` None: only shown."""

    alarm: Alarm
    event: Event | None


def step(
    alarms: Mapping[str, Alarm],
    falling: MutableMapping[str, int],
    readings: Iterable[Reading],
    now: int,
    *,
    over_ms: int,
    quiet: bool,
) -> list[Change]:
    """What changes at `now` (ms). `falling` remembers since when figures have been below the step of their alarm, and
    is kept by the caller from one look to the next. An alarm without a reading any more has lost its subject."""
    found = {reading.id: reading for reading in readings}
    changes = []
    for gone in alarms.keys() - found.keys():
        alarm = alarms[gone]
        found[gone] = Reading(alarm.kind, alarm.subject, 0, (0, 0, 0))
    for name, reading in found.items():
        before = alarms.get(name)
        after = _moved(before, reading, falling, now, over_ms)
        if after is None:
            continue
        change = _told(before, after, reading.repeat_ms, now, quiet)
        if change.alarm != before:
            changes.append(change)
    return changes


def acknowledged(alarm: Alarm, by: str, now: int) -> Alarm:
    """Somebody sees to it: it is not told again unless it grows worse."""
    return msgspec.structs.replace(alarm, by=by, at=now) if alarm.state == "raised" else alarm


def _moved(
    alarm: Alarm | None, reading: Reading, falling: MutableMapping[str, int], now: int, over_ms: int
) -> Alarm | None:
    """The alarm as its figure has it now; None where there is none."""
    value = reading.value
    up = 0 if value is None else reached(value, reading.steps)
    if alarm is None:
        if value is None or not up:
            return None
        severity = SEVERITIES[up - 1]
        limit = reading.steps[up - 1]
        return Alarm(
            reading.id, reading.kind, reading.subject, severity, now, value, limit, reading.about, worst=severity
        )
    if value is None:
        return alarm
    level = SEVERITIES.index(alarm.severity) + 1
    kept = max(up, reached(value, tuple(-(-each * (100 - SLACK) // 100) for each in reading.steps)))
    if kept >= level:
        falling.pop(alarm.id, None)
        kept = max(up, level)
    elif now - falling.setdefault(alarm.id, now) < over_ms:
        return alarm
    else:
        del falling[alarm.id]
    if not kept:  # with the figures of the time when it was one
        return msgspec.structs.replace(alarm, over=now)
    if kept > level:
        alarm = msgspec.structs.replace(alarm, by=None, at=None)
    severity = SEVERITIES[kept - 1]
    worst = max(severity, alarm.worst, key=SEVERITIES.index)
    return _seen(msgspec.structs.replace(alarm, severity=severity, worst=worst), reading, value, kept)


def _seen(alarm: Alarm, reading: Reading, value: int, level: int) -> Alarm:
    """With its figures, where a reader would see that they changed."""
    limit = reading.steps[level - 1] or alarm.limit
    grain = _GRAIN.get(alarm.kind)
    same = grain is None or value // grain == alarm.value // grain
    if same and limit == alarm.limit and reading.about == alarm.about:
        return alarm
    return msgspec.structs.replace(alarm, value=value, limit=limit, about=reading.about)


def _told(before: Alarm | None, after: Alarm, repeat_ms: int, now: int, quiet: bool) -> Change:
    if after.over is not None:
        return Change(after, "over" if after.times else None)
    worse = before is not None and SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity)
    event: Event | None = None
    if quiet:
        return Change(msgspec.structs.replace(after, told=None) if worse else after, None)
    if after.told is None and after.at is None:
        event = "again" if after.times else "raised"
    elif worse:
        event = "worse"
    elif repeat_ms and after.told is not None and after.at is None and now - after.told >= repeat_ms:
        event = "again"
    if event is None:
        return Change(after, None)
    return Change(msgspec.structs.replace(after, told=now, times=after.times + 1), event)


def reached(value: int, steps: Sequence[int]) -> int:
    """The highest step that a figure reaches, 1 to 3; 0 for none."""
    return max((index for index, least in enumerate(steps, 1) if least and value >= least), default=0)
