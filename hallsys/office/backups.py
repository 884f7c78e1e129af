"""`hallsys backup` and `hallsys restore`."""

import argparse
import asyncio
import os
from pathlib import Path

from hallsys.config import ConfigError, Settings
from hallsys.office.stores import with_store
from hallsys.office.words import both, tell
from hallsys.store.backup import BackupError, Header, back_up
from hallsys.store.connection import Connection
from hallsys.store.embedded import Embedded, StoreNotReady
from hallsys.store.folder import StoreFolder
from hallsys.store.restore import restore


def run_backup(arguments: argparse.Namespace) -> int:
    settings = Settings.load(os.environ, vars(arguments))
    file: Path = arguments.file
    try:
        if not settings.redis_url and not StoreFolder(settings.data).path.is_dir():
            raise BackupError("nothing")  # without making a store there only to find it empty
        header = with_store(settings, lambda connection: back_up(connection, file))
    except BackupError as error:
        tell(_words(error, settings))
        return 1
    except OSError as error:
        tell(both("backup.unwritable", file=file, reason=error.strerror or error))
        return 1
    tell(both("backup.done", file=file, halls=_halls(header), size=_size(file.stat().st_size)))
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    settings = Settings.load(os.environ, vars(arguments))
    file: Path = arguments.file

    async def put_back(connection: Connection) -> tuple[Header, dict[str, int]]:
        return await restore(connection, file, replace=arguments.replace)

    try:
        if not file.is_file():
            raise BackupError("no_file", file=file)
        if not settings.redis_url:
            _must_not_run(settings)
        header, counts = with_store(settings, put_back)
    except BackupError as error:
        tell(_words(error, settings))
        return 1
    except OSError as error:
        tell(both("backup.unreadable", file=file, reason=error.strerror or error))
        return 1
    tell(both("backup.restored", halls=_halls(header), made=header.made, version=header.hallsys, **counts))
    return 0


def _must_not_run(settings: Settings) -> None:
    """Raises BackupError while a server holds the data folder, whether or not its store answers."""
    try:
        running = asyncio.run(Embedded.attach(settings.data)) is not None
    except StoreNotReady as error:
        raise ConfigError(both("store.embedded", data=settings.data, reason=error)) from error
    if running:
        raise BackupError("server_runs")


def _words(error: BackupError, settings: Settings) -> str:
    where = settings.data if not settings.redis_url else "HALLSYS_REDIS_URL"
    return both(f"backup.{error.code}", **{"data": where, **error.params})


def _halls(header: Header) -> str:
    return ", ".join(f"{hall} ({at})" for hall, at in header.halls.items()) or "–"


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} kB"
