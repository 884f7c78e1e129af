"""The monitor wing's door: the supervisor's page and the figures of the running day."""

import time
from collections.abc import Iterable
from typing import Final, Protocol

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.lifecycle import STEPS
from hallsys.core.model import Ticket
from hallsys.core.rights import require
from hallsys.core.stats import day_stats
from hallsys.web.door import Guard
from hallsys.web.pages import Pages

_FRESH: Final = 2.0
"""s that an answer is good for everybody: counting 5,000 tickets takes 11 ms, and every wall asks after one event"""

KINDS: Final = (
    "issued",
    *dict.fromkeys(step.event for step in STEPS.values()),
    *(
        "undone",
        "noted",
        "booked",
        "booking_cancelled",
        "counter_opened",
        "counter_paused",
        "counter_closed",
        "counter_assigned",
    ),
    *("signed_on", "signed_off", "help_asked", "help_ended", "notice", "notice_ended", "screen_set", "prepared"),
    *("day_opened", "day_closed", "configured", "recovered"),
)
"""The kinds of events, as the audit can be asked for them."""


class Hall(Protocol):
    @property
    def config(self) -> HallConfig: ...
    def day_tickets(self) -> Iterable[Ticket]: ...


class Halls(Protocol):
    async def get(self, hall_id: str, /) -> Hall: ...


def routes(halls: Halls, pages: Pages, guard: Guard) -> list[web.RouteDef]:
    """`GET /halls/{hall}/monitor` and `GET /api/v1/halls/{hall}/stats` (supervisors; `hallsys.core.stats.Stats`)."""
    counted: dict[str, tuple[float, bytes]] = {}

    async def monitor_page(request: web.Request) -> web.StreamResponse:
        hall = (await halls.get(request.match_info["hall"])).config
        join = guard(request, hall, "supervisor")
        if join is not None:
            return join
        return pages.render(
            request,
            "monitor/monitor.html",
            hall=hall,
            domains=("caller", "monitor", "alarms", "waits", "advice"),
            theme="dark",
            kinds=KINDS,
        )

    async def stats(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        require(request["who"], hall.config.id, "supervisor")
        asked = time.monotonic()
        since, body = counted.get(hall.config.id, (asked - _FRESH, b""))
        if asked - since >= _FRESH:
            body = msgspec.json.encode(day_stats(hall.day_tickets(), time.time_ns() // 1_000_000))
            counted[hall.config.id] = (asked, body)
        return web.Response(body=body, content_type="application/json")

    return [
        web.get("/halls/{hall}/monitor", monitor_page),
        web.get("/api/v1/halls/{hall}/stats", stats),
    ]
