"""`python -m benchmarks.history`: a year of one hall and a month of a province; their reports, the table of all halls
with people in them, and their size in the store. Days are made from their dates: the same every time."""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from rich.console import Console
from rich.progress import Progress

from hallsys.config import HallConfig
from hallsys.core.history import DayRecord
from hallsys.core.model import Ticket
from hallsys.core.position import Position
from hallsys.hallfile import load_halls
from hallsys.live.halls import Halls
from hallsys.monitor.overview.lines import Lines
from hallsys.monitor.reports.count import of_halls, with_heat
from hallsys.monitor.reports.question import Days
from hallsys.store.connection import Connection, connect
from hallsys.store.embedded import Embedded
from hallsys.store.past import Past
from tests.monitor.days import made_day

YEAR = Days(date(2026, 1, 1), date(2026, 12, 31))
MONTH = Days(date(2026, 11, 1), date(2026, 11, 30))
STORED = 730
"""Days of the one hall: the year, and the one that it is compared with."""


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


class Timed(NamedTuple):
    """Seconds on the clock, and of the processor, which a busy machine does not change."""

    name: str
    tickets: int
    took: float
    spent: float

    def row(self) -> str:
        return f"| {self.name} | {self.tickets:,} | {self.took:.2f} | {self.spent:.2f} |"


async def memory(connection: Connection) -> int:
    info: Any = await connection.client.info("memory")
    return int(info["used_memory"])


async def timed(name: str, work: Callable[[], Awaitable[int]]) -> Timed:
    began, spent = time.perf_counter(), time.process_time()
    tickets = await work()
    return Timed(name, tickets, time.perf_counter() - began, time.process_time() - spent)


async def write(one: Hall, province: list[Hall], tickets: int, connection: Connection, console: Console) -> int:
    """Two years of one hall and the month of the province; bytes of the store that a year of the one takes."""
    empty = await memory(connection)
    with Progress(console=console) as progress:
        task = progress.add_task("writing days", total=STORED + 30 * len(province))
        for ago in range(STORED):
            await one.past.keep(made_day(YEAR.last - timedelta(days=ago), tickets))
            progress.advance(task)
        year = (await memory(connection) - empty) * 365 // STORED
        for ago in range(30):
            record = made_day(MONTH.last - timedelta(days=ago), tickets)
            await asyncio.gather(*(hall.past.keep(record) for hall in province))
            progress.advance(task, len(province))
    return year


async def reports(one: Hall, province: list[Hall]) -> list[Timed]:
    def of_one(days: Days, by: str) -> Callable[[], Awaitable[int]]:
        async def ask() -> int:
            (found,), _ = await with_heat(one, days, (by,))
            return found.now.total.issued

        return ask

    async def of_province() -> int:
        return (await of_halls(one, MONTH, province)).now.total.issued

    return [
        await timed("a year by service, with the heat map (the page)", of_one(YEAR, "service")),
        await timed("a year by day, with the heat map", of_one(YEAR, "day")),
        await timed("a month by service, with the heat map", of_one(MONTH, "service")),
        await timed(f"a month of {len(province)} halls", of_province),
    ]


async def overview(province: list[Hall], tickets: int, connection: Connection) -> list[Timed]:
    """The table of all halls on a server that begins to read them, and again with a day's tickets in each."""

    async def secret() -> bytes:
        return b"s" * 32

    names = [hall.config.id for hall in province]
    halls = Halls({hall.config.id: hall.config for hall in province}, connection, secret)
    lines = Lines(halls, lambda hall: ())

    async def read() -> int:
        while "unread" in {line.state for line in await lines.of(names)}:
            lines.forget()
        return 0

    async def again() -> int:
        return sum(line.issued for line in await lines.of(names))

    try:
        first = await timed(f"the table of {len(names)} halls, none of them read yet", read)
        chance = random.Random(1)
        for name in names:
            hub = (await halls.get(name)).hub
            hub.tables["tickets"].update((ticket.label, ticket) for ticket in a_day(tickets, chance))
        lines.forget()
        return [first, await timed(f"the table of {len(names)} halls", again)]
    finally:
        await lines.close()
        await halls.close()


def a_day(tickets: int, chance: random.Random) -> list[Ticket]:
    """A running day with so many tickets: most are done, twenty wait."""
    now = time.time_ns() // 1_000_000
    found = []
    for number in range(tickets):
        queued = now - (tickets - number) * 60_000
        called = queued + chance.randrange(1_200_000) if number < tickets - 20 else None
        row = Ticket(
            label=f"A{number:03}",
            service="A",
            number=number,
            priority=None,
            state="waiting" if called is None else "done",
            counter=None,
            arrival=queued,
            issued_at=queued,
            queued_at=queued,
            called_at=called,
            started_at=called,
            ended_at=None if called is None else called + 300_000,
            calls=0 if called is None else 1,
            why=None,
            front=None,
            to_counter=None,
        )
        found.append(row)
    return found


async def measure(tickets: int, halls: int) -> None:
    console = Console()
    config = load_halls(None)["phutho"]
    with tempfile.TemporaryDirectory() as folder:
        async with Embedded(Path(folder) / "data") as store:
            connection = connect(store.url)
            one = Hall("year", config, connection)
            province = [Hall(f"h{number}", config, connection) for number in range(halls)]
            empty = await memory(connection)
            year = await write(one, province, tickets, connection, console)
            full = await memory(connection) - empty
            rows = [*await reports(one, province), *await overview(province, tickets, connection)]
            console.print(
                "| | Tickets | Seconds | Of the processor |\n|---|---|---|---|\n"
                + "\n".join(row.row() for row in rows),
                highlight=False,
            )
            console.print(
                f"A day of {tickets} tickets takes {year / 365 / 1000:.1f} kB of the store, a year {year / 1e6:.1f} MB,"
                f" five years of every day {year * 5 / 1e6:.0f} MB; all that was written here {full / 1e6:.0f} MB.",
                highlight=False,
                soft_wrap=True,
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
