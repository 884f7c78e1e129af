"""How each word is rendered: the data of recipe.toml as utterances."""

from pathlib import Path
from typing import Final, Literal, Self

import msgspec
from msgspec import Struct

from hallsys.display.voice.engine import Utterance
from hallsys.display.voice.wording import Word

RECIPE: Final = Path(__file__).with_name("recipe.toml")

_PLACE: Final = "{}"


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    voice: str
    rate: int
    pitch: int
    range: int
    ending: Literal[".", ",", "?", "!", "mid"]
    frame: str


class _Language(Struct, frozen=True, forbid_unknown_fields=True):
    default: dict[str, str | int]
    words: dict[str, dict[str, str | int]]


class Order(Struct, frozen=True):
    """What to ask of an engine, and which words of the recording to keep (as a slice); all of it if None."""

    utterance: Utterance
    keep: tuple[int, int] | None


class Recipe:
    def __init__(self, languages: dict[str, _Language]) -> None:
        self._shapes = {
            (name, word): _shape(language, word) for name, language in languages.items() for word in language.words
        }
        self._languages = languages

    @classmethod
    def read(cls, toml: bytes) -> Self:
        """Raises msgspec.ValidationError, which names the key."""
        return cls(msgspec.toml.decode(toml, type=dict[str, _Language]))

    def order(self, word: Word) -> Order:
        shape = self._shapes.get((word.language, word.text)) or _shape(self._languages[word.language], word.text)
        mid = shape.ending == "mid"
        text = shape.frame.replace(_PLACE, shape.text) if mid else shape.text + shape.ending
        before, _, after = shape.frame.partition(_PLACE)
        return Order(
            Utterance(text=text, voice=shape.voice, rate=shape.rate, pitch=shape.pitch, range=shape.range),
            (len(before.split()), -len(after.split())) if mid else None,
        )


def _shape(language: _Language, word: str) -> Shape:
    return msgspec.convert({"text": word, **language.default, **language.words.get(word, {})}, Shape)
