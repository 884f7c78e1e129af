"""The door of the advice, for supervisors."""

import msgspec
from aiohttp import web

from hallsys.core.advice import Advice
from hallsys.core.rights import require
from hallsys.live.api import json_answer
from hallsys.live.frames import encode
from hallsys.live.halls import Hall, Halls
from hallsys.monitor.advice.advices import Advices
from hallsys.web.bodies import read_json


class Advised(msgspec.Struct):
    """The one advice that stands since `at` (ms), or none. Waits are seconds, ends of the day ms."""

    at: int
    advice: Advice | None


class Later(msgspec.Struct, forbid_unknown_fields=True):
    """`id` of the advice that nobody wants to hear for half an hour."""

    id: str


def routes(halls: Halls, advices: Advices) -> list[web.RouteDef]:
    """`GET /api/v1/halls/{hall}/advice` and `POST …/advice/later` (supervisors)."""

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

    return [
        web.get("/api/v1/halls/{hall}/advice", advice),
        web.post("/api/v1/halls/{hall}/advice/later", later),
    ]
