"""The kiosk wing's door: the ticket kiosk, the look-up station, and a ticket's page on a phone."""

from typing import Final

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.rights import require
from hallsys.kiosk.desk import Desk, LookUp
from hallsys.kiosk.lists import Lists
from hallsys.kiosk.printing.desk import PrintDesk
from hallsys.live.halls import Halls
from hallsys.texts import LANGUAGES, Texts
from hallsys.web.bodies import read_json
from hallsys.web.door import Guard
from hallsys.web.pages import Pages

CLEARED: Final = 30
"""Seconds that a screen shows what a receipt says."""


def routes(
    halls: Halls, pages: Pages, guard: Guard, desk: Desk, lists: Lists, printers: PrintDesk
) -> list[web.RouteDef]:
    """`GET /halls/{hall}/kiosk` and `…/lookup`, `POST /api/v1/halls/{hall}/lookup`, `GET /t/{token}`."""
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
                "prints": printers.beside(hall.config.id, request["who"].name) is not None,
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
