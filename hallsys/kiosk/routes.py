"""The kiosk wing's door: the ticket kiosk and the look-up station."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import web

from hallsys.config import HallConfig, Language
from hallsys.core.rights import require
from hallsys.kiosk.desk import ALOUD, Aloud, Attempt, Desk, LookUp
from hallsys.kiosk.lists import Lists
from hallsys.kiosk.printing.desk import PrintDesk
from hallsys.live.halls import Halls
from hallsys.texts import LANGUAGES, Texts
from hallsys.web.bodies import read_json
from hallsys.web.door import Guard
from hallsys.web.pages import Pages

CLEARED: Final = 30
"""Seconds that a screen shows what a receipt says."""


Say = Callable[[str, Language, str], Awaitable[bytes]]
"""`say(hall, language, text)` gives the sound of a line as MP3, or raises Refused voice_unavailable."""


def aloud(halls: Halls, say: Say, attempt: Attempt) -> list[web.RouteDef]:
    """`POST /api/v1/halls/{hall}/say`: by POST, since what a page says to somebody belongs in no address."""

    async def said(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        who = require(request["who"], hall.id, "kiosk")
        asked = await read_json(request, Aloud)
        await attempt("say", f"{hall.id} {who.device or who.name}", *ALOUD)
        return web.Response(body=await say(hall.id, asked.language, asked.text), content_type="audio/mpeg")

    return [web.post("/api/v1/halls/{hall}/say", said)]


def routes(
    halls: Halls, pages: Pages, guard: Guard, desk: Desk, lists: Lists, printers: PrintDesk
) -> list[web.RouteDef]:
    """`GET /halls/{hall}/kiosk` and `…/lookup`, `POST /api/v1/halls/{hall}/lookup`, `GET …/dossiers`."""
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
                "booking": hall.config.bookings.public,
                "slip": hall.config.dossiers.service if hall.config.dossiers.source != "none" else None,
            },
        )

    def common(hall: HallConfig) -> dict[str, object]:
        return {"tz": hall.timezone, "texts": texts, "cleared": CLEARED, "aloud": hall.voice.enabled}

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

    async def dossiers(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        require(request["who"], hall.id, "supervisor")
        return web.Response(body=msgspec.json.encode(desk.status(hall.id)), content_type="application/json")

    return [
        web.get("/api/v1/halls/{hall}/dossiers", dossiers),
        web.get("/halls/{hall}/kiosk", kiosk),
        web.get("/halls/{hall}/lookup", lookup_page),
        web.post("/api/v1/halls/{hall}/lookup", lookup),
    ]
