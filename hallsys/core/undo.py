"""The last press of a counter is taken back: a wrong call, finish or no-show.

What was is read from the rows: a call leaves on its ticket what the ticket was in line, an ended ticket keeps its
times, and `Counter.did` holds the rest. Whatever has gone on since (rated, reinstated, called elsewhere) stays as it
is: then there is nothing to undo. Notes stay, as they are true; the outcome of what has not ended after all goes.
"""

import msgspec

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, back, with_counter, with_ticket
from hallsys.core.lifecycle import must_be_open
from hallsys.core.lookup import counter_of, ticket_of
from hallsys.core.model import CALLED, DONE, NO_LINE, NO_SHOW, SERVING, WAITING, Changes, Counter, Did, Share, Ticket
from hallsys.core.notes import NO_VISIT
from hallsys.core.state import HallState
from hallsys.errors import Refused


def undo(state: HallState, command: c.Undo, now: int) -> Decision:
    """One event `undone`, with the rows as they were; the place in line is the old one."""
    counter = counter_of(state, command.counter)
    did, seconds = counter.did, state.config.policy.undo_s
    if did is None or now >= did.at + seconds * 1000:
        raise _nothing(state, counter)
    must_be_open(counter)
    if did.what == "called":
        tickets, private = _not_called(state, counter, did)
        row = with_counter(counter, ticket=did.after, returned=did.returned, did=None)
    else:
        tickets, private = _not_ended(state, counter, did.ticket, did)
        row = with_counter(counter, ticket=did.ticket, did=None)
    event = Event("undone", {"tickets": tickets, "counters": {row.id: row}}, private)
    return Decision([event], {"ticket": tickets[did.ticket], "counter": row})


def _nothing(state: HallState, counter: Counter) -> Refused:
    return Refused("nothing_to_undo", counter=counter.id, seconds=state.config.policy.undo_s)


def _not_called(state: HallState, counter: Counter, did: Did) -> tuple[dict[str, Ticket | None], Changes]:
    """The ticket waits where it waited, and the one that the same press finished is at hand once more."""
    ticket = ticket_of(state, did.ticket)
    if ticket.state != CALLED:
        raise _nothing(state, counter)
    tickets: dict[str, Ticket | None] = {
        ticket.label: with_ticket(ticket, state=WAITING, counter=None, called_at=None, calls=0, why=did.why)
    }
    private: Changes = {}
    if did.after is not None:
        before, private = _not_ended(state, counter, did.after, did)
        tickets |= before
    if did.line is not None:
        line = state.lines.get(did.line, NO_LINE)
        if (line.streak, line.others) == did.became != did.was:
            streak, others = did.was
            line = msgspec.structs.replace(line, streak=streak, others=others)
            private["lines"] = {did.line: line if line != NO_LINE else None}
    if did.credit is not None:
        private["shares"] = {counter.id: Share(did.credit) if did.credit else None}
    return tickets, private


def _not_ended(state: HallState, counter: Counter, label: str, did: Did) -> tuple[dict[str, Ticket | None], Changes]:
    """The ticket that the counter ended with that press is at hand once more."""
    ticket, visit = ticket_of(state, label), state.visits.get(label, NO_VISIT)
    if ticket.counter == counter.id and ticket.state in (DONE, NO_SHOW) and not _rated(state, label, did.at):
        tickets, private = back(state, _at_hand(ticket))
        former = msgspec.structs.replace(visit, outcome=None, delivered=[])
    elif ticket.state == WAITING and ticket.queued_at == did.at and visit.legs:
        leg = visit.legs[-1].ticket
        tickets, private = {label: _at_hand(leg)}, {}
        former = msgspec.structs.replace(visit, legs=visit.legs[:-1])
    else:
        raise _nothing(state, counter)
    if former != visit:
        private["visits"] = {label: former if former != NO_VISIT else None}
    return tickets, private


def _at_hand(ended: Ticket) -> Ticket:
    return with_ticket(ended, state=CALLED if ended.started_at is None else SERVING, ended_at=None)


def _rated(state: HallState, label: str, since: int) -> bool:
    rating = state.ratings.get(label)
    return rating is not None and rating.at >= since
