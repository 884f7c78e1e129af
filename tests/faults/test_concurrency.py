"""32 clients take tickets, 15 counters call them, all press twice and again: each number once, nobody called twice."""

import aiohttp

from tests.faults.conftest import House, token
from tests.faults.load import Load, nothing_lost_or_twice, same_picture, screens


async def test_on_one_server(house: House) -> None:
    server = await house.server()
    async with aiohttp.ClientSession() as http, screens([server.url] * 3) as walls:
        load = Load(http, [server.url], await token(server.store_url))
        await load.day()
        events = await nothing_lost_or_twice(load, server.store_url)
        assert len([event for event in events if event["kind"] == "issued"]) == 32 * 6
        assert not load.unavailable
        await same_picture(http, server.store_url, [server.url], walls)


async def test_on_two_servers_of_one_store(house: House) -> None:
    store = await house.store()
    servers = [await house.server(redis_url=store.url) for _ in range(2)]
    urls = [server.url for server in servers]
    async with aiohttp.ClientSession() as http, screens(urls) as walls:
        load = Load(http, urls, await token(store.url))
        await load.day()
        events = await nothing_lost_or_twice(load, store.url)
        assert len([event for event in events if event["kind"] == "issued"]) == 32 * 6
        assert not load.unavailable
        await same_picture(http, store.url, urls, walls)
