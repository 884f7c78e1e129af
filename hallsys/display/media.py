"""What a hall shows beside its calls: pictures, videos and short notices that lie in a folder, `<data>/media/<hall>/`.

Whoever may copy a file there needs no other tool, so the names say everything: slides come in the order of their names,
`anh.txt` is what stands below `anh.jpg`, a text without a picture is a notice of its own, and `anh.en.txt` is its
English.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

log = logging.getLogger("hallsys.media")

TYPES: Final = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
"""What is served, and as what. No SVG and no HTML: they can carry scripts, and the folder may be shared with many."""

MOST: Final = 100
"""slides; a folder with more is somebody's archive"""
_TEXT_MOST: Final = 4000
"""bytes of a notice that are read"""
_LINES_MOST: Final = 6


class Said(msgspec.Struct, frozen=True):
    """Words of a slide: a heading, and lines below it."""

    head: str
    lines: list[str]


class Slide(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to show. `name` is the file's, `stamp` changes with its content; a notice has neither."""

    kind: Literal["picture", "video", "notice"]
    name: str = ""
    stamp: str = ""
    vi: Said | None = None
    en: Said | None = None


class Media:
    """The folders of all halls."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def slides(self, hall: str) -> list[Slide]:
        """The hall's slides as they lie there now; none without a folder. Reads the disk: call it in a thread."""
        files = {path.name: path for path in self._files(hall)}
        shown = [path for path in files.values() if path.suffix.lower() in TYPES]
        stems = {path.stem for path in shown}
        notices = [
            path
            for path in files.values()
            if path.suffix.lower() == ".txt" and path.stem not in stems and not path.stem.endswith(".en")
        ]
        found = (self._slide(path, files) for path in sorted((*shown, *notices), key=_order)[:MOST])
        return [slide for slide in found if slide is not None and (slide.kind != "notice" or slide.vi or slide.en)]

    def find(self, hall: str, name: str) -> Path | None:
        """The file of a slide, if it is one. Only what lies in the folder itself is found, so no name leads outside."""
        return next((path for path in self._files(hall) if path.name == name and path.suffix.lower() in TYPES), None)

    def _slide(self, path: Path, files: dict[str, Path]) -> Slide | None:
        """None for a file that was taken away while we looked, or that may not be read: the others are shown."""
        try:
            return self._read(path, files)
        except OSError as error:
            log.warning("media: %s is left out: %s", path.name, error.strerror)
            return None

    def _read(self, path: Path, files: dict[str, Path]) -> Slide:
        vi, en = (_said(files.get(f"{path.stem}{end}.txt")) for end in ("", ".en"))
        if path.suffix.lower() == ".txt":
            return Slide("notice", vi=vi, en=en)
        kind: Literal["picture", "video"] = "video" if TYPES[path.suffix.lower()].startswith("video/") else "picture"
        status = path.stat()
        return Slide(kind, path.name, f"{status.st_mtime_ns:x}-{status.st_size:x}", vi, en)

    def _files(self, hall: str) -> Iterator[Path]:
        folder = self._folder / hall
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path


def _said(path: Path | None) -> Said | None:
    if path is None:
        return None
    with path.open("rb") as file:
        text = file.read(_TEXT_MOST).decode("utf-8-sig", "replace")
    lines = [line.strip().lstrip("-•*").strip() for line in text.splitlines()]
    head, *rest = [line for line in lines if line] or [""]
    return Said(head, rest[:_LINES_MOST]) if head else None


def _order(path: Path) -> tuple[list[tuple[int, str]], str]:
    """2.jpg comes before 10.jpg, as people count."""
    parts = re.findall(r"\d+|\D+", path.name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], path.name
