"""A thousand screens that cost little: WebSocket clients that only wait for one kind of frame."""

import asyncio
import base64
import os
import time
from collections.abc import Callable
from urllib.parse import urlsplit

ENTERED = b'"snapshot"'
PONG = 0xA
PING = 0x9
TEXT = 0x1


class Screen(asyncio.Protocol):
    """One follower: says hello, and reports each text frame that carries `wanted`."""

    def __init__(self, head: bytes, hello: bytes, wanted: bytes, seen: Callable[[], None]) -> None:
        self._head, self._hello, self._wanted, self._seen = head, hello, wanted, seen
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._upgraded = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionResetError(f"the server closed a screen: {self._buffer[:200]!r}"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 101"):
                raise ValueError(f"no upgrade: {self._buffer[:200]!r}")
            self._upgraded, self._buffer = True, self._buffer[end + 4 :]
            self._write(TEXT, self._hello)
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == PING:
                self._write(PONG, payload)
            elif not self.ready.done():
                if ENTERED in payload[:60]:
                    self.ready.set_result(None)
            elif self._wanted in payload[:200]:
                self._seen()

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(buffer) < start:
                return None
            length = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + length:
            return None
        self._buffer = buffer[start + length :]
        return buffer[0] & 0x0F, buffer[start : start + length]

    def _write(self, opcode: int, payload: bytes) -> None:
        """A short frame of ours; the mask of zeros is a mask, too."""
        assert self._transport is not None
        assert len(payload) < 126
        self._transport.write(bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Wall:
    """Many screens on one address; `press` tells how long the last of them waited."""

    def __init__(self) -> None:
        self._screens: list[Screen] = []
        self._left = 0
        self._last: asyncio.Future[float] | None = None

    async def open(self, url: str, path: str, screens: int, wanted: bytes, token: str = "") -> "Wall":
        parts = urlsplit(url)
        key = base64.b64encode(os.urandom(16)).decode()
        head = [f"GET {path} HTTP/1.1", "Host: bench", "Upgrade: websocket", "Connection: Upgrade"]
        head += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        head += [f"Authorization: Bearer {token}"] if token else []
        wire = "\r\n".join([*head, "", ""]).encode()
        hello = b'{"type":"hello","v":1,"since":null}'
        loop = asyncio.get_running_loop()
        for _ in range(screens):
            _, screen = await loop.create_connection(
                lambda: Screen(wire, hello, wanted, self._seen), parts.hostname or "", parts.port or 80
            )
            self._screens.append(screen)
        await asyncio.gather(*(screen.ready for screen in self._screens))
        return self

    async def press(self, send: Callable[[], None]) -> float:
        """Seconds from the press to the last screen."""
        self._last = asyncio.get_running_loop().create_future()
        self._left = len(self._screens)
        begin = time.perf_counter()
        send()
        async with asyncio.timeout(30):
            return await self._last - begin

    def _seen(self) -> None:
        self._left -= 1
        if self._left == 0 and self._last is not None:
            self._last.set_result(time.perf_counter())

    def close(self) -> None:
        for screen in self._screens:
            screen.close()
