"""A hall's settings as rows: what `hall.toml` says becomes the tables that everybody follows."""

from typing import Any, Final

import msgspec

from hallsys.config import CounterConfig, HallConfig, Helps, Named, Zone
from hallsys.core.decision import Decision, Event, with_counter
from hallsys.core.lanes import NOBODY, group_line
from hallsys.core.model import WAITING, Changes, Condition, Counter, Service
from hallsys.core.state import HallState

_LIVING: Final = {"day", "open", "notices", "screens"}
"""What commands write into the `hall` table."""


def configure(state: HallState, now: int) -> Decision | None:
    """The event that brings the tables up to the settings, or None when they agree. A service that had
    tickets today stays, a counter that has one or that somebody waits for, and a group for which somebody waits, even
    if the settings no longer name it: until they are read again and it is not so."""
    config = state.config
    busy = {ticket.service for ticket in (*state.tickets.values(), *state.ended.values())}
    working = {counter.id for counter in state.counters.values() if counter.ticket}
    waiting = [ticket for ticket in state.tickets.values() if ticket.state == WAITING]
    working |= {ticket.to_counter for ticket in waiting if ticket.to_counter}
    services = {service.id: _service(config, service.id) for service in config.services}
    counters = {wanted.id: _counter(state, wanted, now) for wanted in config.counters}
    changes: Changes = {
        "hall": _differences(state.hall, hall_rows(config), keep=_LIVING),
        "services": _differences(state.services, services, keep=busy),
        "counters": _differences(state.counters, counters, keep=working),
    }
    if not state.hall:
        changes["hall"] |= {"day": "", "open": False}
    changes = {table: rows for table, rows in changes.items() if rows}
    return Decision([Event("configured", changes)]) if changes else None


def hall_rows(config: HallConfig) -> dict[str, Any]:
    """The `hall` table of the view, without what commands write there."""
    policy = config.policy
    rows: dict[str, Any] = {
        "id": config.id,
        "name": config.name.vi,
        "name_en": config.name.en,
        "province": config.province.vi,
        "province_en": config.province.en,
        "tz": config.timezone,
        "hours": [list(span) for span in config.hours],
        "enforce_hours": config.enforce_hours,
        "priorities": [kind.id for kind in config.priorities],
        "priority_names": {kind.id: msgspec.to_builtins(kind.name) for kind in config.priorities},
        "limits": msgspec.to_builtins(config.limits),
        "policy": msgspec.to_builtins(policy),
        "stale_s": config.voice.stale_s,
        "zones": [{**_named(zone), "counters": zone.counters} for zone in config.zones],
        "groups": [_named(group) for group in config.groups],
        "outcomes": [_named(outcome) for outcome in config.outcomes],
        "sound": {
            "enabled": config.voice.enabled,
            "quiet": [list(span) for span in config.voice.quiet_hours],
            "volume": [list(span) for span in config.voice.volume],
        },
    }
    if config.notice is not None:
        rows["notice"] = msgspec.to_builtins(config.notice)
    return rows


def _service(config: HallConfig, name: str) -> Service:
    wanted = next(service for service in config.services if service.id == name)
    return Service(
        id=wanted.id,
        name=wanted.name.vi,
        name_en=wanted.name.en,
        short=wanted.short.vi,
        short_en=wanted.short.en,
        about=wanted.about.vi,
        about_en=wanted.about.en,
        letter=wanted.series or wanted.id,
        open=wanted.open,
    )


def _named(thing: Named | Zone) -> dict[str, Any]:
    return {"id": thing.id, "name": thing.name.vi, "name_en": thing.name.en}


def _counter(state: HallState, wanted: CounterConfig, now: int) -> Counter:
    present = state.counters.get(wanted.id)
    if present is None:
        present = Counter(wanted.id, wanted.name, "closed", None, [], now, None, None)
    row = with_counter(present, name=wanted.name, groups=[*wanted.groups, *_dropped(state, present)])
    return row if row.assigned else with_counter(row, **work_of(wanted))


def _dropped(state: HallState, counter: Counter) -> list[str]:
    """The counter's groups that the settings no longer name while somebody waits for them."""
    named = {group.id for group in state.config.groups}
    return [name for name in counter.groups if name not in named and state.lanes.of(group_line(name)) is not NOBODY]


def work_of(wanted: CounterConfig) -> dict[str, Any]:
    """The fields of a counter's row that may be set otherwise for a day: what it takes, and how."""
    helps = [entry for entry in wanted.services if isinstance(entry, Helps)]
    return {
        "services": wanted.takes,
        "conditions": {entry.service: Condition(entry.wait_over_s, entry.idle) for entry in helps},
        "weights": wanted.weights,
        "mode": wanted.mode,
    }


def _differences(present: dict[str, Any], wanted: dict[str, Any], keep: set[str]) -> dict[str, Any]:
    changed = {key: row for key, row in wanted.items() if present.get(key) != row}
    gone = {key: None for key in present if key not in wanted and key not in keep}
    return changed | gone
