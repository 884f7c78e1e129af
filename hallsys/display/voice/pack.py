"""A recorded voice as one file, the same for export, import and this server's disk.

It is a zip archive of `pack.json` and `<language>/<word>.wav`, each word named as it is written. Members are read and
never unpacked, so that no name in it can lead anywhere.
"""

import io
import logging
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

from hallsys.config import LANGUAGES
from hallsys.display.voice import sound, wavfile
from hallsys.display.voice.errors import BadSound
from hallsys.display.voice.wording import Word

log = logging.getLogger(__name__)

FORMAT: Final = 1
MANIFEST: Final = "pack.json"
FILE_MOST: Final = 24 << 20
"""Bytes of a pack's file."""
TAKE_MOST: Final = 500_000
"""Bytes of a take: ten seconds and the header."""
TAKES_MOST: Final = 400
_ENTRY: Final = b"PK\x01\x02"
"""Begins an entry in the directory of a zip archive (APPNOTE.TXT 4.3.12)."""
_NAME: Final = re.compile(r"(vi|en)/([^/\\\x00-\x1f.]{1,60})\.wav")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class About(msgspec.Struct, frozen=True):
    """`name` of the reader; `made` in ms since 1970."""

    name: Name
    made: int = 0
    hallsys_pack: int = FORMAT


class BadPack(BadSound):
    """`problem` is a message `bad_request.<problem>` of the catalog `studio`; `detail` names the part to blame."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem, self.detail = problem, detail


class Pack:
    """What is recorded replaces the synthetic voice word by word; what is missing is still spoken."""

    def __init__(self, file: Path | None) -> None:
        """A file that cannot be read is an empty pack: the hall is not mute because of it."""
        self._words: dict[Word, str] = {}
        self._print: list[tuple[str, str, int, int]] = []
        if file is None:
            return
        try:
            self._zip = _opened(file.read_bytes())
        except (OSError, BadPack) as error:
            log.warning("recorded voice: %s cannot be used: %s", file.name, error)
            return
        for info in self._zip.infolist():
            word = word_of(info.filename)
            if word is not None:
                self._words[word] = info.filename
                self._print.append((word.language, word.text, info.file_size, info.CRC))

    def clip(self, word: Word) -> sound.Samples | None:
        """A word as it was recorded, as loud as the synthetic ones; None where nobody has. Raises BadSound."""
        name = self._words.get(word)
        return None if name is None else checked(_member(self._zip, name))

    def fingerprint(self) -> list[tuple[str, str, int, int]]:
        """Changes when a word is added, removed or recorded again."""
        return self._print


def pack_file(about: About, takes: Mapping[Word, bytes]) -> bytes:
    """The file of a pack. Takes are WAV."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(_dated(MANIFEST), msgspec.json.format(msgspec.json.encode(about)))
        for word, wav in sorted(takes.items(), key=lambda item: (item[0].language, item[0].text)):
            archive.writestr(_dated(f"{word.language}/{word.text}.wav"), wav)
    return out.getvalue()


def read_pack(content: bytes) -> tuple[About, dict[Word, bytes]]:
    """A pack from outside: its takes as WAV, each checked and made as loud as ours. Raises BadPack, BadWav."""
    archive = _opened(content)
    try:
        about = msgspec.json.decode(_member(archive, MANIFEST), type=About)
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPack("pack_no_manifest") from error
    if about.hallsys_pack > FORMAT:
        raise BadPack("pack_newer")
    takes: dict[Word, bytes] = {}
    for info in archive.infolist():
        if info.filename == MANIFEST or info.is_dir():
            continue
        word = word_of(info.filename)
        if word is None:
            raise BadPack("pack_stranger", info.filename[:60])
        takes[word] = sound.to_wav(checked(_member(archive, info.filename)))
    return about, takes


def word_of(name: str) -> Word | None:
    """The word that a file of a pack holds, or None for a name that is none."""
    # macOS and some archives spell "ộ" as three signs; the words of the reader are composed.
    match = _NAME.fullmatch(unicodedata.normalize("NFC", name))
    language = next((known for known in LANGUAGES if match is not None and match[1] == known), None)
    return None if match is None or language is None else Word(language, match[2].lower())


def checked(wav: bytes) -> sound.Samples:
    """A finished take's samples, level with every other clip. Raises BadSound."""
    samples, rate = wavfile.read(wav)
    if rate != sound.RATE:
        samples = sound.from_pcm(sound.to_pcm(samples), rate)
    return sound.evened(samples)


def _opened(content: bytes) -> zipfile.ZipFile:
    # Counted before it is read: the half million names that fit into such a file take ten seconds.
    if len(content) > FILE_MOST or content.count(_ENTRY) > TAKES_MOST + 1:
        raise BadPack("pack_large")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise BadPack("pack_not_zip") from error
    for info in archive.infolist():
        # The others give out as much as they like at once, whatever is asked of them.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadPack("pack_damaged", info.filename[:60])
    return archive


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Raises BadPack, KeyError."""
    try:
        with archive.open(name) as file:
            # By what comes out and not by what the archive says will come.
            content = file.read(TAKE_MOST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadPack("pack_damaged", name[:60]) from error
    if len(content) > TAKE_MOST:
        raise BadPack("pack_large")
    return content


def _dated(name: str) -> zipfile.ZipInfo:
    """The same takes make the same file, byte for byte, whenever."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
