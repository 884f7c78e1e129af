"""Commands about a ticket that is at no counter: issued, cancelled, taken back, expired."""

import msgspec

from hallsys.config import Policy
from hallsys.core import commands as c
from hallsys.core.days import local_minute, must_take_tickets
from hallsys.core.decision import Decision, Event, back, end, freed, waits_again, with_ticket
from hallsys.core.lifecycle import take
from hallsys.core.lookup import service_of, ticket_of
from hallsys.core.model import CALLED, HELD, NO_LINE, WAITING, Changes, Line, Ticket
from hallsys.core.notes import noted
from hallsys.core.persons import has_taken, may_come_back, may_take
from hallsys.core.state import HallState
from hallsys.core.turns import ahead
from hallsys.errors import Refused

DIGITS = 3
"""The least digits of a number: A001; it goes on past 999 as A1000."""


def issue(state: HallState, command: c.Issue, now: int, person: str, wait: tuple[int, int] | None = None) -> Decision:
    """`person` is a keyed hash of what was scanned, empty where nothing was; `wait` is what the forecast says of
    whoever takes a number now. It knows nothing of the line of those with many dossiers."""
    for service in command.then:
        if not service_of(state, service, "then").open:
            raise Refused("service_closed", "then", service=service)
    if person:
        may_take(state, person, {command.service, *command.then})
    many = state.config.tickets.many_from
    taken = issued(
        state,
        command.service,
        command.priority,
        now,
        dossiers=command.dossiers,
        then=tuple(command.then),
        promised=None if 0 < many <= command.dossiers else wait,
        ready=command.ready,
    )
    known = has_taken(state, person, taken.result["ticket"].label)
    if not known:
        return taken
    event = taken.events[0]
    return Decision([msgspec.structs.replace(event, private=event.private | known)], taken.result)


def issued(
    state: HallState,
    service: str,
    priority: str | None,
    now: int,
    *,
    booked: int | None = None,
    why: str | None = None,
    dossiers: int = 1,
    then: tuple[str, ...] = (),
    promised: tuple[int, int] | None = None,
    ready: bool = False,
) -> Decision:
    """A new ticket that waits; `booked` is the time of a visitor who is expected."""
    row = service_of(state, service)
    if priority is not None and priority not in state.hall["priorities"]:
        raise Refused("bad_request", "priority", problem="value", detail=", ".join(state.hall["priorities"]) or "–")
    must_take_tickets(state, row, now)
    line = state.lines.get(service, NO_LINE)
    number = line.number + 1
    while (label := f"{row.letter}{number:0{DIGITS}}") in state.tickets or label in state.ended:
        number += 1  # settings that changed during the day gave this series to another service before
    ticket = Ticket(
        label=label,
        service=service,
        number=number,
        priority=priority,
        state=WAITING,
        counter=None,
        arrival=now,
        issued_at=now,
        queued_at=now,
        called_at=None,
        started_at=None,
        ended_at=None,
        calls=0,
        why=why,
        front=None,
        to_counter=None,
        booked=booked,
        dossiers=dossiers,
        then=then,
        promised=promised,
        ready=ready,
    )
    event = Event(
        "issued", {"tickets": {ticket.label: ticket}}, {"lines": {service: Line(number, line.streak, line.others)}}
    )
    return Decision([event], {"ticket": ticket, "ahead": ahead(state, ticket, now), "wait": promised})


def cancel(state: HallState, command: c.Cancel, now: int) -> Decision:
    ticket = ticket_of(state, command.ticket or "")
    step = take("cancel", ticket)
    row = with_ticket(ticket, state=step.target, ended_at=now, counter=None)
    tickets, private = end(state, row)
    changes: Changes = {"tickets": tickets}
    if ticket.state == CALLED and ticket.counter is not None:
        changes["counters"] = {ticket.counter: freed(state.counters[ticket.counter])}
    if command.reason:
        private |= noted(state, row.label, f"cancelled: {command.reason}")
    return Decision([Event(step.event, changes, private)], {"ticket": row})


def resume(state: HallState, command: c.Resume, now: int) -> Decision:
    """Next in line at the counters of its service, before earlier arrivals."""
    ticket = ticket_of(state, command.ticket or "")
    step = take("resume", ticket)
    row = waits_again(ticket, now, front="returned")
    return Decision([Event(step.event, {"tickets": {row.label: row}})], {"ticket": row})


def reinstate(state: HallState, command: c.Reinstate, now: int) -> Decision:
    """Back at its place by arrival, within the hall's time after the no-show; not beside a newer ticket of the same
    person, where the hall allows one."""
    ticket = ticket_of(state, command.ticket)
    step = take("reinstate", ticket)
    if not state.hall["open"]:
        raise Refused("hall_closed")
    if now - (ticket.ended_at or 0) > state.config.policy.reinstate_s * 1000:
        raise Refused("too_late", label=ticket.label, minutes=state.config.policy.reinstate_s // 60)
    may_come_back(state, ticket)
    row = waits_again(ticket, now)
    tickets, private = back(state, row)
    return Decision([Event(step.event, {"tickets": tickets}, private)], {"ticket": row})


def expires_at(ticket: Ticket, policy: Policy) -> int | None:
    """When a ticket that waits or is held expires, in ms, or None. A booked visitor waits from the booked time on, and
    who is to come later from then."""
    seconds = {HELD: policy.held_expire_s, WAITING: policy.waiting_expire_s}.get(ticket.state, 0)
    waits = ticket.state == WAITING
    since = max(ticket.queued_at, ticket.not_before or 0, ticket.booked or 0) if waits else ticket.queued_at
    return since + seconds * 1000 if seconds else None


def expire(state: HallState, command: c.Expire, now: int) -> Decision:
    """Whoever has not come for as long as the settings say, from when the ticket could be called on."""
    ticket = ticket_of(state, command.ticket)
    step = take("expire", ticket)
    due = expires_at(ticket, state.config.policy)
    if due is None:
        raise Refused("wrong_state", label=ticket.label, state=ticket.state)
    if now < due:
        raise Refused("too_early", "ticket", problem="expire", label=ticket.label, opens=local_minute(state, due))
    row = with_ticket(ticket, state=step.target, ended_at=now)
    tickets, private = end(state, row)
    return Decision([Event(step.event, {"tickets": tickets}, private)], {"ticket": row})
