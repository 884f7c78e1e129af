"""`hallsys announce`: the hall's loudspeaker on a PC that is wired to the amplifier and has no browser.

It asks for the hall's sound, fetches each call's WAV and plays it with whatever player the machine has: in order, never
two at once. What is too old to help anybody is shown by the screens and not spoken. Trouble is said on standard error
and tried again; meanwhile the sound is handed back, so that a board can speak.
"""

import argparse
import asyncio
import os
import shutil
import socket
import sys
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from hallsys.live.client import Client, Event, News, Sound, UnwelcomeError
from hallsys.live.fetch import Fetch, FetchError

STALE_S: Final = 30.0
PLAY_LIMIT_S: Final = 60.0
"""A call lasts about ten seconds; a player that takes a minute hangs."""
REST_S: Final = 5.0
"""How long others may have the sound after a trouble of ours."""

PLAYERS: Final[Mapping[str, tuple[Sequence[str], str]]] = {
    "pw-play": (("pw-play",), "--target={}"),
    "paplay": (("paplay",), "--device={}"),
    "aplay": (("aplay", "-q"), "--device={}"),
    "afplay": (("afplay",), ""),
    "ffplay": (("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"), ""),
}
"""Player -> its command, and how it is told the device; the first one found is used."""

Play = Callable[["Call", bytes], Awaitable[None]]
"""Makes one call heard, and returns when it is over. Raises PlayError."""


class PlayError(Exception):
    """The sound did not come out; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to speak; `time` on the server's clock in ms, `heard` on ours in s."""

    at: str
    voice: str
    time: int
    heard: float


class Announcer:
    """Follows a hall and speaks its calls while it owns the sound."""

    def __init__(self, client: Client, fetch: Fetch, hall: str, play: Play, *, rest: float = REST_S) -> None:
        self._client, self._fetch, self._hall, self._play, self._rest = client, fetch, hall, play, rest
        self._screen = f"announce-{socket.gethostname()}"
        self._calls: deque[Call] = deque()
        self._own: bool | None = None
        self._resting = False
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Speak until cancelled. Raises UnwelcomeError."""
        hearing = asyncio.create_task(self._hear())
        speaking = asyncio.create_task(self._speak())
        try:
            await self._client.want_sound(self._screen)
            done, _ = await asyncio.wait({hearing, speaking}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            hearing.cancel()
            speaking.cancel()
            await asyncio.gather(hearing, speaking, return_exceptions=True)

    async def _hear(self) -> None:
        async for news in self._client.events():
            self._take(news)

    def _take(self, news: News) -> None:
        if isinstance(news, Sound):
            if news.own != self._own:
                say({True: "this PC speaks", False: "another device speaks", None: "the link is cut"}[news.own])
            self._own = news.own
            if news.own is False and not self._resting:
                self._calls.clear()
        elif isinstance(news, Event) and news.voice is not None and (self._own is not False or self._resting):
            # While it is not known who speaks, calls are kept: they came during a cut, or nobody took over from us.
            self._calls.append(Call(news.at, news.voice, news.time, time.monotonic()))
        self._changed.set()

    async def _speak(self) -> None:
        while True:
            self._changed.clear()
            if not self._own or not self._calls:
                await self._changed.wait()
                continue
            call = self._calls[0]
            age = self._age(call)
            if age > STALE_S:
                say(f"{call.voice}: {age:.0f} s old, not spoken")
                self._drop(call)
                continue
            try:
                await self._play(
                    call, await self._fetch.bytes(f"/halls/{quote(self._hall)}/voice/{quote(call.voice)}.wav")
                )
            except FetchError as error:
                say(str(error))
                if error.status == 404:
                    self._drop(call)
                else:
                    await asyncio.sleep(min(1.0, self._rest))
            except PlayError as error:
                say(f"{error}; trying again in {self._rest:g} s")
                self._resting = True
                await self._client.want_sound(self._screen, want=False)
                await asyncio.sleep(self._rest)
                self._resting = False
                await self._client.want_sound(self._screen)
            else:
                self._drop(call)
                await self._client.played(call.voice)

    def _age(self, call: Call) -> float:
        """Seconds since the officer pressed. A PC's own clock may be wrong, so only differences of one clock count."""
        since_heard = time.monotonic() - call.heard
        now = self._client.server_now()
        return since_heard if now is None else max(since_heard, (now - call.time) / 1000)

    def _drop(self, call: Call) -> None:
        if self._calls and self._calls[0] is call:
            self._calls.popleft()


def find_player(name: str | None, device: str | None) -> list[str]:
    """The command that plays a file given as its last argument. Raises PlayError when there is none."""
    for player in [name] if name else PLAYERS:
        if player not in PLAYERS:
            raise PlayError(f"{player} is not a player we know: choose one of {', '.join(PLAYERS)}")
        if shutil.which(player):
            command, option = PLAYERS[player]
            if device and not option:
                raise PlayError(f"{player} cannot be told a device: choose another player with --player")
            return [*command, *([option.format(device)] if device else [])]
    wanted = name or ", ".join(PLAYERS)
    raise PlayError(f"no player found ({wanted}): install alsa-utils, pulseaudio-utils, pipewire-bin or ffmpeg")


def through(player: Sequence[str]) -> Play:
    """Play through a program."""

    async def play(call: Call, wav: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            await asyncio.to_thread(_write, Path(file.name), wav)
            try:
                process = await asyncio.create_subprocess_exec(
                    *player, file.name, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
                )
            except OSError as error:
                raise PlayError(f"{player[0]} does not start: {error}") from error
            try:
                async with asyncio.timeout(PLAY_LIMIT_S):
                    _, errors = await process.communicate()
            except TimeoutError:
                raise PlayError(f"{player[0]} hangs: is the sound card there?") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode:
            raise PlayError(f"{player[0]} ended with {process.returncode}: {errors.decode(errors='replace').strip()}")

    return play


def into(folder: Path) -> Play:
    """Write each call into a folder, in the place of a loudspeaker."""

    async def play(call: Call, wav: bytes) -> None:
        try:
            await asyncio.to_thread(_write, folder / f"{call.at}-{call.voice}.wav", wav)
        except OSError as error:
            raise PlayError(str(error)) from error

    return play


def _write(path: Path, wav: bytes) -> None:
    path.write_bytes(wav)


def say(text: str) -> None:
    """For whoever looks after this PC."""
    sys.stderr.write(f"hallsys announce: {text}\n")
    sys.stderr.flush()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `hallsys announce`."""
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="address of the server (%(default)s)")
    parser.add_argument("--hall", default="phutho", help="id of the hall (%(default)s)")
    parser.add_argument(
        "--token",
        default=os.environ.get("HALLSYS_TOKEN"),
        help="a token with the role display, if the hall is not open for reading; better given as HALLSYS_TOKEN, for "
        "a command line can be read by every user of the machine",
    )
    parser.add_argument("--player", choices=list(PLAYERS), help="what plays; the first one found if not given")
    parser.add_argument("--device", help="the player's name of the sound card, as `aplay -L` lists it for aplay")
    parser.add_argument("--to-folder", type=Path, metavar="FOLDER", help="write WAV files there and play nothing")


def run(args: argparse.Namespace) -> int:
    """Speak until stopped. Exit 1 when the server does not want us, 2 when nothing here can play."""
    try:
        play = into(args.to_folder) if args.to_folder else through(find_player(args.player, args.device))
    except PlayError as error:
        say(str(error))
        return 2
    if args.to_folder:
        args.to_folder.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(_announce(args.url, args.hall, args.token, play))
    except UnwelcomeError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


async def _announce(url: str, hall: str, token: str | None, play: Play) -> None:
    client = Client(
        url, hall, token, on_state=lambda state: say(state if state == "live" else f"no link: {client.trouble}")
    )
    async with Fetch(url, token) as fetch, client:
        await Announcer(client, fetch, hall, play).run()
