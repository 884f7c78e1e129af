"""A store that comes back without its last events, as after a failover to a replica or a power cut with `everysec`."""

import asyncio
import shutil

import aiohttp

from hallsys.core.position import Position
from tests.faults.conftest import House, token
from tests.faults.load import LETTERS, Load, events_of, same_picture, screens


async def test_two_servers_after_a_lost_tail(house: House) -> None:
    store = await house.store("everysec")
    servers = [await house.server(redis_url=store.url) for _ in range(2)]
    urls = [server.url for server in servers]
    async with aiohttp.ClientSession() as http, screens(urls * 2) as walls:
        load = Load(http, urls, await token(store.url))
        await load.day(clients=4, counters=3, tickets=3)
        await store.stop()
        older = store.folder.with_name("older")
        shutil.copytree(store.folder / "appendonlydir", older)
        await store.start()
        await store.up()
        await load.day(clients=4, counters=3, tickets=3)
        told = Position.parse((await events_of(store.url))[-1]["id"])
        snapshots = [len(wall.snapshots) for wall in walls]

        await store.kill()
        shutil.rmtree(store.folder / "appendonlydir")
        shutil.copytree(older, store.folder / "appendonlydir")
        await store.start()
        after = Load(http, urls, load.token, seed=2)
        await after.day(clients=8, counters=3, tickets=4)

        events = await events_of(store.url)
        assert Position.parse(events[-1]["id"]).epoch > told.epoch
        issued = [row for event in events if event["kind"] == "issued" for row in event["changes"]["tickets"].values()]
        for letter in LETTERS:
            numbers = [row["number"] for row in issued if row["service"] == letter]
            assert numbers == list(range(1, len(numbers) + 1))
        places = {event["key"]: event["id"] for event in events}
        assert all(places[key] == done.at for key, done in after.acknowledged.items())
        await same_picture(http, store.url, urls, walls)
        assert all(len(wall.snapshots) > before for wall, before in zip(walls, snapshots, strict=True))
        assert all("lost events" in server.output for server in servers[:1]) or "lost events" in servers[1].output


async def test_a_server_that_was_away_when_the_tail_was_lost(house: House) -> None:
    """It comes back with the other and serves the same numbers."""
    store = await house.store("everysec")
    first, second = [await house.server(redis_url=store.url) for _ in range(2)]
    async with aiohttp.ClientSession() as http, screens([first.url]) as walls:
        load = Load(http, [first.url, second.url], await token(store.url))
        await load.day(clients=4, counters=2, tickets=2)
        await second.kill()
        await store.kill()
        await asyncio.gather(store.start(), second.start())
        await second.up()
        await load.day(clients=4, counters=2, tickets=2)
        await same_picture(http, store.url, [first.url, second.url], walls)
