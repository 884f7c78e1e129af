"""The counter's commands: opening, calling, serving, and sending on."""

import re
from typing import Any, Final

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, end, freed, voice_id, with_counter, with_ticket
from hallsys.core.lanes import line_of
from hallsys.core.lifecycle import must_be_free, must_be_open, take
from hallsys.core.lookup import counter_of, ticket_at, waiting_ticket
from hallsys.core.model import Changes, Counter, Ticket, Visit
from hallsys.core.policy import Choice, choose
from hallsys.core.state import HallState
from hallsys.errors import Refused

_CODE: Final = re.compile(r"[a-z_]{1,32}", re.ASCII)


def open_counter(state: HallState, command: c.OpenCounter, now: int) -> Decision:
    return _counter_becomes(state, command.counter, "open", now)


def pause_counter(state: HallState, command: c.PauseCounter, now: int) -> Decision:
    if counter_of(state, command.counter).state == "closed":
        raise Refused("counter_closed", counter=command.counter)
    return _counter_becomes(state, command.counter, "paused", now, public_reason(command.reason))


def close_counter(state: HallState, command: c.CloseCounter, now: int) -> Decision:
    return _counter_becomes(state, command.counter, "closed", now)


def public_reason(reason: str | None) -> str | None:
    """A reason as everybody may see it: a code such as `lunch`; free words, which may name somebody, become `other`."""
    return reason if reason is None or _CODE.fullmatch(reason) else "other"


def _counter_becomes(state: HallState, name: str, into: str, now: int, reason: str | None = None) -> Decision:
    """Asking for the state a counter is in already is told again and harms nobody; `since` stays."""
    counter = counter_of(state, name)
    if into != "open":
        must_be_free(counter)
    since = counter.since if counter.state == into else now
    row = with_counter(counter, state=into, since=since, reason=reason)
    kind = {"open": "counter_opened", "paused": "counter_paused", "closed": "counter_closed"}[into]
    return Decision([Event(kind, {"counters": {row.id: row}})], {"counter": row})


def call_next(state: HallState, command: c.CallNext, now: int) -> Decision:
    """Finishes the ticket at hand, if any, and calls the next: two events, one commit. Refused when nobody waits; then
    the ticket at hand stays."""
    counter = counter_of(state, command.counter)
    must_be_open(counter)
    choice = choose(state, counter, now)
    if choice is None:
        raise Refused("nobody_waiting", counter=counter.id)
    events = []
    if counter.ticket is not None:
        events.append(_finished(state, counter, state.tickets[counter.ticket], now))
    event, row = _called(state, counter, choice, now)
    return Decision([*events, event], {"ticket": row, "why": row.why})


def call(state: HallState, command: c.Call, now: int) -> Decision:
    counter = counter_of(state, command.counter)
    must_be_open(counter)
    ticket = waiting_ticket(state, command.ticket)
    must_be_free(counter)
    event, row = _called(state, counter, Choice(ticket, "chosen", line_of(ticket), {}), now)
    private = {**event.private, **noted(state, row.label, f"chosen: {command.reason}")}
    return Decision([Event(event.kind, event.changes, private, event.voice)], {"ticket": row})


def _called(state: HallState, counter: Counter, choice: Choice, now: int) -> tuple[Event, Ticket]:
    ticket = with_ticket(
        choice.ticket,
        state="called",
        counter=counter.id,
        called_at=now,
        started_at=None,
        calls=1,
        why=choice.why,
        front=None,
        to_counter=None,
    )
    changes: Changes = {
        "tickets": {ticket.label: ticket},
        "counters": {counter.id: with_counter(counter, ticket=ticket.label, returned=None)},
    }
    return Event("called", changes, choice.private, voice_id(state, ticket, counter.id, now)), ticket


def recall(state: HallState, command: c.Recall, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    step = take("recall", ticket)
    row = with_ticket(ticket, calls=ticket.calls + 1)
    event = Event(step.event, {"tickets": {row.label: row}}, {}, voice_id(state, row, counter.id, now))
    return Decision([event], {"ticket": row})


def start(state: HallState, command: c.Start, now: int) -> Decision:
    _, ticket = ticket_at(state, command.counter)
    step = take("start", ticket)
    row = with_ticket(ticket, state=step.target, started_at=now)
    return Decision([Event(step.event, {"tickets": {row.label: row}})], {"ticket": row})


def finish(state: HallState, command: c.Finish, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    for service in command.delivered or ():
        if service not in state.services:
            raise Refused("unknown_service", "delivered", service=service)
    event = _finished(state, counter, ticket, now)
    if command.outcome or command.delivered:
        visit = state.visits.get(ticket.label, Visit())
        visit = Visit(visit.notes, command.outcome, command.delivered or [])
        event = Event(event.kind, event.changes, {**event.private, "visits": {ticket.label: visit}})
    return Decision([event], {"ticket": event.changes["tickets"][ticket.label]})


def _finished(state: HallState, counter: Counter, ticket: Ticket, now: int) -> Event:
    step = take("finish", ticket)
    return _leaves_ended(state, counter, with_ticket(ticket, state=step.target, ended_at=now), step.event)


def no_show(state: HallState, command: c.NoShow, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    step = take("no_show", ticket)
    asked = state.config.policy.no_show_calls
    if ticket.calls < asked:
        raise Refused("too_few_calls", label=ticket.label, calls=ticket.calls, asked=asked)
    row = with_ticket(ticket, state=step.target, ended_at=now)
    return Decision([_leaves_ended(state, counter, row, step.event)], {"ticket": row})


def _leaves_ended(state: HallState, counter: Counter, row: Ticket, kind: str) -> Event:
    tickets, private = end(state, row)
    return Event(kind, {"tickets": tickets, "counters": {counter.id: freed(counter)}}, private)


def hold(state: HallState, command: c.Hold, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    step = take("hold", ticket)
    row = with_ticket(ticket, state=step.target, queued_at=now)
    private = noted(state, row.label, f"held: {command.note}") if command.note else {}
    return _leaves(counter, row, step.event, private)


def return_(state: HallState, command: c.Return, now: int) -> Decision:
    """Back at its place by arrival; this counter does not get it again at once."""
    counter, ticket = ticket_at(state, command.counter)
    step = take("return", ticket)
    row = waits_again(ticket, now)
    return _leaves(counter, row, step.event, {}, returned=row.label)


def transfer(state: HallState, command: c.Transfer, now: int) -> Decision:
    counter, ticket = ticket_at(state, command.counter)
    step = take("transfer", ticket)
    service = command.service if command.service is not None else ticket.service
    if service not in state.services:
        raise Refused("unknown_service", "service", service=service)
    if command.to_counter is not None and command.to_counter not in state.counters:
        raise Refused("unknown_counter", "to_counter", counter=command.to_counter)
    row = waits_again(
        ticket,
        now,
        service=service,
        to_counter=command.to_counter,
        arrival=now if command.place == "end" else ticket.arrival,
        front="front" if command.place == "front" else None,
    )
    return _leaves(counter, row, step.event, {})


def waits_again(ticket: Ticket, now: int, **changes: Any) -> Ticket:
    """The row of a ticket that waits once more."""
    again: dict[str, Any] = {
        "state": "waiting",
        "counter": None,
        "queued_at": now,
        "called_at": None,
        "started_at": None,
        "ended_at": None,
        "calls": 0,
        "why": None,
    }
    return with_ticket(ticket, **(again | changes))


def _leaves(counter: Counter, row: Ticket, kind: str, private: Changes, **changes: Any) -> Decision:
    public: Changes = {"tickets": {row.label: row}, "counters": {counter.id: freed(counter, **changes)}}
    return Decision([Event(kind, public, private)], {"ticket": row})


def noted(state: HallState, label: str, note: str) -> Changes:
    """The private change that adds a note to what is known of a visit."""
    visit = state.visits.get(label, Visit())
    return {"visits": {label: Visit([*visit.notes, note], visit.outcome, visit.delivered)}}
