"""`/healthz` (the process lives), `/readyz` (it can work), `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from hallsys.errors import Refused
from hallsys.web.metrics import CONTENT_TYPE, Metrics

_PATIENCE: Final = 2.0
"""s for the store's answer"""


def routes(ping: Callable[[], Awaitable[object]], metrics: Metrics) -> list[web.RouteDef]:
    """`ping` asks the store and raises when it does not answer."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_PATIENCE):
                await ping()
        except Exception as error:
            raise Refused("store_unavailable", detail=type(error).__name__) from error
        return web.json_response({"status": "ready"})

    async def figures(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", figures)]
