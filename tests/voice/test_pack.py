"""A recorded voice as one file: what it replaces, and what is refused."""

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hallsys.config import VoiceConfig
from hallsys.display.voice import sound
from hallsys.display.voice.errors import BadSound
from hallsys.display.voice.pack import MANIFEST, TAKE_MOST, About, BadPack, pack_file, read_pack, word_of
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.wavfile import BadWav
from hallsys.display.voice.wording import Announcement, Word

MOT, HAI = Word("vi", "một"), Word("vi", "hai")


def tone(seconds: float, hertz: float = 440, size: float = 0.2) -> bytes:
    time = np.arange(round(seconds * sound.RATE)) / sound.RATE
    return sound.to_wav((size * np.sin(2 * np.pi * hertz * time)).astype(np.float32))


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


MANIFEST_OK = b'{"name":"H","hallsys_pack":1}'


async def test_a_recorded_word_replaces_the_synthetic_one_and_a_broken_one_does_not(tmp_path: Path) -> None:
    file = tmp_path / "one.zip"
    file.write_bytes(pack_file(About("Hạnh"), {MOT: tone(2), HAI: b"not a sound"}))
    spoken: list[Path | None] = [None]

    async def pack() -> Path | None:
        return spoken[0]

    speech = Speech(tmp_path / "cache", VoiceConfig(repeat=1), pack=pack)
    synthetic = await speech.wav(Announcement("call", "A1", "2"))
    spoken[0] = file
    mixed = await speech.wav(Announcement("call", "A1", "2"))
    assert (len(mixed) - len(synthetic)) / 2 / sound.RATE == pytest.approx(2 - 0.44, abs=0.1)
    # It changes while the hall speaks, and the next call is another one; without it, the old one is still in the cache.
    again = tmp_path / "two.zip"
    again.write_bytes(pack_file(About("Hạnh"), {MOT: tone(1)}))
    spoken[0] = again
    assert len(mixed) - len(await speech.wav(Announcement("call", "A1", "2"))) == pytest.approx(
        2 * sound.RATE, rel=0.05
    )
    spoken[0] = None
    assert await speech.wav(Announcement("call", "A1", "2")) == synthetic
    await speech.close()


async def test_a_pack_that_cannot_be_read_leaves_the_synthetic_voice(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK, but no more")

    async def pack() -> Path | None:
        return tmp_path / "bad.zip"

    speech = Speech(tmp_path / "cache", VoiceConfig(repeat=1), pack=pack)
    assert len(await speech.mp3(Announcement("call", "A1", "2"))) > 10_000
    await speech.close()


def test_a_pack_comes_back_as_it_went_and_is_the_same_file_whenever_it_is_made() -> None:
    file = pack_file(About("Hạnh", made=5), {HAI: tone(0.5), MOT: tone(0.4, size=0.01)})
    about, takes = read_pack(file)
    assert about == About("Hạnh", made=5)
    assert takes.keys() == {MOT, HAI}
    assert pack_file(about, takes) == pack_file(about, dict(reversed(takes.items())))
    # Recorded faintly or not, all are as loud as what is between them.
    levels = [sound.loudness(sound.from_pcm(wav[44:], sound.RATE)) for wav in takes.values()]
    assert levels[0] == pytest.approx(levels[1], abs=0.2)


def test_names_are_words_whoever_wrote_the_archive() -> None:
    assert word_of("vi/mo\u0302\u0323t.wav") == MOT
    assert word_of("vi/xin mời công dân số.wav") == Word("vi", "xin mời công dân số")
    for name in (
        "một.wav",
        "vi/../một.wav",
        "fr/un.wav",
        "/vi/một.wav",
        "vi/một.mp3",
        "vi/a/b.wav",
        "vi\\một.wav",
        "vi/.wav",
    ):
        assert word_of(name) is None, name


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "pack_not_zip"),
        (b"PK\x03\x04" + bytes(40), "pack_not_zip"),
        (zipped(**{"vi/hai.wav": tone(0.4)}), "pack_no_manifest"),
        (zipped(**{MANIFEST: b'{"name":""}'}), "pack_no_manifest"),
        (zipped(**{MANIFEST: b'{"name":"H","hallsys_pack":2}'}), "pack_newer"),
        (zipped(**{MANIFEST: MANIFEST_OK, "../../etc/cron.d/x": b"x"}), "pack_stranger"),
        (zipped(**{MANIFEST: MANIFEST_OK, "vi/../../hai.wav": tone(0.4)}), "pack_stranger"),
        (zipped(**{MANIFEST: MANIFEST_OK, "vi/hai.wav": bytes(TAKE_MOST + 1)}), "pack_large"),
        (zipped(**{MANIFEST: MANIFEST_OK, **{f"vi/{n}.wav": b"x" for n in range(402)}}), "pack_large"),
    ],
)
def test_what_is_no_pack_is_refused_by_name(content: bytes, problem: str) -> None:
    with pytest.raises(BadPack) as caught:
        read_pack(content)
    assert caught.value.problem == problem


def test_a_damaged_pack_is_refused() -> None:
    file = bytearray(pack_file(About("Hạnh"), {HAI: tone(0.5)}))
    at = file.index(b"vi/hai.wav") + 200
    file[at : at + 40] = bytes(40)
    with pytest.raises(BadPack, match="pack_damaged"):
        read_pack(bytes(file))


def test_an_archive_that_gives_out_as_much_as_it_likes_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(MANIFEST, MANIFEST_OK)
    with pytest.raises(BadPack, match="pack_damaged"):
        read_pack(out.getvalue())


def wav(kind: int, channels: int, rate: int, bits: int, data: bytes) -> bytes:
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "take_not_wav"),
        (b"RIFF\0\0\0\0WAVE", "take_not_wav"),
        (b"ID3\x03 an mp3", "take_not_wav"),
        (wav(1, 2, 48_000, 16, bytes(400)), "take_form"),
        (wav(1, 1, 96_000, 16, bytes(400)), "take_form"),
        (wav(1, 1, 48_000, 8, bytes(400)), "take_form"),
        (wav(85, 1, 48_000, 16, bytes(400)), "take_form"),
        (wav(1, 1, 8_000, 16, bytes(2 * 80_002)), "take_long"),
        (wav(1, 1, 8_000, 16, b""), "take_cut_off"),
        (wav(1, 1, 8_000, 16, bytes(400))[:-3], "take_cut_off"),
        (wav(3, 1, 8_000, 32, struct.pack("<f", float("nan")) * 900), "take_cut_off"),
    ],
)
def test_what_is_no_recording_is_refused_by_name(content: bytes, problem: str) -> None:
    with pytest.raises(BadWav) as caught:
        read_pack(zipped(**{MANIFEST: MANIFEST_OK, "vi/hai.wav": content}))
    assert caught.value.problem == problem


def test_a_silent_take_is_refused() -> None:
    with pytest.raises(BadSound, match="silence"):
        read_pack(zipped(**{MANIFEST: MANIFEST_OK, "vi/hai.wav": wav(1, 1, 22_050, 16, bytes(4000))}))
