"""The caller wing's door: the officer's page and the card that lies beside it."""

from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from hallsys.caller.keys import COMMON, KEYS, LETTERS, PAD
from hallsys.config import CounterConfig, HallConfig
from hallsys.core.rights import Who
from hallsys.web.door import Guard
from hallsys.web.pages import Pages


class Hall(Protocol):
    @property
    def config(self) -> HallConfig: ...


class Halls(Protocol):
    async def get(self, hall_id: str, /) -> Hall: ...


def routes(halls: Halls, pages: Pages, guard: Guard) -> list[web.RouteDef]:
    """`GET /halls/{hall}/counter`: the page of one counter, or the choice of one; `…/counter/card`: the officer's card,
    one A4 page to print."""

    async def counter_page(request: web.Request) -> web.StreamResponse:
        hall = (await halls.get(request.match_info["hall"])).config
        join = guard(request, hall, "counter")
        if join is not None:
            return join
        who: Who = request["who"]
        counter, asked = _counter_of(hall, who, request.query)
        return pages.render(
            request,
            "caller/counter.html",
            hall=hall,
            domains=("caller", "alarms"),
            data={
                "counter": counter.id if counter else None,
                "bound": who.counter is not None,
                "officer": who.officer,
                "prints": any(each.kind != "browser" for each in (hall.printer, *hall.printers) if each),
                "keys": {key.action: key.key for key in KEYS},
            },
            status=200 if counter or asked is None else 404,
            counter=counter,
            asked=asked,
            pad=PAD,
        )

    async def card(request: web.Request) -> web.StreamResponse:
        hall = (await halls.get(request.match_info["hall"])).config
        join = guard(request, hall, "counter")
        if join is not None:
            return join
        return pages.render(
            request,
            "caller/card.html",
            hall=hall,
            common=COMMON,
            pad=PAD,
            letters=LETTERS,
            card_url=f"{request.host}{request.path}",
        )

    return [web.get("/halls/{hall}/counter", counter_page), web.get("/halls/{hall}/counter/card", card)]


def _counter_of(hall: HallConfig, who: Who, query: Mapping[str, str]) -> tuple[CounterConfig | None, str | None]:
    """The counter this page is for and the one that was asked for: a device bound to a counter shows that one whatever
    its address says."""
    asked = who.counter or query.get("counter")
    return next((counter for counter in hall.counters if counter.id == asked), None), asked
