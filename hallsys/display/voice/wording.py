"""What is announced, as a plan of parts: one clip per word, with the pauses that a tired listener needs. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, Self, get_args

import msgspec
from msgspec import Struct

from hallsys.config import HallConfig, Language, VoiceConfig, Wording, Words
from hallsys.display.voice import freetext
from hallsys.display.voice.errors import EmptySpeech
from hallsys.display.voice.reader import designation, ticket

Worded = Literal["call", "recall", "prepare", "transfer", "opening", "closing"]
WORDED: Final[tuple[Worded, ...]] = get_args(Worded)


class Announcement(Struct, frozen=True):
    """What is to be said: one of the worded kinds about a ticket and a counter, or a notice with words of its own.
    `short`: once only, for others wait to be called."""

    kind: Worded | Literal["notice"]
    ticket: str = ""
    counter: str = ""
    text: str = ""
    short: bool = False


class Word(Struct, frozen=True, tag=True):
    """One clip: a word, or a phrase that is always spoken whole."""

    language: Language
    text: str


class Sentence(Struct, frozen=True, tag=True):
    """Spoken whole, and once: it is in no vocabulary."""

    language: Language
    text: str


class Pause(Struct, frozen=True, tag=True):
    milliseconds: int


class Chime(Struct, frozen=True, tag=True):
    pass


Part = Word | Sentence | Pause | Chime
Plan = tuple[Part, ...]

DEFAULTS: Final[dict[Language, Wording]] = {
    "vi": Wording(
        call="Xin mời công dân số {ticket}, đến {place}",
        prepare="Xin mời công dân số {ticket}, chuẩn bị",
        transfer="Công dân số {ticket}, xin chờ gọi đến quầy tiếp theo",
        opening="Trung tâm bắt đầu làm việc. Xin mời công dân lấy số, và chờ gọi",
        closing="Đã hết giờ làm việc. Xin cảm ơn, và hẹn gặp lại",
        place="quầy số {counter}",
    ),
    "en": Wording(
        call="Ticket number {ticket}, please go to {place}",
        prepare="Ticket number {ticket}, please get ready",
        transfer="Ticket number {ticket}, please wait to be called to the next counter",
        opening="We are open. Please take a ticket, and wait to be called",
        closing="We are closing now. Thank you, and good bye",
        place="counter {counter}",
    ),
}
"""What a hall does not word itself. A recall is worded as a call: who missed that needs it all."""

LEAD: Final = Pause(250)
"""Amplifiers and Bluetooth speakers swallow the first moments."""
AFTER_CHIME: Final = Pause(80)
BETWEEN_DIGITS: Final = Pause(200)
AFTER_CLAUSE: Final = Pause(350)
AFTER_SENTENCE: Final = Pause(500)
WITHIN_NUMBER: Final = Pause(60)
BETWEEN_LANGUAGES: Final = Pause(600)
BETWEEN_TURNS: Final = Pause(900)
TAIL: Final = Pause(250)

_PIECE: Final = re.compile(r"\{(?P<slot>\w+)\}|(?P<clause>[,:])|(?P<end>[.!?;])|(?P<phrase>[^{},:.!?;]+)")
_SLOT: Final = re.compile(r"(\{\w+\})")


class Phrasing:
    """How one hall words what it announces. `spoken`: counter id -> its name aloud, of those called by a name."""

    def __init__(self, voice: VoiceConfig, spoken: Mapping[str, Words] | None = None) -> None:
        self._voice, self._spoken = voice, spoken or {}

    @classmethod
    def of(cls, hall: HallConfig) -> Self:
        return cls(hall.voice, {counter.id: counter.spoken for counter in hall.counters if counter.spoken})

    def plan(self, said: Announcement) -> Plan:
        """All of it: chime, then every language, then that again. Raises EmptySpeech."""
        if said.kind == "notice":
            turn = self._notice(said.text)
        else:
            turn = _between(BETWEEN_LANGUAGES, [self.sentence(one, said) for one in self._voice.languages])
        chime = (Chime(), AFTER_CHIME) if self._voice.chime else ()
        return (LEAD, *chime, *_between(BETWEEN_TURNS, [turn] * (1 if said.short else self._voice.repeat)), TAIL)

    def sentence(self, language: Language, said: Announcement) -> Plan:
        """Xin mời công dân số A, không, một, hai, đến quầy số ba. Raises EmptySpeech."""
        parts: list[Part] = []
        pause: Pause | None = None
        for match in _PIECE.finditer(self._template(language, said)):
            if match["clause"] or match["end"]:
                pause = AFTER_CLAUSE if match["clause"] else AFTER_SENTENCE
                continue
            heard = self._piece(match, language, said)
            if heard:
                parts += [pause or BETWEEN_DIGITS, *heard] if parts else heard
                pause = None
        if not parts:
            raise EmptySpeech(f"there are no words for {said.kind!r}")
        return tuple(parts)

    def vocabulary(
        self, labels: Iterable[str], counters: Iterable[str], kinds: Iterable[Worded] = WORDED
    ) -> list[Word]:
        """Every word that announcing any of these tickets at any of these counters takes, as they come first."""
        some, places = list(labels), list(counters)
        said = [Announcement(kind, label, places[0]) for kind in kinds for label in some]
        said += [Announcement("call", some[0], place) for place in places]
        parts = [part for language in self._voice.languages for one in said for part in self.sentence(language, one)]
        return list(dict.fromkeys(part for part in parts if isinstance(part, Word)))

    def _piece(self, match: re.Match[str], language: Language, said: Announcement) -> list[Part]:
        voice = self._voice
        if match["slot"] == "ticket":
            groups = ticket(said.ticket, language, letters=voice.letters, digits=voice.digits, dialect=voice.dialect)
            if not groups:
                raise EmptySpeech(f"nothing in ticket {said.ticket!r} can be read aloud")
            return list(_between(BETWEEN_DIGITS, [_closely(language, group) for group in groups]))
        if match["slot"] == "counter":
            words = designation(said.counter, language, voice.dialect)
            if not words:
                raise EmptySpeech(f"nothing in counter {said.counter!r} can be read aloud")
            return list(_closely(language, words))
        phrase = " ".join(unicodedata.normalize("NFC", match["phrase"] or "").lower().split())
        return [Word(language, phrase)] if phrase else []

    def _template(self, language: Language, said: Announcement) -> str:
        """The sentence with its slots for ticket and counter still open, everything else in words."""
        kind = "call" if said.kind == "recall" and not self._own(language, "recall") else said.kind
        name = self._spoken.get(said.counter)
        place = self._text(language, "place") if name is None else msgspec.structs.asdict(name)[language]
        text = self._text(language, kind).replace("{place}", place)
        return "".join(
            piece if _SLOT.fullmatch(piece) else f" {freetext.spoken(piece, language, self._voice.dialect)} "
            for piece in _SLOT.split(text)
        )

    def _text(self, language: Language, field: str) -> str:
        text: str = self._own(language, field) or getattr(DEFAULTS[language], field)
        return text

    def _own(self, language: Language, field: str) -> str | None:
        text: str | None = getattr(getattr(self._voice.wording, language), field)
        return text

    def _notice(self, text: str) -> Plan:
        if len(text) > freetext.LONGEST:
            raise EmptySpeech(f"an announcement has at most {freetext.LONGEST} characters: make it shorter")
        language = freetext.language_of(text, self._voice.languages)
        read = freetext.sentences(text, language, self._voice.dialect)
        if not read:
            raise EmptySpeech("nothing in the announcement can be read aloud")
        return _between(AFTER_SENTENCE, [(Sentence(language, sentence),) for sentence in read])


def _closely(language: Language, words: Sequence[str]) -> Plan:
    return _between(WITHIN_NUMBER, [(Word(language, word),) for word in words])


def _between(pause: Pause, plans: Sequence[Plan]) -> Plan:
    joined: list[Part] = list(plans[0])
    for plan in plans[1:]:
        joined += [pause, *plan]
    return tuple(joined)
