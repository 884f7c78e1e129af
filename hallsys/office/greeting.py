"""What `hallsys serve` says once it is up: where it answers, how the first administrator comes in, what is played."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from hallsys.config import HallConfig, Settings
from hallsys.office.words import both
from hallsys.store.accounts import Accounts

LISTED: Final = 3
"""Halls whose pages are listed; a province's others are found from `/`."""
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  looked up, not listened on
LOOPBACK: Final = ("127.", "::1", "localhost")


def near_address(host: str, port: int) -> str:
    """Where this machine itself reaches a server that listens on `host`."""
    near = EVERYWHERE.get(host, host)
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def greet(settings: Settings, halls: Mapping[str, HallConfig], address: str, link: str | None) -> None:
    """The line `ready http://…`, then for people: the pages, and the first start's one-time link if there is one."""
    print(f"ready {address}", flush=True)
    for hall in list(halls.values())[:LISTED]:
        print(f"{hall.name.vi}, {hall.province.vi}")
        print(f"    {address}/halls/{hall.id}/board   /kiosk   /counter   /monitor   /admin")
    own = _own_address() if settings.host in EVERYWHERE else None
    if own is not None:
        print(both("start.elsewhere", address=f"http://{own}:{address.rpartition(':')[2]}"))
    elif settings.host.startswith(LOOPBACK) and not settings.public_url:
        print(both("start.only_here"))
    if link is not None:
        print(both("start.setup", link=link))
    sys.stdout.flush()


@asynccontextmanager
async def playing(settings: Settings, accounts: Accounts, address: str, hall: HallConfig) -> AsyncIterator[None]:
    """A living day in the hall while this lasts."""
    from hallsys.office.demo import play

    def begins() -> None:
        board = f"{address}/halls/{hall.id}/board"
        print(both("start.demo", hall=hall.name.vi, counters=len(hall.counters), board=board))
        print(both("start.demo_data", data="HALLSYS_REDIS_URL" if settings.redis_url else settings.data), flush=True)

    task = asyncio.create_task(play(accounts, address, hall.id, begins), name="demo")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _own_address() -> str | None:
    """The address that other machines of the network know this one by. Nothing is sent: the system only chooses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
