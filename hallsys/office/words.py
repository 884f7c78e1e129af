"""What the command line says to people: always in both languages, Vietnamese first."""

import sys

from hallsys.errors import Refused


def both(key: str, /, **params: object) -> str:
    """A message of the catalog `cli`, one language a line."""
    from hallsys.texts import LANGUAGES, Texts  # reading the catalogs takes 40 ms; most commands say nothing

    texts = Texts.load()
    return "\n".join(texts.say(language, key, **params) for language in LANGUAGES)


def refusal(refused: Refused) -> str:
    """A refusal, one language a line."""
    from hallsys.texts import LANGUAGES, Texts

    texts = Texts.load()
    return "\n".join(texts.refusal(language, refused) for language in LANGUAGES)


def tell(text: str) -> None:
    """To standard error: standard output is for what programs read."""
    print(text, file=sys.stderr, flush=True)
