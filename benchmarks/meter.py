"""A second meter for loudness, which shares nothing with the one that levels the calls: ITU-R BS.1770-5 with the two
filters as recursive ones, their phase included, at any sample rate."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def loudness(samples: Samples, rate: int) -> float:
    """Integrated loudness of one channel, in LUFS."""
    return integrated(weighted(samples, rate)[: len(samples)], rate)


def weighted(samples: Samples, rate: int) -> Samples:
    """As the ear hears it, and some silence in which the filters ring out. Linear: clips that are filtered one by one
    and added up are the filtered sum."""
    length = -(-(len(samples) + rate // 2) // 8192) * 8192  # small factors, and few lengths
    answer: Samples = np.fft.irfft(np.fft.rfft(samples, length) * _response(length, rate), length)
    return answer


def integrated(heard: Samples, rate: int) -> float:
    """The loudness of weighted samples."""
    step = round(0.1 * rate)
    tenths = np.add.reduceat(heard * heard, np.arange(0, len(heard), step), dtype=np.float64)
    powers = np.convolve(tenths[: len(heard) // step], np.full(4, 0.25 / step), "valid")
    powers = powers[_lufs(powers) > -70]
    return float(_lufs(np.mean(powers[_lufs(powers) > _lufs(np.mean(powers)) - 10])))


def _lufs(power: Any) -> Any:
    return 10 * np.log10(np.maximum(power, 1e-20)) - 0.691


@lru_cache(maxsize=64)
def _response(length: int, rate: int) -> NDArray[np.complex64]:
    """Both stages, from the table of coefficients at 48 kHz carried over to our rate (bilinear, prewarped)."""
    z = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    shelf = _carried(
        (1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585), rate
    )
    high_pass = _carried((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621), rate)
    answer = np.ones_like(z)
    for b, a in (shelf, high_pass):
        answer *= (b[0] + b[1] * z + b[2] * z * z) / (a[0] + a[1] * z + a[2] * z * z)
    return answer.astype(np.complex64)


def _carried(b: tuple[float, ...], a: tuple[float, ...], rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A biquad given at 48 kHz, at another rate: back to the analogue one, warped at its own corner, and forth."""
    poles = (1.0, *a)
    omega = math.sqrt((1 + poles[1] + poles[2]) / (1 - poles[1] + poles[2]))  # tan(pi f / 48000) of the corner
    corner = math.atan(omega) / math.pi * 48_000
    ratio = omega / math.tan(math.pi * corner / rate)

    def moved(c: tuple[float, ...]) -> NDArray[np.float64]:
        # Coefficients of s² s 1 with s = (z-1)/(z+1), scaled in frequency, and back to powers of 1/z.
        s2, s1, s0 = (c[0] - c[1] + c[2]) / 4 * ratio**2, (c[0] - c[2]) / 2 * ratio, (c[0] + c[1] + c[2]) / 4
        return np.array([s2 + s1 + s0, 2 * (s0 - s2), s2 - s1 + s0])

    return moved(b), moved(poles)
