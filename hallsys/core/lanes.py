"""The waiting tickets, kept ready for `choose`: looking at the heads of lanes instead of scanning the hall.

A line is a service, or one counter for the tickets transferred to it. Each line has three lanes: `front` (back from
fixing papers, or put there by a transfer), `priority`, `ordinary`.
"""

from bisect import bisect_left, insort

from hallsys.core.model import Ticket

Place = tuple[int, int, str]
Lane = list[Place]
_EMPTY: tuple[Lane, Lane, Lane] = ([], [], [])


def counter_line(counter: str) -> str:
    """The line of the tickets that wait for one counter; no service can have such an id."""
    return "@" + counter


def line_of(ticket: Ticket) -> str:
    return counter_line(ticket.to_counter) if ticket.to_counter else ticket.service


class Lanes:
    """Sorted places `(time, number, label)` by line and lane."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[str, tuple[Lane, Lane, Lane]] = {}

    def add(self, ticket: Ticket) -> None:
        insort(self._lane(ticket), _place(ticket))

    def remove(self, ticket: Ticket) -> None:
        lane, place = self._lane(ticket), _place(ticket)
        index = bisect_left(lane, place)
        if index == len(lane) or lane[index] != place:
            raise LookupError(f"{ticket.label} does not wait where its row says")
        del lane[index]

    def before(self, ticket: Ticket) -> int:
        """How many stand before a waiting ticket in its lane."""
        return bisect_left(self._lane(ticket), _place(ticket))

    def of(self, line: str) -> tuple[Lane, Lane, Lane]:
        """The lanes of a line, for reading: front, priority, ordinary."""
        return self._lines.get(line, _EMPTY)

    def _lane(self, ticket: Ticket) -> Lane:
        line = line_of(ticket)
        front, priority, ordinary = self._lines.get(line) or self._lines.setdefault(line, ([], [], []))
        return front if ticket.front else priority if ticket.priority else ordinary


def _place(ticket: Ticket) -> Place:
    return (ticket.queued_at if ticket.front else ticket.arrival, ticket.number, ticket.label)
