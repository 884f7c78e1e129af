"""What plays: programs that a test writes, since there is no sound card; and what the command says of itself."""

import array
import asyncio
import io
import math
import os
import stat
import sys
import wave
from pathlib import Path

import pytest

from hallsys.display.announcer import players
from hallsys.display.announcer.players import PlayError, devices, find_player, into, probe, softer, through
from tests.child import hallsys

A1 = "A001-1-abcdef"


def script(folder: Path, text: str, name: str = "aplay") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def tone(seconds: float = 0.1, level: float = 0.5) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(22_050)
        count = int(22_050 * seconds)
        sound.writeframes(array.array("h", (int(32_767 * level * math.sin(n / 8)) for n in range(count))).tobytes())
    return out.getvalue()


def loudest(wav: bytes) -> int:
    with wave.open(io.BytesIO(wav)) as sound:
        return int(max(array.array("h", sound.readframes(sound.getnframes()))))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_player_gets_the_file(tmp_path: Path) -> None:
    player = script(tmp_path, f'cp "$2" {tmp_path}/heard.wav; echo "$1" > {tmp_path}/flag')
    await through([player, "--quiet"])(A1, b"RIFF hello")
    assert (tmp_path / "heard.wav").read_bytes() == b"RIFF hello"
    assert (tmp_path / "flag").read_text() == "--quiet\n"


async def test_player_that_fails_says_why(tmp_path: Path) -> None:
    player = script(tmp_path, "echo no such device >&2; exit 3")
    with pytest.raises(PlayError, match="ended with 3: no such device"):
        await through([player])(A1, b"RIFF")
    with pytest.raises(PlayError, match="does not start"):
        await through([str(tmp_path / "missing")])(A1, b"RIFF")


async def test_player_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(players, "PLAY_LIMIT_S", 0.1)
    player = script(tmp_path, "exec sleep 600")
    with pytest.raises(PlayError, match="hangs"):
        await through([player])(A1, b"RIFF")


async def test_a_player_that_is_broken_off_falls_silent(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "began")
    player = script(tmp_path, f"echo $$ > {tmp_path}/began; exec sleep 600")
    playing = asyncio.create_task(through([player])(A1, b"RIFF"))
    process = int(await asyncio.to_thread((tmp_path / "began").read_text))
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_finding_a_player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlayError, match="install one of pipewire-bin, pulseaudio-utils, alsa-utils, ffmpeg"):
        find_player(None, None)
    script(tmp_path, "exit 0")
    assert find_player(None, "hw:1") == ["aplay", "-q", "--device=hw:1"]
    assert find_player("aplay", None) == ["aplay", "-q"]
    with pytest.raises(PlayError, match="install"):
        find_player("ffplay", None)
    script(tmp_path, "exit 0", "pw-play")
    assert find_player(None, "alsa_output.usb") == ["pw-play", "--target=alsa_output.usb"], "the newest first"
    for name in ("aplay", "pw-play"):
        (tmp_path / name).unlink()
    script(tmp_path, "exit 0", "afplay")
    with pytest.raises(PlayError, match="another player"):
        find_player(None, "hw:1")


async def test_listing_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}")
    script(tmp_path, '[ "$1" = -L ] && echo hw:CARD=PCH,DEV=0')
    assert await devices(None) == "hw:CARD=PCH,DEV=0\n"
    script(tmp_path, "exit 0", "paplay")
    with pytest.raises(PlayError, match="pactl is missing"):
        await devices("paplay")


async def test_into_a_folder_in_the_order_of_speaking(tmp_path: Path) -> None:
    play = into(tmp_path)
    for voice in ("H002-2-abcdef", "A001-1-abcdef"):
        await play(voice, voice.encode())
    assert files(tmp_path) == {
        "0001-H002-2-abcdef.wav": b"H002-2-abcdef",
        "0002-A001-1-abcdef.wav": b"A001-1-abcdef",
    }


def test_softer() -> None:
    wav = tone()
    assert softer(wav, 1) is wav
    assert loudest(softer(wav, 0.25)) == pytest.approx(loudest(wav) * 0.25, abs=1)
    assert len(softer(wav, 0.25)) == len(wav)
    assert loudest(softer(wav, 0)) == 0


async def test_the_probe_is_a_sound_that_every_player_takes(tmp_path: Path) -> None:
    await probe(into(tmp_path))
    (wav,) = files(tmp_path).values()
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        assert sound.getnframes() / sound.getframerate() == pytest.approx(0.1)


# -- the command -------------------------------------------------------------------------------------------------------


async def test_no_player_is_said_at_once(tmp_path: Path) -> None:
    done = await hallsys(tmp_path, "announce", PATH=str(tmp_path))
    assert (done.code, done.out) == (2, "")
    assert "no player found" in done.err


async def test_a_device_that_is_not_there_is_said_before_the_first_call(tmp_path: Path) -> None:
    script(tmp_path, 'echo "aplay: main: audio open error: $2: No such file or directory" >&2; exit 1')
    done = await hallsys(tmp_path, "announce", "--device", "hw:9", PATH=str(tmp_path))
    assert done.code == 2
    assert "aplay ended with 1: aplay: main: audio open error: --device=hw:9" in done.err


async def test_a_unit_runs_this_installation_with_these_flags(tmp_path: Path) -> None:
    flags = ("--url", "http://hall:8080", "--zone", "a", "--device", "sysdefault:CARD=PCH", "--volume", "80")
    for kind, target in (("system", "multi-user.target"), ("user", "default.target")):
        done = await hallsys(tmp_path, "announce", *flags, "--unit", kind, HALLSYS_TOKEN="s3cret")
        assert done.code == 0
        lines = dict(line.split("=", 1) for line in done.out.splitlines() if "=" in line and line[0] != "#")
        assert lines["ExecStart"] == f"{sys.executable} -m hallsys announce --hall phutho {' '.join(flags)}".replace(
            "--hall phutho --url http://hall:8080", "--url http://hall:8080 --hall phutho"
        )
        assert lines["WantedBy"] == target
        assert lines["Restart"] == "always"
        assert "s3cret" not in done.out
