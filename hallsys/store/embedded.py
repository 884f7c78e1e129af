"""The store that comes with hallsys: one supervised child `valkey-server` per data folder.

`folder.py` says who holds the folder, and what lies in it. The supervisor keeps one connection open, the lifeline: its
end is how a death is noticed at once, its silence how a frozen store is; it serves an adopted store, which is nobody's
child, as well as one's own. A frozen store is left alone: it comes back by itself.

The child has a session of its own and is not tied to the life of hallsys: what a killed hallsys leaves behind is
adopted by the next, or ended and started again when it does not answer. Killing a store loses nothing: every write is
synced before it is answered.
"""

import asyncio
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Self

from hallsys.store.binary import EmbeddedError, NoServerBinary, find_server
from hallsys.store.folder import DataFolderBusy, Role, StoreFolder, StoreNotReady, lock, release

__all__ = ["DataFolderBusy", "Embedded", "EmbeddedError", "NoServerBinary", "State", "StoreNotReady", "borrowed"]

log = logging.getLogger("hallsys.store")

TICK = 0.01
"""s between looks at a store that is starting or ending"""
HEARTBEAT = 1.0
"""s between two questions to a store that is up"""
SILENT_AFTER = 2.0
"""s without an answer: frozen; a store that was left behind and never answered us is ended then"""
STOP_WITHIN = 5.0
"""s for a clean end before SIGKILL"""
STEADY_AFTER = 5.0
"""s that a child has to live for its death to be a first one, after which it is started again at once"""
LONGEST_PAUSE = 2.0
"""s between attempts to start a child that keeps dying"""
FULL_DISK = 1 << 20
"""bytes free, or fewer"""

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "pidfile": "store.pid",
    "appendonly": "yes",
    "appendfsync": "always",
    "aof-use-rdb-preamble": "yes",
    "aof-load-truncated": "yes",
    "auto-aof-rewrite-min-size": "16mb",
    "save": "",
    "maxmemory-policy": "noeviction",
    "databases": "1",
    "slowlog-max-len": "32",
}


class State(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    LOADING = "loading"
    """reads its files, as long as that takes"""
    UP = "up"
    SILENT = "silent"
    """lives and does not answer: frozen, or waiting for its disk"""
    FAILING = "failing"
    """died or refuses to work; it is being started again, and `Embedded.reason` says why"""


class Embedded:
    """Supervises the store of one data folder: `async with Embedded(data) as store: ... store.url`.

    `state` and `reason` are for /readyz and people; `on_state(state, reason)` is called at every change.
    Errors of `start`: `NoServerBinary`, `DataFolderBusy`, `StoreNotReady`. Later troubles never raise: the store is
    started again, for ever, and `state` tells.
    """

    def __init__(
        self, data: Path, *, role: Role = "server", on_state: Callable[[State, str], None] | None = None
    ) -> None:
        self.folder = StoreFolder(data)
        self.role: Role = role
        self.state: State = State.STOPPED
        self.reason = ""
        self._on_state = on_state
        self._up = asyncio.Event()
        self._owner: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._trusted = False  # our own child, or one that has answered us
        self._doubt_ends = 0.0
        self._born = 0.0
        self._failures = 0
        self._log_from = 0

    @property
    def url(self) -> str:
        return self.folder.url

    @property
    def pid(self) -> int | None:
        """Of the store; None when that is not certain."""
        return self._child.pid if self._child else self.folder.store_pid()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, patience: float = 10.0) -> None:
        """Take the data folder, start or adopt its store, return when it answers. All or nothing.

        `patience`: s for a store that is not up; the time in which it reads its files does not count.
        """
        binary = find_server()
        try:
            self.folder.create()
            self._owner = await self.folder.take(self.role)
        except OSError as error:
            raise StoreNotReady(f"the data folder cannot be used: {error}; choose another with HALLSYS_DATA") from error
        self._trusted = False
        self._doubt_ends = asyncio.get_running_loop().time() + SILENT_AFTER
        self._mark(State.STARTING)
        self._task = asyncio.create_task(self._supervise(binary), name="embedded store")
        try:
            await self._ready(patience)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the store cleanly, by force after `STOP_WITHIN`, and give the data folder back."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        if self._owner is None:
            return
        try:
            await self._end_store()
        finally:
            release(self._owner)
            self._owner = None
            self._mark(State.STOPPED)

    @staticmethod
    async def attach(data: Path, patience: float = 5.0) -> str | None:
        """The url of the store when a hallsys server runs on `data`, else None.

        Raises `StoreNotReady` when that server's store does not answer within `patience` s, or is another user's.
        """
        folder = StoreFolder(data)
        try:
            owner = folder.owner()
        except PermissionError as error:
            raise StoreNotReady(f"{error}: run this as the user that runs hallsys") from error
        if owner is None or owner[1] == "command":
            return None
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while True:
                    if await _ask(folder.socket, b"PING") == b"+PONG\r\n":
                        return folder.url
                    await asyncio.sleep(TICK)
        raise StoreNotReady(f"hallsys runs (pid {owner[0]}), but its store does not answer: see {folder.log}")

    async def _ready(self, patience: float) -> None:
        while not self._up.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._up.wait()
                return
            if self.state is not State.LOADING:
                raise StoreNotReady(f"the store in {self.folder.path} does not come up: {self.reason or self.state}")

    def _mark(self, state: State, reason: str = "") -> None:
        if (state, reason) == (self.state, self.reason):
            return
        self.state, self.reason = state, reason
        if state is State.UP:
            self._up.set()
        else:
            self._up.clear()
        level = logging.WARNING if state in (State.SILENT, State.FAILING) else logging.INFO
        log.log(level, "embedded store: %s", f"{state}: {reason}" if reason else state)
        if self._on_state:
            try:
                self._on_state(state, reason)
            except Exception:  # a listener's bug is not the store's trouble
                log.exception("telling the state of the embedded store")

    async def _supervise(self, binary: Path) -> None:
        while True:
            try:
                held = lock(self.folder.store_lock)
                if held is not None:
                    try:
                        await self._start_child(binary, held)
                    finally:
                        release(held)
                await self._accompany()
            except Exception as error:  # a full disk, no descriptors left, a bug: nothing may end the supervision
                log.exception("supervising the embedded store")
                self._mark(State.FAILING, f"the store cannot be started: {error}")
                await asyncio.sleep(LONGEST_PAUSE)

    async def _start_child(self, binary: Path, held: int) -> None:
        """Nobody lives here now. Start a child that inherits the descriptor `held` of its lock."""
        loop = asyncio.get_running_loop()
        if self._child:
            status = self._child.wait()
            self._child = None
            self._failures = 0 if loop.time() - self._born > STEADY_AFTER else self._failures + 1
            self._mark(State.FAILING, self._last_words(status))
            if self._failures:
                await asyncio.sleep(min(LONGEST_PAUSE, 0.05 * 2**self._failures))
        elif self._trusted:
            self._mark(State.FAILING, "the adopted store ended")
        self.folder.put_log_aside()
        options = {**SETTINGS, "unixsocket": str(self.folder.make_socket())}
        with self.folder.log.open("ab") as output:
            self._log_from = output.tell()
            self._child = subprocess.Popen(  # noqa: ASYNC220 - some 2 ms; it outlives the loop that starts it
                [binary, *(word for name, value in options.items() for word in (f"--{name}", value))],
                cwd=self.folder.path,
                env={**os.environ, "LC_ALL": "C"},  # newer servers refuse to start in a locale the machine lacks
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(held,),
                start_new_session=True,
            )
        self._born = loop.time()
        self._trusted = True

    async def _accompany(self) -> None:
        """Hold the lifeline to a store until it ends."""
        try:
            reader, writer = await asyncio.open_unix_connection(self.folder.socket)
        except OSError:
            if not self._trusted and asyncio.get_running_loop().time() > self._doubt_ends:
                self._end_stranger()
            await asyncio.sleep(TICK)
            return
        try:
            while answer := await self._question(reader, writer):
                self._trusted = True
                if answer.startswith(b"+PONG"):
                    self._mark(State.UP)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(HEARTBEAT):
                            await reader.read(1)  # nothing is to come: only the end wakes this
                        return
                elif answer.startswith(b"-LOADING"):
                    self._mark(State.LOADING)
                    await asyncio.sleep(TICK)
                else:
                    self._mark(State.FAILING, answer.decode(errors="replace").strip())
                    await asyncio.sleep(HEARTBEAT)
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _question(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"PING\r\n")
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENT_AFTER):
                return await reader.readline()
        self._mark(State.SILENT, f"no answer for {SILENT_AFTER:g} s: frozen, or waiting for its disk")
        if not self._trusted:
            self._end_stranger()
        return await reader.readline()

    def _end_stranger(self) -> None:
        """End what a killed hallsys left behind and what does not answer."""
        self._doubt_ends += SILENT_AFTER
        if pid := self.folder.store_pid():
            log.warning("ending the store with pid %d, which was left behind and does not answer", pid)
            os.kill(pid, signal.SIGKILL)
        else:
            self._mark(
                State.FAILING, f"an unknown process holds {self.folder.store_lock} and does not answer: end it by hand"
            )

    def _last_words(self, status: int) -> str:
        """Why the child died, for people: how, the disk if it is full, and the end of its log."""
        words = [f"the store ended by signal {-status}" if status < 0 else f"the store ended with status {status}"]
        if shutil.disk_usage(self.folder.path).free < FULL_DISK:
            words.append(f"the disk of {self.folder.path} is full")
        if status != -signal.SIGKILL:  # whoever is killed so has no time to write
            words += self.folder.log_end(since=self._log_from)
        return "; ".join(words)

    async def _end_store(self) -> None:
        held = lock(self.folder.store_lock)
        if held is None:
            if self._child and self.state is State.STARTING:
                self._child.terminate()  # it does not listen yet
            asking = asyncio.create_task(_ask(self.folder.socket, b"SHUTDOWN NOSAVE"))
            held = await self._wait_for_end()
            asking.cancel()  # a frozen store never reads it
        if held is None and (pid := self.pid):
            log.warning("the store did not end within %g s: SIGKILL", STOP_WITHIN)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            held = await self._wait_for_end()
        if held is None:
            log.error("the store in %s does not end; the next start tries again", self.folder.path)
            return
        try:
            if self._child:
                self._child.wait()
                self._child = None
            self.folder.remove_socket()
        finally:
            release(held)

    async def _wait_for_end(self) -> int | None:
        """The store's lock once it has ended, else None after `STOP_WITHIN`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN):
                while True:
                    if (held := lock(self.folder.store_lock)) is not None:
                        return held
                    await asyncio.sleep(TICK / 2)
        return None


@asynccontextmanager
async def borrowed(data: Path) -> AsyncIterator[str]:
    """The store's url for one command of the command line: the running server's, else of one started for this long."""
    url = await Embedded.attach(data)
    own = Embedded(data, role="command")
    if url is None:
        try:
            await own.start()
        except DataFolderBusy:  # a server may have begun in between
            url = await Embedded.attach(data)
            if url is None:
                raise
    try:
        yield url or own.url
    finally:
        await own.stop()


async def _ask(socket: Path, command: bytes) -> bytes:
    """The first line that a store answers, or nothing."""
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return b""
    try:
        writer.write(command + b"\r\n")
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()
