"""The meter against the standard's own numbers, and what is done to a clip."""

import wave
from pathlib import Path

import numpy as np
import pytest

from hallsys.display.voice import sound
from hallsys.display.voice.errors import BadSound


def tone(seconds: float, hertz: float = 997.0, decibel: float = -20.0, rate: int = sound.RATE) -> sound.Samples:
    time = np.arange(round(seconds * rate)) / rate
    return (10 ** (decibel / 20) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


@pytest.mark.parametrize("decibel", [-40.0, -20.0, 0.0])
def test_a_full_scale_tone_is_three_below_zero(decibel: float) -> None:
    """BS.1770: a 0 dBFS sine of 997 Hz in one channel reads -3.01 LUFS."""
    assert sound.loudness(tone(5, decibel=decibel)) == pytest.approx(decibel - 3.01, abs=0.05)


@pytest.mark.parametrize(("hertz", "weight"), [(38.0, -6.0), (100.0, -1.1), (997.0, 0.7), (5000.0, 4.0)])
def test_the_ear_is_weighted(hertz: float, weight: float) -> None:
    """The K curve: half of the power's root at 38 Hz, +4 dB above 3 kHz."""
    flat = -0.691 - 3.01 - 20
    assert sound.loudness(tone(5, hertz)) - flat == pytest.approx(weight, abs=0.35)


def test_silence_and_whispers_do_not_count() -> None:
    """EBU Tech 3341: -23 LUFS between stretches of -36 LUFS and silence still reads -23."""
    parts = [
        tone(10, decibel=-36 + 3.01),
        tone(60, decibel=-23 + 3.01),
        tone(10, decibel=-36 + 3.01),
        sound.silence(30),
    ]
    assert sound.loudness(np.concatenate(parts)) == pytest.approx(-23, abs=0.1)


def test_silence_has_no_loudness() -> None:
    assert sound.loudness(sound.silence(1)) == -np.inf


def test_a_clip_is_trimmed_levelled_and_free_of_rumble() -> None:
    word = np.concatenate([sound.silence(0.5), tone(0.4, 500, -30), sound.silence(0.5)])
    rumble = tone(1.4, 30, -50)
    clean = sound.clean(word + rumble)
    assert len(clean) / sound.RATE == pytest.approx(0.4, abs=0.06)
    assert np.sqrt(np.mean(np.square(clean))) == pytest.approx(0.1, rel=0.01)
    spectrum = np.abs(np.fft.rfft(clean, sound.RATE))  # a line per hertz
    assert spectrum[30] < 0.01 * spectrum[500]


def test_a_clip_of_silence_is_refused() -> None:
    with pytest.raises(BadSound, match="silence"):
        sound.clean(sound.silence(1))


def test_a_spiky_sound_is_made_softer_rather_than_limited() -> None:
    spiky = tone(3, decibel=-40)
    spiky[::2000] = 0.9
    levelled = sound.level(spiky)
    assert sound.peak(levelled) == pytest.approx(sound.PEAK_LIMIT, abs=0.01)
    np.testing.assert_allclose(levelled, spiky * (levelled[2000] / spiky[2000]), atol=1e-5)


@pytest.mark.parametrize("last", [0.0, 0.25])
def test_clips_in_a_row_are_levelled_as_if_the_whole_had_been_measured(last: float) -> None:
    clips = [sound.Clip(tone(seconds, hertz, level)) for seconds, hertz, level in
             ((0.5, 200, -20), (0.03, 3000, -14), (1.2, 900, -25), (0.4, 60, -30))]  # fmt: skip
    row = [0.25, clips[0], clips[1], 0.2, clips[2], 0.9, clips[3], last]
    plain = [part.samples if isinstance(part, sound.Clip) else sound.silence(part) for part in row]
    whole = sound.joined(row)
    assert sound.loudness(whole) == pytest.approx(sound.TARGET_LUFS, abs=0.02)
    np.testing.assert_allclose(whole, sound.level(np.concatenate(plain)), atol=2e-3)


def test_a_row_with_a_spike_is_made_softer_rather_than_limited() -> None:
    click = tone(0.4, decibel=-40)
    click[100] = 0.9
    assert sound.peak(sound.joined([0.5, sound.Clip(click), 0.5])) == pytest.approx(sound.PEAK_LIMIT, abs=0.01)


@pytest.mark.parametrize(
    ("width", "channels", "rate"), [(2, 1, 22_050), (2, 2, 44_100), (3, 1, 48_000), (4, 2, 16_000)]
)
def test_a_recording_may_come_in_any_usual_form(tmp_path: Path, width: int, channels: int, rate: int) -> None:
    wide = (tone(1, rate=rate).astype(np.float64) * (2**31 - 1)).astype("<i4")
    raw = np.repeat(wide, channels).view(np.uint8).reshape(-1, 4)[:, 4 - width :].tobytes()
    with wave.open(str(tmp_path / "take.wav"), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(raw)
    samples = sound.read_wav(tmp_path / "take.wav")
    assert len(samples) == sound.RATE
    assert sound.loudness(samples) == pytest.approx(-23.01, abs=0.1)
    peak_at = int(np.argmax(np.abs(np.fft.rfft(samples))))
    assert peak_at == 997


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(sound.to_wav(tone(1)))
    np.testing.assert_allclose(sound.read_wav(tmp_path / "a.wav"), tone(1), atol=1e-4)


@pytest.mark.parametrize("content", [b"", b"RIFFxxxx", b"ID3 not a wav at all"])
def test_a_file_that_is_no_wav_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ba.wav").write_bytes(content)
    with pytest.raises(BadSound, match=r"ba\.wav"):
        sound.read_wav(tmp_path / "ba.wav")
