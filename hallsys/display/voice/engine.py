"""The door that every voice engine fits: a word or a sentence in, its sound out."""

from typing import Protocol

from msgspec import Struct

from hallsys.config import Language
from hallsys.display.voice.sound import Samples


class Engine(Protocol):
    """Safe from any thread."""

    name: str
    """With what it was made; another voice of the same program has another name."""

    def speak(self, language: Language, text: str) -> Samples:
        """Plain words, neither trimmed nor levelled. Raises VoiceError; EngineFailed where another engine may do."""
        ...


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
