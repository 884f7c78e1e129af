"""Servers in processes of their own, each with a data folder that goes with it."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from benchmarks.http import Line, get
from hallsys.store.accounts import Accounts
from hallsys.store.connection import connect
from hallsys.store.embedded import Embedded

START_S = 60.0
"""Patience with a start; a slow machine's first one compiles everything."""


class Server:
    """One child process that prints `ready <url>`. Its log lies in the data folder and is shown when it dies."""

    def __init__(self, *command: str, data: Path | None = None, **environ: str) -> None:
        self._own = data is None
        self.data = data or Path(tempfile.mkdtemp(prefix="hallsys-bench-"))
        self._command = [sys.executable, "-m", *(part.replace("{data}", str(self.data)) for part in command)]
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HALLSYS_")},
            "HALLSYS_DATA": str(self.data),
            "HALLSYS_PORT": "0",
            **environ,
        }
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        self._end_left_store()
        if self._own:
            shutil.rmtree(self.data, ignore_errors=True)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def store_pid(self) -> int:
        return int((self.data / "store" / "store.pid").read_text())

    @property
    def log(self) -> Path:
        return self.data / "bench.log"

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdout=asyncio.subprocess.PIPE, stderr=log, env=self._environ
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_S):
            while line := (await self._process.stdout.readline()).decode():
                if found := re.match(r"ready (\S+)", line):
                    self.url = found[1].rstrip("/")
                    self._drain = asyncio.create_task(self._process.stdout.read())
                    return
        raise RuntimeError(f"{' '.join(self._command)} did not start:\n{self.log.read_text()[-2000:]}")

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(15):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    def _end_left_store(self) -> None:
        """What a killed server leaves behind is adopted by the next; where no next one came, it is ended here."""
        with contextlib.suppress(OSError, ValueError):
            if Path(f"/proc/{self.store_pid}/cwd").readlink() == self.data / "store":
                os.kill(self.store_pid, signal.SIGKILL)

    async def kill(self) -> None:
        """kill -9, the store left behind."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


class Hallsys(Server):
    """`hallsys serve` with halls of its own."""

    profiles: ClassVar[Path | None] = None
    """Where each server that ends leaves what it spent its time on; None: nothing is measured that way."""

    def __init__(self, halls: dict[str, str], *, store_url: str = "") -> None:
        command = ["hallsys", "serve"]
        if self.profiles is not None:
            file = self.profiles / f"{time.strftime('%H%M%S')}-{len(halls)}-{next(iter(halls))}.prof"
            command = ["cProfile", "-o", str(file), "-m", *command]
        super().__init__(*command)
        folder = self.data / "halls"
        folder.mkdir()
        for hall, text in halls.items():
            (folder / f"{hall}.toml").write_text(text)
        self._environ["HALLSYS_CONFIG"] = str(folder)
        if store_url:
            self._environ["HALLSYS_REDIS_URL"] = store_url

    async def tokens(self, *halls: str) -> list[str]:
        """A token of an admin for each hall, made as `hallsys token create` does, without its start for each of 148."""
        url = self._environ.get("HALLSYS_REDIS_URL") or await Embedded.attach(self.data)
        if url is None:
            raise RuntimeError("the server has no store")
        connection = connect(url)
        try:
            accounts = Accounts(connection.client)
            return [await accounts.create_token(hall, "admin") for hall in halls]
        finally:
            await connection.close()

    async def answers(self, path: str, token: str, patience: float = 30.0) -> float:
        """Wait for a 200; the seconds it took."""
        begin = time.perf_counter()
        async with asyncio.timeout(patience):
            while True:
                with contextlib.suppress(OSError):
                    line = await Line.open(self.url)
                    status, _ = await line.ask(get(path, token=token))
                    line.close()
                    if status == 200:
                        return time.perf_counter() - begin
                await asyncio.sleep(0.01)


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB. Linux only."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise RuntimeError(f"no VmRSS for process {pid}")
    return int(found[1]) / 1024
