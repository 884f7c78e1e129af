"""What takes the studio a moment, for a thread: a take becomes a clip, takes become a file, and a file takes again.

Each imports what it needs when it is called: numpy takes 90 ms and 16 MB that a server without a voice never spends.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from hallsys.config import LANGUAGES, Language
from hallsys.display.voice.errors import BadSound
from hallsys.display.voice.wording import Word
from hallsys.errors import Refused
from hallsys.store.packs import Note, Pack, Take


class Developed(NamedTuple):
    """`report` as JSON can be made of it (`display/voice/takes.py`, Report, and `usable`)."""

    report: dict[str, object]
    take: Take
    usable: bool


def language_of(text: str) -> Language | None:
    return next((known for known in LANGUAGES if known == text), None)


def developed(content: bytes, word: Word) -> Developed:
    """A recording and the clip that it becomes. Raises Refused bad_request for what is none, or empty."""
    from hallsys.display.voice import sound
    from hallsys.display.voice.takes import develop
    from hallsys.display.voice.wavfile import BadWav

    try:
        report, clip = develop(content, word)
    except BadWav as error:
        raise Refused("bad_request", problem=error.problem) from error
    except BadSound as error:
        raise Refused("bad_request", problem="take_silent") from error
    known = {**msgspec.structs.asdict(report), "usable": report.usable}
    note = Note(report.seconds, [str(flaw) for flaw in report.flaws])
    return Developed(known, Take(note, sound.to_wav(clip)), report.usable)


def packed(pack: Pack, takes: Mapping[str, bytes]) -> bytes:
    """The file of a pack, from its takes as the store has them."""
    from hallsys.display.voice.pack import About, pack_file

    words: dict[Word, bytes] = {}
    for key, wav in takes.items():
        name, _, text = key.partition("/")
        language = language_of(name)
        if language is not None:
            words[Word(language, text)] = wav
    return pack_file(About(pack.name, pack.made), words)


def unpacked(content: bytes) -> tuple[Pack, dict[str, Take]]:
    """A pack from outside, as the store takes it. Raises Refused bad_request."""
    from hallsys.display.voice import sound
    from hallsys.display.voice.pack import BadPack, read_pack
    from hallsys.display.voice.wavfile import BadWav

    try:
        about, found = read_pack(content)
    except BadPack as error:
        raise Refused("bad_request", problem=error.problem, name=error.detail) from error
    except BadWav as error:
        raise Refused("bad_request", problem=error.problem) from error
    except BadSound as error:
        raise Refused("bad_request", problem="take_silent") from error
    takes = {
        f"{word.language}/{word.text}": Take(Note(round((len(wav) - 44) / 2 / sound.RATE, 2)), wav)
        for word, wav in found.items()
    }
    return Pack(about.name, about.made), takes
