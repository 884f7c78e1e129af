"""What a counter sees when it calls: of each line that it takes now, the first of each lane that it may call.

Not those who were told to come later, not the one it has just sent back, and only those of its mode; but who was sent
to the counter or to one of its groups is taken in every mode.
"""

from typing import Final

import msgspec

from hallsys.core.lanes import NOBODY, Lane, Waiting, counter_line, group_line, since
from hallsys.core.model import Counter, Ticket
from hallsys.core.state import HallState
from hallsys.core.turns import Kind

_WITH_PRIORITY: Final = ("all", "priority")
_WITH_ORDINARY: Final = ("all", "ordinary")


class Heads(msgspec.Struct, gc=False):
    """Whom a counter might call of one line: the first that it may call of each lane. `booked` is one whose time has
    come, `early` one whose time has not. `help` is the reason for which a conditional service is taken now."""

    line: str
    front: Ticket | None = None
    booked: Ticket | None = None
    priority: Ticket | None = None
    ordinary: Ticket | None = None
    many: Ticket | None = None
    early: Ticket | None = None
    help: str = ""

    def of(self, kind: Kind) -> Ticket | None:
        return self.priority if kind == "priority" else self.ordinary if kind == "ordinary" else self.many

    def kind(self, ticket: Ticket) -> Kind | None:
        """As which a call of this ticket is counted; None for a booked one, which is not."""
        if ticket is self.booked:
            return None
        return "priority" if ticket is self.priority else "ordinary" if ticket is self.ordinary else "many"

    @property
    def somebody(self) -> bool:
        """Whether one may be called who is not booked for later."""
        return bool(self.front or self.booked or self.priority or self.ordinary or self.many)


def sight(state: HallState, counter: Counter, now: int) -> list[Heads]:
    """The lines in which somebody waits whom this counter may call, in its order of preference."""
    lines = [counter_line(counter.id), *map(group_line, counter.groups), *counter.services]
    seen = []
    for line in lines:
        lanes = state.lanes.of(line)
        if lanes is not NOBODY and (heads := _heads(state, counter, line, lanes, now)) is not None:
            seen.append(heads)
    if not counter.conditions:
        return seen
    idle = not any(heads.somebody for heads in seen if heads.line not in counter.conditions)
    taken = []
    for heads in seen:
        condition = counter.conditions.get(heads.line)
        if condition is not None:
            if condition.idle and not idle:
                continue
            heads.help = "idle"
            if condition.wait_over_s is not None:
                waited = _longest(state, heads.line, now)
                if waited < condition.wait_over_s * 1000:
                    continue
                heads.help = f"help minutes={waited // 60_000}"
        taken.append(heads)
    return taken


def _heads(state: HallState, counter: Counter, line: str, lanes: Waiting, now: int) -> Heads | None:
    mode = "all" if line[0] in "@#" else counter.mode  # who was sent here is taken in every mode
    heads = Heads(line)
    front, booked, priority, ordinary, many = lanes
    if front:
        heads.front = _first(state, counter, mode, front, now)
    if booked:
        heads.booked = _first(state, counter, mode, booked, now)
        if heads.booked is not None and (heads.booked.booked or 0) > now:
            heads.booked, heads.early = None, heads.booked
    # A lane that the mode leaves out is not searched: it may be long.
    if priority and mode in _WITH_PRIORITY:
        heads.priority = _first(state, counter, mode, priority, now)
    if ordinary and mode in _WITH_ORDINARY:
        heads.ordinary = _first(state, counter, mode, ordinary, now)
    if many and mode in _WITH_ORDINARY:
        heads.many = _first(state, counter, mode, many, now)
    return heads if heads.somebody or heads.early else None


def _first(state: HallState, counter: Counter, mode: str, lane: Lane, now: int) -> Ticket | None:
    tickets = state.tickets
    for _, _, label in lane:
        ticket: Ticket = tickets[label]
        if mode == "all" and ticket.not_before is None and label != counter.returned:
            return ticket  # nearly always; this is asked for every lane of every call
        if _may_call(state, counter, mode, ticket, now):
            return ticket
    return None


def _may_call(state: HallState, counter: Counter, mode: str, ticket: Ticket, now: int) -> bool:
    if ticket.not_before is not None and ticket.not_before > now:
        return False
    if ticket.label == counter.returned and _still_away(state, ticket, now):
        return False
    if mode == "all":
        return True
    if mode == "ordinary":
        return ticket.priority is None and ticket.booked is None
    return (ticket.priority if mode == "priority" else ticket.booked) is not None


def _still_away(state: HallState, ticket: Ticket, now: int) -> bool:
    """Whether a ticket that a counter sent back is for others yet; whoever put it in front or sent it there since has
    brought it back."""
    pause = state.config.policy.return_pause_s * 1000
    return not (ticket.front or ticket.to_counter or ticket.to_group) and now < ticket.queued_at + pause


def _longest(state: HallState, line: str, now: int) -> int:
    """How long somebody has waited in a line, in ms, of those whose time to be called has come."""
    longest = 0
    lanes = state.lanes.of(line)
    for lane in lanes:
        for _, _, label in lane:
            ticket = state.tickets[label]
            if ticket.not_before is None or ticket.not_before <= now:
                longest = max(longest, now - since(ticket))
                if lane is not lanes.front:
                    break
    return longest
