"""The printers' door: tickets, lists of papers and test prints, and how the printers are."""

import time
from typing import Final

import msgspec
from aiohttp import web

from hallsys.core.lookup import ticket_of
from hallsys.core.model import ENDED, WAITING
from hallsys.core.rights import Who, require
from hallsys.core.state import HallState
from hallsys.core.turns import ahead
from hallsys.errors import Refused
from hallsys.kiosk.lists import Lists
from hallsys.kiosk.printing.desk import Print, PrintDesk, PrinterState, PrinterStatus, PrintPapers, PrintTest
from hallsys.kiosk.printing.sheets import LONGEST, papers, trial
from hallsys.kiosk.printing.ticket import Printed, blocks
from hallsys.live.halls import Hall, Halls
from hallsys.web.bodies import read_json
from hallsys.web.square import picture

_OURSELVES: Final = ("127.0.0.1", "localhost", "[::1]")
"""Hosts that mean another machine on a phone."""


class Printers(msgspec.Struct):
    """The answer of `printers`."""

    printers: list[PrinterStatus]


def routes(halls: Halls, desk: PrintDesk, lists: Lists, public_url: str) -> list[web.RouteDef]:
    """`POST /api/v1/halls/{hall}/print`, `…/print/papers`, `…/print/test`; `GET …/printer` and `…/printers`."""

    async def print_ticket(request: web.Request) -> web.Response:
        hall = await halls.get(request.match_info["hall"])
        asked = await read_json(request, Print)
        who = require(request["who"], hall.config.id, "kiosk" if asked.token else "counter")
        label = await _label(hall, asked)
        if label is None:
            raise Refused("unknown_ticket", "token" if asked.token else "ticket", label="")
        base = _base(request, public_url)
        url = f"{base}/t/{asked.token}" if asked.token and base else None
        printed = await hall.ledger.read(lambda state, now: _printed(state, label, url, now))
        printer = _printer(hall.config.id, who)
        config = desk.config(hall.config.id, printer)
        if printer is None or config is None:
            told = PrinterState(None, False)
        else:
            told = await desk.print(hall.config.id, printer, blocks(hall.config, config, printed, asked.language))
        told.picture = picture(url) if url else None
        return _answer(told)

    async def print_papers(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        asked = await read_json(request, PrintPapers)
        who = require(request["who"], hall.id, "kiosk")
        found = next((one for one in await lists.of(hall) if one.name == asked.procedure), None)
        if found is None:
            raise Refused("not_found", "procedure")
        printer = _printer(hall.id, who)
        if printer is None:
            return _answer(PrinterState(None, False))
        letter = next(row.series or row.id for row in hall.services if row.id == found.service)
        return _answer(await desk.print(hall.id, printer, papers(hall, found, letter, asked.language), LONGEST))

    async def print_test(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        asked = await read_json(request, PrintTest)
        require(request["who"], hall.id, "admin")
        config = desk.config(hall.id, asked.printer)
        if config is None:
            raise Refused("not_found", "printer")
        return _answer(
            await desk.print(hall.id, asked.printer, trial(hall, config, asked.printer, _base(request, public_url)))
        )

    async def printer(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        who = require(request["who"], hall.id, "kiosk")
        return _answer(desk.state(hall.id, _printer(hall.id, who)))

    async def printers(request: web.Request) -> web.Response:
        hall = (await halls.get(request.match_info["hall"])).config
        require(request["who"], hall.id, "supervisor")
        return _answer(Printers(desk.states(hall.id)))

    def _printer(hall: str, who: Who) -> str | None:
        """Paper for a citizen comes out beside the kiosk, or nowhere; for staff, wherever there is a printer."""
        return desk.beside(hall, who.name) or (None if who.role == "kiosk" else desk.first(hall))

    base = "/api/v1/halls/{hall}"
    return [
        web.post(f"{base}/print", print_ticket),
        web.post(f"{base}/print/papers", print_papers),
        web.post(f"{base}/print/test", print_test),
        web.get(f"{base}/printer", printer),
        web.get(f"{base}/printers", printers),
    ]


async def _label(hall: Hall, asked: Print) -> str | None:
    if not asked.token:
        return asked.ticket
    if hall.ledger.ticket_of_token(asked.token) is None:
        await hall.ledger.followed()  # another server may have issued it a moment ago
    return hall.ledger.ticket_of_token(asked.token)


def _answer(body: msgspec.Struct) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


def _base(request: web.Request, public_url: str) -> str | None:
    """Where a phone finds this server; None where nobody has said, and the kiosk itself asks the machine it runs on."""
    if public_url or request.url.host in _OURSELVES:
        return public_url or None
    return f"{request.scheme}://{request.host}"


def _printed(state: HallState, label: str, url: str | None, now: int) -> Printed:
    """Raises Refused unknown_ticket, also for one that has ended: nobody shall hold a number that does not count."""
    ticket = ticket_of(state, label)
    if ticket.state in ENDED:
        raise Refused("unknown_ticket", "ticket", label=label)
    counters = [
        counter.id
        for counter in state.counters.values()
        if counter.state == "open"
        and (counter.id == ticket.to_counter if ticket.to_counter else ticket.service in counter.services)
    ]
    before = ahead(state, ticket, now) if ticket.state == WAITING else None
    return Printed(ticket, before, counters, url, time.time_ns() // 1_000_000)
