"""The fairness of the hall: whom a counter calls next, and why.

In this order:
1. whoever was put in front: back from fixing papers, or transferred there; the first to come back first;
2. whoever has waited past the starvation limit, the longest first;
3. the counter's services in its order of preference: a later one only when its head has waited `prefer_s` longer than
   the best so far. Within a service `priority_calls` priority visitors, then one ordinary, each by arrival.

The reason stands on the ticket as `<code> key=value …`; the codes are those of `WHY`.
"""

from typing import Final, NamedTuple

from hallsys.core.lanes import Lane, counter_line, line_of
from hallsys.core.model import NO_LINE, Changes, Counter, Line, Ticket
from hallsys.core.state import HallState

WHY: Final = ("arrival", "priority", "ordinary", "starvation", "returned", "front", "direct", "chosen", "booked")


class Choice(NamedTuple):
    """The ticket to call, the reason, the line it came from, and what the call makes of the private rows `lines` and
    `shares`."""

    ticket: Ticket
    why: str
    line: str
    private: Changes


Filled = list[tuple[str, Lane, Lane, Lane]]
"""The lines of a counter in which somebody waits, each with its lanes: front, priority, ordinary."""


def choose(state: HallState, counter: Counter, now: int) -> Choice | None:
    """The next ticket for a counter, or None when nobody waits for it. Costs a look at the heads of a few lanes."""
    filled: Filled = []
    for line in (counter_line(counter.id), *counter.services):
        front, priority, ordinary = state.lanes.of(line)
        if front or priority or ordinary:
            filled.append((line, front, priority, ordinary))
    return (
        _in_front(state, counter, filled, now)
        or _starved(state, counter, filled, now)
        or _preferred(state, counter, filled, now)
    )


def ahead(state: HallState, ticket: Ticket, now: int) -> int:
    """How many of those waiting in the same line are called before this ticket, which waits or is about to, if nobody
    else comes."""
    line = line_of(ticket)
    lanes = state.lanes
    front, priority, ordinary = lanes.of(line)
    turns, streak = state.config.policy.priority_calls, state.lines.get(line, NO_LINE).streak
    first = max(0, turns - streak)
    if ticket.front:
        return lanes.before(ticket)
    if ticket.priority:
        index = lanes.before(ticket)
        between = 0 if index < first else 1 + (index - first) // max(1, turns)
        return len(front) + index + min(len(ordinary), between)
    index = lanes.before(ticket)
    return len(front) + index + min(len(priority), first + index * turns)


def _head(state: HallState, counter: Counter, lane: Lane, now: int) -> Ticket | None:
    """The first of a lane that this counter may call: not the one it has just sent back."""
    for place in lane:
        ticket = state.tickets[place[2]]
        if ticket.label != counter.returned or not _still_away(state, ticket, now):
            return ticket
    return None


def _still_away(state: HallState, ticket: Ticket, now: int) -> bool:
    """Whether a ticket that a counter sent back is for others yet; whoever put it in front or sent it there since has
    brought it back."""
    pause = state.config.policy.return_pause_s * 1000
    return not ticket.front and not ticket.to_counter and now < ticket.queued_at + pause


def _in_front(state: HallState, counter: Counter, filled: Filled, now: int) -> Choice | None:
    best: Ticket | None = None
    line_of_best = ""
    for line, front, _, _ in filled:
        ticket = _head(state, counter, front, now)
        if ticket is not None and (best is None or ticket.queued_at < best.queued_at):
            best, line_of_best = ticket, line
    if best is None:
        return None
    return Choice(best, best.front or "front", line_of_best, {})


def _starved(state: HallState, counter: Counter, filled: Filled, now: int) -> Choice | None:
    limit = state.config.policy.starve_s * 1000
    best: Ticket | None = None
    line_of_best = ""
    for line, _, *lanes in filled:
        for lane in lanes:
            if not lane or now - lane[0][0] < limit:
                continue
            ticket = _head(state, counter, lane, now)
            if ticket is None or now - ticket.arrival < limit:
                continue
            if best is None or ticket.arrival < best.arrival:
                best, line_of_best = ticket, line
    if best is None:
        return None
    return Choice(
        best, f"starvation minutes={(now - best.arrival) // 60_000}", line_of_best, _counted(state, line_of_best, best)
    )


def _preferred(state: HallState, counter: Counter, filled: Filled, now: int) -> Choice | None:
    best: Choice | None = None
    for line, _, priority, ordinary in filled:
        choice = _turn(state, counter, line, priority, ordinary, now)
        if choice is None:
            continue
        if best is None or best.ticket.arrival - choice.ticket.arrival >= state.config.policy.prefer_s * 1000:
            best = choice
    return best


def _turn(
    state: HallState, counter: Counter, line: str, priority_lane: Lane, ordinary_lane: Lane, now: int
) -> Choice | None:
    """Whose turn it is in one line."""
    urgent = _head(state, counter, priority_lane, now)
    ordinary = _head(state, counter, ordinary_lane, now)
    turns, streak = state.config.policy.priority_calls, state.lines.get(line, NO_LINE).streak
    if urgent is not None and (ordinary is None or streak < turns):
        why = f"priority kind={urgent.priority} turn={min(streak + 1, turns)} of={turns}"
        return Choice(urgent, why, line, _counted(state, line, urgent))
    if ordinary is None:
        return None
    why = "direct" if ordinary.to_counter else f"ordinary after={streak}" if urgent is not None else "arrival"
    return Choice(ordinary, why, line, _counted(state, line, ordinary))


def _counted(state: HallState, line: str, ticket: Ticket) -> Changes:
    """The line's priority calls in a row after this call."""
    before = state.lines.get(line, NO_LINE)
    streak = min(before.streak + 1, state.config.policy.priority_calls) if ticket.priority else 0
    if streak == before.streak:
        return {}
    return {"lines": {line: Line(before.number, streak, before.others)}}
