"""kill -9 in the middle of a busy hall: what was acknowledged is there, once, and everybody sees the same again."""

import asyncio
import os
import signal
import time
from collections.abc import Callable

import aiohttp
import pytest

from tests.faults.conftest import House, Server, token
from tests.faults.load import Load, nothing_lost_or_twice, same_picture, screens


async def kill_server(server: Server) -> float:
    """Its successor adopts the store that is left behind."""
    store = server.store_pid
    moment = await server.kill()
    await server.start()
    await server.up()
    assert server.store_pid == store
    return moment


async def kill_store(server: Server) -> float:
    os.kill(server.store_pid, signal.SIGKILL)
    return time.monotonic()


async def kill_both(server: Server) -> float:
    os.kill(server.store_pid, signal.SIGKILL)
    moment = await server.kill()
    await server.start()
    return moment


@pytest.mark.parametrize("kill", [kill_server, kill_store, kill_both])
async def test_kill_9_in_the_middle_of_a_day(house: House, kill: Callable[..., object]) -> None:
    server = await house.server()
    async with aiohttp.ClientSession() as http, screens([server.url] * 3) as walls:
        load = Load(http, [server.url], await token(server.store_url))
        day = asyncio.create_task(load.day())
        for _ in range(2):
            await load.acknowledges(150)
            moment = await kill(server)  # type: ignore[misc]
            print(f"back after {await load.back_after(moment):.2f} s")
        await day
        assert not set(load.unavailable) - {
            "503", "ServerDisconnectedError", "ClientConnectorError", "ClientOSError", "ClientPayloadError",
        }  # fmt: skip
        await nothing_lost_or_twice(load, server.store_url)
        await same_picture(http, server.store_url, [server.url], walls)


async def test_a_store_of_its_own_is_killed_under_two_servers(house: House) -> None:
    store = await house.store()
    servers = [await house.server(redis_url=store.url) for _ in range(2)]
    urls = [server.url for server in servers]
    async with aiohttp.ClientSession() as http, screens(urls) as walls:
        load = Load(http, urls, await token(store.url))
        day = asyncio.create_task(load.day())
        await load.acknowledges(150)
        moment = await store.kill()
        await store.start()
        print(f"back after {await load.back_after(moment):.2f} s")
        await load.acknowledges(100)
        await servers[0].kill()
        await servers[0].start()
        await day
        await servers[0].up()
        await nothing_lost_or_twice(load, store.url)
        await same_picture(http, store.url, urls, walls)
