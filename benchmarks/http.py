"""A load generator that costs little: HTTP/1.1 over kept-alive connections, one request at a time on each."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from msgspec import json


def post(path: str, arguments: object, *, token: str = "", key: str = "") -> bytes:
    """A whole POST with a JSON body."""
    body = json.encode(arguments)
    head = [f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if key:
        head.append(f"Idempotency-Key: {key}")
    return "\r\n".join([*head, "", ""]).encode() + body


def get(path: str, *, token: str = "") -> bytes:
    """A whole GET."""
    head = [f"GET {path} HTTP/1.1", "Host: bench"] + ([f"Authorization: Bearer {token}"] if token else [])
    return "\r\n".join([*head, "", ""]).encode()


class Line(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._need = -1
        self.heard: Callable[[int, bytes], None] = lambda status, body: None
        self.lost: Callable[[], None] = lambda: None
        self._status = 0

    @classmethod
    async def open(cls, url: str) -> "Line":
        """Raises OSError when nobody listens."""
        parts = urlsplit(url)
        _, line = await asyncio.get_running_loop().create_connection(cls, parts.hostname or "", parts.port or 80)
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.lost()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._need < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            start = head.find(b"content-length:")
            if start < 0:
                raise ValueError(f"an answer without a length: {head!r}")
            stop = head.find(b"\r\n", start)
            self._need = int(head[start + 15 : stop if stop >= 0 else None])
            self._status = int(head[9:12])
            self._buffer = self._buffer[end + 4 :]
        if len(self._buffer) >= self._need:
            body, self._buffer, self._need = self._buffer[: self._need], self._buffer[self._need :], -1
            self.heard(self._status, body)

    def send(self, request: bytes) -> None:
        if self._transport is None:
            self.lost()
        else:
            self._transport.write(request)

    def close(self) -> None:
        self.lost = lambda: None
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """One request, awaited. Raises ConnectionError when the connection goes away."""
        answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()

        def lost() -> None:
            if not answer.done():
                answer.set_exception(ConnectionResetError("cut"))

        self.heard, self.lost = lambda status, body: answer.set_result((status, body)), lost
        self.send(request)
        return await answer


@dataclass
class Round:
    """What one storm measured; times in seconds."""

    seconds: float
    times: list[float] = field(default_factory=list)
    wrong: dict[int, int] = field(default_factory=dict)
    """status -> how often, of answers other than 200"""
    example: bytes = b""
    """what one of those said"""

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def storm(urls: Sequence[str], clients: int, requests: Iterable[Iterable[bytes]]) -> Round:
    """So many clients at once, spread over servers; each sends its own requests one after another.

    `requests` gives one iterable per client; all should be ready made, so that making them is not measured.
    """
    lines = [await Line.open(urls[index % len(urls)]) for index in range(clients)]
    finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    result = Round(0.0)
    running = clients
    clock = time.perf_counter

    def drive(line: Line, mine: Iterable[bytes]) -> Callable[[], None]:
        todo = iter(mine)
        sent = 0.0

        def onward() -> None:
            nonlocal sent, running
            request = next(todo, None)
            if request is None:
                running -= 1
                if running == 0 and not finished.done():
                    finished.set_result(None)
                return
            sent = clock()
            line.send(request)

        def heard(status: int, body: bytes) -> None:
            if status == 200:
                result.times.append(clock() - sent)
            else:
                result.wrong[status] = result.wrong.get(status, 0) + 1
                result.example = body
            onward()

        def lost() -> None:
            if not finished.done():
                finished.set_exception(ConnectionResetError("a connection of the load generator was cut"))

        line.heard, line.lost = heard, lost
        return onward

    starts = [drive(line, mine) for line, mine in zip(lines, requests, strict=True)]
    begin = clock()
    for start in starts:
        start()
    try:
        await finished
    finally:
        result.seconds = clock() - begin
        for line in lines:
            line.close()
    return result
