"""`hallsys simulate`: a day of a ward against a running server, through its public doors, checked at the end."""

import argparse
import asyncio
import contextlib
import dataclasses
import itertools
import os
import random
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hallsys.live.client import Client, UnwelcomeError
from hallsys.live.fetch import Fetch, FetchError
from hallsys.simulate.citizens import visit
from hallsys.simulate.clock import Clock
from hallsys.simulate.day import Day, Rules
from hallsys.simulate.officers import Desk
from hallsys.simulate.plan import Plan, make_plan
from hallsys.simulate.record import AGAIN_S, Hand, Record, Watch
from hallsys.simulate.summary import Readings, Summary, compare
from hallsys.simulate.supervisor import look_after

OPENING: Final = 7 * 60 + 30
"""Minutes since midnight, for people who look at the progress bar."""
LOOP_SPEED: Final = 20.0
"""Somebody comes every ten seconds and is served for fifteen: alive, and slow enough to follow."""
READINGS: Final = 5


@dataclass(frozen=True)
class Options:
    """What to play. `speed` is simulated seconds per second, 0 as fast as the server answers; no `counters`: all."""

    url: str = "http://127.0.0.1:8080"
    hall: str = "phutho"
    kiosk_token: str | None = None
    counter_token: str | None = None
    supervisor_token: str | None = None
    tickets: int = 150
    counters: int | None = None
    speed: float = 60.0
    seed: int = 1
    noon: bool = True
    more_urls: Sequence[str] = ()
    """further servers of the same hall: the counters are shared out among them"""
    close: bool = False
    """the supervisor closes the day at the end"""


class NotPlayed(Exception):
    """The day could not begin or be read; the message says what to do. `passing`: it may be better in a moment."""

    def __init__(self, words: str, *, passing: bool = False) -> None:
        super().__init__(words)
        self.passing = passing


@dataclass(frozen=True)
class Staff:
    """The connections of a day: one for the kiosk, one per counter, one for the onlooker."""

    kiosk: Client
    counters: Mapping[str, Client]
    onlooker: Client
    twin: Client
    """at another server, if there is one"""


async def simulate(options: Options, console: Console | None = None) -> Summary:
    """Play a day and hold it against what the server says. Without a console nothing is shown.

    Raises NotPlayed, and UnwelcomeError where a token does not open the hall.
    """
    console = console or Console(quiet=True)
    watch, record = Watch(), Record()
    async with Fetch(options.url, options.supervisor_token, patience=60) as fetch:
        before = await _read(fetch.tickets(options.hall))
        counters, asked = await _counters(fetch, options)
        async with _staff(options, counters, watch) as staff:
            began = asyncio.get_running_loop().time()
            await _play(options, counters, staff, watch, record, console)
            seconds = asyncio.get_running_loop().time() - began
            summary = compare(record, watch, before, await _reading(fetch, staff.onlooker, options.hall))
    summary.seconds = seconds
    if asked > len(counters):
        summary.notes.append(f"{asked} counters were asked for, the hall has {len(counters)}")
    return summary


async def keep_alive(options: Options) -> None:
    """Day after day until cancelled, nothing shown and nothing checked: for a hall that people look at."""
    for seed in itertools.count(options.seed):
        day = dataclasses.replace(options, seed=seed, noon=False)
        counters = await _when_up(day)
        watch = Watch()
        async with _staff(day, counters, watch) as staff:
            await _play(day, counters, staff, watch, Record(), Console(quiet=True))


async def _when_up(options: Options) -> dict[str, Sequence[str]]:
    """The counters, as soon as the server can say which."""
    while True:
        try:
            async with Fetch(options.url, options.supervisor_token) as fetch:
                return (await _counters(fetch, options))[0]
        except NotPlayed as error:
            if not error.passing:
                raise
        await asyncio.sleep(AGAIN_S)


async def _counters(fetch: Fetch, options: Options) -> tuple[dict[str, Sequence[str]], int]:
    """The counters to work at and the open services they take, and how many were asked for."""
    view = (await _read(fetch.view(options.hall)))["view"]
    services = {name for name, row in view["services"].items() if row["open"]}
    taken = {name: [s for s in row["services"] if s in services] for name, row in view["counters"].items()}
    asked = len(taken) if options.counters is None else options.counters
    return dict(list(taken.items())[:asked]), asked


@contextlib.asynccontextmanager
async def _staff(options: Options, counters: Mapping[str, Sequence[str]], watch: Watch) -> AsyncIterator[Staff]:
    async with contextlib.AsyncExitStack() as stack:
        urls = [options.url, *options.more_urls]

        async def connect(token: str | None, url: str = options.url, **listening: Any) -> Client:
            return await stack.enter_async_context(Client(url, options.hall, token, **listening))

        onlooker = await connect(options.supervisor_token, on_event=watch.take)
        kiosk, twin = await connect(options.kiosk_token), await connect(options.counter_token, urls[-1])
        at = {name: urls[index % len(urls)] for index, name in enumerate(counters)}
        yield Staff(kiosk, {name: await connect(options.counter_token, at[name]) for name in counters}, onlooker, twin)


async def _play(
    options: Options,
    counters: Mapping[str, Sequence[str]],
    staff: Staff,
    watch: Watch,
    record: Record,
    console: Console,
) -> None:
    hall = staff.onlooker.view["hall"]
    try:
        plan = make_plan(options.tickets, counters, hall["priorities"], options.seed, noon=options.noon)
    except ValueError as error:
        raise NotPlayed(str(error)) from error
    clock = Clock(options.speed, start=-60.0)
    view = staff.onlooker.view
    rules = Rules.of(view)
    day = Day(plan, clock, record, watch, options.speed, rules, list(counters), options.close)
    chance = random.Random(options.seed)
    supervisor = Hand(staff.onlooker, record)
    kiosk = Hand(staff.kiosk, record, chance=chance)
    hands = {name: Hand(client, record, twin=staff.twin, chance=chance) for name, client in staff.counters.items()}
    desk = next(iter(hands.values()))
    with _progress(console, plan) as progress:
        showing = asyncio.create_task(_show(day, progress))
        try:
            await clock.run(
                *(visit(day, visitor, number, kiosk, desk) for number, visitor in enumerate(plan.visitors)),
                *(
                    Desk(
                        day,
                        officer,
                        view["counters"][officer.counter],
                        counters[officer.counter],
                        hands[officer.counter],
                    ).work()
                    for officer in plan.officers
                ),
                look_after(day, *list(counters.items())[-1], supervisor),
            )
            if options.close:
                await supervisor.press("close_day")
        except* UnwelcomeError as group:
            raise group.exceptions[0] from None
        finally:
            showing.cancel()
            progress.update(progress.tasks[0].id, completed=day.left, state="closed")
    if record.deeds:
        # The last events may still be on their way to the onlooker; what never comes, the summary will miss.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await watch.heard(max(deed.at for deed in record.deeds))


async def _reading(fetch: Fetch, onlooker: Client, hall: str) -> Readings:
    """Everything the server says, of one moment: read again while somebody presses in between."""
    for _ in range(READINGS):
        first = await _read(fetch.view(hall))
        tickets = await _read(fetch.tickets(hall))
        stats = await _stats(fetch, hall)
        if (await _read(fetch.view(hall)))["at"] == first["at"]:
            return Readings(tickets, first["view"], stats, steady=True)
    return Readings(tickets, first["view"], stats, steady=False)


async def _stats(fetch: Fetch, hall: str) -> Mapping[str, Any] | None:
    try:
        stats: Mapping[str, Any] = await fetch.json(f"/api/v1/halls/{quote(hall, safe='')}/stats")
    except FetchError as error:
        if error.status == 404:
            return None
        raise NotPlayed(str(error)) from error
    return stats


async def _read(reading: Any) -> Any:
    try:
        return await reading
    except FetchError as error:
        hint = ": give a token of the role supervisor or admin" if error.status in (401, 403) else ""
        passing = error.status is None or error.status >= 500
        raise NotPlayed(f"{error}{hint}", passing=passing) from error


def _progress(console: Console, plan: Plan) -> Progress:
    progress = Progress(
        TextColumn("{task.fields[state]}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} tickets"),
        TimeElapsedColumn(),
        console=console,
        disable=console.quiet,
    )
    progress.add_task("day", total=len(plan.visitors), state="07:30")
    return progress


async def _show(day: Day, progress: Progress) -> None:
    while True:
        minute = OPENING + int(max(0.0, day.clock.now) // 60)
        waiting = sum(day.watch.waiting.values())
        state = f"{minute // 60:02}:{minute % 60:02}  {waiting:4} waiting"
        progress.update(progress.tasks[0].id, completed=day.left, state=state)
        await asyncio.sleep(0.25)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `hallsys simulate`."""
    parser.epilog = (
        "Trong ngày có cả sai sót: bấm nhầm rồi hoàn tác, bấm hai lần, lấy hai số, đến muộn, bỏ về, đặt lịch mà đến "
        "trễ. Presses are taken back, doubled and sent twice; people take two numbers, come late, leave, book and miss "
        "their slot, need two services, stand there without a number. What a hall has no settings for (groups, "
        "outcomes, conditions, weights) is left out. At the end every ticket and every step is compared: exit status "
        "0 when all agrees, 1 when something does not, 2 when the day could not be played."
    )
    parser.add_argument(
        "--url",
        action="append",
        help=f"address of the server ({Options.url}); given again for further servers of the same hall, among which "
        "the counters are shared out",
    )
    parser.add_argument("--hall", default=Options.hall, help="id of the hall (%(default)s)")
    parser.add_argument(
        "--token",
        default=os.environ.get("HALLSYS_TOKEN"),
        help="a token of the role admin; better given as HALLSYS_TOKEN, for a command line can be read by every user",
    )
    for role in ("kiosk", "counter", "supervisor"):
        parser.add_argument(f"--{role}-token", metavar="TOKEN", help=f"for what the {role} does, in place of --token")
    parser.add_argument("--tickets", type=int, default=Options.tickets, help="how many people come (%(default)s)")
    parser.add_argument("--counters", type=int, help="how many counters work; all of the hall if not given")
    parser.add_argument(
        "--speed",
        type=float,
        help=f"seconds of the day per second, 0 as fast as it goes ({Options.speed:g}; looping {LOOP_SPEED:g})",
    )
    parser.add_argument("--seed", type=int, default=Options.seed, help="another number, another day (%(default)s)")
    parser.add_argument(
        "--close",
        action="store_true",
        help="the supervisor closes the day at the end: the hall takes no tickets until the day is opened again",
    )
    parser.add_argument("--loop", action="store_true", help="day after day until stopped, without a check")


def options_from(args: argparse.Namespace) -> Options:
    """Raises NotPlayed for numbers that make no day."""
    if args.tickets < 1 or (args.counters is not None and args.counters < 1) or (args.speed or 0) < 0:
        raise NotPlayed("--tickets and --counters are 1 or more, --speed is 0 or more")
    speed = (LOOP_SPEED if args.loop else Options.speed) if args.speed is None else args.speed
    return Options(
        url=(args.url or [Options.url])[0],
        more_urls=(args.url or [])[1:],
        close=args.close,
        hall=args.hall,
        kiosk_token=args.kiosk_token or args.token,
        counter_token=args.counter_token or args.token,
        supervisor_token=args.supervisor_token or args.token,
        tickets=args.tickets,
        counters=args.counters,
        speed=speed,
        seed=args.seed,
    )


def run(args: argparse.Namespace) -> int:
    """Exit 0 when everything agrees, 1 when it does not, 2 when the day could not be played."""
    try:
        options = options_from(args)
        if args.loop:
            asyncio.run(keep_alive(options))
            return 0
        console = Console()
        summary = asyncio.run(simulate(options, console))
    except (NotPlayed, UnwelcomeError) as error:
        print(f"hallsys simulate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    summary.show(console)
    return 0 if summary.agrees else 1
