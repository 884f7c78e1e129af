"""The first five minutes: started, stopped, killed, started again, and told what is wrong; with real processes."""

import asyncio
import json
import os
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from hallsys.store.connection import connect
from hallsys.store.embedded import Embedded
from hallsys.store.folder import StoreFolder, lock, release
from tests.child import TRACEBACK, Child, hallsys, serving


async def issue(server: Child, address: str, key: str) -> str:
    """Take a ticket at the kiosk; its label."""
    token = (await hallsys(server.data, "token", "create", "--hall", "phutho", "--role", "kiosk")).out.strip()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    async with (
        aiohttp.ClientSession(address, headers=headers) as http,
        http.post("/api/v1/halls/phutho/commands/issue", json={"service": "A"}) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["result"]["ticket"]["label"])


def has_store(data: Path) -> bool:
    """Whether a store lives in the folder, as its lock says."""
    folder = StoreFolder(data)
    if not folder.path.exists() or (held := lock(folder.store_lock)) is None:
        return folder.path.exists()
    release(held)
    return False


async def test_the_first_start_says_where_to_go_and_how_to_come_in(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server:
        address = await server.ready()
        link = await server.line("Set the IT officer's password (a link that works once): ")
        assert any(f"{address}/halls/phutho/board" in line for line in server.said)
        async with aiohttp.ClientSession() as http, http.get(link) as answer:
            assert answer.status == 200
    assert sum(line.startswith("ready ") for line in server.said) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_server_and_store_in_order(number: signal.Signals, tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server:
        address = await server.ready()
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}/ws/phutho") as screen:
            await screen.send_json({"type": "hello", "v": 1, "since": None})
            assert (await screen.receive_json())["type"] == "snapshot"
            server.process.send_signal(number)
            while (await screen.receive()).type != aiohttp.WSMsgType.CLOSE:
                pass
            assert screen.close_code == 4410
        assert await server.ended() == 0
    assert TRACEBACK not in server.log
    assert not has_store(server.data)


async def test_a_start_can_be_broken_off_at_any_moment(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server:
        while not (tmp_path / "data" / "store" / "store.log").exists():  # noqa: ASYNC110  a file has no event
            await asyncio.sleep(0)
        assert await server.end() == 0
    assert TRACEBACK not in server.log
    assert not has_store(server.data)


async def test_a_second_signal_does_not_break_the_ending_off(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server:
        address = await server.ready()
        store = StoreFolder(server.data).store_pid()
        assert store is not None
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}/ws/phutho") as screen:
            await screen.send_json({"type": "hello", "v": 1, "since": None})
            os.kill(store, signal.SIGSTOP)  # so that the ending takes its time
            server.process.send_signal(signal.SIGINT)
            while (await screen.receive()).type != aiohttp.WSMsgType.CLOSE:
                pass
            server.process.send_signal(signal.SIGINT)
        assert await server.ended() == 0
    assert TRACEBACK not in server.log
    assert not has_store(server.data)


async def test_a_killed_server_is_followed_by_one_that_adopts_its_store(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with serving(data) as server:
        assert await issue(server, await server.ready(), "before-the-kill") == "A001"
        store = StoreFolder(data).store_pid()
        assert await server.end(signal.SIGKILL) == -signal.SIGKILL
    assert has_store(data), "the store outlives its killed server"
    async with serving(data) as server:
        address = await server.ready()
        assert StoreFolder(data).store_pid() == store
        assert await issue(server, address, "before-the-kill") == "A001"
        assert await issue(server, address, "after-the-kill") == "A002"
        assert await server.end() == 0
    assert not has_store(data), "and ends with the one that adopted it"


async def test_two_run_beside_each_other(tmp_path: Path) -> None:
    async with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        for server in (one, two):
            assert await issue(server, await server.ready(), "the-same-key") == "A001"
        assert await one.end() == 0
        assert has_store(two.data)
        assert await two.end() == 0


async def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = await hallsys(tmp_path / "data", "serve", "--port", port)
    assert (done.code, done.out) == (1, "")
    assert f"Cổng {port}" in done.err
    assert f"Port {port}" in done.err
    assert f"--port {int(port) + 1}" in done.err
    assert not has_store(tmp_path / "data")


async def test_a_data_folder_in_use_is_named_with_its_owner(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server:
        await server.ready()
        done = await hallsys(server.data, "serve")
        assert (done.code, done.out) == (1, "")
        assert done.err.count(str(server.process.pid)) == 2
        assert "--data" in done.err
        assert "Thư mục dữ liệu" in done.err


@pytest.mark.parametrize(
    ("flags", "code", "vietnamese", "english"),
    [
        (("--data", "{tmp}/file/data"), 1, "Không dùng được kho dữ liệu", "cannot be used"),
        (("--config", "{tmp}/bad.toml"), 2, "bad.toml:1", "bad.toml:1"),
        (("--config", "{tmp}/none.toml"), 2, "không đọc được", "cannot be read"),
        (("--port", "http"), 2, "không dùng được", "not usable"),
        (("--host", "203.0.113.7"), 1, "Không mở được", "Cannot listen"),
        (("--redis-url", "mysql://store"), 2, "không dùng được", "not usable"),
        (("--redis-url", "redis://"), 1, "Địa chỉ kho", "address of the store"),
    ],
)
async def test_what_cannot_start_says_why_in_both_languages(
    flags: tuple[str, str], code: int, vietnamese: str, english: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "bad.toml").write_text("id = 3\n")
    done = await hallsys(tmp_path / "data", "serve", flags[0], flags[1].format(tmp=tmp_path))
    assert (done.code, done.out) == (code, "")
    assert vietnamese in done.err
    assert english in done.err


async def test_a_wrong_password_of_the_store_ends_the_start(tmp_path: Path) -> None:
    async with Embedded(tmp_path / "shared") as shared:
        connection = connect(shared.url)
        await connection.client.config_set("requirepass", "right")
        await connection.close()
        try:
            done = await hallsys(tmp_path / "data", "serve", HALLSYS_REDIS_URL=shared.url + "?password=wrong-one")
        finally:
            right = connect(shared.url + "?password=right")
            await right.client.config_set("requirepass", "")
            await right.close()
    assert (done.code, done.out) == (1, "")
    assert "refuses the user or password" in done.err
    assert "wrong-one" not in done.err


async def test_a_shared_store_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """After a power cut the store's machine may be up later than ours."""
    away = {"HALLSYS_REDIS_URL": "redis://127.0.0.1:1"}
    async with serving(tmp_path / "data", **away) as server:
        address = await server.ready()
        async with aiohttp.ClientSession() as http, http.get(address + "/readyz") as answer:
            assert answer.status == 503
        assert "không trả lời" in server.log
        assert "waits for the store" in server.log
        assert await server.end() == 0
    assert TRACEBACK not in server.log


async def test_the_demo_plays_a_day_and_leaves_no_token_behind(tmp_path: Path) -> None:
    async with serving(tmp_path / "data", "--demo") as server:
        address = await server.ready()
        await server.line("A sample day is being played")
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}/ws/phutho") as screen:
            await screen.send_json({"type": "hello", "v": 1, "since": None})
            seen: set[str] = set()
            async with asyncio.timeout(120):
                while not {"issued", "called", "started"} <= seen:
                    seen.add((await screen.receive_json()).get("kind", ""))
        # A demo that is killed leaves its token; the next one takes it back.
        assert len(await tokens(server.data)) == 1
        await server.end(signal.SIGKILL)
    async with serving(tmp_path / "data", "--demo") as server:
        await server.line("A sample day is being played")
        assert await server.end() == 0
    assert TRACEBACK not in server.log
    assert "breaks off" not in server.log
    assert await tokens(server.data) == []


async def tokens(data: Path) -> list[object]:
    found: list[object] = json.loads((await hallsys(data, "token", "list", "--json")).out)
    return found
