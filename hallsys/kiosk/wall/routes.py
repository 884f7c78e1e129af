"""The door to numbers by phone: the screen with the square code, the page that it leads to, and the number taken.

The code proves that somebody has just stood before the wall. It is a keyed hash of the present few minutes, stands in
the fragment of the address, which no log on the way sees, and is good for a limited count of numbers.
"""

import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.commands import Id, Issue
from hallsys.core.model import Ticket
from hallsys.core.rights import Who, require
from hallsys.errors import Refused
from hallsys.live.halls import Hall, Halls
from hallsys.live.judge import carry_out
from hallsys.web.bodies import read_json
from hallsys.web.door import Guard
from hallsys.web.pages import Pages
from hallsys.web.square import picture

ICONS: Final = ("lost", "clock", "warn")

Attempt = Callable[[str, str, int, int], Awaitable[None]]
"""`attempt(what, who, most, seconds)` counts a try for all servers and raises Refused too_many."""


class WallCode(msgspec.Struct):
    """The code as a picture, and until when (ms) it is to be shown; `now` is the server's time."""

    square: str
    now: int
    until: int


class Take(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `take`: what the square code said, and the service."""

    code: Annotated[str, msgspec.Meta(max_length=64)]
    service: Id


class Taken(msgspec.Struct):
    """The number, and the token of its page."""

    ticket: Ticket
    token: str


class Wall:
    """The handlers. `base` is where a phone finds this server."""

    def __init__(
        self, halls: Halls, pages: Pages, guard: Guard, attempt: Attempt, base: Callable[[web.Request], str]
    ) -> None:
        self._halls, self._pages, self._guard = halls, pages, guard
        self._attempt, self._base = attempt, base

    def routes(self) -> list[web.RouteDef]:
        """`GET /halls/{hall}/wallcode` and `…/take`, `GET /api/v1/halls/{hall}/wallcode` and `POST …/take`."""
        return [
            web.get("/halls/{hall}/wallcode", self.screen),
            web.get("/halls/{hall}/take", self.page),
            web.get("/api/v1/halls/{hall}/wallcode", self.code),
            web.post("/api/v1/halls/{hall}/take", self.take),
        ]

    async def screen(self, request: web.Request) -> web.StreamResponse:
        hall = (await self._enter(request)).config
        # Whoever may look at the boards from home is not in the hall: the code is for screens that were let in.
        join = self._guard(request, msgspec.structs.replace(hall, open_reading=False), "display")
        if join is not None:
            return join
        return self._pages.render(request, "kiosk/wallcode.html", hall=hall, domains=("take",), icons=ICONS)

    async def code(self, request: web.Request) -> web.Response:
        hall = await self._enter(request)
        require(request["who"], hall.config.id, "display")
        now, seconds = time.time_ns() // 1_000_000, hall.config.phone.code_s
        window = now // (seconds * 1000)
        address = f"{self._base(request)}/halls/{hall.config.id}/take#{window}.{hall.minter.wall(window)}"
        return _answer(WallCode(picture(address), now, (window + 1) * seconds * 1000))

    async def page(self, request: web.Request) -> web.StreamResponse:
        hall = (await self._enter(request)).config
        data = {"services": _services(hall)}
        return self._pages.render(
            request, "kiosk/take.html", hall=hall, domains=("take",), data=data, keeps=False, icons=ICONS
        )

    async def take(self, request: web.Request) -> web.Response:
        hall = await self._enter(request)
        asked = await read_json(request, Take)
        seconds = hall.config.phone.code_s
        window = _shown(hall, asked.code, time.time() // seconds)
        key = request.headers.get("Idempotency-Key")
        if hall.ledger.known(key or "") is None:  # asking once more after a cut takes no further number
            await self._attempt("wall", f"{hall.config.id} {window}", hall.config.phone.most, 3 * seconds)
        body = msgspec.json.encode(Issue(asked.service))
        answer = await carry_out(hall, Who("kiosk", hall.config.id, None, "phone"), "issue", key, body)
        return _answer(msgspec.json.decode(answer.body(), type=Taken))

    async def _enter(self, request: web.Request) -> Hall:
        """Raises Refused not_found where numbers are not taken by phone."""
        hall = await self._halls.get(request.match_info["hall"])
        if not hall.config.phone.numbers:
            raise Refused("not_found")
        return hall


def _shown(hall: Hall, code: str, now: float) -> int:
    """The window of a code that the wall shows, or has shown just before. Raises Refused unknown_code."""
    for window in (int(now), int(now) - 1):
        if hmac.compare_digest(code.encode(), f"{window}.{hall.minter.wall(window)}".encode()):
            return window
    raise Refused("unknown_code", "code", problem="wall")


def _services(hall: HallConfig) -> list[dict[str, str]]:
    return [
        {"id": row.id, "name": row.name.vi, "name_en": row.name.en, "about": row.about.vi, "about_en": row.about.en}
        for row in hall.services
        if row.open
    ]


def _answer(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
