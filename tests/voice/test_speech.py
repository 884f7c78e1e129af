"""The facade: a ticket and a counter in, a sound file out."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hallsys.config import VoiceConfig
from hallsys.display.voice import sound
from hallsys.display.voice.errors import EmptySpeech
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.wording import Announcement
from hallsys.resources import resource


@pytest.fixture
async def speech(tmp_path: Path) -> AsyncIterator[Speech]:
    speech = Speech(tmp_path / "cache", VoiceConfig())
    yield speech
    await speech.close()


def call(label: str, counter: str) -> Announcement:
    return Announcement("call", label, counter)


def samples_of(wav: bytes, folder: Path) -> sound.Samples:
    (folder / "call.wav").write_bytes(wav)
    return sound.read_wav(folder / "call.wav")


def mp3_seconds(mp3: bytes) -> float:
    """Walks the frames: MPEG-2 layer III, 48 kbit/s, 22,050 Hz, mono, nothing between them."""
    at = frames = 0
    while at < len(mp3):
        assert mp3[at : at + 2] == b"\xff\xf3", f"no frame at {at}"
        bitrate, rate, padding, mode = mp3[at + 2] >> 4, mp3[at + 2] >> 2 & 3, mp3[at + 2] >> 1 & 1, mp3[at + 3] >> 6
        assert (bitrate, rate, mode) == (6, 0, 3)
        at += 72 * 48_000 // 22_050 + padding
        frames += 1
    assert at == len(mp3)
    return frames * 576 / 22_050


async def test_calls_are_equally_loud_and_none_is_clipped(speech: Speech, tmp_path: Path) -> None:
    for label in ("A012", "X555", "S333", "Q777", "R908", "H1000", "1001"):
        for counter in ("1", "15", "B2"):
            samples = samples_of(await speech.wav(call(label, counter)), tmp_path)
            assert sound.loudness(samples) == pytest.approx(sound.TARGET_LUFS, abs=0.5)
            assert sound.peak(samples) < sound.PEAK_LIMIT


async def test_english_is_as_loud(tmp_path: Path) -> None:
    speech = Speech(tmp_path / "cache", VoiceConfig(languages=["en"], chime=False))
    samples = samples_of(await speech.wav(call("X555", "115")), tmp_path)
    assert sound.loudness(samples) == pytest.approx(sound.TARGET_LUFS, abs=0.5)
    await speech.close()


async def test_every_call_of_a_hall_can_be_made(speech: Speech) -> None:
    """Every letter and digit, and every counter to thirty; each is longer than the chime and the pauses alone."""
    for i, letter in enumerate("AĂÂBCDĐEÊFGHIJKLMNOÔƠPQRSTUƯVWXYZ"):
        assert 8 < mp3_seconds(await speech.mp3(call(f"{letter}{i * 31 % 1000:03}", str(i % 30 + 1)))) < 25


async def test_the_mp3_is_as_long_as_the_wav(speech: Speech, tmp_path: Path) -> None:
    samples = samples_of(await speech.wav(call("A012", "3")), tmp_path)
    mp3 = await speech.mp3(call("A012", "3"))
    assert mp3_seconds(mp3) == pytest.approx(len(samples) / sound.RATE, abs=0.15)
    assert 50_000 < len(mp3) < 120_000


async def test_a_call_begins_quietly_and_ends_quietly(speech: Speech, tmp_path: Path) -> None:
    samples = samples_of(await speech.wav(call("A012", "3")), tmp_path)
    assert not samples[: sound.RATE // 4].any()
    assert not samples[-sound.RATE // 5 :].any()


async def test_the_second_time_it_is_the_same_file_also_after_a_restart(speech: Speech, tmp_path: Path) -> None:
    first = await speech.mp3(call("A012", "3"))
    assert await speech.mp3(call("A012", "3")) == first
    again = Speech(tmp_path / "cache", VoiceConfig())
    kept = {path.name: path.stat().st_ino for path in (tmp_path / "cache").iterdir()}
    assert await again.mp3(call("A012", "3")) == first
    assert {path.name: path.stat().st_ino for path in (tmp_path / "cache").iterdir()} == kept
    await again.close()


async def test_other_settings_make_another_file(speech: Speech, tmp_path: Path) -> None:
    first = await speech.mp3(call("A101", "3"))
    other = Speech(tmp_path / "cache", VoiceConfig(repeat=1))
    assert mp3_seconds(await other.mp3(call("A101", "3"))) < 0.7 * mp3_seconds(first)
    await other.close()


async def test_many_at_once_get_their_own_call(speech: Speech) -> None:
    asked = [(f"A{i % 6:03}", str(i % 3 + 1)) for i in range(24)]
    heard = await asyncio.gather(*(speech.mp3(call(*one)) for one in asked))
    by_call = dict(zip(asked, heard, strict=True))
    assert [by_call[one] for one in asked] == heard
    assert len(set(heard)) == len(by_call) == 6


async def test_preparing_never_raises_and_a_strange_label_is_not_a_mute_hall(speech: Speech) -> None:
    await speech.prepare("A012", ["1", "2"])
    await speech.prepare("???", [""])
    assert speech.trouble is None
    with pytest.raises(EmptySpeech):
        await speech.mp3(call("???", "1"))
    assert speech.trouble is None


async def test_a_hall_without_a_chime_file_still_speaks(tmp_path: Path) -> None:
    speech = Speech(tmp_path / "cache", VoiceConfig(), sounds=tmp_path / "nowhere")
    assert mp3_seconds(await speech.mp3(call("A012", "3"))) > 8
    await speech.close()


MUTE = """
import asyncio, ctypes, sys, tempfile
from pathlib import Path
from hallsys.config import VoiceConfig
from hallsys.display.voice.errors import VoiceUnavailable
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.wording import Announcement

def refuse(self, name):
    raise OSError(name)

A012 = Announcement("call", "A012", "3")

async def main():
    speech = Speech(Path(sys.argv[1]), VoiceConfig())
    load, ctypes.LibraryLoader.LoadLibrary = ctypes.LibraryLoader.LoadLibrary, refuse
    sys.modules["espeakng_loader"] = None
    await speech.prepare("A012", ["3"])
    try:
        await speech.mp3(A012)
    except VoiceUnavailable as error:
        print(error)
    assert speech.trouble and "espeakng-loader" in speech.trouble, speech.trouble
    ctypes.LibraryLoader.LoadLibrary = load
    del sys.modules["espeakng_loader"]
    assert len(await speech.mp3(A012)) > 50_000
    assert speech.trouble is None
    await speech.close()

asyncio.run(main())
"""


def test_a_missing_engine_is_said_and_forgotten_when_it_is_there_again(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", MUTE, str(tmp_path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "install the Python package espeakng-loader" in run.stdout


def test_the_chime_is_ours_soft_and_short() -> None:
    before = resource("sounds/chime.wav").read_bytes()
    subprocess.run([sys.executable, str(resource("sounds/make_chime.py"))], check=True)
    assert resource("sounds/chime.wav").read_bytes() == before
    chime = sound.read_wav(resource("sounds/chime.wav"))
    assert len(chime) / sound.RATE < 1
    assert sound.peak(chime) < -5
