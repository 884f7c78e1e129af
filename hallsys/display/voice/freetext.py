"""Free text as it is read aloud: numbers, times, dates, tickets and abbreviations become words. Pure.

An engine never gets a raw digit or a lone letter: it would read them by rules of its own.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from hallsys.config import Dialect, Language
from hallsys.display.voice.reader import DIGITS, LARGEST, clock, letter, number, ticket

LONGEST: Final = 300
"""Characters of an announcement; half a minute of speech, and nobody listens longer."""

SHORT_FORMS: Final[dict[Language, dict[str, str]]] = {
    "vi": {
        "BHXH": "bảo hiểm xã hội",
        "BHYT": "bảo hiểm y tế",
        "CCCD": "căn cước công dân",
        "CMND": "chứng minh nhân dân",
        "HĐND": "hội đồng nhân dân",
        "HCC": "hành chính công",
        "QR": "quy rờ",
        "SĐT": "số điện thoại",
        "TP": "thành phố",
        "TTHC": "thủ tục hành chính",
        "UBND": "ủy ban nhân dân",
        "VNeID": "vi en ai đi",
    },
    "en": {"VNeID": "vee en eye dee"},
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "vi": {"to": "đến", "%": " phần trăm", "point": "phẩy", "&": "và"},
    "en": {"to": "to", "%": " per cent", "point": "point", "&": "and"},
}
_SPAN: Final = re.compile(r"(?<=[\dhg])\s*[–—-]\s*(?=\d{1,2}(?::\d\d|[hg]\d{0,2})(?!\w))")
_NAME: Final = r"[^\W\d_]"
_THING: Final = re.compile(
    rf"(?<![\w:])(?P<hour>[01]?\d|2[0-3])(?::(?P<minute>[0-5]\d)(?![\w:])|[hg](?P<past>[0-5]\d)?(?!\w))"
    r"|(?<![\w/])(?P<day>0?[1-9]|[12]\d|3[01])/(?P<month>0?[1-9]|1[0-2])(?:/(?P<year>\d{4}))?(?![\w/])"
    r"|(?<!\w)(?P<ticket>[A-ZĐ]{1,2}\d{1,6})(?!\w)"
    r"|(?<!\d)(?P<phone>(?:0\d{1,3}|1[89]00)(?:[ .]\d{2,4}){1,3})(?![\d.])"
    r"|(?P<number>\d+(?:[.,]\d+)*)(?P<percent>\s?%)?"
    rf"|(?P<name>{_NAME}+)",
)
_UNSPOKEN: Final = re.compile(r"[^\w\s.,;:!?'-]|_|-(?!\w)|(?<!\w)-")
"""Brackets above all: espeak-ng would take [[ ]] for phonemes."""
_LOOSE: Final = re.compile(r" (?=[.,;:!?])")
_ENDS: Final = re.compile(r"(?<=[.!?;])\s+|\n+")


def language_of(text: str, languages: Sequence[Language]) -> Language:
    """Vietnamese where a Vietnamese letter is seen; a text without any is English in a hall that speaks it."""
    marked = "đ" in text.lower() or any(unicodedata.combining(sign) for sign in unicodedata.normalize("NFD", text))
    return "vi" if marked or "en" not in languages else "en"


def sentences(text: str, language: Language, dialect: Dialect = "north") -> list[str]:
    """The sentences of a text, in words, each without its last sign."""
    read = (spoken(sentence, language, dialect).strip(" .,;:!?-") for sentence in _ENDS.split(text))
    return [sentence for sentence in read if sentence]


def spoken(text: str, language: Language, dialect: Dialect = "north") -> str:
    """`Quầy 3 mở 07:30` -> `quầy ba mở bảy giờ ba mươi`."""
    words = _WORDS[language]
    text = unicodedata.normalize("NFC", text).replace("&", words["&"])
    text = _SPAN.sub(f" {words['to']} ", text)
    text = _THING.sub(lambda match: _read(match, language, dialect), text)
    return _LOOSE.sub("", " ".join(_UNSPOKEN.sub(" ", text).split())).lower()


def _read(match: re.Match[str], language: Language, dialect: Dialect) -> str:
    for kind, read in _READERS.items():
        if match[kind]:
            return read(match, language, dialect)
    return match[0]


def _time(match: re.Match[str], language: Language, dialect: Dialect) -> str:
    return " ".join(clock(int(match["hour"]), int(match["minute"] or match["past"] or 0), language, dialect))


def _date(match: re.Match[str], language: Language, dialect: Dialect) -> str:
    day, month, year = " ".join(number(int(match["day"]), language, dialect)), int(match["month"]), match["year"]
    if language == "en":
        return f"{day} {_MONTHS[month - 1]}" + (f" {' '.join(number(int(year), 'en'))}" if year else "")
    # The fourth month alone has a name of its own.
    named = "tư" if month == 4 else " ".join(number(month, "vi", dialect))
    return f"{day} tháng {named}" + (f" năm {' '.join(number(int(year), 'vi', dialect))}" if year else "")


def _ticket(match: re.Match[str], language: Language, dialect: Dialect) -> str:
    return ", ".join(" ".join(group) for group in ticket(match["ticket"], language))


def _number(match: re.Match[str], language: Language, dialect: Dialect) -> str:
    after = _WORDS[language]["%"] if match["percent"] else ""
    thousands, decimal = (".", ",") if language == "vi" else (",", ".")
    text = match["number"]
    if re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+", text):
        text = text.replace(thousands, "")
    whole, sign, rest = text.partition(decimal)
    if sign and whole.isdigit() and rest.isdigit():
        return f" {_whole(whole, language, dialect)} {_WORDS[language]['point']} {_each(rest, language)}{after} "
    parts = (_whole(part, language, dialect) for part in re.split(r"[.,]", text))
    return f" {', '.join(parts)}{after} "


def _phone(match: re.Match[str], language: Language, dialect: Dialect) -> str:
    return ", ".join(_each(part, language) for part in re.split(r"[ .]", match["phone"]))


def _whole(digits: str, language: Language, dialect: Dialect) -> str:
    """What begins with 0 or is longer than any number of a hall is a code: digit by digit."""
    if int(digits) > LARGEST or (len(digits) > 1 and digits[0] == "0"):
        return _each(digits, language)
    return " ".join(number(int(digits), language, dialect))


def _each(digits: str, language: Language) -> str:
    return " ".join(DIGITS[language][int(digit)] for digit in digits)


def _name(match: re.Match[str], language: Language, dialect: Dialect) -> str:
    """A short form in full; capitals that make no syllable, letter by letter."""
    name = match["name"]
    if name in SHORT_FORMS[language]:
        return SHORT_FORMS[language][name]
    alone = len(name) == 1 and language == "vi"
    if name.isupper() and (alone or (len(name) > 1 and not _has_vowel(name))):
        return " ".join(letter(sign, language) or sign for sign in name)
    return name


def _has_vowel(name: str) -> bool:
    return any(unicodedata.normalize("NFD", sign)[0] in "AEIOUY" for sign in name)


_READERS: Final[dict[str, Callable[[re.Match[str], Language, Dialect], str]]] = {
    "hour": _time,
    "day": _date,
    "ticket": _ticket,
    "phone": _phone,
    "number": _number,
    "name": _name,
}
