"""`bin/bench`: the table of what hallsys reaches, against floors in the same run."""

import argparse
import asyncio
import json
import pstats
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console

from benchmarks import faults, rows
from benchmarks.rows import FULL, QUICK, Size
from benchmarks.servers import Hallsys
from benchmarks.table import Report

SECTIONS: dict[str, Callable[[Size, Report], Awaitable[None]]] = {
    "commands": rows.commands,
    "province": rows.province,
    "servers": rows.two_servers,
    "screens": rows.screens,
    "memory": rows.memory_and_start,
    "kills": faults.kills,
}

WIDTH = 150
"""Columns of the table in a file or a pipe."""
PROFILE_LINES = 30


async def measure(names: list[str], size: Size, console: Console) -> Report:
    """The sections, one after another; one that fails is named and does not stop the others."""
    begin = time.monotonic()
    report = Report(size.rounds)
    report.told = lambda text: console.print(f"[dim]{time.monotonic() - begin:5.0f} s[/] {text}", highlight=False)
    for name in names:
        report.told(f"[bold]{name}[/]: {SECTIONS[name].__doc__}")
        try:
            await SECTIONS[name](size, report)
        except Exception as error:  # noqa: BLE001 - told in the table, and the exit code
            traceback.print_exc()
            report.troubles[name] = repr(error)
    return report


def main() -> int:
    """Exit 1 when a *must* is missed or a section could not be measured."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: for tuning, not for the docs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same figures for programs")
    parser.add_argument(
        "--profile", type=Path, metavar="FOLDER", help="run every server under cProfile; its figures then mean nothing"
    )
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if options.profile:
        options.profile.mkdir(parents=True, exist_ok=True)
        Hallsys.profiles = options.profile
    report = asyncio.run(measure(options.sections or list(SECTIONS), QUICK if options.quick else FULL, console))
    report.show(console)
    for file in sorted(options.profile.glob("*.prof")) if options.profile else ():
        console.rule(file.name)
        pstats.Stats(str(file)).strip_dirs().sort_stats("tottime").print_stats(PROFILE_LINES)
    if options.json:
        options.json.write_text(json.dumps(report.plain(), indent=2, ensure_ascii=False) + "\n")
    if report.missed:
        console.print(f"[bold red]missed the must column:[/] {', '.join(report.missed)}")
    return 1 if report.missed or report.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
