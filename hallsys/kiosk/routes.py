"""The kiosk wing's door: the ticket kiosk, the look-up station, and a ticket's page on a phone."""

import time
from typing import Final

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.lookup import ticket_of
from hallsys.core.model import ENDED, WAITING
from hallsys.core.rights import require
from hallsys.core.state import HallState
from hallsys.core.turns import ahead
from hallsys.errors import Refused
from hallsys.kiosk.desk import Desk, LookUp
from hallsys.kiosk.lists import Lists
from hallsys.kiosk.printing.desk import Print, PrintDesk
from hallsys.kiosk.printing.ticket import Printed
from hallsys.live.halls import Halls
from hallsys.texts import LANGUAGES, Texts
from hallsys.web.bodies import read_json
from hallsys.web.door import Guard
from hallsys.web.pages import Pages
from hallsys.web.square import picture

CLEARED: Final = 30
"""Seconds that a screen shows what a receipt says."""
_OURSELVES: Final = ("127.0.0.1", "localhost", "[::1]")
"""Hosts that mean another machine on a phone."""


def printing(halls: Halls, desk: PrintDesk, public_url: str) -> list[web.RouteDef]:
    """`POST /api/v1/halls/{hall}/print` and `GET …/printer`."""

    async def print_ticket(request: web.Request) -> web.Response:
        hall = await halls.get(request.match_info["hall"])
        asked = await read_json(request, Print)
        require(request["who"], hall.config.id, "kiosk" if asked.token else "counter")
        label = hall.ledger.ticket_of_token(asked.token) if asked.token else asked.ticket
        if label is None:
            raise Refused("unknown_ticket", "token" if asked.token else "ticket", label="")
        url = f"{_base(request, public_url)}/t/{asked.token}" if asked.token and _base(request, public_url) else None
        printed = await hall.ledger.read(lambda state, now: _printed(state, label, url, now))
        told = await desk.print(hall.config.id, printed, asked.language)
        told.picture = picture(url) if url else None
        return web.Response(body=msgspec.json.encode(told), content_type="application/json")

    async def printer(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        require(request["who"], hall.id, "kiosk")
        return web.Response(body=msgspec.json.encode(desk.state(hall.id)), content_type="application/json")

    base = "/api/v1/halls/{hall}"
    return [web.post(f"{base}/print", print_ticket), web.get(f"{base}/printer", printer)]


def _base(request: web.Request, public_url: str) -> str | None:
    """Where a phone finds this server; None where nobody has said, and the kiosk itself asks the machine it runs on."""
    if public_url or request.url.host in _OURSELVES:
        return public_url or None
    return f"{request.scheme}://{request.host}"


def _printed(state: HallState, label: str, url: str | None, now: int) -> Printed:
    """Raises Refused unknown_ticket, also for one that has ended: nobody shall hold a number that does not count."""
    ticket = ticket_of(state, label)
    if ticket.state in ENDED:
        raise Refused("unknown_ticket", "ticket", label=label)
    counters = [
        counter.id
        for counter in state.counters.values()
        if counter.state == "open"
        and (counter.id == ticket.to_counter if ticket.to_counter else ticket.service in counter.services)
    ]
    before = ahead(state, ticket, now) if ticket.state == WAITING else None
    return Printed(ticket, before, counters, url, time.time_ns() // 1_000_000)


def routes(halls: Halls, pages: Pages, guard: Guard, desk: Desk) -> list[web.RouteDef]:
    """`GET /halls/{hall}/kiosk` and `…/lookup`, `POST /api/v1/halls/{hall}/lookup`, `GET /t/{token}`."""
    lists = Lists()
    # Both languages travel with the kiosk: it must change them while the link is cut.
    texts = {language: Texts.load().domain(language, "kiosk", "waits") for language in LANGUAGES}

    async def kiosk(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        join = guard(request, hall.config, "kiosk")
        if join is not None:
            return join
        return pages.render(
            request,
            "kiosk/kiosk.html",
            hall=hall.config,
            domains=("kiosk", "waits"),
            data={
                **common(hall.config),
                "procedures": await lists.of(hall.config),
                "service_hours": {row.id: row.hours for row in hall.config.services if row.hours},
                "prints": hall.config.printer is not None,
                "slip": hall.config.dossiers.service if hall.config.dossiers.source != "none" else None,
            },
        )

    def common(hall: HallConfig) -> dict[str, object]:
        return {"tz": hall.timezone, "texts": texts, "cleared": CLEARED}

    async def lookup_page(request: web.Request) -> web.StreamResponse:
        hall = (await halls.get(request.match_info["hall"])).config
        join = guard(request, hall, "kiosk")
        if join is not None:
            return join
        return pages.render(request, "kiosk/lookup.html", hall=hall, domains=("kiosk", "waits"), data=common(hall))

    async def lookup(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        who = require(request["who"], hall.id, "kiosk")
        asked = await read_json(request, LookUp)
        found = await desk.look_up(hall.id, who.device or who.name, asked)
        return web.Response(body=msgspec.json.encode(found), content_type="application/json")

    async def phone(request: web.Request) -> web.StreamResponse:
        """The token is the right: whoever holds it sees its ticket, and the queue in numbers that everybody may see."""
        hall, ticket = await halls.find_token(request.match_info["token"])
        return pages.render(
            request,
            "kiosk/phone.html",
            hall=hall.config,
            domains=("kiosk", "waits"),
            data={"tz": hall.config.timezone, "ticket": ticket},
        )

    return [
        web.get("/halls/{hall}/kiosk", kiosk),
        web.get("/halls/{hall}/lookup", lookup_page),
        web.post("/api/v1/halls/{hall}/lookup", lookup),
        web.get("/t/{token}", phone),
    ]
