"""The door that every voice engine fits: one utterance in, one recording out."""

from typing import Protocol

from msgspec import Struct


class Utterance(Struct, frozen=True):
    """`text` as espeak-ng takes it, `[[ ]]` around phonemes; `rate`: 80 to 450 words a minute; the others: 0 to 99."""

    text: str
    voice: str
    rate: int = 130
    pitch: int = 50
    range: int = 50


class Recording(Struct, frozen=True):
    """`pcm`: 16-bit little-endian mono at `rate` hertz. `words`: the sample at which each word begins."""

    pcm: bytes
    rate: int
    words: tuple[int, ...]


class Engine(Protocol):
    def render(self, utterance: Utterance) -> Recording:
        """Safe from any thread. Raises VoiceError."""
        ...
