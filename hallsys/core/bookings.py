"""Booked visits: a time that is promised, and the number taken when the visitor is there."""

import msgspec

from hallsys.core import commands as c
from hallsys.core.days import local_minute
from hallsys.core.decision import Decision, Event
from hallsys.core.lookup import service_of
from hallsys.core.model import Booking
from hallsys.core.slots import is_slot, lapsed, places
from hallsys.core.state import HallState
from hallsys.core.visits import issued
from hallsys.errors import Refused


def book(state: HallState, command: c.Book, now: int, code: str, person: str = "") -> Decision:
    """A time that is a slot is given as often as it has places; any other is an appointment that officers make.
    `person` is a keyed hash of who books, empty where nobody asked: it counts the bookings of one person to come."""
    service_of(state, command.service)
    if command.at <= now:
        raise Refused("bad_request", "at", problem="value", detail=f"> {now} ms")
    if is_slot(state.config, command.service, command.at):
        rows = state.bookings.values()
        taken = sum(row.service == command.service and row.at == command.at for row in rows)
        if taken >= places(state.config, command.service):
            raise Refused("slot_full", "at")
    if person:
        _may_book(state, person, now)
    booking = Booking(code, command.service, command.at, person=person or msgspec.UNSET)
    return Decision([Event("booked", {}, {"bookings": {code: booking}})], {"booking": anonymous(booking)})


def _may_book(state: HallState, person: str, now: int) -> None:
    most = state.config.bookings.per_person
    mine = [row for row in state.bookings.values() if row.person == person and not row.ticket]
    if sum(not lapsed(state, row, now) for row in mine) >= most:
        raise Refused("limit_reached", "person", problem="bookings", limit=most)


def anonymous(booking: Booking) -> Booking:
    """The row for whoever asks, without whose it is."""
    return msgspec.structs.replace(booking, person=msgspec.UNSET)


def booking_of(state: HallState, code: str) -> Booking:
    """Raises Refused unknown_booking. Codes are shown with a dash, and typed with or without."""
    booking = state.bookings.get("".join(code.upper().replace("-", " ").split()))
    if booking is None:
        raise Refused("unknown_booking", "booking")
    return booking


def cancel_booking(state: HallState, command: c.CancelBooking, now: int) -> Decision:
    """Its place is free again. Raises Refused unknown_booking, or wrong_state for who has checked in."""
    booking = booking_of(state, command.booking)
    _must_not_have_come(booking)
    event = Event("booking_cancelled", {}, {"bookings": {booking.id: None}})
    return Decision([event], {"booking": anonymous(booking)})


def _must_not_have_come(booking: Booking) -> None:
    if booking.ticket is not None:
        raise Refused("wrong_state", label=booking.ticket, state="checked_in")


def check_in(state: HallState, command: c.CheckIn, now: int) -> Decision:
    """The number of a booked visitor: called from the booked time on before others, if it is taken within the hall's
    window around that time; who comes later loses the slot, not the day. Refused too_early before."""
    booking = booking_of(state, command.booking)
    _must_not_have_come(booking)
    window = state.config.bookings
    if now < booking.at - window.early_s * 1000:
        opens = local_minute(state, booking.at - window.early_s * 1000)
        raise Refused("too_early", "booking", at=local_minute(state, booking.at), opens=opens)
    at, why = booking.at, f"booked at={local_minute(state, booking.at)}"
    in_time = not lapsed(state, booking, now)
    decision = issued(state, booking.service, None, now, booked=at if in_time else None, why=why if in_time else None)
    event, ticket = decision.events[0], decision.result["ticket"]
    used = {"bookings": {booking.id: msgspec.structs.replace(booking, ticket=ticket.label)}}
    return Decision([Event(event.kind, event.changes, {**event.private, **used})], {"ticket": ticket})
