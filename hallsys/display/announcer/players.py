"""What makes a sound audible on this machine: a program that it has, or a folder in the place of a loudspeaker."""

import array
import asyncio
import io
import shutil
import sys
import tempfile
import wave
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PLAY_LIMIT_S: Final = 90.0
"""A call lasts about ten seconds, a notice longer; a player that takes more hangs."""
RATE: Final = 22_050

Play = Callable[[str, bytes], Coroutine[Any, Any, None]]
"""`await play(voice, wav)` makes one call heard and returns when it is over; it falls silent when it is cancelled.
Raises PlayError."""


class PlayError(Exception):
    """The sound did not come out, or cannot; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Player:
    """A program that plays the file given as its last argument; how it is told the device, and what lists them."""

    command: Sequence[str]
    device: str = ""
    devices: Sequence[str] = ()
    brought_by: str = ""


PLAYERS: Final[Mapping[str, Player]] = {
    "pw-play": Player(("pw-play",), "--target={}", ("pactl", "list", "short", "sinks"), "pipewire-bin"),
    "paplay": Player(("paplay",), "--device={}", ("pactl", "list", "short", "sinks"), "pulseaudio-utils"),
    "aplay": Player(("aplay", "-q"), "--device={}", ("aplay", "-L"), "alsa-utils"),
    "afplay": Player(("afplay",)),
    "ffplay": Player(("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"), brought_by="ffmpeg"),
    "powershell": Player(
        ("powershell", "-NoProfile", "-Command", "& {(New-Object Media.SoundPlayer $args[0]).PlaySync()}")
    ),
}
"""The first one found is used."""


def find_player(name: str | None, device: str | None) -> list[str]:
    """The command that plays a file given as its last argument. Raises PlayError when there is none."""
    found = _found(name)
    player = PLAYERS[found]
    if device and not player.device:
        raise PlayError(f"{found} cannot be told a device: choose another player with --player")
    return [*player.command, *([player.device.format(device)] if device else [])]


async def devices(name: str | None) -> str:
    """What `--device` may say, as the player's own lister writes it. Raises PlayError."""
    found = _found(name)
    lister = PLAYERS[found].devices
    if not lister:
        raise PlayError(f"{found} plays through the machine's own choice of device; it cannot be told another")
    if not shutil.which(lister[0]):
        raise PlayError(f"{lister[0]} is missing, which lists the devices: install pulseaudio-utils")
    code, out, errors = await _run(*lister)
    if code:
        raise PlayError(f"{lister[0]} ended with {code}: {errors}")
    return out


def _found(name: str | None) -> str:
    for player in [name] if name else PLAYERS:
        if player not in PLAYERS:
            raise PlayError(f"{player} is not a player we know: choose one of {', '.join(PLAYERS)}")
        if shutil.which(player):
            return player
    wanted = name or ", ".join(PLAYERS)
    packages = ", ".join(player.brought_by for player in PLAYERS.values() if player.brought_by)
    raise PlayError(f"no player found ({wanted}): install one of {packages}")


def through(player: Sequence[str]) -> Play:
    """Play through a program."""

    async def play(voice: str, wav: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="hallsys-") as folder:
            path = Path(folder, "call.wav")
            await asyncio.to_thread(_write, path, wav)
            code, _, errors = await _run(*player, str(path))
        if code:
            raise PlayError(f"{player[0]} ended with {code}: {errors}")

    return play


def into(folder: Path) -> Play:
    """Write each call into a folder, in the place of a loudspeaker; numbered in the order in which they are spoken."""

    async def play(voice: str, wav: bytes) -> None:
        try:
            number = await asyncio.to_thread(lambda: len(list(folder.glob("*.wav"))))
            await asyncio.to_thread(_write, folder / f"{number + 1:04}-{voice}.wav", wav)
        except OSError as error:
            raise PlayError(str(error)) from error

    return play


async def probe(play: Play) -> None:
    """A tenth of a second of silence, to know now and not at the first call whether anything comes out. Raises
    PlayError."""
    out = io.BytesIO()
    with wave.open(out, "wb") as silence:
        silence.setnchannels(1)
        silence.setsampwidth(2)
        silence.setframerate(RATE)
        silence.writeframes(bytes(2 * (RATE // 10)))
    await play("silence", out.getvalue())


def softer(wav: bytes, volume: float) -> bytes:
    """The same sound at a volume of 0 to 1: not every player can be told one. Only 16 bit PCM, which ours is."""
    if volume >= 1:
        return wav
    with wave.open(io.BytesIO(wav)) as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
        params = sound.getparams()
    if sys.byteorder == "big":
        samples.byteswap()
    samples = array.array("h", (round(sample * volume) for sample in samples))
    if sys.byteorder == "big":
        samples.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams(params)
        sound.writeframes(samples.tobytes())
    return out.getvalue()


async def _run(*command: str) -> tuple[int | None, str, str]:
    """Status, output and errors of a program; it ends with whoever waits for it. Raises PlayError."""
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
    except OSError as error:
        raise PlayError(f"{command[0]} does not start: {error}") from error
    try:
        async with asyncio.timeout(PLAY_LIMIT_S):
            out, errors = await process.communicate()
    except TimeoutError:
        raise PlayError(f"{command[0]} hangs: is the sound card there?") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode(errors="replace"), errors.decode(errors="replace").strip()


def _write(path: Path, wav: bytes) -> None:
    path.write_bytes(wav)
