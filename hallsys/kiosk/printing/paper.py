"""A ticket drawn as a picture of black and white dots, so that every diacritic prints on every printer.

One dot is one pixel at 203 dpi: paper of 80 mm has 576 dots, of 58 mm 384. Thermal heads know no grey.
"""

from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

import msgspec
from PIL import Image, ImageDraw, ImageFont

from hallsys.web.square import modules

WIDTHS: Final = {58: 384, 80: 576}
"""Dots across, by the paper's width in mm."""
TALLEST: Final = 1600
"""Dots; a longer ticket is a mistake in the template and would waste paper."""
GROWN: Final = 1.1
"""The typeface is smaller on its body than the one the sizes were chosen with."""
LINE: Final = 1.3
"""Line height: Vietnamese stacks two marks on a capital."""


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Words in the middle, wrapped. `size` in dots at 80 mm."""

    words: str
    size: int = 24
    bold: bool = False
    inverse: bool = False


class Item(msgspec.Struct, frozen=True, tag="item"):
    """A line of a list, from the left, with its mark before it: `1.`"""

    mark: str
    words: str
    size: int = 26


class Number(msgspec.Struct, frozen=True, tag="number"):
    """The ticket's number, as large as the paper is wide, 176 dots at the most."""

    label: str


class Boxes(msgspec.Struct, frozen=True, tag="boxes"):
    """One or two boxes side by side, each a small heading and a large value."""

    boxes: list[tuple[str, str]]


class Square(msgspec.Struct, frozen=True, tag="square"):
    """A QR code with words beside it (below it on narrow paper), the first line bold."""

    data: str
    words: list[str]


class Rule(msgspec.Struct, frozen=True, tag="rule"):
    """A line across."""


Block = Text | Item | Number | Boxes | Square | Rule


def draw(blocks: list[Block], paper: Literal[58, 80] = 80, tallest: int = TALLEST) -> Image.Image:
    """The picture of a ticket, mode `1`, as wide as the paper. Raises ValueError for one that is too long."""
    sheet = _Sheet(WIDTHS[paper], tallest)
    for block in blocks:
        match block:
            case Text():
                sheet.text(block)
            case Item():
                sheet.item(block)
            case Number():
                sheet.number(block.label)
            case Boxes():
                sheet.boxes(block.boxes)
            case Square():
                sheet.square(block)
            case Rule():
                sheet.rule()
    return sheet.cut()


@lru_cache(maxsize=64)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    spec = find_spec("font_source_sans_pro")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the typeface, a locked dependency, is not installed")
    face = Path(spec.submodule_search_locations[0], "files") / f"SourceSansPro-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(face), round(size * GROWN))


class _Sheet:
    """Paper that grows downwards."""

    def __init__(self, width: int, tallest: int) -> None:
        self.width, self.narrow, self.tallest = width, width < 500, tallest
        self.margin = 10 if self.narrow else 20
        self.y = 12
        self.image = Image.new("1", (width, tallest), 1)
        self.pen = ImageDraw.Draw(self.image)
        self.pen.fontmode = "1"

    def text(self, block: Text) -> None:
        size = self._size(block.size)
        font = _font(size, block.bold)
        room = self.width - 2 * self.margin - (36 if block.inverse else 0)
        lines = _wrapped(block.words, font, room)
        if block.inverse:
            self.y += 6
            half = max(map(font.getlength, lines)) / 2 + 18
            tall = len(lines) * round(size * LINE) + 9
            middle = self.width / 2
            self.pen.rectangle((middle - half, self.y, middle + half, self.y + tall), fill=0)
            self.y += 3
        for line in lines:
            self._line(line, size, block.bold, fill=1 if block.inverse else 0)
        self.y += 9 if block.inverse else 0

    def item(self, block: Item) -> None:
        font = _font(self._size(block.size), False)
        left = self.margin + font.getlength("00. ")
        self.pen.text((self.margin, self.y), block.mark, fill=0, font=font)
        for line in _wrapped(block.words, font, self.width - self.margin - left):
            self.pen.text((left, self.y), line, fill=0, font=font)
            self.y += round(self._size(block.size) * LINE)
        self.y += 6

    def number(self, label: str) -> None:
        size = 176 if not self.narrow else 142
        while _font(size, True).getlength(label) > self.width - 2 * self.margin:
            size -= 2
        font = _font(size, True)
        left, top, right, bottom = font.getbbox(label)
        self.y += 12
        self.pen.text(((self.width - right - left) / 2, self.y - top), label, fill=0, font=font)
        self.y += int(bottom - top) + 14

    def boxes(self, boxes: list[tuple[str, str]]) -> None:
        small, large = (19, 24) if self.narrow else (22, 31)
        across = (self.width - 2 * self.margin) / len(boxes)
        self.rule()
        top = self.y
        lowest = top
        for index, (heading, value) in enumerate(boxes):
            middle, y = self.margin + across * (index + 0.5), top + 5
            for words, size, bold in ((heading, small, False), (value, large, True)):
                for line in _wrapped(words, _font(size, bold), across - 8):
                    self.pen.text((middle, y), line, fill=0, font=_font(size, bold), anchor="ma")
                    y += round(size * LINE)
            lowest = max(lowest, y)
        for index in range(1, len(boxes)):
            x = self.margin + across * index
            self.pen.line((x, top - 4, x, lowest + 6), fill=0, width=3)
        self.y = lowest + 3
        self.rule()

    def square(self, block: Square) -> None:
        code = modules(block.data)
        # Whole dots a module: a scaled code blurs on the head, and old phones give up.
        module = max(4, 176 // (len(code) - 4))
        side = len(code) * module
        left = (self.width - side) // 2 if self.narrow else self.margin
        top = self.y + 4
        for row, dots in enumerate(code):
            for column, dark in enumerate(dots):
                if dark:
                    corner = (left + column * module, top + row * module)
                    self.pen.rectangle((*corner, corner[0] + module - 1, corner[1] + module - 1), fill=0)
        if self.narrow:
            self.y = top + side + 4
            for index, words in enumerate(block.words):
                self.text(Text(words, 24, bold=index == 0))
            return
        x = left + side + 14
        lines = [
            (line, index == 0)
            for index, words in enumerate(block.words)
            for line in _wrapped(words, _font(24, index == 0), self.width - self.margin - x)
        ]
        y = top + max(0, (side - len(lines) * 32) // 2)
        for line, bold in lines:
            self.pen.text((x, y), line, fill=0, font=_font(24, bold))
            y += 32
        self.y = max(top + side, y) + 4

    def rule(self) -> None:
        self.y += 8
        self.pen.rectangle((self.margin, self.y, self.width - self.margin - 1, self.y + 2), fill=0)
        self.y += 11

    def cut(self) -> Image.Image:
        if self.y + 20 > self.tallest:
            raise ValueError(f"a ticket of {self.y} dots is longer than {self.tallest}")
        return self.image.crop((0, 0, self.width, self.y + 20))

    def _line(self, words: str, size: int, bold: bool, fill: int = 0) -> None:
        self.pen.text((self.width / 2, self.y), words, fill=fill, font=_font(size, bold), anchor="ma")
        self.y += round(size * LINE)

    def _size(self, size: int) -> int:
        return round(size * 0.82) if self.narrow else size


def _wrapped(words: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    """Lines that fit; a single word that does not is broken anywhere."""
    lines: list[str] = []
    for word in words.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
            continue
        while font.getlength(word) > room:
            fits = next(at for at in range(len(word) - 1, 0, -1) if at == 1 or font.getlength(word[:at]) <= room)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return lines


def png(picture: Image.Image) -> bytes:
    """The picture as a file, for a browser that prints it."""
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
