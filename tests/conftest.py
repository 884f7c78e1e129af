"""What every test may ask for."""

import asyncio
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import uvloop

from hallsys.app import Server
from hallsys.config import Settings
from hallsys.hallfile import load_halls
from hallsys.store.connection import connect
from hallsys.store.embedded import Embedded
from tests.running import Door, Running, Serve


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the server runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real store for the whole run. It is shared: take a fresh hall name per test.

    Its supervisor has a loop and a thread of its own, so that tests are free in theirs.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="store of the tests")
    thread.start()
    store = Embedded(tmp_path_factory.mktemp("valkey"))
    try:
        asyncio.run_coroutine_threadsafe(store.start(), loop).result()
        yield store.url
    finally:
        asyncio.run_coroutine_threadsafe(store.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client that keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def serve(valkey_url: str, tmp_path: Path, http: aiohttp.ClientSession) -> AsyncIterator[Serve]:
    """Starts servers in this process, each with one hall: the sample hall under a fresh name, open for reading."""
    async with AsyncExitStack() as stack:

        async def start(hall: str | None = None, store: str = valkey_url, **changes: Any) -> Running:
            name = hall or f"h{uuid.uuid4().hex[:10]}"
            config = msgspec.structs.replace(load_halls(None)["phutho"], id=name, **changes)
            connection = connect(store)
            stack.push_async_callback(connection.close)
            server = Server(Settings(data=tmp_path, port=0, redis_url=store), {name: config}, connection)
            await server.start()
            stack.push_async_callback(server.stop)
            return Running(server, http, name)

        yield start


@pytest.fixture
async def server(serve: Serve) -> Running:
    """A server in this process, with a hall of its own."""
    return await serve()


@pytest.fixture
async def child(tmp_path: Path, http: aiohttp.ClientSession) -> AsyncIterator[Door]:
    """`hallsys serve` as a process of its own, with the embedded store and the sample hall; signed in as its admin."""
    data = tmp_path / "data"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hallsys", "serve", "--port", "0", "--data", str(data)), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        while not (line := (await process.stdout.readline()).decode()).startswith("ready "):
            assert line, "the server ended before it was ready"
        token = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hallsys", "token", "create", "--hall", "phutho", "--role", "admin"),
            *("--data", str(data)),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await token.communicate()
        yield Door(http, line.split()[1], "phutho", out.decode().strip())
    finally:
        process.terminate()
        await process.communicate()
