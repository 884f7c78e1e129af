"""The command `hallsys` as a process of its own, as people run it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Child:
    """A running `hallsys serve`; what it logs is in `log`."""

    def __init__(self, process: asyncio.subprocess.Process, data: Path, log: Path) -> None:
        self.process, self.data, self._log = process, data, log
        self.said: list[str] = []

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    async def line(self, begins: str) -> str:
        """The next line on standard output that begins so, without that beginning."""
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            self.said.append(raw.decode().rstrip("\n"))
            if self.said[-1].startswith(begins):
                return self.said[-1].removeprefix(begins)
        raise AssertionError(f"no line {begins!r}; said {self.said}, logged:\n{self.log}")

    async def ready(self) -> str:
        """The address, once requests are served."""
        return await self.line("ready ")

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit status. What was still said is in `said`."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        rest, _ = await self.process.communicate()
        self.said += rest.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode


Serving = Callable[..., AbstractAsyncContextManager[Child]]


@asynccontextmanager
async def serving(data: Path, *flags: str, **environ: str) -> AsyncIterator[Child]:
    """`hallsys serve` on a free port and this data folder; it is ended with the block, if it still runs."""
    log = data.parent / f"{data.name}.log"
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hallsys", "serve", *flags,
            env=_environ(data, environ), stdout=asyncio.subprocess.PIPE, stderr=errors, limit=1 << 20,
        )  # fmt: skip
    child = Child(process, data, log)
    try:
        yield child
    finally:
        if process.returncode is None:
            await child.end()


async def hallsys(data: Path, *words: str, given: str = "", **environ: str) -> Done:
    """Run one command to its end; `given` is its standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hallsys", *words,
        env=_environ(data, environ), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(given.encode())
    assert process.returncode is not None
    done = Done(process.returncode, out.decode(), err.decode())
    assert TRACEBACK not in done.err, done.err
    return done


def _environ(data: Path, more: dict[str, str]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HALLSYS_")}
    return {**clean, "HALLSYS_DATA": str(data), "HALLSYS_PORT": "0", **more}
