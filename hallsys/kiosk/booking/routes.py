"""The door to bookings: the times that are free, a booking made, found and cancelled, and the page for it.

Citizens come in only where the hall says so (`bookings.public`). What they do is carried out as the hall's own booking
page, in the limits below; officers do the same with their own right and without them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.bookings import anonymous, booking_of
from hallsys.core.commands import Id, Time
from hallsys.core.model import Booking
from hallsys.core.rights import Who, require
from hallsys.core.slots import Slot, is_slot, places, slots
from hallsys.errors import Refused
from hallsys.live.halls import Hall, Halls
from hallsys.live.judge import carry_out
from hallsys.web.bodies import read_json
from hallsys.web.door import Guard
from hallsys.web.pages import Pages
from hallsys.web.square import picture

BOOKED: Final = (20, 3600)
"""Bookings that one address may make, in so many seconds: many phones share one."""
CODES: Final = (20, 600)
"""Codes that one address may ask about; there are 2 to the power of 40."""
ICONS: Final = ("calendar", "clock", "arrow-left", "check", "close", "print", "warn", "done", "search")

Attempt = Callable[[str, str, int, int], Awaitable[None]]
"""`attempt(what, who, most, seconds)` counts a try for all servers and raises Refused too_many."""


class NewBooking(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `bookings`. `person` stands for who books, such as a phone number: only its keyed hash is kept, and
    only as long as the booking. Citizens must give it."""

    service: Id
    at: Time
    person: Annotated[str, msgspec.Meta(min_length=4, max_length=64)] | None = None


class BookingCode(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `bookings/find` and `bookings/cancel`: a code stands in no address."""

    booking: Id


class Free(msgspec.Struct):
    """The times to come of a service, full ones too, and how many places each has when it is free."""

    service: str
    places: int
    slots: list[Slot]


class OneBooking(msgspec.Struct):
    """A booking as it is, or was before it was cancelled."""

    booking: Booking


class Booked(msgspec.Struct):
    """A booking, and its code as a square for the kiosk's scanner."""

    booking: Booking
    square: str


class BookingDesk:
    """The handlers. `address` is where a request comes from, by which citizens' tries are counted."""

    def __init__(
        self, halls: Halls, pages: Pages, guard: Guard, attempt: Attempt, address: Callable[[web.Request], str]
    ) -> None:
        self._halls, self._pages, self._guard = halls, pages, guard
        self._attempt, self._address = attempt, address

    def routes(self) -> list[web.RouteDef]:
        """`GET …/slots`, `POST …/bookings`, `…/bookings/find`, `…/bookings/cancel`, and `GET /halls/{hall}/book`."""
        base = "/api/v1/halls/{hall}"
        return [
            web.get(f"{base}/slots", self.free),
            web.post(f"{base}/bookings", self.book),
            web.post(f"{base}/bookings/find", self.find),
            web.post(f"{base}/bookings/cancel", self.cancel),
            web.get("/halls/{hall}/book", self.page),
        ]

    async def free(self, request: web.Request) -> web.Response:
        hall, _, _ = await self._enter(request)
        service = request.query.get("service", "")
        if service not in hall.hub.tables["services"]:
            raise Refused("unknown_service", "service", service=service)
        found = await hall.ledger.read(lambda state, now: slots(state, service, now))
        return _answer(Free(service, places(hall.config, service), found))

    async def book(self, request: web.Request) -> web.Response:
        hall, who, citizen = await self._enter(request)
        asked = await read_json(request, NewBooking)
        if citizen:
            await self._attempt("book", f"{hall.config.id} {self._address(request)}", *BOOKED)
            if asked.person is None or sum(letter.isalnum() for letter in asked.person) < 4:
                raise Refused("bad_request", "person", problem="missing")
            if asked.service in hall.hub.tables["services"] and not _bookable(hall.config, asked):
                raise Refused("bad_request", "at", problem="value", detail="GET …/slots")
        key = request.headers.get("Idempotency-Key")
        made = await carry_out(hall, who, "book", key, msgspec.json.encode(asked))
        return _answer(_booked(msgspec.json.decode(made.body(), type=OneBooking).booking))

    async def find(self, request: web.Request) -> web.Response:
        hall, _, asked = await self._code(request)
        found = await hall.ledger.read(lambda state, _: anonymous(booking_of(state, asked.booking)))
        return _answer(_booked(found))

    async def cancel(self, request: web.Request) -> web.Response:
        hall, who, asked = await self._code(request)
        key = request.headers.get("Idempotency-Key")
        gone = await carry_out(hall, who, "cancel_booking", key, msgspec.json.encode(asked))
        return _answer(msgspec.json.decode(gone.body(), type=OneBooking))

    async def page(self, request: web.Request) -> web.StreamResponse:
        hall = (await self._halls.get(request.match_info["hall"])).config
        citizen = request["who"] is None and hall.bookings.public
        join = None if citizen else self._guard(request, hall, "counter")
        if join is not None:
            return join
        data = _facts(hall, citizen)
        return self._pages.render(
            request, "kiosk/book.html", hall=hall, domains=("book",), data=data, keeps=False, icons=ICONS
        )

    async def _enter(self, request: web.Request) -> tuple[Hall, Who, bool]:
        """The hall, as whom its commands are carried out, and whether it is a citizen. Raises Refused."""
        hall = await self._halls.get(request.match_info["hall"])
        who = request["who"]
        if who is None and hall.config.bookings.public:
            return hall, Who("counter", hall.config.id, None, "booking page"), True
        return hall, require(who, hall.config.id, "counter"), False

    async def _code(self, request: web.Request) -> tuple[Hall, Who, BookingCode]:
        hall, who, citizen = await self._enter(request)
        asked = await read_json(request, BookingCode)
        if citizen:
            await self._attempt("booking code", f"{hall.config.id} {self._address(request)}", *CODES)
        return hall, who, asked


def _bookable(hall: HallConfig, asked: NewBooking) -> bool:
    return is_slot(hall, asked.service, asked.at) and places(hall, asked.service) > 0


def _booked(booking: Booking) -> Booked:
    return Booked(booking, picture(booking.id))


def _facts(hall: HallConfig, citizen: bool) -> dict[str, Any]:
    rules = hall.bookings
    return {
        "tz": hall.timezone,
        "citizen": citizen,
        "services": [
            {"id": row.id, "name": row.name.vi, "name_en": row.name.en, "about": row.about.vi, "about_en": row.about.en}
            for row in hall.services
            if row.open and places(hall, row.id)
        ],
        "early_s": rules.early_s,
        "late_s": rules.late_s,
    }


def _answer(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
