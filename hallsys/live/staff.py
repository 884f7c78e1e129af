"""What those who work in a hall may ask: a ticket with its history, who is next and why, and the audit."""

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from hallsys.core.lanes import counter_line, group_line
from hallsys.core.lookup import counter_of, ticket_of
from hallsys.core.model import Ticket, Visit
from hallsys.core.policy import choose
from hallsys.core.position import Position
from hallsys.core.rights import require
from hallsys.core.state import HallState
from hallsys.errors import Refused
from hallsys.live.api import json_answer, whole_number
from hallsys.live.frames import encode
from hallsys.live.halls import Hall, Halls
from hallsys.store.audit import Line
from hallsys.store.connection import StoreDown

LINES_AT_MOST: Final = 1000
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_IN_ONE_WRITE: Final = 500
"""Rows of a table that are made before others have their turn."""


class Step(msgspec.Struct, frozen=True):
    """A line of a ticket's history."""

    time: int
    kind: str
    counter: str | None
    why: str | None
    note: str | None


class TicketHistory(msgspec.Struct, frozen=True):
    """A ticket of the day as an officer sees it: what was noted of it, and what happened, oldest first."""

    ticket: Ticket
    notes: list[str]
    outcome: str | None
    delivered: list[str]
    history: list[Step]


class Next(msgspec.Struct, frozen=True):
    """Whom the counter would call now and why; how many wait in its lines, and how long the longest of them has, in ms;
    which officer works there."""

    ticket: Ticket | None
    why: str | None
    waiting: int
    longest: int | None
    officer: str | None


class Lines(msgspec.Struct, frozen=True):
    """`next` goes into `after` for the next page; null on the last."""

    lines: list[Line]
    next: str | None


class Staff:
    """Handlers of `/api/v1/halls/{hall}/…`; they raise Refused."""

    def __init__(self, halls: Halls) -> None:
        self._halls = halls

    def routes(self) -> list[web.RouteDef]:
        base = "/api/v1/halls/{hall}"
        return [
            web.get(base + "/tickets/{label}", self.ticket),
            web.get(base + "/counters/{counter}/next", self.next),
            web.get(base + "/audit", self.audit),
        ]

    async def ticket(self, request: web.Request) -> web.Response:
        hall = await self._hall(request)
        require(request["who"], hall.config.id, "counter")
        label = request.match_info["label"]
        ticket, visit = await hall.ledger.read(lambda state, _: _visit(state, label))
        with _asked():
            lines = await hall.audit.of_ticket(label, hall.hub.at)
        steps = [Step(line.time, line.kind, line.counter, line.why, line.note) for line in lines]
        return json_answer(encode(TicketHistory(ticket, visit.notes, visit.outcome, visit.delivered, steps)))

    async def next(self, request: web.Request) -> web.Response:
        hall = await self._hall(request)
        who = require(request["who"], hall.config.id, "counter")
        name = request.match_info["counter"]
        if who.role == "counter" and who.counter not in (None, name):
            raise Refused("forbidden", "counter")
        return json_answer(encode(await hall.ledger.read(_next(name))))

    async def audit(self, request: web.Request) -> web.StreamResponse:
        hall = await self._hall(request)
        require(request["who"], hall.config.id, "supervisor")
        query = request.query
        form = query.get("format", "json")
        if form not in ("json", "csv"):
            raise Refused("bad_request", "format", problem="value", detail="json, csv")
        limit = whole_number(request, "limit", LINES_AT_MOST)
        wanted = {name: query[name] for name in ("ticket", "counter", "kind") if name in query}
        after = _position(query.get("after"))
        day = query.get("day") or hall.today
        if _DAY.fullmatch(day) is None:
            raise Refused("bad_request", "day", problem="value", detail="2026-11-23")
        found = _matching(await self._lines(hall, day), after, wanted)
        if form == "csv":
            return await _table(request, hall, day, found)
        page = list(islice(found, limit))
        more = next(found, None) is not None
        return json_answer(encode(Lines(page, page[-1].at if more else None)))

    async def _lines(self, hall: Hall, day: str) -> list[Line]:
        with _asked():
            if day == hall.today:
                return await hall.audit.today(hall.hub.at)
            await hall.keep_past()
            found = await hall.audit.past(day)
        if found is None:
            raise Refused("not_found", "day")
        return found

    async def _hall(self, request: web.Request) -> Hall:
        name = request.match_info["hall"]
        return self._halls.at_once(name) or await self._halls.get(name)


@contextmanager
def _asked() -> Iterator[None]:
    """A store that is away is a refusal to whoever asked."""
    try:
        yield
    except StoreDown:
        raise Refused("store_unavailable") from None


def _visit(state: HallState, label: str) -> tuple[Ticket, Visit]:
    return ticket_of(state, label), state.visits.get(label, Visit())


def _next(name: str) -> Callable[[HallState, int], Next]:
    def ask(state: HallState, now: int) -> Next:
        counter = counter_of(state, name)
        choice = choose(state, counter, now)
        lines = (counter_line(counter.id), *map(group_line, counter.groups), *counter.services)
        lanes = [lane for line in lines for lane in state.lanes.of(line) if lane]
        heads = [state.tickets[lane[0][2]].queued_at for lane in lanes]
        desk = state.desks.get(name)
        return Next(
            choice and choice.ticket,
            choice and choice.why,
            sum(map(len, lanes)),
            max(0, now - min(heads)) if heads else None,
            None if desk is None else desk.officer,
        )

    return ask


def _position(text: str | None) -> Position | None:
    if text is None:
        return None
    try:
        return Position.parse(text)
    except ValueError:
        raise Refused("bad_request", "after", problem="value", detail="<epoch>-<seq>") from None


def _matching(lines: list[Line], after: Position | None, wanted: dict[str, str]) -> Iterator[Line]:
    first = 0 if after is None else bisect_right(lines, after, key=lambda line: Position.parse(line.at))
    for index in range(first, len(lines)):
        line = lines[index]
        if all(getattr(line, name) == value for name, value in wanted.items()):
            yield line


async def _table(request: web.Request, hall: Hall, day: str, lines: Iterator[Line]) -> web.StreamResponse:
    """All lines as a table for a spreadsheet, written as they are made; times as the hall's clock shows them."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="audit-{hall.config.id}-{day}.csv"',
        }
    )
    await response.prepare(request)
    zone = ZoneInfo(hall.config.timezone)
    names = Line.__struct_fields__
    text = io.StringIO()
    rows = csv.writer(text)
    text.write("\ufeff")  # without it Excel takes Vietnamese for another character set
    rows.writerow(names)
    while True:
        page = list(islice(lines, _IN_ONE_WRITE))
        for line in page:
            time = datetime.fromtimestamp(line.time / 1000, zone).isoformat(sep=" ", timespec="seconds")
            rows.writerow([time if name == "time" else plain_cell(getattr(line, name)) for name in names])
        await response.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
        if not page:
            return response


def plain_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV Injection): somebody's note might begin with one."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text
