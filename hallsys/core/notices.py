"""What the hall's screens show beside the calls: notices with an end, and how each screen is set. Both stand in the
table `hall`, as plain data by id."""

from typing import Any
from zlib import crc32

import msgspec

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event
from hallsys.core.lookup import counter_of, must_be_zone
from hallsys.core.model import Notice, Screen
from hallsys.core.state import HallState
from hallsys.errors import Refused


def put_notice(state: HallState, command: c.PutNotice, now: int, code: str) -> Decision:
    """`code` becomes its id. Those that have ended go."""
    _must_be_there(state, command.counter, command.zone)
    notice = Notice(
        id=code,
        text=command.text,
        at=now,
        until=now + command.minutes * 60_000,
        counter=command.counter,
        zone=command.zone,
        spoken=command.speak,
    )
    row = msgspec.to_builtins(notice)
    mark = crc32(f"{state.config.id} {code} {now}".encode()) & 0xFFFFFF
    voice = f"notice-{code}-{mark:06x}" if command.speak else None
    event = Event("notice", {"hall": {"notices": {**_running(state, now), code: row}}}, {}, voice)
    return Decision([event], {"notice": row})


def end_notice(state: HallState, command: c.EndNotice, now: int) -> Decision:
    running = _running(state, now)
    if running.pop(command.notice, None) is None:
        raise Refused("unknown_notice", "notice")
    return Decision([Event("notice_ended", {"hall": {"notices": running}})])


def _running(state: HallState, now: int) -> dict[str, Any]:
    return {name: row for name, row in state.hall.get("notices", {}).items() if row["until"] > now}


def set_screen(state: HallState, command: c.SetScreen, now: int) -> Decision:
    _must_be_there(state, command.counter, command.zone)
    screen = Screen(
        id=command.screen,
        name=command.name,
        board=command.board,
        zone=command.zone,
        counter=command.counter,
        theme=command.theme,
        languages=list(command.languages),
        volume=command.volume,
    )
    row = msgspec.to_builtins(screen)
    screens = {**state.hall.get("screens", {}), screen.id: row}
    return Decision([Event("screen_set", {"hall": {"screens": screens}})], {"screen": row})


def _must_be_there(state: HallState, counter: str | None, zone: str | None) -> None:
    """Raises Refused unknown_counter or unknown_zone."""
    if counter is not None:
        counter_of(state, counter)
    if zone is not None:
        must_be_zone(state, zone)
