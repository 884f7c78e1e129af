"""A question that a key asks first: a line to type. Where a stray Enter would do harm nothing is chosen beforehand."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

LONGEST: Final = 200
"""Characters of a typed line: a notice's length; labels and ids are far shorter."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: what is typed for it, how it is listed, what Enter would do in words, and what it means."""

    typed: str
    shown: str
    does: str
    means: Any


@dataclass(slots=True)
class Question:
    """A line to type. `then` takes what was chosen: a further question, or None when it has sent.

    `about` is the ticket at hand that it speaks of: when another is at hand, the question is void. `default` is what
    Enter takes while nothing is typed, `free` makes something of words that are no option, and `further` is where Tab
    leads: to what can be said besides. `aside` stands under the options, which are in columns where it is `tall`."""

    title: str
    options: Sequence[Option]
    missing: str
    then: "Callable[[Any], Question | None]"
    about: str | None = None
    by_label: bool = False
    default: Option | None = None
    free: Callable[[str], Option | None] | None = None
    further: "Callable[[Any], Question] | None" = None
    aside: Sequence[str] = ()
    tall: bool = False
    typed: str = field(default="", init=False)

    def type(self, key: str) -> None:
        """Take one key of the line: a letter, "Backspace" or "Clear"."""
        if key == "Backspace":
            self.typed = self.typed[:-1]
        elif key == "Clear":
            self.typed = ""
        elif len(key) == 1 and key.isprintable() and len(self.typed) < LONGEST:
            self.typed += key

    def repeats(self, key: str) -> bool:
        """Whether this key, pressed once more, would only spoil what it has already named."""
        typed = self.typed.upper()
        names = [option.typed.upper() for option in self.options]
        longer = any(name.startswith(typed + key.upper()) for name in names)
        return not self.by_label and typed in names and typed.endswith(key.upper()) and not longer

    def found(self) -> list[Option]:
        """What may be meant by what is typed; everything, as long as nothing is."""
        typed = self.typed.strip().upper()
        exact = [option for option in self.options if option.typed.upper() == typed]
        if exact or not self.by_label:
            return exact if typed and not self.free else list(self.options)
        return [option for option in self.options if _matches(typed, option.typed.upper())]

    def chosen(self) -> Option | None:
        """What Enter would take."""
        typed = self.typed.strip()
        if not typed:
            return self.default
        exact = [option for option in self.options if option.typed.upper() == typed.upper()]
        found = exact or ([] if self.free else self.found())
        if len(found) == 1:
            return found[0]
        return self.free(typed) if self.free and not found else None


def numbered(rows: Sequence[tuple[str, str, Any]]) -> list[Option]:
    """Options 1, 2, 3 … of `(shown, what Enter would do, meaning)`."""
    return [Option(str(number), *row) for number, row in enumerate(rows, 1)]


def _matches(typed: str, label: str) -> bool:
    """Whether "18" or "n18" may mean N018."""
    short = re.fullmatch(r"(\D*)0*(\d+)", typed)
    whole = re.fullmatch(r"(\D*)0*(\d+)", label)
    same = short and whole and whole[1].startswith(short[1]) and whole[2] == short[2]
    return typed in label or bool(same)
