"""A ticket at hand is sent on: held until a paper is mended, back to the queue, or to somebody else."""

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, freed, says, voice_id, waits_again, with_ticket
from hallsys.core.lifecycle import take
from hallsys.core.lookup import ticket_at
from hallsys.core.model import Changes, Counter, Ticket
from hallsys.core.notes import noted
from hallsys.core.state import HallState
from hallsys.errors import Refused


def hold(state: HallState, command: c.Hold, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    step = take("hold", ticket)
    row = with_ticket(ticket, state=step.target, queued_at=now)
    private = noted(state, row.label, f"held: {command.note}") if command.note else {}
    return _leaves(row, freed(counter), step.event, private)


def return_(state: HallState, command: c.Return, now: int) -> Decision:
    """Back at its place by arrival; this counter does not get it again at once."""
    counter, ticket = ticket_at(state, command.counter)
    step = take("return", ticket)
    row = waits_again(ticket, now)
    return _leaves(row, freed(counter, returned=row.label), step.event, {})


def transfer(state: HallState, command: c.Transfer, now: int) -> Decision:
    """To a service, to one counter or to a group of them, at its place by arrival, in front or at the end."""
    counter, ticket = ticket_at(state, command.counter)
    step = take("transfer", ticket)
    service = command.service if command.service is not None else ticket.service
    if service not in state.services:
        raise Refused("unknown_service", "service", service=service)
    if command.to_counter is not None and command.to_counter not in state.counters:
        raise Refused("unknown_counter", "to_counter", counter=command.to_counter)
    if command.to_group is not None and command.to_group not in (group.id for group in state.config.groups):
        raise Refused("unknown_group", "to_group", group=command.to_group)
    row = waits_again(
        ticket,
        now,
        service=service,
        to_counter=command.to_counter,
        to_group=command.to_group,
        not_before=None if command.after is None else now + command.after * 60_000,
        arrival=now if command.place == "end" else ticket.arrival,
        booked=None if command.place == "end" else ticket.booked,
        front="front" if command.place == "front" else None,
    )
    private = noted(state, row.label, f"transferred: {command.note}") if command.note else {}
    voice = voice_id(state, ticket, counter.id, now) if says(state, "transfer") else None
    return _leaves(row, freed(counter), step.event, private, voice)


def _leaves(row: Ticket, counter: Counter, kind: str, private: Changes, voice: str | None = None) -> Decision:
    changes: Changes = {"tickets": {row.label: row}, "counters": {counter.id: counter}}
    return Decision([Event(kind, changes, private, voice)], {"ticket": row})
