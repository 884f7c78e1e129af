"""The door of the advice and of what would be if, for supervisors."""

from typing import Final

import msgspec
from aiohttp import web

from hallsys.core.advice import Advice
from hallsys.core.rights import require
from hallsys.live.api import json_answer
from hallsys.live.frames import encode
from hallsys.live.halls import Hall, Halls
from hallsys.monitor.advice.advices import Advices
from hallsys.monitor.advice.imagine import Question, imagine
from hallsys.monitor.forecast.forecasts import Forecasts
from hallsys.web.bodies import read_json
from hallsys.web.door import Guard
from hallsys.web.pages import Pages

USUAL: Final = 150
"""Tickets of a day that a hall without any is asked about."""


class Advised(msgspec.Struct):
    """The one advice that stands since `at` (ms), or none. Waits are seconds, ends of the day ms."""

    at: int
    advice: Advice | None


class Later(msgspec.Struct, forbid_unknown_fields=True):
    """`id` of the advice that nobody wants to hear for half an hour."""

    id: str


def routes(halls: Halls, advices: Advices, forecasts: Forecasts, pages: Pages, guard: Guard) -> list[web.RouteDef]:
    """`GET /api/v1/halls/{hall}/advice`, `POST …/advice/later`, `POST …/whatif` and the page `/halls/{hall}/whatif`
    (supervisors)."""

    async def supervised(request: web.Request) -> Hall:
        hall = await halls.get(request.match_info["hall"])
        require(request["who"], hall.config.id, "supervisor")
        return hall

    def answer(hall: Hall) -> web.Response:
        standing = advices.of(hall)
        return json_answer(encode(Advised(standing.at if standing.advice else 0, standing.advice)))

    async def advice(request: web.Request) -> web.Response:
        return answer(await supervised(request))

    async def later(request: web.Request) -> web.Response:
        hall = await supervised(request)
        given = await read_json(request, Later)
        advices.of(hall).put_off(given.id)
        return answer(hall)

    async def whatif(request: web.Request) -> web.Response:
        hall = await supervised(request)
        return json_answer(encode(await imagine(hall, forecasts, await read_json(request, Question))))

    async def page(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        join = guard(request, hall.config, "supervisor")
        if join is not None:
            return join
        config = hall.config
        return pages.render(
            request,
            "monitor/whatif.html",
            hall=config,
            domains=("whatif",),
            theme="dark",
            tickets=USUAL,
            data={
                "hours": config.hours or [("07:30", "17:00")],
                "counters": [{"id": each.id, "name": each.name} for each in config.counters],
                "services": {
                    each.id: {
                        "name": each.name.vi,
                        "name_en": each.name.en,
                        "short": each.short.vi,
                        "short_en": each.short.en,
                    }
                    for each in config.services
                },
                "limits": [config.limits.warn, config.limits.alarm, config.limits.ceiling],
            },
        )

    return [
        web.get("/halls/{hall}/whatif", page),
        web.post("/api/v1/halls/{hall}/whatif", whatif),
        web.get("/api/v1/halls/{hall}/advice", advice),
        web.post("/api/v1/halls/{hall}/advice/later", later),
    ]
