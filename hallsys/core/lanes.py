"""The waiting tickets, kept ready for `choose`: looking at the heads of lanes instead of scanning the hall.

A line is a service, or one counter or a group of counters for the tickets that were transferred there. Each line has
five lanes, see `Waiting`.
"""

from bisect import bisect_left, insort
from collections.abc import Set
from typing import Final, NamedTuple

from hallsys.core.model import Ticket

Place = tuple[int, int, str]
Lane = list[Place]


class Waiting(NamedTuple):
    """The lanes of one line. A ticket stands in the first that it is fit for: `front` for those back from fixing papers
    or put there by a transfer, by the time they came back; `booked` by the booked time; `priority`, `many` (visitors
    with many dossiers) and `ordinary` by arrival."""

    front: Lane
    booked: Lane
    priority: Lane
    ordinary: Lane
    many: Lane


NOBODY = Waiting([], [], [], [], [])
_NONE: Final = frozenset[str]()


def counter_line(counter: str) -> str:
    """The line of the tickets that wait for one counter; no service can have such an id."""
    return "@" + counter


def group_line(group: str) -> str:
    """The line of the tickets that wait for any counter of a group."""
    return "#" + group


def line_of(ticket: Ticket) -> str:
    if ticket.to_counter:
        return counter_line(ticket.to_counter)
    return group_line(ticket.to_group) if ticket.to_group else ticket.service


def since(ticket: Ticket) -> int:
    """From when a wait is reckoned: the booked time of who has one, else the arrival."""
    return ticket.arrival if ticket.booked is None else ticket.booked


def place(ticket: Ticket) -> Place:
    """What a lane is sorted by."""
    return (ticket.queued_at if ticket.front else since(ticket), ticket.number, ticket.label)


class Lanes:
    """Sorted places `(time, number, label)` by line and lane. `many_from` dossiers are many; 0: none are."""

    __slots__ = ("_delayed", "_lines", "_many_from")

    def __init__(self, many_from: int) -> None:
        self._many_from = many_from
        self._lines: dict[str, Waiting] = {}
        self._delayed: dict[str, dict[str, int]] = {}

    def add(self, ticket: Ticket) -> None:
        line = line_of(ticket)
        waiting = self._lines.get(line) or self._lines.setdefault(line, Waiting([], [], [], [], []))
        insort(self._lane(waiting, ticket), place(ticket))
        if ticket.not_before is not None:
            self._delayed.setdefault(line, {})[ticket.label] = ticket.not_before

    def remove(self, ticket: Ticket) -> None:
        line = line_of(ticket)
        waiting, at = self.of(line), place(ticket)
        lane = self._lane(waiting, ticket)
        index = bisect_left(lane, at)
        if index == len(lane) or lane[index] != at:
            raise LookupError(f"{ticket.label} does not wait where its row says")
        del lane[index]
        if not any(waiting):
            del self._lines[line]
        if ticket.not_before is not None:
            del self._delayed[line][ticket.label]

    def of(self, line: str) -> Waiting:
        """The lanes of a line, for reading."""
        return self._lines.get(line, NOBODY)

    def lane(self, ticket: Ticket) -> Lane:
        """The lane in which a ticket waits, or would."""
        return self._lane(self.of(line_of(ticket)), ticket)

    def hidden(self, line: str, now: int) -> Set[str]:
        """Those in a line who are not to be called yet: few, if any."""
        delayed = self._delayed.get(line)
        return {label for label, time in delayed.items() if time > now} if delayed else _NONE

    def _lane(self, waiting: Waiting, ticket: Ticket) -> Lane:
        if ticket.front:
            return waiting.front
        if ticket.booked is not None:
            return waiting.booked
        if ticket.priority:
            return waiting.priority
        return waiting.many if 0 < self._many_from <= ticket.dossiers else waiting.ordinary
