"""The store goes away and comes back: nothing is acknowledged that is not on disk (PROTOCOL, 503)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hallsys.store.embedded import Embedded
from tests.running import Door, Reply, Running, Serve


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Embedded]:
    async with Embedded(tmp_path / "store") as embedded:
        yield embedded


def unavailable(reply: Reply) -> bool:
    return reply.status == 503 and reply.code == "store_unavailable" and int(reply.headers["Retry-After"]) > 0


async def until_done(kiosk: Door, key: str) -> Reply:
    """Send a command again and again with its key, as a client does."""
    while unavailable(reply := await kiosk.do("issue", key, service="A")):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return reply


async def is_ready(server: Running) -> bool:
    return (await server.nobody.ask("GET", "/readyz")).status == 200


async def test_away_and_back(serve: Serve, store: Embedded) -> None:
    server = await serve(store=store.url)
    kiosk = await server.door("kiosk")
    first = await kiosk.do("issue", "key-00001", service="A")
    assert first.status == 200
    async with kiosk.screen() as screen:
        before = await kiosk.view()
        await store.stop()
        assert unavailable(await kiosk.do("issue", "key-00002", service="A"))
        assert unavailable(await server.nobody.ask("GET", "/readyz"))
        assert (await server.nobody.ask("GET", "/healthz")).status == 200
        assert await kiosk.view() == before, "the picture stays"
        refused = await screen.do("issue", "key-00003", service="A")
        assert refused["code"] == "store_unavailable"
        await store.start()
        while not await is_ready(server):  # noqa: ASYNC110 (another process comes up)
            await asyncio.sleep(0.05)
        for key in ("key-00002", "key-00003"):
            assert (await until_done(kiosk, key)).status == 200
        assert (await kiosk.do("issue", "key-00001", service="A")).body == first.body
        fresh = await kiosk.view()
        assert len(fresh["view"]["tickets"]) == 3
        await screen.reach(fresh["at"])
        assert screen.view == fresh["view"]
