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

from collections.abc import Callable
from typing import Final, NamedTuple

from hallsys.core.days import local_minute
from hallsys.core.lanes import place, since
from hallsys.core.model import NO_LINE, Changes, Counter, Share, Ticket
from hallsys.core.shares import shared
from hallsys.core.sight import Heads, sight
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


class Turn(NamedTuple):
    """Whose turn it is in one line."""

    heads: Heads
    kind: Kind
    ticket: Ticket


def choose(state: HallState, counter: Counter, now: int) -> Choice | None:
    """The next ticket for a counter, or None when it may call nobody. Costs a look at the heads of a few lanes."""
    seen = sight(state, counter, now)
    return (
        _in_front(seen)
        or _starved(state, seen, now)
        or _booked(state, seen, "booked", lambda heads: heads.booked)
        or _preferred(state, counter, seen)
        or _booked(state, seen, "early", lambda heads: heads.early)
    )


def _in_front(seen: list[Heads]) -> Choice | None:
    best: Choice | None = None
    for heads in seen:
        ticket = heads.front
        if ticket is not None and (best is None or ticket.queued_at < best.ticket.queued_at):
            best = Choice(ticket, ticket.front or "front", heads.line, {})
    return best


def _starved(state: HallState, seen: list[Heads], now: int) -> Choice | None:
    latest = now - state.config.policy.starve_s * 1000
    best: tuple[Ticket, Heads] | None = None
    for heads in seen:
        for ticket in (heads.booked, heads.priority, heads.ordinary, heads.many):
            if ticket is not None and since(ticket) <= latest and (best is None or since(ticket) < since(best[0])):
                best = (ticket, heads)
    if best is None:
        return None
    ticket, heads = best
    why = f"starvation minutes={(now - since(ticket)) // 60_000}"
    return Choice(ticket, why, heads.line, _counted(state, heads.line, heads.kind(ticket)))


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
    shares: Changes = {}
    weight = 0
    if counter.weights:
        turns, weight, shares = _by_weight(state, counter, turns)
    best: Turn | None = None
    for turn in turns:
        if best is None or since(best.ticket) - since(turn.ticket) >= state.config.policy.prefer_s * 1000:
            best = turn
    if best is None:
        return None
    line = best.heads.line
    why = _reason(state, best)
    if line not in counter.services:
        shares = {}
    elif weight and not best.heads.help:
        why = f"share service={line} weight={weight}"
    return Choice(best.ticket, why, line, {**_counted(state, line, best.kind), **shares})


def _by_weight(state: HallState, counter: Counter, turns: list[Turn]) -> tuple[list[Turn], int, Changes]:
    """Those sent to the counter or its groups, then one of the services: the one that the weights name; its weight, 0
    where no other service has anybody; and the shares if it is called."""
    services = {turn.heads.line: turn for turn in turns if turn.heads.line in counter.services}
    sent = [turn for turn in turns if turn.heads.line not in services]
    before = state.shares.get(counter.id, Share())
    if len(services) < 2:  # nothing to share, and nothing to be owed
        return turns, 0, {"shares": {counter.id: Share()}} if before.credit else {}
    weights = {line: counter.weights.get(line, 1) for line in services}
    line, after = shared(before, weights)
    return [*sent, services[line]], weights[line], {"shares": {counter.id: after}}


def _turn(state: HallState, heads: Heads) -> Turn | None:
    """Whose turn it is in one line, those in front and the booked aside."""
    priority, ordinary, many = heads.priority, heads.ordinary, heads.many
    if priority is None and many is None:
        return None if ordinary is None else Turn(heads, "ordinary", ordinary)
    earlier = many is not None and (ordinary is None or place(many) < place(ordinary))
    line = state.lines.get(heads.line, NO_LINE)
    kind = whose_turn(line, state.config, priority is not None, ordinary is not None, earlier)
    ticket = heads.of(kind)
    return None if ticket is None else Turn(heads, kind, ticket)


def _reason(state: HallState, turn: Turn) -> str:
    heads, kind, ticket = turn
    line, turns = state.lines.get(heads.line, NO_LINE), state.config.policy.priority_calls
    if heads.help:
        return heads.help
    if kind == "priority":
        return f"priority kind={ticket.priority} turn={min(line.streak + 1, turns)} of={turns}"
    if ticket.to_counter:
        return "direct"
    if ticket.to_group:
        return f"group name={ticket.to_group}"
    if kind == "many":
        return f"many after={line.others}"
    return f"ordinary after={line.streak}" if heads.priority is not None else "arrival"


def _counted(state: HallState, line: str, kind: Kind | None) -> Changes:
    """The turns of a line after this call; None: one that is not counted, a booked visitor."""
    before = state.lines.get(line, NO_LINE)
    after = before if kind is None else counted(before, state.config, kind)
    return {} if after == before else {"lines": {line: after}}
