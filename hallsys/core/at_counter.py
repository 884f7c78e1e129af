"""The counter's calls: whoever is next, somebody chosen, once more, and the beginning of the service."""

import msgspec

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, says, voice_id, with_counter, with_ticket
from hallsys.core.lanes import line_of
from hallsys.core.lifecycle import STEPS, must_be_free, must_be_open, take
from hallsys.core.lookup import counter_of, ticket_at, waiting_ticket
from hallsys.core.model import NO_LINE, Changes, Counter, Did, Share, Ticket
from hallsys.core.notes import noted
from hallsys.core.outcomes import finished
from hallsys.core.policy import Choice, choose
from hallsys.core.state import HallState, apply
from hallsys.errors import Refused


def call_next(state: HallState, command: c.CallNext, now: int) -> Decision:
    """Finishes the ticket at hand, if any, and calls the next: two events, one commit. Refused when nobody waits; then
    the ticket at hand stays."""
    counter = counter_of(state, command.counter)
    must_be_open(counter)
    events = []
    if counter.ticket is not None:
        ticket = state.tickets[counter.ticket]
        events.append(finished(state, counter, ticket, now, command.outcome, command.delivered or ()))
    elif command.outcome is not None or command.delivered:
        raise Refused("nothing_called", counter=counter.id)
    choice = choose(state, counter, now)
    if choice is None:
        raise Refused("nobody_waiting", counter=counter.id)
    event, row = _called(state, counter, choice, now)
    events.append(event)
    if says(state, "prepare"):
        events += _prepared(state, events, row, now)
    return Decision(events, {"ticket": row, "why": row.why})


def _prepared(state: HallState, events: list[Event], called: Ticket, now: int) -> list[Event]:
    """Whoever would be next is asked to get ready. The last event of a command holds the rows of its result."""
    undo = [apply(state, changes) for event in events for changes in (event.changes, event.private)]
    counter = state.counters[called.counter or ""]
    choice = choose(state, counter, now)
    for changes in reversed(undo):
        apply(state, changes)
    if choice is None:
        return []
    voice = voice_id(state, choice.ticket, counter.id, now)
    return [Event("prepared", {"tickets": {called.label: called}}, {}, voice)]


def call(state: HallState, command: c.Call, now: int) -> Decision:
    counter = counter_of(state, command.counter)
    must_be_open(counter)
    ticket = waiting_ticket(state, command.ticket)
    must_be_free(counter)
    event, row = _called(state, counter, Choice(ticket, "chosen", line_of(ticket), {}), now)
    private = {**event.private, **noted(state, row.label, f"chosen: {command.reason}")}
    return Decision([msgspec.structs.replace(event, private=private)], {"ticket": row})


def _called(state: HallState, counter: Counter, choice: Choice, now: int) -> tuple[Event, Ticket]:
    """What the ticket was in line stays on its row, so that the call can be taken back."""
    step = STEPS["call"]
    ticket = with_ticket(
        choice.ticket, state=step.target, counter=counter.id, called_at=now, started_at=None, calls=1, why=choice.why
    )
    row = with_counter(counter, ticket=ticket.label, returned=None, did=_did(state, counter, choice, now))
    changes: Changes = {"tickets": {ticket.label: ticket}, "counters": {counter.id: row}}
    return Event(step.event, changes, choice.private, voice_id(state, ticket, counter.id, now)), ticket


def _did(state: HallState, counter: Counter, choice: Choice, now: int) -> Did:
    ticket, private = choice.ticket, choice.private
    did = Did("called", ticket.label, now, counter.ticket, counter.returned, ticket.why)
    if not private:
        return did
    was = state.lines.get(choice.line, NO_LINE)
    became = private.get("lines", {}).get(choice.line, was)
    share = state.tables["shares"].get(counter.id, Share())
    return msgspec.structs.replace(
        did,
        line=choice.line,
        was=(was.streak, was.others),
        became=(became.streak, became.others),
        credit=share.credit if "shares" in private else None,
    )


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
