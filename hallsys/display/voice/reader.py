"""Tickets, numbers, counters and times as the words that are spoken. Pure; a word is one clip.

A ticket is read letter by name, then digit by digit: in a noisy hall "không, một, hai" is understood where "mười hai"
is not, and digits keep their plain form (never mốt, tư, lăm). A hall may have its tickets read as numbers instead. A
counter is read as a whole number. Vietnamese numbers as primary schools teach them; the south says lẻ for linh and
ngàn for nghìn.
"""

import re
import unicodedata
from typing import Final

from hallsys.config import Dialect, Digits, Language

LARGEST: Final = 999_999

DIGITS: Final[dict[Language, tuple[str, ...]]] = {
    "vi": ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}


def _table(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


LETTERS: Final[dict[Language, dict[str, str]]] = {
    "vi": _table(
        "A:a Ă:á Â:ớ B:bê C:xê D:dê Đ:đê E:e Ê:ê F:ép-phờ G:giê H:hát I:i J:gi K:ca L:e-lờ M:em-mờ N:en-nờ O:o Ô:ô "
        "Ơ:ơ P:pê Q:quy R:e-rờ S:ét-sì T:tê U:u Ư:ư V:vê W:vê-kép X:ích-xì Y:i-dài Z:dét"
    ),
    "en": _table(
        "A:ay B:bee C:see D:dee Đ:barred-dee E:ee F:eff G:jee H:aitch I:eye J:jay K:kay L:ell M:em N:en O:oh P:pee "
        "Q:cue R:ar S:ess T:tee U:you V:vee W:double-you X:ex Y:why Z:zed"
    ),
}

Group = tuple[str, ...]
"""Words that are spoken closely together: one digit, or one whole number."""

_RUNS: Final = re.compile(r"\d+|\D", re.ASCII)

_TEENS: Final = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def ticket(
    label: str, language: Language, *, letters: bool = True, digits: Digits = "each", dialect: Dialect = "north"
) -> list[Group]:
    """`A012` -> a, không, một, hai; with digits="number" -> a, (mười hai). Signs without a name (dashes, spaces) are
    passed over."""
    groups: list[Group] = []
    for run in _RUNS.findall(unicodedata.normalize("NFC", label).upper()):
        if not run.isdigit():
            name = letter(run, language)
            groups += [(name,)] if letters and name else []
        elif digits == "number" and int(run) <= LARGEST:
            groups.append(tuple(number(int(run), language, dialect)))
        else:
            groups += [(DIGITS[language][int(digit)],) for digit in run]
    return groups


def letter(sign: str, language: Language) -> str | None:
    """The name of a letter; English has none for Ơ and calls it by the O that it grew from."""
    names = LETTERS[language]
    return names.get(sign) or names.get(unicodedata.normalize("NFD", sign)[0])


def designation(counter: str, language: Language, dialect: Dialect = "north") -> list[str]:
    """How a counter is called: a number as a whole, anything else (`2A`, `VIP`) letter by letter."""
    counter = counter.strip()
    if counter.isascii() and counter.isdigit() and int(counter) <= LARGEST:
        return number(int(counter), language, dialect)
    return [word for group in ticket(counter, language) for word in group]


def number(n: int, language: Language, dialect: Dialect = "north") -> list[str]:
    """0 to 999,999 as words. Raises ValueError outside."""
    if not 0 <= n <= LARGEST:
        raise ValueError(f"{n} is not between 0 and {LARGEST}")
    return _vietnamese(n, dialect) if language == "vi" else _english(n)


def clock(hour: int, minute: int, language: Language, dialect: Dialect = "north") -> list[str]:
    """09:30 -> chín giờ ba mươi; nine thirty ay em. Raises ValueError for what no clock shows."""
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(f"{hour}:{minute:02} is no time of day")
    if language == "vi":
        # "chín giờ năm" alone could go on: năm mươi.
        after = [*number(minute, "vi", dialect), *(["phút"] if minute < 10 else [])] if minute else []
        return [*number(hour, "vi", dialect), "giờ", *after]
    if minute == 0 and hour in (0, 12):
        return ["midnight" if hour == 0 else "noon"]
    past = ["oh"] if 0 < minute < 10 else []
    return [
        *number(hour % 12 or 12, "en"),
        *([*past, *number(minute, "en")] if minute else []),
        *(["ay", "em"] if hour < 12 else ["pee", "em"]),
    ]


def _vietnamese(n: int, dialect: Dialect) -> list[str]:
    thousands, rest = divmod(n, 1000)
    if not thousands:
        return _hundreds(rest, dialect)
    words = [*_hundreds(thousands, dialect), "nghìn" if dialect == "north" else "ngàn"]
    # After the thousands the hundreds are always named: 1,005 is "một nghìn không trăm linh năm".
    return words + _hundreds(rest, dialect, named=True) if rest else words


def _hundreds(n: int, dialect: Dialect, named: bool = False) -> list[str]:
    digits = DIGITS["vi"]
    hundreds, rest = divmod(n, 100)
    if not (hundreds or named):
        return _tens(rest)
    words = [digits[hundreds], "trăm"]
    if 0 < rest < 10:
        return [*words, "linh" if dialect == "north" else "lẻ", digits[rest]]
    return words + _tens(rest) if rest else words


def _tens(n: int) -> list[str]:
    digits = DIGITS["vi"]
    tens, unit = divmod(n, 10)
    if tens == 0:
        return [digits[unit]]
    words = ["mười"] if tens == 1 else [digits[tens], "mươi"]
    if unit == 0:
        return words
    if unit == 5:
        return [*words, "lăm"]
    return [*words, {1: "mốt", 4: "tư"}.get(unit, digits[unit]) if tens > 1 else digits[unit]]


def _english(n: int) -> list[str]:
    digits = DIGITS["en"]
    thousands, rest = divmod(n, 1000)
    words = [*_english(thousands), "thousand"] if thousands else []
    hundreds, rest = divmod(rest, 100)
    words += [digits[hundreds], "hundred"] if hundreds else []
    if rest == 0 and words:
        return words
    words += ["and"] if words else []
    if rest < 10:
        return [*words, digits[rest]]
    if rest < 20:
        return [*words, _TEENS[rest - 10]]
    tens, unit = divmod(rest, 10)
    return [*words, _TENS[tens], *([digits[unit]] if unit else [])]
