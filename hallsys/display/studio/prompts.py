"""What a hall's voice has to be able to say, as prompts for whoever reads it. Pure."""

from typing import Final, Literal

import msgspec

from hallsys.config import HallConfig, Language
from hallsys.display.voice.reader import DIGITS, LETTERS
from hallsys.display.voice.wording import Phrasing, Word

Group = Literal["phrase", "digit", "number", "letter", "other"]
_ORDER: Final[tuple[Group, ...]] = ("phrase", "digit", "number", "letter", "other")

_NUMBERS: Final = (*range(22), 24, 25, *range(30, 100, 10), 105, 1005)
"""Between them they have every word of every number to 999,999, where tickets are read as numbers."""


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One word or phrase to read. `sign`: the letter on the ticket, where the word is its name."""

    language: Language
    text: str
    group: Group
    sign: str | None = None

    @property
    def word(self) -> Word:
        return Word(self.language, self.text)


def prompts(hall: HallConfig) -> list[Prompt]:
    """In the order in which they are read, each only once: language by language, and what every call needs first."""
    phrasing = Phrasing.of(hall)
    counters = [counter.id for counter in hall.counters]
    labels = [f"{service.series}0123456789" for service in hall.services]
    if hall.voice.digits == "number":
        labels += [f"{hall.services[0].series}{number}" for number in _NUMBERS]
    called = set(phrasing.vocabulary(labels, counters, ["call", "recall"]))
    found = [_prompt(word, word in called) for word in phrasing.vocabulary(labels, counters)]
    languages = list(hall.voice.languages)
    # Whatever a group has no order of its own for stays as it comes first in an announcement.
    return sorted(found, key=lambda one: (languages.index(one.language), _ORDER.index(one.group), _within(one)))


def key(word: Word) -> str:
    """A word as the store knows it, and as its file is called in a pack."""
    return f"{word.language}/{word.text}"


def _prompt(word: Word, called: bool) -> Prompt:
    if word.text in DIGITS[word.language]:
        return Prompt(word.language, word.text, "digit")
    sign = next((sign for sign, name in LETTERS[word.language].items() if name == word.text), None)
    if sign is not None:
        return Prompt(word.language, word.text, "letter", sign)
    if not called:
        return Prompt(word.language, word.text, "other")
    return Prompt(word.language, word.text, "phrase" if " " in word.text else "number")


def _within(prompt: Prompt) -> int:
    return DIGITS[prompt.language].index(prompt.text) if prompt.group == "digit" else 0
