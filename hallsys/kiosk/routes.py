"""The kiosk wing's door: the ticket kiosk, and a ticket's page on a phone."""

from aiohttp import web

from hallsys.live.halls import Halls
from hallsys.texts import LANGUAGES, Texts
from hallsys.web.door import Guard
from hallsys.web.pages import Pages


def routes(halls: Halls, pages: Pages, guard: Guard) -> list[web.RouteDef]:
    """`GET /halls/{hall}/kiosk` and `GET /t/{token}`."""
    # Both languages travel with the kiosk: it must change them while the link is cut.
    texts = {language: Texts.load().domain(language, "kiosk") for language in LANGUAGES}

    async def kiosk(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        join = guard(request, hall.config, "kiosk")
        if join is not None:
            return join
        return pages.render(
            request,
            "kiosk/kiosk.html",
            hall=hall.config,
            domains=("kiosk",),
            data={"tz": hall.config.timezone, "texts": texts},
        )

    async def phone(request: web.Request) -> web.StreamResponse:
        """The token is the right: whoever holds it sees its ticket, and the queue in numbers that everybody may see."""
        hall, ticket = await halls.find_token(request.match_info["token"])
        return pages.render(
            request,
            "kiosk/phone.html",
            hall=hall.config,
            domains=("kiosk",),
            data={"tz": hall.config.timezone, "ticket": ticket},
        )

    return [web.get("/halls/{hall}/kiosk", kiosk), web.get("/t/{token}", phone)]
