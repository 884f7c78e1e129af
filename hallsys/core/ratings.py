"""How it was: an answer of 1 to 5, tied to its ticket and shown to nobody beside it."""

from typing import Final

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event
from hallsys.core.lifecycle import STEPS, take
from hallsys.core.lookup import counter_of, ticket_of
from hallsys.core.model import DONE, Rating
from hallsys.core.state import HallState
from hallsys.errors import Refused

GRACE_MS: Final = 60_000
"""How much longer than it asks a tablet's answer is taken: somebody may be choosing reasons."""


def rate(state: HallState, command: c.Rate, now: int, label: str) -> Decision:
    """By the ticket's holder, whose last word counts."""
    take("rate", ticket_of(state, label))
    return _rated(label, command.score, command.reasons, now)


def rate_here(state: HallState, command: c.RateHere, now: int) -> Decision:
    """By whoever stands at the counter, once, of the ticket that has just ended there: a tablet that goes on answering
    for people who have left answers for nobody. Raises Refused wrong_state, already_rated or too_late."""
    counter_of(state, command.counter)
    ticket = ticket_of(state, command.ticket)
    if ticket.state != DONE or ticket.counter != command.counter:
        raise Refused("wrong_state", label=ticket.label, state=ticket.state)
    ended = ticket.ended_at or 0
    if ticket.label in state.ratings and state.ratings[ticket.label].at >= ended:
        raise Refused("already_rated", "ticket", label=ticket.label)
    if now - ended > state.config.ratings.ask_s * 1000 + GRACE_MS:
        raise Refused("too_late", "ticket", problem="rate", label=ticket.label)
    return _rated(ticket.label, command.score, command.reasons, now)


def _rated(label: str, score: int, reasons: list[str] | None, now: int) -> Decision:
    return Decision([Event(STEPS["rate"].event, {}, {"ratings": {label: Rating(label, score, reasons or [], now)}})])
