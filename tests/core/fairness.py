"""Whom a counter should call, said once more and slowly: by looking at everybody who waits, rule by rule of
docs/calling.md, without the lanes, the turns and the shares of hallsys.core."""

from collections.abc import Callable, Iterable

from hallsys.config import HallConfig
from hallsys.core.model import WAITING, Counter, Ticket
from hallsys.core.state import HallState

Counts = dict[str, int]
"""line -> calls in a row (of priority visitors; of others than those with many dossiers), as a bystander counts them"""


def lane_of(ticket: Ticket, config: HallConfig) -> str:
    """In which lane of its line a ticket waits."""
    if ticket.front:
        return "front"
    if ticket.booked is not None:
        return "booked"
    if ticket.priority:
        return "priority"
    return "many" if config.tickets.many_from and ticket.dossiers >= config.tickets.many_from else "ordinary"


def wait_of(ticket: Ticket, now: int) -> int:
    """How long, in ms: a booked visitor has not waited before the booked time."""
    return now - (ticket.arrival if ticket.booked is None else ticket.booked)


def is_early(ticket: Ticket, now: int) -> bool:
    return not ticket.front and ticket.booked is not None and ticket.booked > now


def may_call(state: HallState, counter: Counter, now: int) -> list[Ticket]:
    """Everybody this counter may call now, the conditions of its services aside."""
    return [
        ticket
        for ticket in state.tickets.values()
        if ticket.state == WAITING
        and _sent_here(ticket, counter) in (True, None)
        and (ticket.not_before is None or ticket.not_before <= now)
        and not _sent_back(state, counter, ticket, now)
    ]


def _sent_here(ticket: Ticket, counter: Counter) -> bool | None:
    """None: sent nowhere, and for one of the counter's services and its mode."""
    if ticket.to_counter:
        return ticket.to_counter == counter.id
    if ticket.to_group:
        return ticket.to_group in counter.groups
    fit = {
        "all": True,
        "ordinary": not ticket.priority and ticket.booked is None,
        "priority": bool(ticket.priority),
        "booked": ticket.booked is not None,
    }
    return None if ticket.service in counter.services and fit[counter.mode] else False


def _sent_back(state: HallState, counter: Counter, ticket: Ticket, now: int) -> bool:
    pause = state.config.policy.return_pause_s * 1000
    moved = ticket.front or ticket.to_counter or ticket.to_group
    return ticket.label == counter.returned and not moved and now < ticket.queued_at + pause


def holds(state: HallState, counter: Counter, service: str, now: int) -> bool:
    """Whether the condition holds under which a counter takes a service; True without one."""
    condition = counter.conditions.get(service)
    if condition is None:
        return True
    if condition.wait_over_s is not None:
        line = [
            ticket
            for ticket in state.tickets.values()
            if ticket.state == WAITING
            and (ticket.service, ticket.to_counter, ticket.to_group) == (service, None, None)
            and (ticket.not_before is None or ticket.not_before <= now)
        ]
        if not any(wait_of(ticket, now) >= condition.wait_over_s * 1000 for ticket in line):
            return False
    if condition.idle:
        return all(
            is_early(ticket, now) or (not _sent_here(ticket, counter) and ticket.service in counter.conditions)
            for ticket in may_call(state, counter, now)
        )
    return True


def choosable(state: HallState, counter: Counter, now: int) -> list[Ticket]:
    """Everybody this counter may call now, conditions included."""
    return [
        ticket
        for ticket in may_call(state, counter, now)
        if _sent_here(ticket, counter) or holds(state, counter, ticket.service, now)
    ]


def rightful(state: HallState, counter: Counter, now: int, streaks: Counts, others: Counts | None = None) -> set[str]:
    """The labels of those who may be called next: several where their times are equal, and one of each service where
    weights decide among them. Empty: nobody."""
    everybody = choosable(state, counter, now)
    front = [ticket for ticket in everybody if ticket.front]
    if front:
        return _first(front, lambda ticket: ticket.queued_at)
    by_time = [ticket for ticket in everybody if not is_early(ticket, now)]
    starved = starving(state, by_time, now)
    if starved:
        return _first(starved, lambda ticket: -wait_of(ticket, now))
    booked = [ticket for ticket in by_time if ticket.booked is not None]
    if booked:
        return _first(booked, lambda ticket: ticket.booked or 0)
    if by_time:
        return _by_turns(state, counter, by_time, streaks, others or {})
    return _first(everybody, lambda ticket: ticket.booked or 0) if everybody else set()


def _by_turns(state: HallState, counter: Counter, waiting: list[Ticket], streaks: Counts, others: Counts) -> set[str]:
    sent = [[row for row in waiting if row.to_counter]]
    sent += [[row for row in waiting if row.to_group == group] for group in counter.groups]
    services = [
        [row for row in waiting if row.service == name and not (row.to_counter or row.to_group)]
        for name in counter.services
    ]
    prefer = state.config.policy.prefer_s * 1000
    best: list[Ticket] = []
    for line in sent if counter.weights else sent + services:
        heads = _turn(state, line, streaks, others)
        if heads and (not best or best[0].arrival - heads[0].arrival >= prefer):
            best = heads
    labels = {ticket.label for ticket in best}
    if counter.weights:
        shares = [heads for line in services if (heads := _turn(state, line, streaks, others))]
        nearly = [heads for heads in shares if not best or best[0].arrival - heads[0].arrival >= prefer]
        if best and len(nearly) == len(shares) > 0:
            labels = set()  # whichever service has its turn goes before
        labels |= {ticket.label for heads in nearly for ticket in heads}
    return labels


def starving(state: HallState, waiting: Iterable[Ticket], now: int) -> list[Ticket]:
    """Those who have waited for as long as anybody may have to because of others."""
    return [
        ticket
        for ticket in waiting
        if not is_early(ticket, now) and wait_of(ticket, now) >= state.config.policy.starve_s * 1000
    ]


def streak_after(state: HallState, streak: int, ticket: Ticket) -> int:
    """Priority calls in a row, counted on to the hall's number; an ordinary call begins anew, a booked visitor's counts
    for nothing."""
    if ticket.booked is not None:
        return streak
    return min(streak + 1, state.config.policy.priority_calls) if ticket.priority else 0


def others_after(state: HallState, others: int, ticket: Ticket) -> int:
    """Calls in a row of others than those with many dossiers, counted on to the hall's number."""
    config = state.config
    if ticket.booked is not None or not config.tickets.many_from:
        return others if config.tickets.many_from else 0
    return 0 if lane_of(ticket, config) == "many" else min(others + 1, config.tickets.many_every)


def _turn(state: HallState, line: list[Ticket], streaks: Counts, others: Counts) -> list[Ticket]:
    if not line:
        return []
    config = state.config
    key = (line[0].to_counter and f"@{line[0].to_counter}") or (line[0].to_group and f"#{line[0].to_group}")
    key = key or line[0].service
    urgent, usual, many = (
        sorted((row for row in line if lane_of(row, config) == lane), key=lambda row: (row.arrival, row.number))
        for lane in ("priority", "ordinary", "many")
    )
    plain = usual
    if many and others.get(key, 0) >= config.tickets.many_every:
        plain = [row for row in many if not usual or _came(row) < _came(usual[0])] or usual
    group = urgent if urgent and (not plain or streaks.get(key, 0) < config.policy.priority_calls) else plain or many
    return [ticket for ticket in group if ticket.arrival == group[0].arrival]


def _came(ticket: Ticket) -> tuple[int, int]:
    return ticket.arrival, ticket.number


def _first(tickets: list[Ticket], time: Callable[[Ticket], int]) -> set[str]:
    earliest = min(map(time, tickets))
    return {ticket.label for ticket in tickets if time(ticket) == earliest}
