"""The door of the overview: the page of all halls, and the same lines for programs."""

import time
from collections.abc import Mapping

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.rights import Who, reaches, require
from hallsys.errors import Refused
from hallsys.monitor.overview.lines import Lines, Overview
from hallsys.web.door import sign_in_url
from hallsys.web.pages import Pages

SIDE_BY_SIDE = 4
"""Halls that are watched side by side."""


def routes(configs: Mapping[str, HallConfig], lines: Lines, pages: Pages) -> list[web.RouteDef]:
    """`GET /halls` and `GET /api/v1/halls`, for supervisors: the halls over which they have rights."""

    async def page(request: web.Request) -> web.StreamResponse:
        try:
            _supervised(request["who"], configs)
        except Refused as refused:
            if refused.code == "unauthorized":
                raise web.HTTPSeeOther(sign_in_url(request)) from refused
            raise
        return pages.render(
            request,
            "monitor/overview.html",
            domains=("caller", "monitor", "overview", "waits"),
            data={"most": SIDE_BY_SIDE},
            theme="dark",
        )

    async def overview(request: web.Request) -> web.Response:
        found = await lines.of(_supervised(request["who"], configs))
        body = msgspec.json.encode(Overview(time.time_ns() // 1_000_000, found))
        return web.Response(body=body, content_type="application/json")

    return [web.get("/halls", page), web.get("/api/v1/halls", overview)]


def _supervised(who: Who | None, configs: Mapping[str, HallConfig]) -> list[str]:
    """The halls that somebody may supervise, none where those of the account are not here. Raises Refused."""
    names = [name for name in configs if who is not None and reaches(who.hall, name)]
    elsewhere = (who.hall or "").partition(",")[0] if who is not None else ""
    for name in names or [elsewhere]:
        require(who, name, "supervisor")
    return names
