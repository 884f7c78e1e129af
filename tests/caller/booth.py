"""What a test of the console sits in: a terminal whose keys it presses and whose screen it reads, a cable to pull."""

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PATIENCE_S = 120
"""For what must come, on a machine that is busy with other tests; a test that fails waits so long."""


class Booth:
    """A tmux session of its own with one program in it."""

    def __init__(self, tmux: str, folder: Path) -> None:
        self._tmux = [tmux, "-u", "-S", str(folder / "tmux"), "-f", os.devnull]
        self._fifo, self._pid = folder / "output", folder / "pid"
        self._output = asyncio.StreamReader()

    async def keys(self, *keys: str) -> None:
        """Press keys, all at once."""
        await self._do("send-keys", *keys)

    async def resize(self, columns: int, rows: int) -> None:
        await self._do("resize-window", "-x", str(columns), "-y", str(rows))

    async def screen(self, *, styled: bool = False) -> str:
        return await self._do("capture-pane", "-p", *(["-e"] if styled else []))

    async def until(self, *words: str, gone: str | None = None) -> str:
        """The screen, once it shows all of these words (and this one no more)."""
        screen = ""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    screen = await self.screen()
                    if all(word in screen for word in words) and (gone is None or gone not in screen):
                        return screen
                    await self._output.read(1 << 16)
        except TimeoutError:
            raise AssertionError(f"not seen: {words}, or still {gone!r}:\n{screen}") from None

    async def rested(self) -> str:
        """The screen, once Enter is ready."""
        return await self.until("[Enter]")

    async def twice(self, key: str) -> str:
        """A double press; the second is ignored, and the officer sees so."""
        await self.keys(key, key)
        return await self.until("~ ", "bỏ qua")

    def program(self) -> int:
        """The process of the program, once something of it was seen."""
        return int(self._pid.read_text("ascii"))

    async def _open(self, words: list[str], environ: dict[str, str], size: tuple[int, int]) -> None:
        os.mkfifo(self._fifo)
        self._listening = os.open(self._fifo, os.O_RDWR | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._listening, self._hear)
        given = " ".join(f"{name}={shlex.quote(value)}" for name, value in environ.items())
        after = "stty -a | grep -oE -- '-?(icanon|echo|isig|ixon)\\b'; cat"
        # the gate: nothing may be written before the test listens
        program = shlex.join(["sh", "-c", 'echo $$ > "$0"; exec "$@"', str(self._pid), *words])
        line = f"read -r gate; {given} {program}; echo EXIT=$?; {after}"
        size_words = ["-x", str(size[0]), "-y", str(size[1])]
        await self._do("new-session", "-d", *size_words, "sh", "-c", line)
        await self._do("pipe-pane", f"cat > {shlex.quote(str(self._fifo))}")
        await self.keys("Enter")

    async def _close(self) -> None:
        with suppress(AssertionError):  # its shell may have ended, and tmux with it
            await self._do("kill-server")
        asyncio.get_running_loop().remove_reader(self._listening)
        os.close(self._listening)

    def _hear(self) -> None:
        self._output.feed_data(os.read(self._listening, 1 << 16))

    async def _do(self, *words: str) -> str:
        # Not by the loop: uvloop leaves its pipes open in the child, and the server that tmux starts would hold them.
        done = await asyncio.to_thread(subprocess.run, [*self._tmux, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@asynccontextmanager
async def console(
    tmux: str, folder: Path, url: str, token: str, *words: str, size: tuple[int, int] = (80, 24), **environ: str
) -> AsyncIterator[Booth]:
    """`hallsys console` at counter 3, in a terminal; when it has ended the shell says how, and how the terminal is."""
    command = [sys.executable, "-m", "hallsys", "console", "--url", url, *(words or ("--counter", "3"))]
    booth = Booth(tmux, folder)
    try:
        await booth._open(command, {"HALLSYS_TOKEN": token, "LC_ALL": "C.UTF-8", "NO_COLOR": "", **environ}, size)
        yield booth
    finally:
        await booth._close()


class Cable:
    """Between console and server. `deaf` swallows what the server says; `cut` ends every connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.deaf = False
        self.url = ""
        self._ends: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> "Cable":
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer, from_server=True))
        finally:
            self._ends -= ends

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_server: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if not (from_server and self.deaf):
                    writer.write(data)
                    await writer.drain()
        writer.transport.abort()
