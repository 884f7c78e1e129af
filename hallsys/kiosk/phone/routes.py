"""The door to a ticket's page on a phone, and to the tablet at a counter that asks how it was."""

from typing import Any, Final

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.ratings import GRACE_MS
from hallsys.live.halls import Halls
from hallsys.web.door import Guard
from hallsys.web.pages import Pages

ICONS: Final = ("clock", "speaker", "sound", "person", "hourglass", "lost", "done", "check", "return", "close")
"""Of the page's sprite: an old phone need not fetch the others."""


def routes(halls: Halls, pages: Pages, guard: Guard) -> list[web.RouteDef]:
    """`GET /t/{token}` and `GET /halls/{hall}/rate`."""

    async def phone(request: web.Request) -> web.StreamResponse:
        """The token is the right: whoever holds it sees its ticket, and the queue in numbers that everybody may see."""
        hall, ticket = await halls.find_token(request.match_info["token"])
        rated = await hall.ledger.read(lambda state, _: ticket.label in state.ratings)
        return pages.render(
            request,
            "kiosk/phone.html",
            hall=hall.config,
            domains=("phone", "rate", "waits"),
            data={**_asks(hall.config), "ticket": ticket, "rated": rated},
            keeps=False,
            ticket=ticket,
            icons=ICONS,
        )

    async def rate(request: web.Request) -> web.StreamResponse:
        hall = (await halls.get(request.match_info["hall"])).config
        who = request["who"]
        own = who.counter if who is not None else None
        # a tablet needs no officer's right: a display that was let in for one counter will do
        join = guard(request, hall, "display" if own else "counter")
        if join is not None:
            return join
        counter = own or request.query.get("counter")
        if counter not in [row.id for row in hall.counters]:
            counter = None
        return pages.render(
            request,
            "kiosk/rate.html",
            hall=hall,
            domains=("rate",),
            data={**_asks(hall), "counter": counter, "ask_s": hall.ratings.ask_s, "grace_s": GRACE_MS // 1000},
            icons=ICONS,
        )

    return [web.get("/t/{token}", phone), web.get("/halls/{hall}/rate", rate)]


def _asks(hall: HallConfig) -> dict[str, Any]:
    return {"tz": hall.timezone, "reasons": msgspec.to_builtins(hall.ratings.reasons)}
