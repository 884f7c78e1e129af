"""Dossiers from a file that officers export from the province's information system, read again when it changes.

In memory only, and the codes in it only as keyed hashes: whoever reads the memory or a crash report finds no codes.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from hallsys.core.commands import DOSSIER, fold_dossier
from hallsys.hallkiosk import DossierConfig
from hallsys.kiosk.dossiers.answer import Answer, Dossier, day_of, status_of
from hallsys.kiosk.sheets import BadSheet, Row, rows_of

log = logging.getLogger("hallsys.dossiers")

LOOK_EVERY: Final = 10.0
"""Seconds between two looks at the folder; an export takes minutes by hand anyway."""
KINDS: Final = (".csv", ".txt", ".xlsx", ".xls", ".ods")
REPORTED: Final = 50
"""Broken rows that are kept by line; of the others only the number."""
STEP: Final = 2000
"""Rows between two reports of progress."""


class Broken(NamedTuple):
    """A row that was left out, and the column to mend. What stands there is not repeated: it may be a code."""

    line: int
    column: str


class Imported(NamedTuple):
    """What reading a file came to; `at` is when, ms."""

    known: "Index"
    rows: int
    broken: list[Broken]
    broken_count: int
    at: int


class Index:
    """Dossiers by the keyed hash of their code. The key lives as long as the index and is nowhere else."""

    __slots__ = ("_key", "_known")

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, tuple[int, str | None, bytes | None]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def put(self, code: str, status: int, due: str | None, check: str) -> None:
        """A later row replaces an earlier one of the same code."""
        self._known[self._hash(code)] = (status, due, self._hash(f"check {code} {check.upper()}") if check else None)

    def find(self, code: str, check: str | None) -> Answer:
        found = self._known.get(self._hash(code))
        if found is None:
            return "unknown"
        status, due, wanted = found
        if wanted is not None:
            if not check:
                return "check_needed"
            if not secrets.compare_digest(wanted, self._hash(f"check {code} {check.strip().upper()}")):
                return "check_wrong"
        return Dossier(status, due)

    def _hash(self, text: str) -> bytes:
        return blake2b(text.encode(), key=self._key, digest_size=16).digest()


def read_file(
    file: Path,
    config: DossierConfig,
    progress: Callable[[int], None] = lambda rows: None,
    counted: Callable[[int], None] = lambda lines: None,
) -> Imported:
    """Read a whole export. A broken row is told by its line and the rest is read; `progress` is told the rows read so
    far, `counted` the file's lines before that. Raises BadSheet."""
    columns = {name: [heading] for name, heading in config.columns.items()}
    index, count, rows = Index(), 0, 0
    broken: list[Broken] = []
    for row in rows_of(file, columns, ("code", "status"), counted):
        rows += 1
        column = _take(index, row, config.statuses)
        if column is not None:
            count += 1
            if len(broken) < REPORTED:
                broken.append(Broken(row.line, config.columns[column]))
        if rows % STEP == 0:
            progress(rows)
    progress(rows)
    return Imported(index, rows, broken, count, time.time_ns() // 1_000_000)


def _take(index: Index, row: Row, statuses: Mapping[str, int]) -> str | None:
    """Put a row into the index; else the column that keeps it out."""
    cells = row.cells
    code = fold_dossier(cells["code"])
    if not DOSSIER.fullmatch(code):
        return "code"
    status = status_of(cells["status"], statuses)
    if status is None:
        return "status"
    due = cells.get("due", "")
    day = day_of(due)
    if due and day is None:
        return "due"
    index.put(code, status, day, cells.get("check", ""))
    return None


class FileSource:
    """The newest export of a folder, or one file."""

    def __init__(self, config: DossierConfig) -> None:
        self._config = config
        self._index = Index()
        self._read: tuple[str, int, int] | None = None
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        self.report: Imported | None = None
        """What the last reading came to."""
        self.file = ""
        """The name of the file that counts."""
        self.reading: list[int] | None = None
        """While a file is read: the rows so far, and the file's lines."""

    async def find(self, code: str, check: str | None = None) -> Answer:
        return self._index.find(code, check) if self._read is not None else "unavailable"

    async def start(self) -> None:
        """Read what is there, and go on looking."""
        await self.look()
        self._task = asyncio.create_task(self._watch(), name="dossiers")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Read the newest file if it is another than the last. What cannot be read leaves what was known in place."""
        try:
            file, mark = await asyncio.to_thread(newest, self._config)
            if mark == self._read:
                return
            imported = await asyncio.to_thread(self._import, file)
        except (BadSheet, OSError) as error:
            if self.trouble != str(error):
                log.warning("the dossiers' file cannot be read: %s", error)
            self.trouble = str(error)
            return
        self._index, self.report, self._read, self.file = imported.known, imported, mark, file.name
        self.trouble = None
        log.info("%s: %d dossiers, %d rows left out", file.name, len(imported.known), imported.broken_count)

    def _import(self, file: Path) -> Imported:
        """On a thread of its own; whoever looks meanwhile sees how far it is."""
        seen = self.reading = [0, 0]

        def progress(rows: int) -> None:
            seen[0] = rows

        def counted(lines: int) -> None:
            seen[1] = lines

        try:
            return read_file(file, self._config, progress, counted)
        finally:
            self.reading = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()


def newest(config: DossierConfig) -> tuple[Path, tuple[str, int, int]]:
    """The export that counts, and what tells it from another. Raises BadSheet, OSError."""
    path = Path(config.file)
    files = [path] if not path.is_dir() else [f for f in path.iterdir() if f.suffix.lower() in KINDS]
    if not files:
        raise BadSheet(f"{path}: chưa có tệp nào", f"{path}: no file yet")
    stats = {file: file.stat() for file in files}
    file = max(files, key=lambda one: (stats[one].st_mtime_ns, one.name))
    return file, (str(file), stats[file].st_mtime_ns, stats[file].st_size)
