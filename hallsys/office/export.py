"""`hallsys export`: the way out, every day of a hall as plain files."""

import argparse
import os
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from hallsys.config import HallConfig, Settings
from hallsys.errors import Refused
from hallsys.hallfile import load_halls
from hallsys.office.stores import with_store
from hallsys.office.words import both, tell
from hallsys.store.connection import Connection
from hallsys.store.export import export


def run(arguments: argparse.Namespace) -> int:
    settings = Settings.load(os.environ, vars(arguments))
    configs = load_halls(settings.config)
    if arguments.hall not in configs:
        raise Refused("unknown_hall", hall=arguments.hall)
    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        tell(both("export.not_empty", folder=folder))
        return 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "README.txt").write_text(both("export.readme", hall=arguments.hall) + "\n", "utf-8")
        days = with_store(settings, lambda connection: _written(connection, configs[arguments.hall], folder))
    except OSError as error:
        tell(both("export.unwritable", folder=folder, reason=error.strerror or error))
        return 1
    tell(both("export.done", folder=folder, days=days))
    return 0


async def _written(connection: Connection, hall: HallConfig, folder: Path) -> int:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(hall.id, total=None)
        return await export(
            connection, hall, folder, lambda done, total: progress.update(task, completed=done, total=total)
        )
