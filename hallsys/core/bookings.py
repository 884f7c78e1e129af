"""Booked visits: a time that is promised, and the number taken when the visitor is there."""

from hallsys.core import commands as c
from hallsys.core.days import local_minute
from hallsys.core.decision import Decision, Event
from hallsys.core.lookup import service_of
from hallsys.core.model import Booking
from hallsys.core.state import HallState
from hallsys.core.visits import issued
from hallsys.errors import Refused


def book(state: HallState, command: c.Book, now: int, code: str) -> Decision:
    service_of(state, command.service)
    if command.at <= now:
        raise Refused("bad_request", "at", problem="value", detail=f"> {now} ms")
    booking = Booking(code, command.service, command.at)
    return Decision([Event("booked", {}, {"bookings": {code: booking}})], {"booking": booking})


def check_in(state: HallState, command: c.CheckIn, now: int) -> Decision:
    """The number of a booked visitor: called from the booked time on before others, if it is taken within the hall's
    window around that time; who comes later loses the slot, not the day. Refused too_early before."""
    booking = state.bookings.get(command.booking.strip().upper())
    if booking is None:
        raise Refused("unknown_booking", "booking")
    if booking.ticket is not None:
        raise Refused("wrong_state", label=booking.ticket, state="checked_in")
    window = state.config.bookings
    if now < booking.at - window.early_s * 1000:
        opens = local_minute(state, booking.at - window.early_s * 1000)
        raise Refused("too_early", "booking", at=local_minute(state, booking.at), opens=opens)
    at, why = booking.at, f"booked at={local_minute(state, booking.at)}"
    in_time = now <= booking.at + window.late_s * 1000
    decision = issued(state, booking.service, None, now, booked=at if in_time else None, why=why if in_time else None)
    event, ticket = decision.events[0], decision.result["ticket"]
    used = {"bookings": {booking.id: Booking(booking.id, booking.service, booking.at, ticket.label)}}
    return Decision([Event(event.kind, event.changes, {**event.private, **used})], {"ticket": ticket})
