"""MP3 by LAME: the only file that touches it."""

from typing import Final

import lameenc

KBIT_PER_SECOND: Final = 48
SOFTER: Final = 0.45
"""dB that LAME takes off (its preset scales by 0.95, and the binding cannot set it): add it before."""
_QUALITY: Final = 5
"""LAME's scale, 2 best to 7 fastest: 13 s of speech in 17 ms; 2 takes 48 ms and sounds no different at this rate."""


def encode(pcm: bytes, rate: int) -> bytes:
    """16-bit little-endian mono at `rate` hertz."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(KBIT_PER_SECOND)
    encoder.set_in_sample_rate(rate)
    encoder.set_out_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(_QUALITY)
    return bytes(encoder.encode(pcm) + encoder.flush())
