"""Texts for people: one catalog per domain and language, read as they stand by Babel (its only door).

A message's id is a symbolic key such as `board.now_calling`; Vietnamese and English are both complete catalogs, so
no language is the fallback of the other and a missing message is a bug that a test finds.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from hallsys.errors import Refused

LANGUAGES: Final = ("vi", "en")
DEFAULT: Final = "vi"
_FOLDER: Final = Path(__file__).parent / "locale"


class Texts:
    """All messages of all languages."""

    def __init__(self, catalogs: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._domains = catalogs
        self._flat = {
            language: {key: text for messages in domains.values() for key, text in messages.items()}
            for language, domains in catalogs.items()
        }

    def say(self, language: str, key: str, /, **params: object) -> str:
        """The message in a language, its `{placeholders}` filled. Raises KeyError for a key nobody wrote."""
        return self._flat[language][key].format_map(params) if params else self._flat[language][key]

    def refusal(self, language: str, refused: Refused) -> str:
        """A refusal in words; a bad request says what is wrong with which field."""
        params = {"detail": refused.field or "", **refused.params}
        problem = f"{refused.code}.{params.get('problem')}"
        if problem in self._flat[language]:
            return self.say(language, problem, field=refused.field or "", **params)
        return self.say(language, refused.code, **params)

    def domain(self, language: str, *domains: str) -> dict[str, str]:
        """The messages of some domains, for a page's own script."""
        return {key: text for name in domains for key, text in self._domains[language].get(name, {}).items()}

    @staticmethod
    @cache
    def load(folder: Path = _FOLDER) -> "Texts":
        """Every `<folder>/<language>/<domain>.po`."""
        return Texts(
            {
                language: {path.stem: _messages(path) for path in sorted((folder / language).glob("*.po"))}
                for language in LANGUAGES
            }
        )


def pick_language(accept: str | None) -> str:
    """The language to answer in, from an `Accept-Language` header (RFC 9110, 12.5.4); Vietnamese when in doubt."""
    wishes: list[tuple[float, int, str]] = []
    for order, part in enumerate((accept or "").split(",")):
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        wishes.append((-weight, order, tag.strip().lower().split("-")[0]))
    for weight, _, language in sorted(wishes):
        if language in LANGUAGES and weight < 0:
            return language
    return DEFAULT


def _messages(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        catalog = read_po(file)
    return {str(message.id): str(message.string) for message in catalog if message.id}
