"""Everything hallsys keeps in a store, in one file: halls, closed days, users, tokens, sessions, the secret.

The file is gzip over lines of JSON: a header (`zcat FILE | head -1` shows version, time and halls), a record per key or
part of a key, and a last line that counts them. It holds values, not the store's own dumps, so that it can be restored
to any store that hallsys can use: embedded, one server or a Cluster, of another version.

Each hall is as it was at one moment, also while people press buttons: its rows and position are read by one script, its
stream is read up to that position. A file is written whole or not at all, and readable by its owner only.
"""

import gzip
import os
import re
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from hallsys import __version__
from hallsys.store.committer import Script
from hallsys.store.connection import Client, Connection, store_errors
from hallsys.store.keys import HallKeys

FORMAT: Final = 1
PAGE: Final = 500
"""Entries of a stream in one record."""

OURS: Final = "hallsys:*"
OF_HALLS: Final = "{*}:*"
_HALL: Final = re.compile(rb"\{([a-z0-9-]{1,32})\}:(past:)?")


class BackupError(Exception):
    """A backup that cannot be made or used. `code` is a message `backup.<code>` of the catalog `cli`."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Header(msgspec.Struct, frozen=True):
    """The first line. `made` in ISO 8601, UTC; `halls`: id -> position, as the protocol shows it."""

    hallsys: str
    format: int
    made: str
    halls: dict[str, str]


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """A key, or a part of one: `rows` are `[value]`, `[field, value]`, `[member, score]`, `[member]` or
    `[id, field, value, …]`. `expires` in ms since 1970."""

    key: str
    kind: str
    rows: list[list[bytes]]
    expires: int | None = None


class End(msgspec.Struct, frozen=True):
    """The last line: how many records there are."""

    records: int


async def back_up(connection: Connection, file: Path) -> Header:
    """Write everything of a store to `file`, which is replaced. Raises BackupError, StoreDown, OSError."""
    source = _Source(connection)
    halls = await source.halls()
    if source.empty:
        raise BackupError("nothing")
    header = Header(__version__, FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), halls)
    with _whole(file) as out:
        records = 0
        out.write(_line(header))
        async for record in source.records():
            out.write(_line(record))
            records += 1
        out.write(_line(End(records)))
    return header


def read_backup(file: Path) -> Iterator[Header | Record]:
    """The header, then every record. Raises BackupError, at the end of a file that was cut off too."""
    try:
        with gzip.open(file, "rb") as lines:
            yield _header(file, lines.readline())
            for records, line in enumerate(lines):
                if line.startswith(b'{"records"'):
                    if msgspec.json.decode(line, type=End).records == records:
                        return
                    break
                yield msgspec.json.decode(line, type=Record)
    except (gzip.BadGzipFile, zlib.error, EOFError, msgspec.DecodeError) as error:
        raise BackupError("damaged", file=file) from error
    raise BackupError("damaged", file=file)


def _header(file: Path, line: bytes) -> Header:
    header = msgspec.json.decode(line, type=Header)
    if header.format > FORMAT:
        raise BackupError("newer", file=file, version=header.hallsys)
    return header


def _line(what: msgspec.Struct) -> bytes:
    return msgspec.json.encode(what) + b"\n"


@contextmanager
def _whole(file: Path) -> Iterator[gzip.GzipFile]:
    """A compressed file that appears under its name when it is complete and on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # mode 0600
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as packed:
                yield packed
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Source:
    """A store that is read for a backup."""

    def __init__(self, connection: Connection) -> None:
        self._client: Any = connection.client
        self._script = Script("snapshot.lua").text
        self._keys: dict[str, set[str]] = {}
        self._own: list[str] = []

    @property
    def empty(self) -> bool:
        return not self._keys and not self._own

    async def halls(self) -> dict[str, str]:
        """Hall -> position. Remembers which keys there are."""
        found: dict[str, set[str]] = {}
        for raw in await keys_like(self._client, OF_HALLS):
            match = _HALL.match(raw)
            if match is not None and match[2] is None:
                found.setdefault(match[1].decode(), set()).add(raw.decode())
        self._keys = {hall: keys for hall, keys in sorted(found.items()) if HallKeys(hall).position in keys}
        self._own = sorted(key.decode() for key in await keys_like(self._client, OURS))
        with store_errors():
            positions = [await self._client.get(HallKeys(hall).position) for hall in self._keys]
        return {hall: (raw or b"").decode().partition(" ")[0] for hall, raw in zip(self._keys, positions, strict=True)}

    async def records(self) -> AsyncIterator[Record]:
        for key in self._own:
            async for record in self._moment([key]):
                yield record
        for hall, keys in self._keys.items():
            known = HallKeys(hall)
            # By name too: what a hall's next commit writes for the first time was not there to be found.
            async for record in self._moment(sorted({*keys, known.position, known.events, *known.rows.values()})):
                yield record
        # Closed days last: a day that is closed while we read is then in the rows or among these, never in neither.
        for raw in await keys_like(self._client, "{*}:past:*"):
            match = _HALL.match(raw)
            if match is not None and match[1].decode() in self._keys:
                async for record in self._moment([raw.decode()]):
                    yield record

    async def _moment(self, keys: list[str]) -> AsyncIterator[Record]:
        with store_errors():
            answers: Any = await self._client.eval(self._script, len(keys), *keys)
        for key, (raw_kind, expiry, value) in zip(keys, answers, strict=True):
            kind, expires = raw_kind.decode(), expiry if expiry >= 0 else None
            if kind == "stream":
                async for entries in self._entries(key, value):
                    yield Record(key, kind, entries, expires)
            elif kind == "string":
                yield Record(key, kind, [[value]], expires)
            elif kind in ("hash", "zset"):
                yield Record(key, kind, [list(pair) for pair in zip(value[::2], value[1::2], strict=True)], expires)
            elif kind == "set":
                yield Record(key, kind, [[member] for member in value], expires)
            elif kind != "none":
                raise BackupError("unknown_kind", key=key, kind=kind)

    async def _entries(self, key: str, last: bytes) -> AsyncIterator[list[list[bytes]]]:
        start = "-"
        while last:
            with store_errors():
                found = await self._client.xrange(key, start, last, PAGE)
            if not found:
                return
            yield [[id_, *(part for pair in fields.items() for part in pair)] for id_, fields in found]
            start = f"({found[-1][0].decode()}"


async def keys_like(client: Client, pattern: str) -> list[bytes]:
    """Every key of a pattern, on every node. Raises StoreDown."""
    with store_errors():
        return sorted({key async for key in client.scan_iter(match=pattern, count=1000)})
