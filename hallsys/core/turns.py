"""Whose turn it is within one line, and how many go before somebody.

`policy.priority_calls` priority visitors, then one of the others. One with many dossiers is called after
`tickets.many_every` others of the line, but never before an ordinary visitor who came earlier, or when nobody else
waits there.
"""

from bisect import bisect_left, insort
from typing import Final, Literal

from hallsys.config import HallConfig
from hallsys.core.lanes import Lane, Place, line_of, place
from hallsys.core.model import NO_LINE, Line, Ticket
from hallsys.core.state import HallState

Kind = Literal["priority", "ordinary", "many"]
KINDS: Final[tuple[Kind, ...]] = ("priority", "ordinary", "many")


def whose_turn(line: Line, config: HallConfig, priority: bool, ordinary: bool, earlier: bool) -> Kind:
    """Which lane, of those in which somebody waits: there is one. `earlier`: the first with many dossiers came before
    every ordinary visitor who waits."""
    due = earlier and line.others >= config.tickets.many_every
    if priority and (not (ordinary or due) or line.streak < config.policy.priority_calls):
        return "priority"
    return "ordinary" if ordinary and not due else "many"


def counted(line: Line, config: HallConfig, kind: Kind) -> Line:
    """The line after such a call: the turns are counted no further than the rules ask, so that a morning of one kind
    is no credit for the afternoon."""
    streak = min(line.streak + 1, config.policy.priority_calls) if kind == "priority" else 0
    others = 0
    if config.tickets.many_from and kind != "many":
        others = min(line.others + 1, config.tickets.many_every)
    return Line(line.number, streak, others)


def ahead(state: HallState, ticket: Ticket, now: int) -> int:
    """How many of those waiting in the same line are called before this ticket, which waits or is about to, if nobody
    else comes and nobody waits too long: by one counter that takes everybody of this line."""
    name = line_of(ticket)
    waiting, at = state.lanes.of(name), place(ticket)
    if ticket.front:
        return _before(state, name, waiting.front, at, now)
    come = bisect_left(waiting.booked, (now + 1, 0, ""))
    if ticket.booked is not None and ticket.booked <= now:
        return _all(state, name, waiting.front, now) + _before(state, name, waiting.booked, at, now)
    first = _all(state, name, waiting.front, now) + _all(state, name, waiting.booked[:come], now)
    if ticket.booked is not None:
        lanes = (waiting.priority, waiting.ordinary, waiting.many)
        early = _before(state, name, waiting.booked[come:], at, now)
        return first + sum(_all(state, name, lane, now) for lane in lanes) + early
    lane = state.lanes.lane(ticket)
    if waiting.many or lane is waiting.many:
        return first + _walked(state, name, ticket, now)
    turns, streak = state.config.policy.priority_calls, state.lines.get(name, NO_LINE).streak
    fresh, index = max(0, turns - streak), _before(state, name, lane, at, now)
    if ticket.priority:
        between = 1 + (index - fresh) // turns  # 0 for those within the fresh turns, as `//` rounds down
        return first + index + min(_all(state, name, waiting.ordinary, now), between)
    return first + index + min(_all(state, name, waiting.priority, now), fresh + index * turns)


def _walked(state: HallState, name: str, ticket: Ticket, now: int) -> int:
    """The calls of a line before a ticket's, one by one: where somebody has many dossiers, no formula says it."""
    waiting, line, mine = state.lanes.of(name), state.lines.get(name, NO_LINE), state.lanes.lane(ticket)
    hidden, left = state.lanes.hidden(name, now), {}
    for kind in KINDS:
        lane: Lane = getattr(waiting, kind)
        places = [at for at in lane if at[2] not in hidden]
        if lane is mine:
            insort(places, place(ticket))  # once more, where it waits already: that changes nothing before it
        left[kind] = iter([*places, None])
    heads = {kind: next(places) for kind, places in left.items()}
    before = 0
    while True:
        priority, ordinary, many = (heads[kind] for kind in KINDS)
        earlier = many is not None and (ordinary is None or many < ordinary)
        turn = whose_turn(line, state.config, priority is not None, ordinary is not None, earlier)
        if heads[turn] == place(ticket):
            return before
        line, heads[turn] = counted(line, state.config, turn), next(left[turn])
        before += 1


def _before(state: HallState, line: str, lane: Lane, at: Place, now: int) -> int:
    """How many of a lane stand before a place and may be called now."""
    index = bisect_left(lane, at)
    hidden = state.lanes.hidden(line, now)
    return index - sum(other[2] in hidden for other in lane[:index]) if hidden else index


def _all(state: HallState, line: str, lane: Lane, now: int) -> int:
    hidden = state.lanes.hidden(line, now)
    return sum(other[2] not in hidden for other in lane) if hidden else len(lane)
