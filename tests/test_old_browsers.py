"""A television is not replaced every year: the screens, and the page that joins them, use nothing that browsers of four
years ago do not have; nor does the studio, for a colleague's old laptop.

Found by name in the files themselves. What a browser of 2022 lacks is listed with the version of Chromium that brought
it; a wall's browser is a Chromium nearly always.
"""

import re
from pathlib import Path
from typing import Final

import pytest

STATIC: Final = Path(__file__).parents[1] / "static"

SHEETS: Final = [
    *sorted((STATIC / "css").glob("board*.css")),
    *(STATIC / "css" / f"{name}.css" for name in ("pages", "studio", "tokens")),
]
SCRIPTS: Final = [
    *sorted((STATIC / "js" / "board").glob("*.js")),
    *sorted((STATIC / "js" / "voice").glob("*.js")),
    *sorted((STATIC / "js" / "live").glob("*.js")),
    *(STATIC / "js" / "elements" / f"{name}.js" for name in ("board", "comeback", "piece", "time", "voice")),
    *sorted((STATIC / "js" / "studio").glob("*.js")),
    *(STATIC / "js" / "pages" / f"{name}.js" for name in ("board", "join", "studio")),
    STATIC / "js" / "texts.js",
]

TOO_NEW_CSS: Final = {
    r":has\(": "105",
    r"@container|container-(type|name)": "105",
    r"\b\d+(dvh|svh|lvh|dvw|svw|lvw|cqw|cqh|cqi)\b": "108",
    r"color-mix\(|oklch\(|oklab\(|\blch\(|\blab\(": "111",
    r"@starting-style|interpolate-size|calc-size\(": "117",
    r"text-wrap\s*:": "114",
    r"@scope|@property|@layer": "118, 85, 99",
    r"light-dark\(": "123",
    r"(?m)^\s*(translate|rotate|scale)\s*:": "104",
    r"@media[^{]*(<|>)": "104",
    r"subgrid|masonry": "117",
    r"&\s*[:.>]|&:": "112, nesting",
    r"field-sizing|anchor-name|popover": "114 and later",
}
TOO_NEW_JS: Final = {
    r"\.(toSorted|toReversed|toSpliced|with)\(": "110",
    r"Object\.groupBy|Map\.groupBy": "117",
    r"Promise\.(withResolvers|try)\b": "119, 128",
    r"Array\.fromAsync": "121",
    r"\.(isSubsetOf|intersection|difference|symmetricDifference)\(|\.union\(": "122",
    r"startViewTransition": "111",
    r"showPopover|popoverTarget": "114",
    r"import\s+[^;]+\bwith\s*\{": "123",
    r"/[a-z]*v[a-z]*(?=[,;)\s.])(?<=/v)": "112, the flag v",
    r"Iterator\.from|\.values\(\)\.(map|filter|take)\(": "122",
    r"AbortSignal\.any|crypto\.randomUUID": "116; missing on plain http",
    r"navigator\.serviceWorker": "missing on plain http",
}


def _bare(text: str) -> str:
    """Without comments, where anything may be named."""
    return re.sub(r"(?m)(?<!:)//.*$", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("path", [*SHEETS, *SCRIPTS], ids=lambda path: path.name)
def test_nothing_is_younger_than_four_years(path: Path) -> None:
    text = _bare(path.read_text("utf-8"))
    lists = TOO_NEW_CSS if path.suffix == ".css" else TOO_NEW_JS
    found = {f"{match[0]!r} came with {since}" for wrong, since in lists.items() for match in re.finditer(wrong, text)}
    assert not found, f"{path.name}: {sorted(found)}"


@pytest.mark.parametrize(
    ("young", "lists"),
    [
        (".left:has(.last[hidden]) {}", TOO_NEW_CSS),
        (".board { translate: 1px 1px; }".replace("{ ", "{\n  "), TOO_NEW_CSS),
        ("@media (width > 600px) {}", TOO_NEW_CSS),
        (".a { &:hover { color: red } }", TOO_NEW_CSS),
        ("const sorted = rows.toSorted();", TOO_NEW_JS),
        ("const id = crypto.randomUUID();", TOO_NEW_JS),
    ],
)
def test_what_is_too_young_is_found(young: str, lists: dict[str, str]) -> None:
    assert any(re.search(wrong, young) for wrong in lists), young
