"""Square codes (QR, ISO/IEC 18004): on pages as a picture, on paper as dots."""

from collections.abc import Sequence

import segno


def picture(text: str) -> str:
    """The code of a text as an SVG in a `data:` address, for `<img>`; white around it, so that it can be read from a
    dark page."""
    return segno.make(text, micro=False, error="m").svg_data_uri(border=3, light="#fff")


def modules(text: str) -> list[Sequence[int]]:
    """The code of a text as rows of dark (1) and light (0), two light ones around it."""
    return [list(row) for row in segno.make(text, micro=False, error="m").matrix_iter(border=2)]
