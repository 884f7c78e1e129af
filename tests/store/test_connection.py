"""Connections to real servers: one, behind Sentinel, and a Cluster; and what counts as a store that is down."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

import hallsys.store.connection as connections
from hallsys.store.binary import find_server
from hallsys.store.connection import BadStoreUrl, Connection, StoreDown, connect, store_errors
from hallsys.store.embedded import Embedded
from tests.ports import free_port


@pytest.fixture
async def connection(valkey_url: str) -> AsyncIterator[Connection]:
    it = connect(valkey_url)
    yield it
    await it.close()


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    it = connect(url)
    try:
        yield it
    finally:
        await it.close()


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    """For what a server tells nobody when it happens."""
    async with asyncio.timeout(120):
        while True:
            with contextlib.suppress(StoreDown, RedisError, OSError):
                if await true():
                    return
            await asyncio.sleep(0.02)


async def test_more_callers_than_connections_wait(connection: Connection) -> None:
    key = "connection:many"
    await asyncio.gather(*(connection.client.incr(key) for _ in range(connections.POOL * 3)))
    assert await connection.client.get(key) == str(connections.POOL * 3).encode()


async def test_a_reader_blocks_without_holding_up_commands(connection: Connection) -> None:
    reader = connection.reader()
    await connection.ping()
    waiting = asyncio.create_task(reader.xread({"connection:stream": "0"}, block=connections.READ_BLOCK_MS))
    await connection.client.xadd("connection:stream", {"kind": "called"})
    [[name, [(_, entry)]]] = await waiting
    assert (name, entry) == (b"connection:stream", {b"kind": b"called"})
    assert not await reader.xread({"connection:nothing": "0"}, block=connections.READ_BLOCK_MS)
    await reader.aclose()


async def test_a_lost_answer_is_not_repeated(connection: Connection, valkey_url: str, tmp_path: Path) -> None:
    async def lose_the_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        store, to_store = await asyncio.open_unix_connection(valkey_url.removeprefix("unix://"))
        while words := await reader.read(65536):
            to_store.write(words)
            answer = await store.read(65536)
            if b"INCR" in words:
                break
            writer.write(answer)
        to_store.close()
        writer.close()

    async with (
        await asyncio.start_unix_server(lose_the_answer, tmp_path / "p"),
        connected(f"unix://{tmp_path}/p") as bad,
    ):
        with pytest.raises(StoreDown), store_errors():
            await bad.client.incr("connection:once")
    assert await connection.client.get("connection:once") == b"1"


async def assert_cancellable(connection: Connection) -> None:
    async def talk() -> None:
        while True:
            await connection.client.get("{hall}:connection")

    for _ in range(20):
        task = asyncio.create_task(talk())
        await connection.ping()
        task.cancel()
        ended, _ = await asyncio.wait([task], timeout=60)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
        assert ended, "a cancellation was lost"


async def test_a_loop_of_commands_can_be_cancelled(connection: Connection) -> None:
    await assert_cancellable(connection)


async def test_nobody_there() -> None:
    async with connected("unix:///nowhere/store.sock") as nowhere:
        with pytest.raises(StoreDown, match="nowhere"):
            await nowhere.ping()


async def test_a_frozen_store_is_down_until_it_thaws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "COMMAND_LIMIT", 2.0)
    async with Embedded(tmp_path) as store, connected(store.url) as connection:
        await connection.ping()
        assert store.pid
        os.kill(store.pid, signal.SIGSTOP)
        with pytest.raises(StoreDown):
            await connection.ping()
        os.kill(store.pid, signal.SIGCONT)
        await connection.ping()


async def test_a_store_that_cannot_write_is_down(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as store, connected(store.url) as connection:
        client = connection.client
        await client.config_set("maxmemory", "1")
        with pytest.raises(StoreDown, match="OutOfMemory"), store_errors():
            await client.set("ticket", "A001")
        with pytest.raises(StoreDown, match="OutOfMemory"), store_errors():
            await client.eval("return redis.call('SET', KEYS[1], 1)", 1, "ticket")
        await client.config_set("maxmemory", "0")
        await client.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StoreDown, match="ReadOnly"), store_errors():
            await client.set("ticket", "A001")


async def test_a_forgotten_script_is_a_new_store(connection: Connection) -> None:
    with pytest.raises(StoreDown, match="NoScript"), store_errors():
        await connection.client.evalsha("0" * 40, 0)


async def test_a_slip_inside_redis_py_is_a_store_that_is_down() -> None:
    with pytest.raises(StoreDown, match="AttributeError"), store_errors():
        await Redis(connection_pool=object()).ping()  # type: ignore[arg-type]


async def test_our_own_mistakes_stay_what_they_are(connection: Connection) -> None:
    await connection.client.set("connection:text", "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"), store_errors():
        await connection.client.hget("connection:text", "field")
    with pytest.raises(AttributeError), store_errors():
        connection.nothing_of_that_name  # type: ignore[attr-defined] # noqa: B018
    with pytest.raises(RuntimeError), store_errors():
        raise RuntimeError


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("redis://:secret@store:6379/0?ssl_keyfile=k", "redis://:***@store:6379/0"),
        ("rediss://hall:secret@store", "rediss://hall:***@store"),
        ("redis+sentinel://:secret@a:1,b:2/hall/0?sentinel_password=secret", "redis+sentinel://:***@a:1,b:2/hall/0"),
        ("redis+cluster://[::1]:7000,b", "redis+cluster://[::1]:7000,b"),
    ],
)
async def test_no_secret_in_what_is_logged(url: str, safe: str) -> None:
    with contextlib.suppress(BadStoreUrl):
        async with connected(url) as connection:
            assert connection.safe_url == safe
            return
    assert connections.without_secrets(url) == safe


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://store", "begins with redis://host"),
        ("redis:///0", "begins with redis://host"),
        ("store:6379", "begins with redis://host"),
        ("redis+ring://store", "sentinel or cluster"),
        ("redis+sentinel://a:26379", "name of the service"),
        ("redis+cluster://a:6379/1", "no database numbers"),
        ("redis+cluster://a:6379,,b:6379", "host is missing"),
        ("redis://:secret@store:port", "ort"),
        ("redis://:secret@store?socket_timout=3", "socket_timout"),
        ("redis+cluster://store?socket_timout=3", "socket_timout"),
    ],
)
async def test_a_bad_url_says_why(url: str, says: str) -> None:
    with pytest.raises(BadStoreUrl, match=says) as refused:
        connect(url)
    assert "HALLSYS_REDIS_URL" in str(refused.value)
    assert "secret" not in str(refused.value)


Serve = Callable[..., int]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server on a free port of the loopback and tells the port; all end with the test."""
    running = []

    def start(*options: str) -> int:
        port = free_port()
        folder = tmp_path / str(port)
        folder.mkdir()
        (folder / "conf").write_text(f'bind 127.0.0.1\nport {port}\nsave ""\n')
        with (folder / "log").open("wb") as log:
            running.append(subprocess.Popen([find_server(), "conf", *options], cwd=folder, stdout=log, stderr=log))
        return port

    yield start
    for process in running:
        process.kill()
        process.wait()


async def test_sentinel_leads_to_the_master(serve: Serve) -> None:
    master = serve()
    sentinel = serve("--sentinel", "--sentinel", "monitor", "hall", "127.0.0.1", str(master), "1")
    async with connected(f"redis+sentinel://127.0.0.1:{sentinel}/hall/0") as connection:
        await eventually(connection.client.ping)
        await connection.client.set("ticket", "A001")
        assert await connection.client.get("ticket") == b"A001"
        reader = connection.reader()
        assert not await reader.xread({"{hall}:events": "0"}, block=50)
        await reader.aclose()
    async with connected(f"redis+sentinel://127.0.0.1:{sentinel}/other") as other:
        with pytest.raises(StoreDown, match="other"):
            await other.ping()


async def test_a_cluster_is_one_store(serve: Serve) -> None:
    buses = [free_port() for _ in range(3)]
    ports = [serve("--cluster-enabled", "yes", "--cluster-port", str(bus)) for bus in buses]
    async with contextlib.AsyncExitStack() as stack:
        nodes = [(await stack.enter_async_context(connected(f"redis://127.0.0.1:{port}"))).client for port in ports]
        for number, node in enumerate(nodes):
            await eventually(node.ping)
            await node.execute_command("CLUSTER ADDSLOTSRANGE", 5462 * number, min(5462 * number + 5461, 16383))
            await node.execute_command("CLUSTER MEET", "127.0.0.1", ports[0], buses[0])

        async def agreed() -> bool:
            return all([(await node.execute_command("CLUSTER INFO"))["cluster_state"] == "ok" for node in nodes])

        await eventually(agreed)
        cluster = await stack.enter_async_context(
            connected(f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}")
        )
        await cluster.ping()
        halls = [f"{{hall{number}}}" for number in range(20)]
        for hall in halls:
            await cluster.client.xadd(f"{hall}:events", {"kind": "issued"}, id="1-1")
        reader = cluster.reader()
        for hall in halls:
            [[_, entries]] = await reader.xread({f"{hall}:events": "0"}, block=connections.READ_BLOCK_MS)
            assert entries == [(b"1-1", {b"kind": b"issued"})]
        assert not await reader.xread({"{hall0}:events": "1-1"}, block=50)
        await reader.aclose()
        await assert_cancellable(cluster)
        assert all([await node.dbsize() for node in nodes]), "every node has some of the halls"
