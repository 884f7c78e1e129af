"""A hall's settings as rows: what `hall.toml` says becomes the tables that everybody follows."""

from typing import Any

import msgspec

from hallsys.config import HallConfig
from hallsys.core.decision import Decision, Event, with_counter
from hallsys.core.model import Changes, Counter, Service
from hallsys.core.state import HallState


def configure(state: HallState, now: int) -> Decision | None:
    """The event that brings the tables up to the settings, or None when they agree. A service that had
    tickets today stays, and a counter that has one or that somebody waits for, even if the settings no longer name
    it: until they are read on another day."""
    config = state.config
    busy = {ticket.service for ticket in (*state.tickets.values(), *state.ended.values())}
    working = {counter.id for counter in state.counters.values() if counter.ticket}
    working |= {ticket.to_counter for ticket in state.tickets.values() if ticket.to_counter}
    services = {service.id: _service(config, service.id) for service in config.services}
    counters = {wanted.id: _counter(state, wanted.id, wanted.name, wanted.takes, now) for wanted in config.counters}
    changes: Changes = {
        "hall": _differences(state.hall, hall_rows(config), keep={"day", "open"}),
        "services": _differences(state.services, services, keep=busy),
        "counters": _differences(state.counters, counters, keep=working),
    }
    if not state.hall:
        changes["hall"] |= {"day": "", "open": False}
    changes = {table: rows for table, rows in changes.items() if rows}
    return Decision([Event("configured", changes)]) if changes else None


def hall_rows(config: HallConfig) -> dict[str, Any]:
    """The `hall` table of the view, without the day."""
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
        "sound": {
            "enabled": config.voice.enabled,
            "quiet": [list(span) for span in config.voice.quiet_hours],
            "volume": [list(span) for span in config.voice.volume],
        },
    }
    if config.zones:
        rows["zones"] = [
            {"id": zone.id, "name": zone.name.vi, "name_en": zone.name.en, "counters": zone.counters}
            for zone in config.zones
        ]
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


def _counter(state: HallState, name: str, shown: str, services: list[str], now: int) -> Counter:
    present = state.counters.get(name)
    if present is None:
        return Counter(name, shown, "closed", None, services, now, None, None)
    return with_counter(present, name=shown, services=services)


def _differences(present: dict[str, Any], wanted: dict[str, Any], keep: set[str]) -> dict[str, Any]:
    changed = {key: row for key, row in wanted.items() if present.get(key) != row}
    gone = {key: None for key in present if key not in wanted and key not in keep}
    return changed | gone
