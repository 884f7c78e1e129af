"""Several halls on one server of the tests."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from hallsys.app import Server
from hallsys.config import HallConfig, Settings, Words
from hallsys.hallfile import load_halls
from hallsys.store.connection import connect
from tests.running import Door, Running


def several(count: int) -> dict[str, HallConfig]:
    """The sample hall so many times, under fresh ids and names that can be told apart."""
    sample = load_halls(None)["phutho"]
    run = (
        uuid.uuid4().hex[:8].translate(str.maketrans("0123456789", "ghijklmnpq"))
    )  # the only figures are the hall's own
    return {
        name: msgspec.structs.replace(
            sample, id=name, name=Words(f"Điểm tiếp nhận số {number}", f"Reception point {number}")
        )
        for number in range(1, count + 1)
        for name in [f"{run}{number:03}"]
    }


class House:
    """`halls` are their ids, `running` is the server; `door` leads into one of them."""

    def __init__(self, running: Running, halls: list[str]) -> None:
        self.running, self.halls = running, halls

    async def door(self, role: str, hall: str | None = None, counter: str | None = None) -> Door:
        """With rights over every hall; through the door of the first one. `hall`: with rights over that one alone."""
        token = await self.running.token(role, counter, hall)
        return Door(self.running.http, self.running.address, hall or self.halls[0], token)

    def at(self, door: Door, number: int) -> Door:
        """The same right at the door of another hall, counted from 0."""
        return Door(door.http, door.address, self.halls[number], door.token)


@asynccontextmanager
async def house_of(count: int, store: str, folder: Path, http: aiohttp.ClientSession) -> AsyncIterator[House]:
    configs = several(count)
    connection = connect(store)
    server = Server(Settings(data=folder, port=0, redis_url=store), configs, connection)
    await server.start()
    try:
        yield House(Running(server, http, next(iter(configs))), list(configs))
    finally:
        await server.stop()
        await connection.close()
