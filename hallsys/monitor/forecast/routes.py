"""The forecast's door: what is told of the waits, to everybody or to whoever holds a ticket."""

import msgspec
from aiohttp import web

from hallsys.core.promises import Kept
from hallsys.core.rights import may_read, require
from hallsys.errors import Refused
from hallsys.live.api import json_answer
from hallsys.live.frames import encode
from hallsys.live.halls import Halls
from hallsys.monitor.forecast.forecasts import Forecasts


class Waits(msgspec.Struct, omit_defaults=True):
    """The last forecast, made `at` (ms; 0: none yet). Waits are P50 and P80 in seconds: by service for whoever takes a
    number now, and of the ticket whose token was shown. For supervisors, too: `queue`, how many will wait, as
    `[ms, P10, P50, P90]`, and `kept`, how today's promises were."""

    at: int
    services: dict[str, tuple[int, int]]
    tickets: dict[str, tuple[int, int]] | msgspec.UnsetType = msgspec.UNSET
    queue: list[tuple[int, int, int, int]] | msgspec.UnsetType = msgspec.UNSET
    kept: Kept | msgspec.UnsetType | None = msgspec.UNSET


def routes(halls: Halls, forecasts: Forecasts) -> list[web.RouteDef]:
    """`GET /api/v1/halls/{hall}/waits` for whoever may read the view, or `?ticket=` shows a ticket's token."""

    async def waits(request: web.Request) -> web.Response:
        hall = await halls.get(request.match_info["hall"])
        who, label = request["who"], hall.ledger.ticket_of_token(request.query.get("ticket", ""))
        if label is None:
            may_read(who, hall.config.id, hall.config.open_reading)
        latest = forecasts.of(hall)
        answer = Waits(latest.at, latest.services(hall))
        if label is not None:
            answer.tickets = {label: latest.waits[label]} if label in latest.waits else {}
        try:
            require(who, hall.config.id, "supervisor")
        except Refused:
            return json_answer(encode(answer))
        answer.queue, answer.kept = latest.queue, latest.kept
        return json_answer(encode(answer))

    return [web.get("/api/v1/halls/{hall}/waits", waits)]
