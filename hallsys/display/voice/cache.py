"""Finished calls on disk, by the hash of what they are made of; the longest unused go first."""

import contextlib
import logging
import os
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

ROOM: Final = 64 << 20
"""Bytes; a call is about 90 KB, so this is more than two busy days."""


class Cache:
    """For one thread. A disk that is full or read-only costs time, never a call: it is logged, and nothing is kept."""

    def __init__(self, folder: Path, limit: int = ROOM) -> None:
        """`limit` in bytes."""
        self._folder = folder
        self._limit = limit
        self._sizes: OrderedDict[str, int] = OrderedDict()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            found = sorted((entry.stat().st_mtime, entry.name, entry.stat().st_size) for entry in os.scandir(folder))
        except OSError as error:
            log.warning("voice cache %s is of no use: %s", folder.name, error.strerror)
            return
        for _, name, size in found:
            self._sizes[name] = size
        self._shrink()

    def get(self, name: str) -> bytes | None:
        if name not in self._sizes:
            return None
        self._sizes.move_to_end(name)
        try:
            path = self._folder / name
            os.utime(path)
            return path.read_bytes()
        except OSError:
            # Somebody has cleaned the folder up: it is made again.
            del self._sizes[name]
            return None

    def put(self, name: str, content: bytes) -> None:
        temporary: Path | None = None
        try:
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", suffix=".part", delete=False) as file:
                temporary = Path(file.name)
                file.write(content)
                file.flush()
                # Or a power cut leaves an empty file under a good name, and a silent call for ever.
                os.fsync(file.fileno())
            temporary.replace(self._folder / name)
        except OSError as error:
            log.warning("voice cache: %s is not kept: %s", name, error.strerror)
            if temporary:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)
            return
        self._sizes[name] = len(content)
        self._shrink()

    def _shrink(self) -> None:
        total = sum(self._sizes.values())
        while total > self._limit and len(self._sizes) > 1:
            name, size = self._sizes.popitem(last=False)
            total -= size
            with contextlib.suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)
