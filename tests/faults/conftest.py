"""Real servers and stores in processes of their own, to be killed, frozen, starved."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Self

import aiohttp
import pytest
from redis.exceptions import RedisError

from hallsys.simulate.halls import make_hall_toml
from hallsys.store.accounts import Accounts
from hallsys.store.binary import find_server
from hallsys.store.connection import StoreDown, connect
from hallsys.store.folder import StoreFolder
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
HALL = "phutho"
HANGS = 120
"""Seconds after which a test that waits for ever fails."""


class Process:
    """A child that may be killed and started again. Its output goes to a file, so that no pipe ever fills."""

    def __init__(self, name: str, command: list[str], log: Path, environ: dict[str, str], cwd: Path = ROOT) -> None:
        self.name, self._command, self._log, self._environ, self._cwd = name, command, log, environ, cwd
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdout=log,
                stderr=log,
                cwd=self._cwd,
                env={
                    **{key: value for key, value in os.environ.items() if not key.startswith("HALLSYS_")},
                    **self._environ,
                },
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.returncode is not None

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    async def kill(self) -> float:
        """kill -9; the time it happened (monotonic)."""
        assert self._process is not None
        at = time.monotonic()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        return at

    async def stop(self) -> None:
        if self._process is None or self.ended:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
        try:
            async with asyncio.timeout(120):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"{self.name} did not end by SIGTERM:\n{self.output[-4000:]}") from None


class Server(Process):
    """`hallsys serve`, on one port through all its lives."""

    def __init__(self, folder: Path, hall: Path, *, redis_url: str = "", data: Path | None = None) -> None:
        self.data = data or folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environ = {
            "HALLSYS_DATA": str(self.data),
            "HALLSYS_PORT": str(self.port),
            "HALLSYS_CONFIG": str(hall),
            "HALLSYS_REDIS_URL": redis_url,
        }
        super().__init__("hallsys", [sys.executable, "-m", "hallsys", "serve"], folder / "server.log", environ)
        self.store_url = redis_url or StoreFolder(self.data).url

    async def up(self) -> Self:
        """Until it answers, and its hall is read."""
        async with aiohttp.ClientSession() as http:
            await eventually(lambda: self._answers(http), lambda: self.output[-3000:])
        return self

    async def _answers(self, http: aiohttp.ClientSession) -> bool:
        if self.ended:
            raise AssertionError(f"hallsys ended by itself\n{self.output[-3000:]}")
        async with http.get(f"{self.url}/api/v1/halls/{HALL}/view") as answer:
            return answer.status == 200

    @property
    def store_pid(self) -> int:
        pid = StoreFolder(self.data).store_pid()
        assert pid is not None
        return pid


class Store(Process):
    """A Valkey of its own, as an installation with HALLSYS_REDIS_URL has it."""

    def __init__(self, folder: Path, fsync: str) -> None:
        self.folder = folder
        folder.mkdir()
        self.socket = folder / "s.sock"
        self.url = f"unix://{self.socket}"
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "dir": str(folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": fsync,
            "enable-debug-command": "local",
        }
        words = [word for key, value in settings.items() for word in (f"--{key}", value)]
        super().__init__("valkey", [str(find_server()), *words], folder / "log", {}, folder)

    async def up(self) -> Self:
        async def answers() -> bool:
            connection = connect(self.url)
            try:
                return bool(await connection.client.ping())
            finally:
                await connection.close()

        await eventually(answers, lambda: self.output[-2000:])
        return self


async def eventually(true: Callable[[], Awaitable[bool]], why: Callable[[], str] = str) -> None:
    """For what a process tells nobody when it happens."""
    try:
        async with asyncio.timeout(HANGS):
            while True:
                with suppress(aiohttp.ClientError, StoreDown, RedisError, OSError):
                    if await true():
                        return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"it never came about\n{why()}") from None


async def token(store_url: str, role: str = "admin") -> str:
    connection = connect(store_url)
    try:
        return await Accounts(connection.client).create_token(HALL, role)
    finally:
        await connection.close()


class House:
    """Starts what a test needs, and ends it with the test."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.hall = folder / "hall.toml"
        self.hall.write_text(make_hall_toml(15, voice=False), "utf-8")
        self._count = 0

    def _fresh(self) -> Path:
        self._count += 1
        folder = self.folder / str(self._count)
        folder.mkdir()
        return folder

    async def server(self, *, redis_url: str = "", data: Path | None = None) -> Server:
        it = Server(self._fresh(), self.hall, redis_url=redis_url, data=data)
        self._stack.push_async_callback(it.stop)
        await it.start()
        return await it.up()

    async def store(self, fsync: str = "always") -> Store:
        it = Store(self._fresh() / "store", fsync)
        self._stack.push_async_callback(it.stop)
        await it.start()
        return await it.up()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield House(tmp_path, stack)
