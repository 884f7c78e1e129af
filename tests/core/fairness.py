"""Whom a counter should call, said once more and slowly: by looking at everybody who waits (hallsys.core.policy)."""

from collections.abc import Callable, Iterable

from hallsys.core.lanes import counter_line, line_of
from hallsys.core.model import WAITING, Counter, Ticket
from hallsys.core.state import HallState

Streaks = dict[str, int]
"""line -> priority calls in a row, as a bystander counts them"""


def may_call(state: HallState, counter: Counter, now: int) -> list[Ticket]:
    """Everybody this counter may call now: sent to it, or for one of its services, and not just sent back by it."""
    pause = state.config.policy.return_pause_s * 1000
    return [
        ticket
        for ticket in state.tickets.values()
        if ticket.state == WAITING
        and (ticket.to_counter == counter.id if ticket.to_counter else ticket.service in counter.services)
        and (ticket.label != counter.returned or ticket.front or ticket.to_counter or now >= ticket.queued_at + pause)
    ]


def rightful(state: HallState, counter: Counter, now: int, streaks: Streaks) -> set[str]:
    """The labels of those who may be called next: several only where their times are equal. Empty: nobody waits."""
    everybody = may_call(state, counter, now)
    front = [ticket for ticket in everybody if ticket.front]
    if front:
        return _first(front, lambda ticket: ticket.queued_at)
    starved = starving(state, everybody, now)
    if starved:
        return _first(starved, lambda ticket: ticket.arrival)
    best: list[Ticket] = []
    for line in (counter_line(counter.id), *counter.services):
        heads = _turn(state, [ticket for ticket in everybody if line_of(ticket) == line], streaks.get(line, 0))
        if heads and (not best or best[0].arrival - heads[0].arrival >= state.config.policy.prefer_s * 1000):
            best = heads
    return {ticket.label for ticket in best}


def starving(state: HallState, waiting: Iterable[Ticket], now: int) -> list[Ticket]:
    """Those who have waited for as long as anybody may have to because of others' priority."""
    return [ticket for ticket in waiting if now - ticket.arrival >= state.config.policy.starve_s * 1000]


def streak_after(state: HallState, streak: int, ticket: Ticket) -> int:
    """Priority calls in a row, counted on to the hall's number; an ordinary call begins anew."""
    return min(streak + 1, state.config.policy.priority_calls) if ticket.priority else 0


def _turn(state: HallState, line: list[Ticket], streak: int) -> list[Ticket]:
    urgent = [ticket for ticket in line if ticket.priority]
    ordinary = [ticket for ticket in line if not ticket.priority]
    priority_has_it = urgent and (not ordinary or streak < state.config.policy.priority_calls)
    group = urgent if priority_has_it else ordinary
    first = min((ticket.arrival for ticket in group), default=0)
    return [ticket for ticket in group if ticket.arrival == first]


def _first(tickets: list[Ticket], time: Callable[[Ticket], int]) -> set[str]:
    earliest = min(map(time, tickets))
    return {ticket.label for ticket in tickets if time(ticket) == earliest}
