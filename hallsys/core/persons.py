"""Nobody hoards numbers: what one visitor may take, without storing who it is.

A visitor is known by a keyed hash of what the kiosk scanned, made outside and gone at night; who showed nothing is not
counted.
"""

from collections.abc import Iterable

from hallsys.core.lookup import ticket_of
from hallsys.core.model import ENDED, Changes, Person, Ticket
from hallsys.core.state import HallState
from hallsys.errors import Refused


def may_take(state: HallState, person: str, services: Iterable[str]) -> None:
    """Raises Refused has_ticket while a ticket for one of these services lives, limit_reached after the day's last."""
    rules, labels = state.config.tickets, _labels(state, person)
    if rules.one_each and (label := _alive(state, labels, services)):
        raise Refused("has_ticket", "person", label=label)
    if rules.per_person and len(labels) >= rules.per_person:
        raise Refused("limit_reached", "person", problem="person", limit=rules.per_person)


def may_come_back(state: HallState, ticket: Ticket) -> None:
    """Raises Refused has_ticket while somebody who is to be reinstated holds a newer ticket."""
    if state.config.tickets.one_each:
        labels = next((row.labels for row in state.persons.values() if ticket.label in row.labels), [])
        if label := _alive(state, labels, {ticket.service, *ticket.then}):
            raise Refused("has_ticket", "ticket", problem="reinstate", label=label)


def _alive(state: HallState, labels: Iterable[str], services: Iterable[str]) -> str | None:
    """The first of these tickets that has not ended and is for one of these services."""
    for label in labels:
        ticket = ticket_of(state, label)
        if ticket.state not in ENDED and not {ticket.service, *ticket.then}.isdisjoint(services):
            return label
    return None


def has_taken(state: HallState, person: str, label: str) -> Changes:
    """The private change that remembers it; nothing is kept in a hall that does not count."""
    rules = state.config.tickets
    if not person or not (rules.one_each or rules.per_person):
        return {}
    return {"persons": {person: Person([*_labels(state, person), label])}}


def _labels(state: HallState, person: str) -> list[str]:
    known = state.persons.get(person)
    return known.labels if known else []
