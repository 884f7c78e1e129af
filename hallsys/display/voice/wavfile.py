"""WAV files from outside, read strictly (RIFF, RFC 2361): what a browser or a pack may send, and nothing else."""

import struct
from typing import Final

import numpy as np

from hallsys.display.voice import sound
from hallsys.display.voice.errors import BadSound

LONGEST: Final = 10.0
"""Seconds."""
RATES: Final = range(8_000, 48_001)
_PCM, _FLOAT = 1, 3


class BadWav(BadSound):
    """`problem` is a message `bad_request.<problem>` of the catalog `studio`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read(content: bytes) -> tuple[sound.Samples, int]:
    """Mono samples, full scale ±1, and their rate in hertz, as they were recorded. Raises BadWav."""
    if len(content) < 12 or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise BadWav("take_not_wav")
    form: tuple[int, int] | None = None
    at = 12
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        body = content[at + 8 : at + 8 + size]
        if len(body) < size:
            raise BadWav("take_cut_off")
        if name == b"fmt ":
            form = _form(body)
        elif name == b"data":
            if form is None:
                raise BadWav("take_not_wav")
            return _samples(body, *form)
        at += 8 + size + size % 2
    raise BadWav("take_not_wav")


def _form(body: bytes) -> tuple[int, int]:
    if len(body) < 16:
        raise BadWav("take_not_wav")
    kind, channels, rate, _, align, bits = struct.unpack_from("<HHIIHH", body)
    if (kind, bits, align) not in ((_PCM, 16, 2), (_FLOAT, 32, 4)) or channels != 1 or rate not in RATES:
        raise BadWav("take_form")
    return kind, rate


def _samples(body: bytes, kind: int, rate: int) -> tuple[sound.Samples, int]:
    width = 2 if kind == _PCM else 4
    if not body or len(body) % width:
        raise BadWav("take_cut_off")
    if len(body) // width > LONGEST * rate:
        raise BadWav("take_long")
    if kind == _PCM:
        return np.frombuffer(body, "<i2").astype(np.float32) / np.float32(32768), rate
    samples = np.frombuffer(body, "<f4").astype(np.float32)
    if not np.isfinite(samples).all():
        raise BadWav("take_cut_off")
    return samples.clip(-1, 1), rate
