"""Samples: read, cleaned, levelled, measured, written. Mono float32 at RATE, full scale ±1.

Filters work on the spectrum of the whole (zero-padded) sound: exact, and fast without a compiled filter library.
"""

import io
import math
import wave
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hallsys.display.voice.errors import BadSound

RATE: Final = 22_050
"""Hertz; what espeak-ng makes, and enough for speech."""

Samples: TypeAlias = NDArray[np.float32]
_Frequencies: TypeAlias = NDArray[np.float64]
_Spectrum: TypeAlias = NDArray[np.complex128]
_Response: TypeAlias = Callable[[_Frequencies], _Spectrum | _Frequencies]

TARGET_LUFS: Final = -19.0
"""Louder needs a limiter, and limited speech is misheard ("không" turns into "ông"): turn the amplifier up instead."""
PEAK_LIMIT: Final = -1.0
"""dBFS."""
CLIP_RMS: Final = -20.0
"""dBFS of every clip before the whole is levelled: no word may be weaker than its neighbours."""
CLIP_PEAK: Final = -5.5
"""dBFS that no clip passes, so that the whole reaches TARGET_LUFS under PEAK_LIMIT; a few spiky words are weaker."""

_HIGH_PASS: Final = 150.0
"""Hertz; below it a hall's loudspeakers only rumble."""
_DISPERSION, _DISPERSION_Q, _DISPERSION_TIMES = 350.0, 0.7, 6
"""Hertz, quality and number of the all-pass filters: of those tried, on every word, the ones with the lowest peaks."""
_RING: Final = 0.05
"""Seconds that the end of a clip spreads over."""
_TRIM: Final = -42.0
"""dB under the clip's peak: quieter edges are silence."""
_FADE: Final = 0.004
"""Seconds; a cut edge clicks without it."""
_REACH: Final = RATE // 10
"""Samples that the K-weighting spreads a clip over, to either side; what goes further is 60 dB down."""
_STEP: Final = RATE // 10
_STEPS: Final = 4
_BLOCK: Final = _STEPS * _STEP
"""Samples; loudness is gated by blocks of 400 ms, a new one every 100 ms (BS.1770)."""
_PADDING: Final = RATE // 2
"""Samples of silence for filters to ring out in, so that the end does not leak into the beginning."""


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def from_pcm(pcm: bytes, rate: int) -> Samples:
    """16-bit little-endian mono at `rate` hertz."""
    return _resampled(np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768), rate)


def to_pcm(samples: Samples) -> bytes:
    return bytes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())


def to_wav(samples: Samples) -> bytes:
    with io.BytesIO() as file:
        with wave.open(file, "wb") as wav:
            wav.setparams((1, 2, RATE, 0, "NONE", ""))
            wav.writeframes(to_pcm(samples))
        return file.getvalue()


def read_wav(path: Path) -> Samples:
    """Any PCM WAV of 16, 24 or 32 bits, mixed to mono. Raises BadSound."""
    try:
        with wave.open(str(path), "rb") as wav:
            channels, width, rate = wav.getnchannels(), wav.getsampwidth(), wav.getframerate()
            raw = wav.readframes(wav.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise BadSound(f"{path.name} cannot be read as a WAV file: {error}") from error
    if width not in (2, 3, 4) or not raw:
        raise BadSound(f"{path.name} is empty or not PCM of 16, 24 or 32 bits: save it as a 16-bit WAV")
    # Left-aligned in 32 bits, every width has the same full scale.
    wide = np.zeros((len(raw) // width, 4), np.uint8)
    wide[:, 4 - width :] = np.frombuffer(raw, np.uint8).reshape(-1, width)
    values = wide.view("<i4").reshape(-1, channels).mean(axis=1) / 2**31
    return _resampled(values.astype(np.float32), rate)


def clean(samples: Samples) -> Samples:
    """A clip: without rumble, without silence at its ends, at CLIP_RMS under CLIP_PEAK. Raises BadSound for silence."""
    heard = _trimmed(_filtered(np.concatenate([samples, silence(_RING)]), _dispersed_high_pass))
    heard[: len(_RISE)] *= _RISE[: len(heard)]
    heard[-len(_RISE) :] *= _RISE[::-1][-len(heard) :]
    return evened(heard)


def evened(clip: Samples) -> Samples:
    """A clip at CLIP_RMS under CLIP_PEAK: recorded or synthetic, all words are alike. Raises BadSound for silence."""
    if not np.any(clip):
        raise BadSound("there is nothing but silence")
    rms = _decibel(float(np.mean(np.square(clip, dtype=np.float64))))
    return amplified(clip, min(CLIP_RMS - rms, CLIP_PEAK - peak(clip)))


class Clip:
    """Samples with what it takes to measure them, so that a sentence is as loud as wanted without being filtered."""

    def __init__(self, samples: Samples) -> None:
        self.samples, self.peak = samples, peak(samples)
        around = np.zeros(_REACH, np.float32)
        self.weighted = _filtered(np.concatenate([around, samples, around]), _k_weighting)


def joined(parts: Iterable[Clip | float]) -> Samples:
    """Clips and pauses (seconds) in a row, levelled as `level` does it."""
    row = [part if isinstance(part, Clip) else round(part * RATE) for part in parts]
    length = sum(len(part.samples) if isinstance(part, Clip) else part for part in row)
    samples, weighted = np.zeros(length, np.float32), np.zeros(length + 2 * _REACH, np.float32)
    at, top = 0, -math.inf
    for part in row:
        if isinstance(part, Clip):
            end = at + len(part.samples)
            samples[at:end] = part.samples
            weighted[at : end + 2 * _REACH] += part.weighted
            at, top = end, max(top, part.peak)
        else:
            at += part
    return amplified(samples, min(TARGET_LUFS - _integrated(weighted[_REACH:-_REACH]), PEAK_LIMIT - top))


def amplified(samples: Samples, decibel: float) -> Samples:
    return samples * np.float32(_ratio(decibel))


def level(samples: Samples) -> Samples:
    """At TARGET_LUFS, or as near to it as PEAK_LIMIT lets it; nothing is limited."""
    gain = min(TARGET_LUFS - loudness(samples), PEAK_LIMIT - peak(samples))
    return amplified(samples, gain)


def peak(samples: Samples) -> float:
    """dBFS."""
    return _decibel(float(np.max(np.abs(samples), initial=0.0)) ** 2)


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS by ITU-R BS.1770-5 (K-weighting, 400 ms blocks, 75 % overlap, both gates)."""
    padded = np.concatenate([samples, np.zeros(max(0, _BLOCK - len(samples)), np.float32)])
    return _integrated(_filtered(padded, _k_weighting))


def _integrated(weighted: Samples) -> float:
    steps = len(weighted) // _STEP
    energy = np.square(weighted[: steps * _STEP]).reshape(steps, _STEP).sum(axis=1, dtype=np.float64)
    powers = np.convolve(energy, np.ones(_STEPS), "valid") / _BLOCK
    loud = powers[powers > _power(-70.0)]
    if not len(loud):
        return -math.inf
    loud = loud[loud > float(np.mean(loud)) * _power_ratio(-10.0)]
    return _lufs(float(np.mean(loud)))


def _trimmed(samples: Samples) -> Samples:
    size = np.abs(samples)
    loud = np.flatnonzero(size > np.max(size, initial=0.0) * _ratio(_TRIM))
    if not len(loud):
        raise BadSound("there is nothing but silence")
    return samples[loud[0] : loud[-1] + 1].copy()


def _dispersed_high_pass(frequency: _Frequencies) -> _Spectrum:
    """A Butterworth of the second order in size, an all-pass in phase.

    A synthetic voice lines the phases of its partials up into one spike per period. Spread over some milliseconds, as
    broadcasters do, it sounds the same and peaks 2 dB lower: that much louder without a limiter.
    """
    fourth = (frequency / _HIGH_PASS) ** 4
    z = np.exp(-2j * np.pi * frequency / RATE)
    turn = 2 * math.pi * _DISPERSION / RATE
    alpha, cosine = math.sin(turn) / (2 * _DISPERSION_Q), 2 * math.cos(turn)
    below = (1 + alpha) - cosine * z + (1 - alpha) * z * z
    all_pass = ((1 - alpha) - cosine * z + (1 + alpha) * z * z) / below
    answer: _Spectrum = np.sqrt(fourth / (1 + fourth)) * all_pass**_DISPERSION_TIMES
    return answer


def _filtered(samples: Samples, response: _Response) -> Samples:
    length = _fast_length(len(samples) + _PADDING)
    frequency: _Frequencies = np.arange(length // 2 + 1, dtype=np.float64) * np.float64(RATE / length)
    # In single precision throughout: half the memory and time, and its noise is 130 dB down.
    spectrum = np.fft.rfft(samples, length) * response(frequency).astype(np.complex64)
    return np.fft.irfft(spectrum, length)[: len(samples)].astype(np.float32, copy=False)


def _k_weighting(frequency: _Frequencies) -> _Frequencies:
    """Both stages of BS.1770, from their analogue prototypes, so that they are right at any sample rate.

    Their size only: the phase moves energy by a millisecond or two, and a block lasts 400.
    """
    cosine = np.cos(frequency * (2 * np.pi / RATE))
    # A shelf of +4 dB above 1.7 kHz: the head in the sound field.
    k, q, gain = math.tan(math.pi * 1681.974450955533 / RATE), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = gain**0.4996667741545416
    shelf = (gain + middle * k / q + k * k, 2 * (k * k - gain), gain - middle * k / q + k * k)
    power = _power_at(cosine, shelf) / _power_at(cosine, _poles(k, q))
    # A high-pass at 38 Hz. Its numerator is 1 -2 1 as it stands: the standard does not normalise it.
    k, q = math.tan(math.pi * 38.13547087602444 / RATE), 0.5003270373238773
    norm = 1 + k / q + k * k
    power *= _power_at(cosine, (norm, -2 * norm, norm)) / _power_at(cosine, _poles(k, q))
    answer: _Frequencies = np.sqrt(power.clip(0))
    return answer


def _poles(k: float, q: float) -> tuple[float, float, float]:
    return 1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k


def _power_at(cosine: _Frequencies, polynomial: tuple[float, float, float]) -> _Frequencies:
    """|a + b z + c z²|² on the unit circle."""
    a, b, c = polynomial
    return (a - c) ** 2 + b * b + 2 * b * (a + c) * cosine + 4 * a * c * np.square(cosine)


def _resampled(samples: Samples, rate: int) -> Samples:
    """By cutting or padding the spectrum: exact for a sound that begins and ends in silence."""
    if rate == RATE or not len(samples):
        return samples
    length = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)[: length // 2 + 1]
    return (np.fft.irfft(spectrum, length) * (length / len(samples))).astype(np.float32)


def _fast_length(least: int) -> int:
    """A length of small factors: a transform of a large prime takes many times as long."""
    power = 1 << max(0, least.bit_length() - 4)
    return -(-least // power) * power


def _ratio(decibel: float) -> float:
    return float(10 ** (decibel / 20))


def _power_ratio(decibel: float) -> float:
    return float(10 ** (decibel / 10))


def _decibel(power: float) -> float:
    return 10 * math.log10(power) if power else -math.inf


def _lufs(power: float) -> float:
    return _decibel(power) - 0.691


def _power(lufs: float) -> float:
    return _power_ratio(lufs + 0.691)


_RISE: Final = np.linspace(0, 1, round(_FADE * RATE), dtype=np.float32)
