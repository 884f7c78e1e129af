"""What becomes of a recording: the word found in its room, levelled, and its flaws named."""

import numpy as np
import pytest

from hallsys.display.voice import sound
from hallsys.display.voice.driver import Espeak
from hallsys.display.voice.engine import Utterance
from hallsys.display.voice.errors import BadSound
from hallsys.display.voice.takes import develop
from hallsys.display.voice.wording import Word
from tests.voice.test_pack import wav

RATE = 48_000
BAY = Word("vi", "bảy")
WORD = Espeak().render(Utterance(text="bảy.", voice="vi", pitch=60))


def room(seconds: float, decibel: float, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return np.asarray(noise * 10 ** (decibel / 20), np.float32)


def recording(
    peak: float = 0.4, noise: float = -65.0, before: float = 0.5, after: float = 0.6, gain: float = 1.0
) -> np.ndarray:
    word = sound.from_pcm(WORD.pcm, WORD.rate)
    word = word[np.flatnonzero(np.abs(word) > 0.01)[0] : np.flatnonzero(np.abs(word) > 0.01)[-1]]
    length = round(len(word) * RATE / sound.RATE)
    up = np.interp(np.linspace(0, len(word) - 1, length), np.arange(len(word)), word)
    up *= peak / np.max(np.abs(up))
    whole = np.concatenate([np.zeros(round(before * RATE)), up, np.zeros(round(after * RATE))])
    return np.asarray(((whole + room(len(whole) / RATE, noise)[: len(whole)]) * gain).clip(-1, 1), np.float32)


def as_wav(samples: np.ndarray) -> bytes:
    return wav(1, 1, RATE, 16, sound.to_pcm(samples))


def test_a_good_take_has_no_flaw_and_is_as_loud_as_the_synthetic_words() -> None:
    report, clip = develop(as_wav(recording()), BAY)
    assert report.flaws == []
    assert report.usable
    assert report.start == pytest.approx(0.46, abs=0.05)
    assert report.end == pytest.approx(report.start + report.seconds, abs=0.15)
    assert 0.2 < report.seconds < 0.8
    synthetic = sound.clean(sound.from_pcm(WORD.pcm, WORD.rate))
    assert sound.loudness(clip) == pytest.approx(sound.loudness(synthetic), abs=1.5)
    assert sound.peak(clip) < sound.PEAK_LIMIT


def test_the_same_word_in_a_float_file_is_the_same_clip() -> None:
    samples = recording()
    _, first = develop(as_wav(samples), BAY)
    _, second = develop(wav(3, 1, RATE, 32, samples.astype("<f4").tobytes()), BAY)
    assert first == pytest.approx(second, abs=1e-3)


@pytest.mark.parametrize(
    ("take", "flaws"),
    [
        ({"peak": 0.02, "noise": -80.0}, {"faint"}),
        ({"noise": -34.0}, {"noisy"}),
        ({"gain": 6.0}, {"clipped"}),
        ({"before": 0.0}, {"cut"}),
        ({"after": 0.0}, {"cut"}),
        ({"peak": 0.0008, "noise": -90.0}, {"silent"}),
    ],
)
def test_each_flaw_is_named(take: dict[str, float], flaws: set[str]) -> None:
    report, _ = develop(as_wav(recording(**take)), BAY)
    assert set(report.flaws) == flaws
    assert report.usable == flaws.isdisjoint({"cut", "clipped", "silent"})


def test_a_noisy_room_is_cut_off_before_and_after_the_word() -> None:
    quiet, _ = develop(as_wav(recording()), BAY)
    loud, _ = develop(as_wav(recording(noise=-38.0, before=1.5, after=2.0)), BAY)
    assert loud.seconds == pytest.approx(quiet.seconds, abs=0.15)


def test_the_key_that_began_the_recording_is_not_part_of_the_word() -> None:
    # Louder than the word, even.
    samples = recording(peak=0.08, before=1.2)
    samples[4800:6240] = room(0.03, -9.0).clip(-0.9, 0.9)
    report, _ = develop(as_wav(samples), BAY)
    assert report.start > 1.0


def test_a_short_noise_and_a_drawn_out_word_are_told() -> None:
    burst = np.concatenate([room(0.5, -70), room(0.07, -15), room(0.5, -70)])
    assert "short" in develop(as_wav(burst), BAY)[0].flaws
    drawn = np.concatenate([room(0.5, -70), room(2.0, -15), room(0.5, -70)])
    assert develop(as_wav(drawn), BAY)[0].flaws == ["long"]
    assert develop(as_wav(drawn), Word("vi", "xin mời công dân số"))[0].flaws == []


def test_nothing_in_it_is_said() -> None:
    with pytest.raises(BadSound):
        develop(as_wav(np.zeros(RATE, np.float32)), BAY)
    with pytest.raises(BadSound):
        develop(as_wav(np.zeros(100, np.float32)), BAY)
