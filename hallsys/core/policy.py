"""The fairness of the hall: whom a counter calls next, and why (docs/calling.md).

A counter looks at the lines of those sent to it and to its groups, and at its services, the conditional ones only while
their condition holds. In this order:
1. whoever was put in front: back from fixing papers, or transferred there; the first to come back first;
2. whoever has waited past the starvation limit, the longest first;
3. whoever is booked and whose time has come, the earliest first;
4. the counter's lines in its order of preference: a later one only when its next has waited `prefer_s` longer than the
   best so far; its services in proportion to `weights` instead, if it has them. Within a line see `turns`;
5. whoever is booked for later.

The reason stands on the ticket as `<code> key=value …`; the codes are those of `WHY`.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from hallsys.core.days import local_minute
from hallsys.core.lanes import Lane, counter_line, group_line, place, since
from hallsys.core.model import NO_LINE, Changes, Counter, Share, Ticket
from hallsys.core.shares import shared
from hallsys.core.state import HallState
from hallsys.core.turns import Kind, counted, whose_turn

WHY: Final = (
    *("arrival", "priority", "ordinary", "many", "starvation", "returned", "front", "direct", "group"),
    *("help", "idle", "share", "booked", "early", "chosen", "walk_in"),
)


class Choice(NamedTuple):
    """The ticket to call, the reason, the line it came from, and what the call makes of the private rows `lines` and
    `shares`."""

    ticket: Ticket
    why: str
    line: str
    private: Changes


class Heads(NamedTuple):
    """Whom a counter might call of one line: the first that it may call of each lane. `booked` is one whose time has
    come, `early` one whose time has not. `help` is the reason for which a conditional service is taken now."""

    line: str
    front: Ticket | None
    booked: Ticket | None
    priority: Ticket | None
    ordinary: Ticket | None
    many: Ticket | None
    early: Ticket | None
    help: str = ""

    @property
    def waiting(self) -> list[tuple[Kind | None, Ticket]]:
        """Those who may be called now by arrival, whose turns are counted by kind."""
        kinds: tuple[Kind | None, ...] = (None, "priority", "ordinary", "many")
        return [(kind, ticket) for kind, ticket in zip(kinds, self[2:6], strict=True) if ticket is not None]


def choose(state: HallState, counter: Counter, now: int) -> Choice | None:
    """The next ticket for a counter, or None when it may call nobody. Costs a look at the heads of a few lanes."""
    seen = _sight(state, counter, now)
    return (
        _in_front(seen)
        or _starved(state, seen, now)
        or _booked(state, seen, "booked", lambda heads: heads.booked)
        or _preferred(state, counter, seen)
        or _booked(state, seen, "early", lambda heads: heads.early)
    )


# -- what a counter sees ---------------------------------------------------------------------------------------------


def _sight(state: HallState, counter: Counter, now: int) -> list[Heads]:
    """The lines in which somebody waits whom this counter may call, in its order of preference."""
    lines = [counter_line(counter.id), *map(group_line, counter.groups), *counter.services]
    seen = [heads for line in lines if (heads := _heads(state, counter, line, now)) is not None]
    if not counter.conditions:
        return seen
    idle = not any(heads.front or heads.waiting for heads in seen if heads.line not in counter.conditions)
    taken = []
    for heads in seen:
        condition = counter.conditions.get(heads.line)
        if condition is None:
            taken.append(heads)
            continue
        waited = _longest(state, heads.line, now) if condition.wait_over_s is not None else 0
        if (idle or not condition.idle) and waited >= (condition.wait_over_s or 0) * 1000:
            minutes = f"help minutes={waited // 60_000}"
            taken.append(heads._replace(help=minutes if condition.wait_over_s is not None else "idle"))
    return taken


def _heads(state: HallState, counter: Counter, line: str, now: int) -> Heads | None:
    lanes = state.lanes.of(line)
    mode = "all" if line[0] in "@#" else counter.mode  # who was sent here is taken in every mode

    def first(lane: Lane) -> Ticket | None:
        for _, _, label in lane:
            ticket = state.tickets[label]
            if _may_call(state, counter, mode, ticket, now):
                return ticket
        return None

    front = first(lanes.front) if lanes.front else None
    booked = first(lanes.booked) if lanes.booked else None
    early = None
    if booked is not None and (booked.booked or 0) > now:
        booked, early = None, booked
    # a lane that the mode leaves out is not searched: it may be long
    priority = first(lanes.priority) if lanes.priority and mode in ("all", "priority") else None
    ordinary = first(lanes.ordinary) if lanes.ordinary and mode in ("all", "ordinary") else None
    many = first(lanes.many) if lanes.many and mode in ("all", "ordinary") else None
    if front or booked or priority or ordinary or many or early:
        return Heads(line, front, booked, priority, ordinary, many, early)
    return None


def _may_call(state: HallState, counter: Counter, mode: str, ticket: Ticket, now: int) -> bool:
    if ticket.not_before is not None and ticket.not_before > now:
        return False
    if ticket.label == counter.returned and _still_away(state, ticket, now):
        return False
    if mode == "ordinary":
        return ticket.priority is None and ticket.booked is None
    return mode == "all" or (ticket.priority if mode == "priority" else ticket.booked) is not None


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


# -- whom it calls ---------------------------------------------------------------------------------------------------


def _in_front(seen: list[Heads]) -> Choice | None:
    best: Choice | None = None
    for heads in seen:
        ticket = heads.front
        if ticket is not None and (best is None or ticket.queued_at < best.ticket.queued_at):
            best = Choice(ticket, ticket.front or "front", heads.line, {})
    return best


def _starved(state: HallState, seen: list[Heads], now: int) -> Choice | None:
    latest = now - state.config.policy.starve_s * 1000
    best: tuple[Ticket, str, Kind | None] | None = None
    for heads in seen:
        for kind, ticket in heads.waiting:
            if since(ticket) <= latest and (best is None or since(ticket) < since(best[0])):
                best = (ticket, heads.line, kind)
    if best is None:
        return None
    ticket, line, kind = best
    return Choice(ticket, f"starvation minutes={(now - since(ticket)) // 60_000}", line, _counted(state, line, kind))


def _booked(state: HallState, seen: list[Heads], code: str, of: Callable[[Heads], Ticket | None]) -> Choice | None:
    best: tuple[int, Ticket, str] | None = None
    for heads in seen:
        ticket = of(heads)
        if ticket is not None and (best is None or since(ticket) < best[0]):
            best = (since(ticket), ticket, heads.line)
    if best is None:
        return None
    time, ticket, line = best
    return Choice(ticket, f"{code} at={local_minute(state, time)}", line, {})


def _preferred(state: HallState, counter: Counter, seen: list[Heads]) -> Choice | None:
    turns = [turn for heads in seen if (turn := _turn(state, heads)) is not None]
    best: Choice | None = None
    for turn in _by_weight(state, counter, turns) if counter.weights else turns:
        if best is None or since(best.ticket) - since(turn.ticket) >= state.config.policy.prefer_s * 1000:
            best = turn
    return best


def _by_weight(state: HallState, counter: Counter, turns: list[Choice]) -> Iterator[Choice]:
    """Those sent to the counter or its groups, then one of the services: the one that the weights name."""
    services = {turn.line: turn for turn in turns if turn.line in counter.services}
    yield from (turn for turn in turns if turn.line not in services)
    if not services:
        return
    weights = {line: counter.weights.get(line, 1) for line in services}
    before = state.shares.get(counter.id, Share())
    line, after = shared(before, weights) if len(services) > 1 else (next(iter(services)), Share())
    turn = services[line]
    why = turn.why
    if len(services) > 1 and line not in counter.conditions:
        why = f"share service={line} weight={weights[line]}"
    private = {**turn.private, "shares": {counter.id: after}} if after != before else turn.private
    yield turn._replace(why=why, private=private)


def _turn(state: HallState, heads: Heads) -> Choice | None:
    """Whose turn it is in one line, those in front and the booked aside."""
    line = state.lines.get(heads.line, NO_LINE)
    priority, ordinary, many = (
        None if ticket is None else place(ticket) for ticket in (heads.priority, heads.ordinary, heads.many)
    )
    kind = whose_turn(line, state.config, priority, ordinary, many)
    if kind is None:
        return None
    ticket: Ticket = getattr(heads, kind)
    turns = state.config.policy.priority_calls
    if heads.help:
        why = heads.help
    elif kind == "priority":
        why = f"priority kind={ticket.priority} turn={min(line.streak + 1, turns)} of={turns}"
    elif ticket.to_counter:
        why = "direct"
    elif ticket.to_group:
        why = f"group name={ticket.to_group}"
    elif kind == "many":
        why = f"many after={line.others}"
    else:
        why = f"ordinary after={line.streak}" if heads.priority is not None else "arrival"
    return Choice(ticket, why, heads.line, _counted(state, heads.line, kind))


def _counted(state: HallState, line: str, kind: Kind | None) -> Changes:
    """The turns of a line after this call; None: one that is not counted, a booked visitor."""
    before = state.lines.get(line, NO_LINE)
    after = before if kind is None else counted(before, state.config, kind)
    return {} if after == before else {"lines": {line: after}}
