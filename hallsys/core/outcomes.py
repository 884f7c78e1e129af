"""How a visit ends at a counter: finished with an outcome, on to its next service, or absent."""

from collections.abc import Sequence

import msgspec

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, end, freed, waits_again, with_ticket
from hallsys.core.lifecycle import take
from hallsys.core.lookup import ticket_at
from hallsys.core.model import Changes, Counter, Did, Leg, Ticket
from hallsys.core.notes import NO_VISIT
from hallsys.core.state import HallState
from hallsys.errors import Refused


def finish(state: HallState, command: c.Finish, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    event = finished(state, counter, ticket, now, command.outcome, command.delivered or ())
    return Decision([event], {"ticket": event.changes["tickets"][ticket.label]})


def finished(
    state: HallState, counter: Counter, ticket: Ticket, now: int, outcome: str | None, delivered: Sequence[str]
) -> Event:
    """The event that ends the service at hand. Raises Refused outcome_needed, unknown_outcome, unknown_service."""
    step = take("finish", ticket)
    if outcome is not None or delivered or state.config.policy.outcome_required:
        _must_fit(state, ticket, outcome, delivered)
    ended = with_ticket(ticket, state=step.target, ended_at=now)
    services = [service for service in ticket.then if service in state.services] if ticket.then else []
    if services:
        return _goes_on(state, counter, ended, services, now, outcome, delivered)
    event = _leaves_ended(state, counter, ended, step.event, now)
    if outcome is None and not delivered:
        return event
    visit = state.visits.get(ticket.label, NO_VISIT)
    visit = msgspec.structs.replace(visit, outcome=outcome, delivered=list(delivered))
    return msgspec.structs.replace(event, private={**event.private, "visits": {ticket.label: visit}})


def _must_fit(state: HallState, ticket: Ticket, outcome: str | None, delivered: Sequence[str]) -> None:
    known = [named.id for named in state.config.outcomes]
    if known and outcome is None and state.config.policy.outcome_required:
        raise Refused("outcome_needed", "outcome", label=ticket.label)
    if known and outcome is not None and outcome not in known:
        raise Refused("unknown_outcome", "outcome", outcome=outcome, known=", ".join(known))
    for service in delivered:
        if service not in state.services:
            raise Refused("unknown_service", "delivered", service=service)


def _goes_on(
    state: HallState,
    counter: Counter,
    ended: Ticket,
    services: list[str],
    now: int,
    outcome: str | None,
    delivered: Sequence[str],
) -> Event:
    """One service of the visit is done, the next one is waited for, at the place by arrival."""
    row = waits_again(ended, now, service=services[0], then=tuple(services[1:]))
    visit = state.visits.get(row.label, NO_VISIT)
    visit = msgspec.structs.replace(visit, legs=[*visit.legs, Leg(ended, outcome, list(delivered))])
    did = Did("finished", row.label, now)
    changes: Changes = {"tickets": {row.label: row}, "counters": {counter.id: freed(counter, did)}}
    return Event("finished", changes, {"visits": {row.label: visit}})


def no_show(state: HallState, command: c.NoShow, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    step = take("no_show", ticket)
    asked = state.config.policy.no_show_calls
    if ticket.calls < asked:
        raise Refused("too_few_calls", label=ticket.label, calls=ticket.calls, asked=asked)
    row = with_ticket(ticket, state=step.target, ended_at=now)
    return Decision([_leaves_ended(state, counter, row, step.event, now)], {"ticket": row})


def _leaves_ended(state: HallState, counter: Counter, row: Ticket, kind: str, now: int) -> Event:
    tickets, private = end(state, row)
    did = Did(kind, row.label, now)
    return Event(kind, {"tickets": tickets, "counters": {counter.id: freed(counter, did)}}, private)
