"""`python -m benchmarks.history`: a year of one hall and a month of 148, their reports, and their size in the store."""

import argparse
import asyncio
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress

from hallsys.config import HallConfig
from hallsys.core.history import DayRecord
from hallsys.core.position import Position
from hallsys.hallfile import load_halls
from hallsys.monitor.reports.count import Answer, answers, of_halls
from hallsys.monitor.reports.question import Days
from hallsys.store.connection import Connection, connect
from hallsys.store.embedded import Embedded
from hallsys.store.past import Past
from tests.monitor.days import made_day

YEAR = Days(date(2026, 1, 1), date(2026, 12, 31))
MONTH = Days(date(2026, 11, 1), date(2026, 11, 30))


class Nothing:
    """A running day on which nothing has happened."""

    at = Position(0, 0)

    async def record(self, until: Position) -> DayRecord:
        return DayRecord("2030-01-01")


class Hall:
    """What a report asks of a hall, without a server."""

    today = "2030-01-01"
    hub = audit = Nothing()

    def __init__(self, name: str, config: HallConfig, connection: Connection) -> None:
        self.config, self.past = msgspec.structs.replace(config, id=name), Past(name, connection)

    async def keep_past(self) -> None:
        """Everything is kept already."""


async def memory(connection: Connection) -> int:
    info: Any = await connection.client.info("memory")
    return int(info["used_memory"])


async def timed(work: Any) -> tuple[float, float, Answer]:
    """Seconds on the clock, seconds of the processor, which a busy machine does not change, and the answer."""
    begin, spent = time.perf_counter(), time.process_time()
    found = await work
    took = time.perf_counter() - begin, time.process_time() - spent
    return *took, found[0] if isinstance(found, list) else found


async def measure(tickets: int, halls: int) -> None:
    console = Console()
    config = load_halls(None)["phutho"]
    with tempfile.TemporaryDirectory() as folder:
        async with Embedded(Path(folder) / "data") as store:
            connection = connect(store.url)
            empty = await memory(connection)
            one = Hall("year", config, connection)
            province = [Hall(f"h{number}", config, connection) for number in range(halls)]
            with Progress(console=console) as progress:
                task = progress.add_task("writing days", total=730 + 30 * halls)
                for ago in range(730):
                    await one.past.keep(made_day(YEAR.last - timedelta(days=ago), tickets))
                    progress.advance(task)
                year = await memory(connection) - empty
                for ago in range(30):
                    record = made_day(MONTH.last - timedelta(days=ago), tickets)
                    await asyncio.gather(*(hall.past.keep(record) for hall in province))
                    progress.advance(task, halls)
            rows = []
            for name, work in (
                ("a year by service, and the heat map", answers(one, YEAR, ("service", "weekday_hour"))),
                ("a year by day", answers(one, YEAR, ("day",))),
                ("a month by service, and the heat map", answers(one, MONTH, ("service", "weekday_hour"))),
                (f"a month of {halls} halls", of_halls(one, MONTH, province)),
            ):
                took, spent, found = await timed(work)
                rows.append(f"| {name} | {found.now.total.issued:,} | {took:.2f} s | {spent:.2f} s |")
            console.print(
                "| Report | Tickets | Time | Of the processor |\n|---|---|---|---|\n" + "\n".join(rows), highlight=False
            )
            console.print(
                f"A day of {tickets} tickets takes {year / 730 / 1000:.1f} kB of the store, "
                f"five years of every day {year / 730 * 1826 / 1e6:.0f} MB.",
                highlight=False,
            )
            await connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("--tickets", type=int, default=300, help="a day (default: 300)")
    parser.add_argument("--halls", type=int, default=148, help="of the province (default: 148)")
    asked = parser.parse_args()
    asyncio.run(measure(asked.tickets, asked.halls))


if __name__ == "__main__":
    main()
