"""The recorded voices of this server's halls: the one that speaks, as a file on its disk, as the store has it now."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from hallsys.display.studio.work import packed
from hallsys.errors import Refused
from hallsys.store.packs import Chosen, Packs

log = logging.getLogger("hallsys.voice")


class Shelf:
    """Asked before every sound. The store is asked each time, so that a voice chosen on one server speaks on all of
    them with the next call; while it is away, the voice that spoke last goes on."""

    def __init__(self, folder: Path, packs: Callable[[str], Packs]) -> None:
        self._folder, self._packs = folder, packs
        self._fetching: dict[Path, asyncio.Lock] = {}

    async def __call__(self, hall: str) -> Path | None:
        """The file of the pack that speaks in a hall; None for the synthetic voice. Never raises."""
        folder = self._folder / hall
        try:
            chosen = await self._packs(hall).chosen()
            return await self._held(folder, hall, chosen)
        except Refused:
            return await asyncio.to_thread(_last, folder)
        except OSError as error:
            log.warning("hall %s: its recorded voice cannot be kept on the disk: %s", hall, error.strerror)
            return None

    async def _held(self, folder: Path, hall: str, chosen: Chosen | None) -> Path | None:
        if chosen is None:
            await asyncio.to_thread(_tidy, folder, 0)
            return None
        file = folder / f"{chosen.id}-{chosen.revision}.zip"
        async with self._fetching.setdefault(folder, asyncio.Lock()):
            if not await asyncio.to_thread(file.is_file):
                takes = await self._packs(hall).takes(chosen.id)
                await asyncio.to_thread(_keep, file, chosen, takes)
        return file


def _keep(file: Path, chosen: Chosen, takes: dict[str, bytes]) -> None:
    content = packed(chosen.pack, takes)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    Path(part).replace(file)
    _tidy(file.parent, 2)


def _tidy(folder: Path, keep: int) -> None:
    """Away with the older ones; a call that is being made may still read the last but one."""
    files = sorted(folder.glob("*"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in files[keep:]:
        old.unlink(missing_ok=True)


def _last(folder: Path) -> Path | None:
    files = sorted(folder.glob("*.zip"), key=lambda file: file.stat().st_mtime)
    return files[-1] if files else None
