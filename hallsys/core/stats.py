"""The figures of a running day, counted from its tickets.

What is counted:

- A *wait* begins when a ticket joins the queue it is called from (`queued_at`: its issue, or the transfer, return,
  resume or reinstatement that made it wait again) and ends with the first call of that wait (`called_at`); recalls do
  not move it. Somebody who did not come when called has waited too. A row holds the latest wait of its ticket only, so
  the shorter waits before a transfer or a return are not among the figures.
- A *service time* runs from the start, or from the call where nobody pressed start, to the end of a ticket that was
  served.
- A ticket belongs to the service it waits for or was served in last, whatever letter it carries.

Times of rows are milliseconds, figures are whole seconds. Percentiles are nearest-rank: a wait somebody really had.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final

import msgspec

from hallsys.core.model import CANCELLED, DONE, NO_SHOW, WAITING, Ticket

HOUR_MS: Final = 3_600_000
STEP_MS: Final = 900_000
"""A bar of the day's flow: 15 minutes, counted from the full hour in every time zone in use."""
POINT_MS: Final = 300_000
"""The line of those waiting is finer than the bars, or a burst that is over in ten minutes would not show."""


class Spread(msgspec.Struct, frozen=True):
    """`count` durations in seconds: the middle one, the one that nine in ten stay within, and the mean."""

    count: int
    p50: int
    p90: int
    mean: int


class Figures(msgspec.Struct, frozen=True):
    """A service, or the whole hall. `longest` is the longest present wait in seconds; a spread is None where nothing
    was measured. `wait_hour` holds the waits that ended within the last 60 minutes."""

    issued: int
    waiting: int
    longest: int | None
    served: int
    no_shows: int
    cancelled: int
    wait_hour: Spread | None
    wait_day: Spread | None
    service_time: Spread | None


class CounterFigures(msgspec.Struct, frozen=True):
    """What one counter has finished."""

    served: int
    service_time: Spread | None


class Flow(msgspec.Struct, frozen=True):
    """The day as a picture: tickets issued and called per `step` ms from `start`, and how many waited at a moment
    (`[ms, count]`), the last one being now."""

    start: int
    step: int
    issued: list[int]
    called: list[int]
    waiting: list[tuple[int, int]]


class Stats(msgspec.Struct, frozen=True):
    """All of it, true at `now` (ms)."""

    now: int
    total: Figures
    services: dict[str, Figures]
    counters: dict[str, CounterFigures]
    flow: Flow


def day_stats(tickets: Iterable[Ticket], now: int) -> Stats:
    """The figures of one day's tickets, ended ones included, at `now` (ms)."""
    everyone = list(tickets)
    by_service: defaultdict[str, list[Ticket]] = defaultdict(list)
    by_counter: defaultdict[str, list[Ticket]] = defaultdict(list)
    for ticket in everyone:
        by_service[ticket.service].append(ticket)
        if ticket.state == DONE and ticket.counter is not None:
            by_counter[ticket.counter].append(ticket)
    return Stats(
        now=now,
        total=figures(everyone, now),
        services={service: figures(group, now) for service, group in sorted(by_service.items())},
        counters={
            counter: CounterFigures(len(group), _spread(_service_times(group)))
            for counter, group in sorted(by_counter.items())
        },
        flow=_flow(everyone, now),
    )


def figures(tickets: Sequence[Ticket], now: int) -> Figures:
    """The figures of some of a day's tickets, ended ones included, at `now` (ms)."""
    states = [ticket.state for ticket in tickets]
    present = [now - ticket.queued_at for ticket in tickets if ticket.state == WAITING]
    ended = [(called, called - ticket.queued_at) for ticket in tickets if (called := _called(ticket)) is not None]
    return Figures(
        issued=len(tickets),
        waiting=len(present),
        longest=max(0, max(present)) // 1000 if present else None,
        served=states.count(DONE),
        no_shows=states.count(NO_SHOW),
        cancelled=states.count(CANCELLED),
        wait_hour=_spread([wait for called, wait in ended if called > now - HOUR_MS]),
        wait_day=_spread([wait for _, wait in ended]),
        service_time=_spread(_service_times(tickets)),
    )


def _called(ticket: Ticket) -> int | None:
    """When the ticket's latest wait ended with a call; None while it waits, or when it ended otherwise."""
    if ticket.called_at is None or ticket.called_at < ticket.queued_at:
        return None
    return ticket.called_at


def _service_times(tickets: Iterable[Ticket]) -> list[int]:
    return [
        ticket.ended_at - began
        for ticket in tickets
        if ticket.state == DONE
        and ticket.ended_at is not None
        and (began := ticket.started_at or ticket.called_at) is not None
    ]


def _spread(durations: list[int]) -> Spread | None:
    if not durations:
        return None
    durations.sort()

    def rank(percent: int) -> int:
        return durations[ceil(len(durations) * percent / 100) - 1] // 1000

    return Spread(len(durations), rank(50), rank(90), sum(durations) // len(durations) // 1000)


def _flow(tickets: Sequence[Ticket], now: int) -> Flow:
    first = min((ticket.issued_at for ticket in tickets), default=now)
    start = first - first % STEP_MS
    bars = max(0, now - start) // STEP_MS + 1
    issued, called = [0] * bars, [0] * bars
    points = [*range(start, now, POINT_MS), now]
    steps = [0] * (len(points) + 1)
    for ticket in tickets:
        _count(issued, start, ticket.issued_at)
        end = _called(ticket)
        if end is not None:
            _count(called, start, end)
        elif ticket.state != WAITING:
            end = ticket.ended_at or ticket.queued_at
        # somebody waits at every moment p with queued_at <= p < end
        steps[_first_point(start, points, ticket.queued_at)] += 1
        steps[len(points) if end is None else _first_point(start, points, end)] -= 1
    waiting, line = 0, []
    for moment, step in zip(points, steps, strict=False):
        waiting += step
        line.append((moment, waiting))
    return Flow(start, STEP_MS, issued, called, line)


def _count(bars: list[int], start: int, moment: int) -> None:
    bars[min(max(0, moment - start) // STEP_MS, len(bars) - 1)] += 1


def _first_point(start: int, points: Sequence[int], moment: int) -> int:
    """The index of the first point at or after a moment, `len(points)` when there is none."""
    if moment > points[-1]:
        return len(points)
    return min(max(0, -((start - moment) // POINT_MS)), len(points) - 1)
