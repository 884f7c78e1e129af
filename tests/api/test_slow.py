"""A screen that does not read: nobody waits for it, and it comes back to a fresh picture (PROTOCOL, WebSocket)."""

import asyncio
import json
import socket as plain
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from hallsys.live import hub, member
from tests.running import JSON, Door, Running, Serve

HELLO = b'{"type":"hello","v":1,"since":null}'


class Stuck:
    """A socket in bare bytes, with a small window: it reads only when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, payload: bytes, opcode: int = 1) -> None:
        """One frame, masked with zeros (RFC 6455, 5.3)."""
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big")
        self._writer.write(bytes([0x80 | opcode]) + length + bytes(4) + payload)

    async def frame(self) -> JSON:
        """The next text frame; raises IncompleteReadError or ConnectionError at the end."""
        while True:
            opcode, size = await self._reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self._reader.readexactly(8), "big")
            payload = await self._reader.readexactly(size)
            if opcode == 0x81:
                frame: JSON = json.loads(payload)
                return frame

    async def ended(self) -> None:
        """Until the connection ends."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self.frame()

    def rest(self) -> None:
        """Stop reading from the network."""
        transport: Any = self._writer.transport
        transport.pause_reading()

    def wake(self) -> None:
        transport: Any = self._writer.transport
        transport.resume_reading()


@asynccontextmanager
async def stuck(door: Door) -> AsyncIterator[Stuck]:
    """A screen that has its snapshot and reads no more."""
    host, port = door.address.removeprefix("http://").split(":")
    sock = plain.socket()
    sock.setsockopt(plain.SOL_SOCKET, plain.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=sock, limit=1024)
    authorization = f"Authorization: Bearer {door.token}\r\n" if door.token else ""
    writer.write(
        f"GET /ws/{door.hall} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"{authorization}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    screen = Stuck(reader, writer)
    screen.send(HELLO)
    assert (await screen.frame())["type"] == "snapshot"
    screen.rest()
    try:
        yield screen
    finally:
        writer.transport.abort()


async def flood(admin: Door, times: int) -> str:
    """So many fat events as make a buffer grow; the last position."""
    async with admin.screen() as screen:
        at = screen.at
        for _ in range(times):
            done = await screen.do("issue", service="A")
            assert done["type"] == "done"
            at = done["at"]
            done = await screen.do("cancel", ticket=done["result"]["ticket"]["label"])
            at = done["at"]
        await screen.reach(at)
    return at


def members(server: Running) -> set[Any]:
    hall = server.server.halls.at_once(server.hall)
    assert hall is not None
    found: set[Any] = hall.hub._members
    return found


async def until_behind(server: Running, admin: Door) -> None:
    """Flood until some screen is behind."""
    for _ in range(200):
        await flood(admin, 20)
        if any(member.behind_since is not None for member in members(server)):
            return
    pytest.fail("no screen fell behind")


@pytest.fixture(autouse=True)
def small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel holds megabytes for a loopback connection; with a small send buffer a test needs fewer events."""
    prepare = member.Member.__init__

    def begin(self: member.Member, transport: asyncio.Transport) -> None:
        transport.get_extra_info("socket").setsockopt(plain.SOL_SOCKET, plain.SO_SNDBUF, 4096)
        prepare(self, transport)

    monkeypatch.setattr(member.Member, "__init__", begin)


async def test_a_stuck_screen_delays_nobody_and_gets_a_fresh_snapshot_when_it_reads_again(server: Running) -> None:
    admin = await server.door("admin")
    async with admin.screen() as healthy, stuck(server.nobody) as screen:
        await until_behind(server, admin)
        at = (await admin.do("issue", service="H")).json["at"]
        await healthy.reach(at)
        assert max(member.buffered() for member in members(server)) < 512 * 1024, "no pile of frames for it"
        screen.wake()
        view: dict[str, JSON] = {}
        last = ""
        while last != at:
            frame = await screen.frame()
            if frame["type"] == "snapshot":
                last, view = frame["at"], frame["view"]
            elif frame["type"] == "event":
                last = frame["at"]
        assert frame["type"] == "snapshot"
        assert view == (await admin.view())["view"] == healthy.view


async def test_a_screen_that_stays_behind_is_cut(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "PATIENCE", 0.3)
    monkeypatch.setattr(hub, "SWEEP", 0.05)
    admin = await server.door("admin")
    async with stuck(server.nobody) as screen:
        await until_behind(server, admin)
        while members(server):  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.02)
        screen.wake()
        await screen.ended()


async def test_a_client_that_asks_and_never_reads_is_cut_past_the_cap(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are never left out, so they must not pile up for ever either."""
    monkeypatch.setattr(member, "HARD_CAP", 256 * 1024)
    async with stuck(server.nobody) as screen:
        sent = 0
        frame = json.dumps({"type": "do", "id": "k" * 128, "name": "issue", "args": {}}).encode()
        while members(server):
            screen.send(frame)
            sent += 1
            assert sent < 20_000
            await asyncio.sleep(0)
        screen.wake()
        await screen.ended()


async def test_a_server_stops_though_a_screen_is_stuck(serve: Serve) -> None:
    server = await serve()
    admin = await server.door("admin")
    async with stuck(server.nobody):
        await until_behind(server, admin)
        async with asyncio.timeout(120):
            await server.server.stop()
