"""A thermal printer on a TCP port that really reads ESC/POS: it keeps the dots it gets, and can fail as one does."""

import asyncio
from dataclasses import dataclass, field

from PIL import Image

from tests.ports import free_port


@dataclass
class PaperPrinter:
    """`tickets` are the pictures cut off so far. `rows_left` of paper: the printer goes out of paper after so many;
    `deaf` takes everything and answers nothing; `cut_after` bytes it drops the connection."""

    rows_left: int = 1_000_000
    deaf: bool = False
    cover_open: bool = False
    cut_after: int | None = None
    tickets: list[Image.Image] = field(default_factory=list)
    cleared: int = 0
    port: int = field(default_factory=free_port)
    _rows: list[bytes] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken = 0

        async def take(count: int) -> bytes:
            nonlocal taken
            taken += count
            if self.cut_after is not None and taken > self.cut_after:
                writer.transport.abort()
                raise ConnectionResetError
            return await reader.readexactly(count)

        try:
            while True:
                await self._command(take, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _command(self, take, writer: asyncio.StreamWriter) -> None:  # type: ignore[no-untyped-def]
        match await take(1):
            case b"\x10":
                await self._real_time(take, writer)
            case b"\x1b":
                match await take(1):
                    case b"@":
                        pass
                    case b"d" | b"J" | b"a":
                        await take(1)
                    case other:
                        raise AssertionError(f"ESC {other!r}")
            case b"\x1d":
                match await take(1):
                    case b"v":
                        await self._raster(take)
                    case b"V":
                        if (await take(1))[0] > 60:
                            await take(1)
                        self._cut()
                    case b"r":
                        await take(1)
                        if self.rows_left > 0:  # without paper a printer stops working its buffer off
                            self._say(writer, 0)
                    case other:
                        raise AssertionError(f"GS {other!r}")
            case b"\n":
                pass
            case other:
                raise AssertionError(f"{other!r}")

    async def _real_time(self, take, writer: asyncio.StreamWriter) -> None:  # type: ignore[no-untyped-def]
        match await take(1):
            case b"\x04":
                out, open_ = self.rows_left <= 0, self.cover_open
                status = {1: 0x08 if out or open_ else 0, 2: (0x20 if out else 0) | (0x04 if open_ else 0)}
                self._say(writer, status.get((await take(1))[0], 0x60 if out else 0))
            case b"\x05":
                await take(1)
                self._rows.clear()
                self.cleared += 1
            case b"\x14":
                await take(8)
            case other:
                raise AssertionError(f"DLE {other!r}")

    async def _raster(self, take) -> None:  # type: ignore[no-untyped-def]
        head = await take(6)
        width, height = head[2] + 256 * head[3], head[4] + 256 * head[5]
        data = await take(width * height)
        for row in range(height):
            if self.rows_left <= 0:
                return
            self.rows_left -= 1
            self._rows.append(data[row * width : (row + 1) * width])

    def _cut(self) -> None:
        if self.rows_left <= 0 or not self._rows:
            return
        width = len(self._rows[0]) * 8
        black = Image.frombytes("1", (width, len(self._rows)), b"".join(self._rows))
        self.tickets.append(black.point(lambda dot: not dot))
        self._rows.clear()

    def _say(self, writer: asyncio.StreamWriter, status: int) -> None:
        if not self.deaf:
            writer.write(bytes([status]))
