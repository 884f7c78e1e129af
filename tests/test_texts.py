"""The catalogs: both languages complete, and every message that code asks for is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallsys.errors import STATUS
from hallsys.texts import LANGUAGES, Texts, pick_language

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "hallsys" / "locale"
DOMAINS = sorted({path.stem for path in LOCALE.rglob("*.po")})
TEXTS = Texts.load()
KEY = re.compile(r"[a-z]\w*(\.\w+)+")


def messages(language: str, domain: str) -> dict[str, str]:
    return TEXTS.domain(language, domain)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", text))


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_messages(domain: str) -> None:
    vi, en = (messages(language, domain) for language in ("vi", "en"))
    assert not vi.keys() ^ en.keys(), f"{domain}.po: only in one language: {sorted(vi.keys() ^ en.keys())}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_placeholders(domain: str) -> None:
    vi, en = (messages(language, domain) for language in ("vi", "en"))
    wrong = {key for key in vi.keys() & en.keys() if placeholders(vi[key]) != placeholders(en[key])}
    assert not wrong, f"{domain}.po: {sorted(wrong)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_and_each_key_stands_once(language: str) -> None:
    seen: dict[str, str] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        for key in re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE):
            assert key not in seen, f"{key} is in {seen[key]} and in {path.name}; one wins, nobody knows which"
            seen[key] = path.name
            assert messages(language, path.stem)[key].strip(), f"{language}/{path.name}: {key} is empty"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_its_words(language: str) -> None:
    assert messages(language, "errors").keys() >= STATUS.keys()


def asked() -> Iterator[tuple[str, str]]:
    """What code asks for: `(where, pattern of the key)`. Parts put in at run time become `\\w+`."""
    files = [*(ROOT / "static" / "js").rglob("*.js"), *(ROOT / "hallsys").rglob("*.py")]
    files += (ROOT / "hallsys").rglob("*.html")
    for path in files:
        text = path.read_text("utf-8")
        for call in re.finditer(r"(?<![\w.])(?:this\.)?t\(|\.say\(", text):
            number = text.count("\n", 0, call.start()) + 1
            arguments = _argument(text[call.end() :], skip_first=text[call.start()] == ".")
            where = f"{path.relative_to(ROOT)}:{number}"
            for quote, literal in re.findall(r"""(["'`])((?:(?!\1).)*)\1""", arguments):
                if quote == "`" and "${" in literal:
                    parts = re.split(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", literal)
                    if "." in literal and KEY.match(parts[0] + "x"):
                        yield where, r"[\w.]+".join(re.escape(part) for part in parts)
                elif KEY.fullmatch(literal):
                    yield where, re.escape(literal)


def _argument(text: str, *, skip_first: bool) -> str:
    """The first argument of a call whose text follows its parenthesis; the second, where the first is a language."""
    depth, start, skip = 0, 0, skip_first
    for index, letter in enumerate(text[:600]):
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0 or (letter == "," and depth == 0):
            if not skip or depth < 0:
                return text[start:index]
            start, skip = index + 1, False
    return text[start:600]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_that_code_asks_for_is_there(language: str) -> None:
    known = {key for domain in DOMAINS for key in messages(language, domain)}
    found = list(asked())
    missing = [
        f"{where}: {pattern.replace(chr(92), '')}"
        for where, pattern in found
        if not any(re.fullmatch(pattern, key) for key in known)
    ]
    assert found, "no call of t() was found; the search is broken"
    assert not missing, f"not in {language}:\n" + "\n".join(missing)


def test_a_missing_message_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        TEXTS.say("vi", "board.nobody_wrote_this")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "vi"),
        ("", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi,en;q=0.8", "vi"),
        ("fr,en;q=0.5,vi;q=0.1", "en"),
        ("en;q=0", "vi"),
        ("*", "vi"),
        ("en;q=often", "vi"),
    ],
)
def test_the_language_follows_the_header_and_is_vietnamese_in_doubt(accept: str | None, language: str) -> None:
    assert pick_language(accept) == language
