"""The sentence of a call, as a plan of parts: one clip per word, with the pauses that a tired listener needs. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from hallsys.display.voice.errors import EmptySpeech
from hallsys.display.voice.reader import designation, spell
from hallsys.display.voice.settings import Language, VoiceSettings


class Word(Struct, frozen=True, tag=True):
    """One clip: a word, or a phrase that is always spoken whole."""

    language: Language
    text: str


class Pause(Struct, frozen=True, tag=True):
    milliseconds: int


class Chime(Struct, frozen=True, tag=True):
    pass


Part = Word | Pause | Chime
Plan = tuple[Part, ...]

SENTENCES: Final[dict[Language, tuple[str, str]]] = {
    "vi": ("xin mời công dân số", "đến quầy số"),
    "en": ("ticket number", "please go to counter"),
}
"""What stands before the ticket and before the counter. A recall is worded as a call: who missed that needs it all."""

LEAD: Final = Pause(250)
"""Amplifiers and Bluetooth speakers swallow the first moments."""
AFTER_CHIME: Final = Pause(80)
BETWEEN_DIGITS: Final = Pause(200)
BEFORE_COUNTER: Final = Pause(350)
WITHIN_NUMBER: Final = Pause(60)
BETWEEN_LANGUAGES: Final = Pause(600)
BETWEEN_TURNS: Final = Pause(900)
TAIL: Final = Pause(250)


def call(label: str, counter: str, settings: VoiceSettings) -> Plan:
    """The whole call of a ticket: chime, then every language, then all of it again. Raises EmptySpeech."""
    turn = _between(BETWEEN_LANGUAGES, [sentence(one, label, counter, settings) for one in settings.languages])
    chime = (Chime(), AFTER_CHIME) if settings.chime else ()
    return (LEAD, *chime, *_between(BETWEEN_TURNS, [turn] * settings.repeat), TAIL)


def sentence(language: Language, label: str, counter: str, settings: VoiceSettings) -> Plan:
    """Xin mời công dân số A, không, một, hai, đến quầy số ba. Raises EmptySpeech."""
    ticket = spell(label, language, settings.letters)
    place = designation(counter, language, settings.dialect)
    if not ticket or not place:
        raise EmptySpeech(f"nothing in ticket {label!r} and counter {counter!r} can be read aloud")
    before_ticket, before_counter = (Word(language, text) for text in SENTENCES[language])
    return (
        before_ticket,
        BETWEEN_DIGITS,
        *_between(BETWEEN_DIGITS, [(Word(language, word),) for word in ticket]),
        BEFORE_COUNTER,
        before_counter,
        BETWEEN_DIGITS,
        *_between(WITHIN_NUMBER, [(Word(language, word),) for word in place]),
    )


def vocabulary(label: str, counters: Iterable[str], settings: VoiceSettings) -> set[Word]:
    """Every word that calling this ticket to any of these counters takes."""
    return {
        Word(language, text)
        for language in settings.languages
        for texts in (
            SENTENCES[language],
            spell(label, language, settings.letters),
            *(designation(counter, language, settings.dialect) for counter in counters),
        )
        for text in texts
    }


def _between(pause: Pause, plans: Sequence[Plan]) -> Plan:
    joined: list[Part] = list(plans[0])
    for plan in plans[1:]:
        joined += [pause, *plan]
    return tuple(joined)
