"""A recorded voice: a folder of WAV files, `<language>/<word>.wav`, named as the word is written."""

import unicodedata
from pathlib import Path

from hallsys.display.voice.settings import LANGUAGES
from hallsys.display.voice.wording import Word


class Pack:
    """What is recorded replaces the synthetic voice word by word; what is missing is still spoken."""

    def __init__(self, folder: Path | None) -> None:
        self._files: dict[Word, Path] = {}
        for language in LANGUAGES:
            for file in sorted((folder / language).glob("*.wav")) if folder else ():
                # macOS and some archives spell "ộ" as three signs; the words of the reader are composed.
                self._files[Word(language, unicodedata.normalize("NFC", file.stem).lower())] = file

    def find(self, word: Word) -> Path | None:
        return self._files.get(word)

    def fingerprint(self) -> list[tuple[str, str, int, int]]:
        """Changes when a file is added, removed or recorded again."""
        found = [(word, file.stat()) for word, file in self._files.items()]
        return [(word.language, word.text, stat.st_size, stat.st_mtime_ns) for word, stat in found]
