"""Finding the rows that a command names, or refusing it with the field's name."""

from hallsys.core.lifecycle import take
from hallsys.core.model import Counter, Service, Ticket
from hallsys.core.state import HallState
from hallsys.errors import Refused


def counter_of(state: HallState, name: str, field: str = "counter") -> Counter:
    """Raises Refused unknown_counter."""
    counter = state.counters.get(name)
    if counter is None:
        raise Refused("unknown_counter", field, counter=name)
    return counter


def service_of(state: HallState, name: str, field: str = "service") -> Service:
    """Raises Refused unknown_service."""
    service = state.services.get(name)
    if service is None:
        raise Refused("unknown_service", field, service=name)
    return service


def must_be_zone(state: HallState, name: str) -> None:
    """Raises Refused unknown_zone."""
    if name not in (zone.id for zone in state.config.zones):
        raise Refused("unknown_zone", "zone", zone=name)


def ticket_of(state: HallState, label: str) -> Ticket:
    """A ticket of the day, ended ones included. Raises Refused unknown_ticket."""
    ticket = state.tickets.get(label) or state.ended.get(label)
    if ticket is None:
        raise Refused("unknown_ticket", "ticket", label=label)
    return ticket


def waiting_ticket(state: HallState, label: str) -> Ticket:
    """Raises Refused unknown_ticket or wrong_state."""
    ticket = ticket_of(state, label)
    take("call", ticket)
    return ticket


def ticket_at(state: HallState, name: str) -> tuple[Counter, Ticket]:
    """The counter and the ticket at hand. Raises Refused unknown_counter or nothing_called."""
    counter = counter_of(state, name)
    if counter.ticket is None:
        raise Refused("nothing_called", counter=name)
    return counter, state.tickets[counter.ticket]
