"""What a command does: events, each with whole new rows, and the answer for whoever gave it."""

from typing import Any
from zlib import crc32

import msgspec

from hallsys.core.model import RECENT, WAITING, Changes, Counter, Did, Ticket
from hallsys.core.state import HallState


class Event(msgspec.Struct, frozen=True):
    """`changes` touch the public tables and are told to everybody; `private` ones never leave the server. `voice` is
    the id of the sound that goes with a call."""

    kind: str
    changes: Changes
    private: Changes = {}
    voice: str | None = None


class Decision(msgspec.Struct, frozen=True):
    """The events in order, and the result as rows by name."""

    events: list[Event]
    result: dict[str, Any] = {}


def with_counter(counter: Counter, **changes: Any) -> Counter:
    return msgspec.structs.replace(counter, **changes)


def with_ticket(ticket: Ticket, **changes: Any) -> Ticket:
    return msgspec.structs.replace(ticket, **changes)


def freed(counter: Counter, did: Did | None = None, **changes: Any) -> Counter:
    """The counter without its ticket, and with nothing to take back but `did`."""
    return msgspec.structs.replace(counter, ticket=None, did=did, **changes)


def waits_again(ticket: Ticket, now: int, **changes: Any) -> Ticket:
    """The row of a ticket that waits once more, for every counter of its service unless `changes` say otherwise."""
    again: dict[str, Any] = {
        "state": WAITING,
        "counter": None,
        "queued_at": now,
        "called_at": None,
        "started_at": None,
        "ended_at": None,
        "calls": 0,
        "why": None,
        "front": None,
        "to_counter": None,
        "to_group": None,
        "not_before": None,
    }
    return with_ticket(ticket, **(again | changes))


def end(state: HallState, ticket: Ticket) -> tuple[dict[str, Ticket | None], Changes]:
    """The public and private changes that an ended ticket makes: only so many ended ones stay in the view, the one
    that ended first moves to the private table."""
    tickets: dict[str, Ticket | None] = {ticket.label: ticket}
    if len(state.recent) < RECENT:
        return tickets, {}
    oldest = state.recent[0][1]
    tickets[oldest] = None
    return tickets, {"ended": {oldest: state.tickets[oldest]}}


def back(state: HallState, ticket: Ticket) -> tuple[dict[str, Ticket | None], Changes]:
    """The public and private changes that an ended ticket makes when it waits again: where it leaves the view's ended
    ones, the private one that ended last comes back among them."""
    if ticket.label in state.ended:
        return {ticket.label: ticket}, {"ended": {ticket.label: None}}
    if not state.ended:
        return {ticket.label: ticket}, {}
    latest = max(state.ended.values(), key=lambda row: (row.ended_at or 0, row.label))
    return {ticket.label: ticket, latest.label: latest}, {"ended": {latest.label: None}}


def says(state: HallState, what: str) -> bool:
    """Whether the hall announces this besides calls (`voice.also`)."""
    return state.config.voice.enabled and what in state.config.voice.also


def voice_of(state: HallState, what: str, now: int) -> str | None:
    """The id of an announcement about nobody in particular, if the hall makes it: `opening-<6 hex>`."""
    mark = crc32(f"{state.config.id} {what} {now}".encode()) & 0xFFFFFF
    return f"{what}-{mark:06x}" if says(state, what) else None


def voice_id(state: HallState, ticket: Ticket, counter: str, now: int) -> str:
    """The id of a call's sound: `<label>-<counter>-<6 hex>`, new for each call, so that a player can tell two apart,
    even of one millisecond."""
    mark = crc32(f"{state.config.id} {ticket.label} {counter} {now} {ticket.calls}".encode()) & 0xFFFFFF
    return f"{ticket.label}-{counter}-{mark:06x}"
