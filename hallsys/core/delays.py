"""Whoever cannot be there yet: called some minutes later, at the place that they have."""

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, freed, with_ticket
from hallsys.core.lifecycle import take
from hallsys.core.lookup import ticket_of
from hallsys.core.model import CALLED, WAITING, Changes
from hallsys.core.state import HallState
from hallsys.errors import Refused


def late(state: HallState, command: c.Late, now: int) -> Decision:
    """Not to be called for so many seconds from now, so often per ticket (`policy.late_s`, `late_times`). Others pass
    meanwhile; after it the ticket goes by its arrival, as it did before. One that is called already frees the counter
    at once, and waits anew. Raises Refused wrong_state, or limit_reached."""
    ticket, policy = ticket_of(state, command.ticket or ""), state.config.policy
    step = take("late", ticket)
    if ticket.delays >= policy.late_times:
        raise Refused("limit_reached", "ticket", problem="late", label=ticket.label, limit=policy.late_times)
    until = max(now, ticket.not_before or 0) + policy.late_s * 1000
    row = with_ticket(ticket, not_before=until, delays=ticket.delays + 1)
    changes: Changes = {}
    if ticket.state == CALLED and ticket.counter is not None:
        row = with_ticket(row, state=WAITING, counter=None, queued_at=now, called_at=None, calls=0, why=None)
        changes["counters"] = {ticket.counter: freed(state.counters[ticket.counter])}
    return Decision([Event(step.event, {"tickets": {row.label: row}, **changes})], {"ticket": row})
