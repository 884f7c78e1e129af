"""Every figure of the reports, held against another way of counting (recount.py), for random days in a real store.

The days go over midnights and the night in which clocks are set back or forward; the server's clock is set, too, and
the server starts again in the middle: its hall from the rows, its records from the stream.
"""

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hallsys.config import HallConfig
from hallsys.errors import Refused
from hallsys.monitor.reports.count import Answer, answers, of_halls
from hallsys.monitor.reports.question import GROUPINGS, Days
from hallsys.store.audit import Audit
from hallsys.store.past import Past
from hallsys.store.request import By
from tests.monitor.recount import Row, recount, visits
from tests.store.desk import ADMIN, Desk, desk, new_hall

PRESSES = (
    *["issue", "call_next"] * 6,
    *["recall", "start", "finish", "no_show", "hold", "return", "transfer", "undo"] * 2,
    *["resume", "reinstate", "cancel", "expire", "rate", "rate", "walk_in", "call", "book", "check_in", "note"],
    *["late", "late"],
    *["pause_counter", "open_counter", "open_counter", "sign_on", "sign_on", "sign_off", "assign_counter"],
)
SECONDS = (0, 0, 1, 2, 7, 30, 90, 200, 400, 1500)
STEPS = (-3 * 3600, -600, -61, 900, 3600)
"""Seconds by which somebody sets the server's clock."""
NIGHTS = {
    "Europe/Berlin": ("2026-10-24T17:00", "2026-03-28T18:00"),
    "Australia/Lord_Howe": ("2026-04-04T08:00",),
    "Asia/Ho_Chi_Minh": ("2026-12-31T12:00", "2026-11-22T23:00"),
}


class Clock:
    """The server's clock, which is set by hand, and backwards as well."""

    def __init__(self, begins: str) -> None:
        self.now = int(datetime.fromisoformat(begins).replace(tzinfo=UTC).timestamp() * 1000)

    def __call__(self) -> int:
        return self.now


class Hall:
    """What a report asks of a hall, as one life of a server has it. `raw` goes on from life to life."""

    def __init__(self, it: Desk, raw: list[Row], tokens: dict[str, str]) -> None:
        self.desk, self.config, self.raw, self.tokens = it, it.config, raw, tokens
        self.past = Past(it.config.id, it.connection)
        self.audit = Audit(it.journal, self.past, it.config.timezone)
        self.hub = it

    @property
    def today(self) -> str:
        return str(self.desk.tables["hall"].get("day", ""))

    async def keep_past(self) -> None:
        await self.audit.keep_past(self.today, self.desk.at)

    async def hear(self) -> None:
        """Note what the stream holds since last time, without a gap: it lets go of what is older than a day."""
        since = self.raw[-1]["at"] if self.raw else None
        client: Any = self.desk.connection.client
        for at, fields in await client.xrange(self.desk.keys.events, f"({since}" if since else "-"):
            event = {**json.loads(fields[b"f"]), "private": json.loads(fields.get(b"p", b"{}"))}
            assert not self.raw or position(event["at"]) == position(self.raw[-1]["at"]) + 1
            assert event["at"] == at.decode()
            self.raw.append(event)


def position(at: str) -> int:
    return int(at.partition("-")[2])


@asynccontextmanager
async def server(
    config: HallConfig, url: str, clock: Clock, raw: list[Row], tokens: dict[str, str]
) -> AsyncIterator[Hall]:
    async with desk(config, url, clock=clock) as it:
        yield Hall(it, raw, tokens)


async def press(hall: Hall, chance: random.Random, clock: Clock) -> None:
    """Something that somebody does, or tries to."""
    tables = hall.desk.tables
    counter, service = chance.choice("123"), chance.choice("AHN")
    label = chance.choice([*tables["tickets"], *tables["ended"]] or ["A001"])
    name = chance.choice(PRESSES)
    to = chance.choice([{"service": service}, {"to_counter": chance.choice("123")}, {"to_group": "front"}])
    about: dict[str, dict[str, Any]] = {
        "issue": {
            "service": service,
            "priority": chance.choice([None, None, "aged"]),
            "then": chance.choice([[], [], ["H"]]),
            "dossiers": chance.choice([1, 1, 1, 8]),
        },
        "call": {"counter": counter, "ticket": label, "reason": chance.choice(["Việc khẩn", "chosen: lạ", "="])},
        "hold": {"counter": counter, "note": chance.choice([None, "bản sao"])},
        "transfer": {"counter": counter, "place": chance.choice(["arrival", "front", "end"]), **to}
        | chance.choice([{}, {"after": 5}]),
        "rate": {
            "token": hall.tokens.get(label, "t" * 20),
            "score": chance.randint(1, 5),
            "reasons": chance.choice([None, ["chậm"], ["a", "b"]]),
        },
        "walk_in": {"counter": counter, "service": service},
        "book": {"service": service, "at": clock.now + chance.choice([0, 300, 3600]) * 1000},
        "check_in": {"booking": chance.choice([*tables["bookings"]] or ["X"])},
        "note": {"ticket": label, "text": "chosen: không phải"},
        "sign_on": {"counter": counter, "take_over": True},
        "assign_counter": {"counter": counter, "services": chance.sample("AHN", 2)},
        **{key: {"ticket": label} for key in ("resume", "reinstate", "cancel", "expire", "late")},
    }
    officer = chance.choice(["Lan", "Minh"]) if name in ("sign_on", "sign_off") else None
    by = By("counter", "device", officer) if officer else ADMIN
    try:
        done = await hall.desk.do(name, by=by, **about.get(name, {"counter": counter}))
    except Refused:
        return
    if "token" in done.result:
        hall.tokens[done.result["ticket"]["label"]] = done.result["token"]


async def live(hall: Hall, chance: random.Random, clock: Clock, presses: int) -> None:
    for _ in range(presses):
        clock.now += chance.choice(SECONDS) * 1000 + chance.randrange(1000)
        if chance.random() < 0.03:
            clock.now += chance.choice(STEPS) * 1000
        p50 = chance.randrange(0, 900)
        hall.desk.ledger.waits = chance.choice([{}, {f"?{each}": (p50, p50 + 300) for each in "AHN"}])
        await press(hall, chance, clock)
        await hall.hear()


async def agrees(hall: Hall) -> None:
    """Every group of every grouping, the whole, and the table of halls."""
    await hall.desk.agrees()
    await hall.hear()
    found = visits(hall.raw)
    zone, limit = hall.config.timezone, hall.config.limits.alarm
    days = Days(date(2026, 1, 1), date(2027, 12, 31))
    bys = [by for by in GROUPINGS if by != "hall"]
    (whole,) = recount(found, "all", zone, limit).values() if found else ({},)
    said: list[Answer] = await answers(hall, days, bys)
    for by, answer in zip(bys, said, strict=True):
        groups = msgspec.to_builtins(answer.groups)
        wanted = recount(found, by, zone, limit)
        assert groups.keys() == wanted.keys(), by
        apart = {
            (key, name): (groups[key][name], wanted[key][name])
            for key in wanted
            for name in wanted[key]
            if groups[key][name] != wanted[key][name]
        }
        assert not apart, by
        assert found == [] or msgspec.to_builtins(answer.now.total) == whole, by
    one = await of_halls(hall, days, [hall])
    assert one.groups == {hall.config.id: one.now.total}
    assert found == [] or msgspec.to_builtins(one.now.total) == whole
    assert one.now.days == len({visit.day for visit in found})


async def evening(hall: Hall, people: int) -> None:
    """The day is closed, over the heads of more people than the view holds when they end."""
    with suppress(Refused):  # it is closed already
        for _ in range(people):
            await hall.desk.issue("A")
        await hall.desk.do("close_day")


@given(st.sampled_from(sorted(NIGHTS)), st.integers(0, 2**32))
@settings(max_examples=10, deadline=None, derandomize=True)
@example("Europe/Berlin", 3)  # somebody without a number who was called again
async def test_every_figure_agrees_with_another_way_of_counting(valkey_url: str, zone: str, seed: int) -> None:
    chance = random.Random(seed)
    clock = Clock(chance.choice(NIGHTS[zone]))
    config = new_hall(3, timezone=zone)
    raw: list[Row] = []
    tokens: dict[str, str] = {}
    async with server(config, valkey_url, clock, raw, tokens) as hall:
        for counter in "123":
            await hall.desk.do("open_counter", counter=counter)
        for _ in range(3):
            await live(hall, chance, clock, 60)
            if chance.random() < 0.3:
                await evening(hall, chance.choice([0, 60]))
            await agrees(hall)
            clock.now += chance.choice([0, 5, 9]) * 3_600_000
    async with server(config, valkey_url, clock, raw, tokens) as hall:
        await agrees(hall)
        await live(hall, chance, clock, 60)
        await agrees(hall)
