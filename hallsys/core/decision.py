"""What a command does: events, each with whole new rows, and the answer for whoever gave it."""

from hashlib import blake2s
from typing import Any

import msgspec

from hallsys.core.model import ENDED, RECENT, Changes, Counter, Ticket
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


def freed(counter: Counter, **changes: Any) -> Counter:
    """The counter without its ticket."""
    return msgspec.structs.replace(counter, ticket=None, **changes)


def end(state: HallState, ticket: Ticket) -> tuple[dict[str, Ticket | None], Changes]:
    """The public and private changes that an ended ticket makes: only so many ended ones stay in the view, the one
    that ended first moves to the private table."""
    tickets: dict[str, Ticket | None] = {ticket.label: ticket}
    if ticket.label in state.tickets and state.tickets[ticket.label].state in ENDED:
        return tickets, {}
    if len(state.recent) < RECENT:
        return tickets, {}
    oldest = state.recent[0][1]
    tickets[oldest] = None
    return tickets, {"ended": {oldest: state.tickets[oldest]}}


def voice_id(state: HallState, label: str, counter: str, now: int) -> str:
    """The id of a call's sound: `<label>-<counter>-<6 hex>`, new for each call, so that a player can tell two apart."""
    mark = blake2s(f"{state.hall.get('id')} {label} {counter} {now}".encode(), digest_size=3).hexdigest()
    return f"{label}-{counter}-{mark}"
