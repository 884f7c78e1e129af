"""Tickets on paper over the server's doors: what comes out, and what happens when nothing can."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hallsys.hallkiosk import PrinterConfig
from tests.kiosk.paper_printer import PaperPrinter
from tests.running import Door, Reply, Running, Serve


@pytest.fixture
async def paper() -> AsyncIterator[PaperPrinter]:
    made = PaperPrinter()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def printing(serve: Serve, paper: PaperPrinter) -> Running:
    """A hall with a printer."""
    return await serve(printer=PrinterConfig("network", f"127.0.0.1:{paper.port}", patience_s=1))


async def put_out(door: Door, **body: Any) -> Reply:
    return await door.ask("POST", f"{door.api}/print", json=body)


async def test_a_ticket_is_printed_and_printed_again(printing: Running, paper: PaperPrinter) -> None:
    kiosk = await printing.door("kiosk")
    token = (await kiosk.do("issue", service="A", priority="aged")).result["token"]
    for number in (1, 2):
        reply = await put_out(kiosk, token=token)
        assert (reply.json["state"], reply.json["printed"]) == ("ok", True)
        assert len(paper.tickets) == number
    assert paper.tickets[0].width == 576


async def test_a_counter_prints_a_copy_by_its_number(printing: Running, paper: PaperPrinter) -> None:
    kiosk, counter = await printing.door("kiosk"), await printing.door("counter")
    await kiosk.do("issue", service="A")
    assert (await put_out(kiosk, ticket="A001")).refusal == (403, "forbidden")
    copy = await put_out(counter, ticket="A001")
    assert copy.json["printed"]
    assert copy.json["picture"] is None
    assert (await put_out(counter, ticket="A002")).refusal == (404, "unknown_ticket")
    assert (await put_out(counter)).refusal == (404, "unknown_ticket")
    assert len(paper.tickets) == 1


async def test_a_number_that_was_given_back_is_not_printed(printing: Running, paper: PaperPrinter) -> None:
    kiosk = await printing.door("kiosk")
    token = (await kiosk.do("issue", service="A")).result["token"]
    await kiosk.do("cancel", token=token)
    assert (await put_out(kiosk, token=token)).refusal == (404, "unknown_ticket")
    assert (await put_out(kiosk, token=f"{printing.hall}.nobodys")).refusal == (404, "unknown_ticket")
    assert paper.tickets == []


@pytest.mark.parametrize("trouble", ["paper_out", "stalled", "died", "offline"])
async def test_nobody_without_paper_loses_the_number(printing: Running, paper: PaperPrinter, trouble: str) -> None:
    kiosk = await printing.door("kiosk")
    made = (await kiosk.do("issue", service="A")).result
    if trouble == "paper_out":
        paper.rows_left = 200
    elif trouble == "stalled":
        paper.deaf = True
    elif trouble == "died":
        paper.cut_after = 9_000
    else:
        await paper.stop()
    reply = await put_out(kiosk, token=made["token"])
    assert reply.status == 200
    assert not reply.json["printed"]
    assert paper.tickets == []
    view = (await kiosk.view())["view"]
    assert view["tickets"][made["ticket"]["label"]]["state"] == "waiting"

    paper.rows_left, paper.deaf, paper.cut_after = 1_000_000, False, None
    if trouble == "offline":
        await paper.start()
    assert (await put_out(kiosk, token=made["token"])).json["printed"]
    assert len(paper.tickets) == 1, "the one that failed never comes out later"


async def test_empty_paper_is_seen_by_the_kiosk(printing: Running, paper: PaperPrinter) -> None:
    kiosk = await printing.door("kiosk")
    paper.rows_left = 0
    await printing.server.printers.look(printing.hall)
    assert (await kiosk.get("/printer")).json == {
        "state": "paper_out",
        "works": False,
        "printed": False,
        "picture": None,
    }
    assert (await (await printing.door("display")).get("/printer")).refusal == (403, "forbidden")


async def test_a_hall_without_a_printer_says_so(server: Running) -> None:
    kiosk = await server.door("kiosk")
    token = (await kiosk.do("issue", service="A")).result["token"]
    assert (await put_out(kiosk, token=token)).json == {
        "state": None,
        "works": False,
        "printed": False,
        "picture": None,
    }
