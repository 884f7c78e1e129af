"""Backups between real stores: everything comes back, a hall is of one moment, nothing is touched by a bad file."""

import asyncio
import gzip
import stat
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hallsys.core.position import Position
from hallsys.store import account_keys
from hallsys.store.accounts import Accounts
from hallsys.store.backup import BackupError, Header, Record, back_up, read_backup
from hallsys.store.binary import find_server
from hallsys.store.connection import READ_BLOCK_MS, Connection, StoreDown, connect, store_errors
from hallsys.store.embedded import Embedded
from hallsys.store.joining import Joining
from hallsys.store.keys import HallKeys
from hallsys.store.restore import restore
from tests.ports import free_port
from tests.store.desk import Desk, new_hall, now_ms

Open = Callable[[], Awaitable[Connection]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a new, empty store of its own each time."""
    async with AsyncExitStack() as stack:
        count = 0

        async def open_one() -> Connection:
            nonlocal count
            count += 1
            embedded = await stack.enter_async_context(Embedded(tmp_path / f"store{count}"))
            connection = connect(embedded.url)
            stack.push_async_callback(connection.close)
            return connection

        yield open_one


@asynccontextmanager
async def desk_in(connection: Connection, **settings: Any) -> AsyncIterator[Desk]:
    desk = Desk(new_hall(**settings), connection, now_ms)
    await desk.ledger.start()
    try:
        yield desk
    finally:
        await desk.ledger.close()


async def contents(connection: Connection) -> dict[bytes, Any]:
    """Every key with its value and the moment at which it expires."""
    client: Any = connection.client
    read = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": client.xrange,
    }
    found = {}
    for key in await client.keys("*"):
        found[key] = (await read[await client.type(key)](key), await client.pexpiretime(key))
    return found


async def test_everything_comes_back(store: Open, tmp_path: Path) -> None:
    old, new = await store(), await store()
    accounts = Accounts(old.client)
    joining = Joining(old.client, accounts)
    await accounts.create_user("it", "một câu dễ nhớ", "admin", None)
    token = await accounts.create_token("h", "kiosk", None, "máy lấy số")
    await accounts.save_session("cookie", b"\x00\xff session", 1000)
    secret = await joining.secret()
    async with desk_in(old) as desk:
        for _ in range(3):
            await desk.do("issue", service="A")
        keys = desk.keys
        await old.client.set(keys.past("2026-11-20"), b"\x78\x9c packed")
        await old.client.set("somebody:else", "not ours")
    before = await contents(old)
    header = await back_up(old, tmp_path / "backup")
    assert header.halls.keys() == {desk.config.id}

    restored, counts = await restore(new, tmp_path / "backup")
    assert restored == header
    assert counts == {"days": 1, "users": 1, "tokens": 1, "sessions": 1}
    after = await contents(new)
    moved = {keys.position.encode(), keys.events.encode()}
    expected = {key: value for key, value in before.items() if key not in moved | {b"somebody:else"}}
    assert {key: value for key, value in after.items() if key not in moved} == expected
    assert after[keys.events.encode()][0][:-1] == before[keys.events.encode()][0]
    assert await Joining(new.client, Accounts(new.client)).secret() == secret
    who = await Accounts(new.client).token_who(token)
    assert who is not None
    assert (who.role, who.hall) == ("kiosk", "h")
    assert await Accounts(new.client).load_session("cookie") == b"\x00\xff session"
    assert await Accounts(new.client).check_password("it", "một câu dễ nhớ")


async def test_a_restored_hall_goes_on_in_a_new_epoch(store: Open, tmp_path: Path) -> None:
    old, new = await store(), await store()
    async with desk_in(old) as desk:
        await desk.do("issue", service="A")
        await back_up(old, tmp_path / "backup")
        seen = desk.ledger.position
    await restore(new, tmp_path / "backup")
    again = Desk(desk.config, new, now_ms)
    await again.ledger.start()
    try:
        assert seen is not None
        at = again.ledger.position
        assert at is not None
        assert at.epoch > seen.epoch, "a screen that saw more than the backup holds must not go on from there"
        assert (await again.do("issue", service="A")).result["ticket"]["label"] == "A002"
    finally:
        await again.ledger.close()


async def test_a_hall_is_of_one_moment_while_it_works(store: Open, tmp_path: Path) -> None:
    old = await store()
    async with desk_in(old) as desk:
        stop = asyncio.Event()

        async def press() -> None:
            while not stop.is_set():
                await asyncio.gather(*(desk.do("issue", service="A") for _ in range(10)))

        pressing = asyncio.create_task(press())
        try:
            for number in range(10):
                await back_up(old, tmp_path / f"{number}")
        finally:
            stop.set()
            await pressing
    for number in range(10):
        keys = HallKeys(desk.config.id)
        records = [line for line in read_backup(tmp_path / f"{number}") if isinstance(line, Record)]
        [position] = [record.rows[0][0] for record in records if record.key == keys.position]
        entries = [row for record in records if record.key == keys.events for row in record.rows]
        tickets = [row for record in records if record.key == keys.rows["tickets"] for row in record.rows]
        assert entries[-1][0] == position.split()[0]
        assert len(tickets) == sum(b'"kind":"issued"' in entry[2] for entry in entries)


async def test_what_is_there_is_replaced_only_when_asked(store: Open, tmp_path: Path) -> None:
    old, new = await store(), await store()
    await Accounts(old.client).create_user("it", "một câu dễ nhớ", "admin", None)
    await Joining(old.client, Accounts(old.client)).secret()
    await back_up(old, tmp_path / "backup")
    await Accounts(new.client).create_token(None, "display")
    await new.client.set("somebody:else", "stays")
    async with desk_in(new):
        pass
    before = await contents(new)
    with pytest.raises(BackupError, match="not_empty"):
        await restore(new, tmp_path / "backup")
    assert await contents(new) == before
    await restore(new, tmp_path / "backup", replace=True)
    assert await contents(new) == {**await contents(old), b"somebody:else": (b"stays", -1)}


async def test_a_follower_keeps_a_restore_out(store: Open, tmp_path: Path) -> None:
    old, new = await store(), await store()
    await Joining(old.client, Accounts(old.client)).secret()
    await back_up(old, tmp_path / "backup")
    reader = new.reader()
    following = asyncio.create_task(reader.xread({"{h}:events": "0"}, block=READ_BLOCK_MS))
    while not any(client["cmd"] == "xread" for client in await new.client.client_list()):  # noqa: ASYNC110
        await asyncio.sleep(0)
    with pytest.raises(BackupError, match="server_connected"):
        await restore(new, tmp_path / "backup", replace=True)
    assert await contents(new) == {}
    await following
    await reader.aclose()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda packed: b"not a backup", "damaged"),
        (lambda packed: b"", "damaged"),
        (lambda packed: packed[: len(packed) * 2 // 3], "damaged"),
        (lambda packed: gzip.compress(b"".join(gzip.decompress(packed).splitlines(True)[:-1])), "damaged"),
        (lambda packed: gzip.compress(b"".join(gzip.decompress(packed).splitlines(True)[::2])), "damaged"),
        (lambda packed: gzip.compress(gzip.decompress(packed).replace(b'"format":1', b'"format":99')), "newer"),
        (lambda packed: gzip.compress(gzip.decompress(packed).replace(b'"hash"', b'"list"')), "unknown_kind"),
    ],
)
async def test_a_bad_file_touches_nothing(
    store: Open, tmp_path: Path, spoil: Callable[[bytes], bytes], code: str
) -> None:
    connection = await store()
    await Accounts(connection.client).create_user("it", "một câu dễ nhớ", "admin", None)
    await Joining(connection.client, Accounts(connection.client)).secret()
    file = tmp_path / "backup"
    await back_up(connection, file)
    file.write_bytes(spoil(file.read_bytes()))
    before = await contents(connection)
    with pytest.raises(BackupError, match=code):
        await restore(connection, file, replace=True)
    assert await contents(connection) == before


async def test_the_file_is_whole_or_not_there_and_ours_alone(store: Open, tmp_path: Path) -> None:
    connection = await store()
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(BackupError, match="nothing"):
        await back_up(connection, folder / "empty")
    await Joining(connection.client, Accounts(connection.client)).secret()
    await connection.client.rpush("hallsys:strange", "a list")
    (folder / "backup").write_text("the one before")
    with pytest.raises(BackupError, match="unknown_kind"):
        await back_up(connection, folder / "backup")
    assert [path.name for path in folder.iterdir()] == ["backup"]
    assert (folder / "backup").read_text() == "the one before"
    await connection.client.delete("hallsys:strange")
    await back_up(connection, folder / "backup")
    assert stat.S_IMODE((folder / "backup").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["backup"]
    assert isinstance(next(read_backup(folder / "backup")), Header)


async def test_what_has_expired_stays_away(store: Open, tmp_path: Path) -> None:
    old, new = await store(), await store()
    await Joining(old.client, Accounts(old.client)).secret()
    await old.client.set(account_keys.session("gone"), b"x", pxat=int(time.time() * 1000) + 4000)
    await back_up(old, tmp_path / "backup")
    assert any(isinstance(line, Record) and line.expires for line in read_backup(tmp_path / "backup"))
    while await old.client.exists(account_keys.session("gone")):  # noqa: ASYNC110  the store has no event for it
        await asyncio.sleep(0.01)
    _, counts = await restore(new, tmp_path / "backup")
    assert counts["sessions"] == 0
    assert await contents(new) == await contents(old)


async def test_an_epoch_is_later_than_any_that_the_store_has_seen(store: Open, tmp_path: Path) -> None:
    connection = await store()
    async with desk_in(connection) as desk:
        await back_up(connection, tmp_path / "backup")
        ahead = now_ms() + 10**9
        await connection.client.set(desk.keys.position, f"{ahead}-7 tag")
    await restore(connection, tmp_path / "backup", replace=True)
    raw: Any = await connection.client.get(desk.keys.position)
    assert Position.parse(raw.decode().split()[0]) == Position(ahead + 1, 1)


async def test_a_backup_moves_a_hall_into_a_cluster_and_out_again(store: Open, tmp_path: Path) -> None:
    old, new = await store(), await store()
    await Accounts(old.client).create_user("it", "một câu dễ nhớ", "admin", None)
    async with desk_in(old) as desk, desk_in(old) as other:
        await desk.do("issue", service="A")
        await other.do("issue", service="A")
    await back_up(old, tmp_path / "from-one")
    async with cluster_of_one(tmp_path) as cluster:
        await restore(cluster, tmp_path / "from-one")
        with pytest.raises(BackupError, match="not_empty"):
            await restore(cluster, tmp_path / "from-one")
        await restore(cluster, tmp_path / "from-one", replace=True)
        await back_up(cluster, tmp_path / "from-cluster")
    header, _ = await restore(new, tmp_path / "from-cluster")
    assert header.halls.keys() == {desk.config.id, other.config.id}
    for one in (desk, other):
        again = Desk(one.config, new, now_ms)
        await again.ledger.start()
        assert (await again.do("issue", service="A")).result["ticket"]["label"] == "A002"
        await again.ledger.close()
    assert await Accounts(new.client).check_password("it", "một câu dễ nhớ")


@asynccontextmanager
async def cluster_of_one(folder: Path) -> AsyncIterator[Connection]:
    """A Cluster whose only node has every slot: the client is the real one."""
    port, bus = free_port(), free_port()
    (folder / "conf").write_text(f"bind 127.0.0.1\nport {port}\ncluster-enabled yes\ncluster-port {bus}\nsave ''\n")
    node = await asyncio.create_subprocess_exec(find_server(), "conf", cwd=folder, stdout=asyncio.subprocess.DEVNULL)
    try:
        async with AsyncExitStack() as stack:
            one = connect(f"redis://127.0.0.1:{port}")
            stack.push_async_callback(one.close)
            await until_up(one, "PING")
            await one.client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
            cluster = connect(f"redis+cluster://127.0.0.1:{port}")
            stack.push_async_callback(cluster.close)
            await until_up(cluster, "SET", "up", "1")
            yield cluster
    finally:
        node.kill()
        await node.wait()


async def until_up(connection: Connection, *command: str) -> None:
    async with asyncio.timeout(120):
        while True:
            try:
                with store_errors():
                    await connection.client.execute_command(*command)
                return
            except StoreDown:
                await asyncio.sleep(0.01)
