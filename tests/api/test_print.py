"""Tickets on paper over the server's doors: what comes out, and what happens when nothing can."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import zxingcpp

from hallsys.hallkiosk import KioskConfig, KioskPrinter, PrinterConfig
from hallsys.kiosk.waits import wait_words
from tests.kiosk.paper_printer import PaperPrinter
from tests.running import Door, Reply, Running, Serve


@pytest.fixture
async def paper() -> AsyncIterator[PaperPrinter]:
    made = PaperPrinter()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def printing(serve: Serve, paper: PaperPrinter, request: pytest.FixtureRequest) -> Running:
    """A hall with a printer. Nobody gives up on it soon but where it stalls: this machine may be slow."""
    patience_s = 3 if "[stalled]" in request.node.name else 60
    return await serve(printer=PrinterConfig("network", f"127.0.0.1:{paper.port}", patience_s=patience_s))


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


async def test_a_list_of_papers_comes_out_and_uses_no_number(serve: Serve, paper: PaperPrinter) -> None:
    hall = await serve(
        printer=PrinterConfig("network", f"127.0.0.1:{paper.port}", paper=58), kiosk=KioskConfig(procedures="sample")
    )
    kiosk = await hall.door("kiosk")
    reply = await kiosk.ask("POST", f"{kiosk.api}/print/papers", json={"procedure": "Đăng ký khai sinh"})
    assert (reply.status, reply.json["printed"]) == (200, True)
    assert paper.tickets[0].width == 384
    assert (await kiosk.view())["view"]["tickets"] == {}
    none = await kiosk.ask("POST", f"{kiosk.api}/print/papers", json={"procedure": "Đăng ký khai"})
    assert none.refusal == (404, "not_found")


async def test_a_test_print_is_the_it_officers_and_uses_no_number(printing: Running, paper: PaperPrinter) -> None:
    admin, supervisor = await printing.door("admin"), await printing.door("supervisor")
    assert (await admin.ask("POST", f"{admin.api}/print/test", json={})).json["printed"]
    assert len(paper.tickets) == 1
    assert (await admin.view())["view"]["tickets"] == {}
    unknown = await admin.ask("POST", f"{admin.api}/print/test", json={"printer": "other"})
    assert unknown.refusal == (404, "not_found")
    assert (await supervisor.ask("POST", f"{admin.api}/print/test", json={})).refusal == (403, "forbidden")


async def test_each_kiosk_has_its_printer(serve: Serve, paper: PaperPrinter) -> None:
    other = PaperPrinter()
    await other.start()
    hall = await serve(
        printer=PrinterConfig("network", f"127.0.0.1:{paper.port}"),
        printers=[
            KioskPrinter("network", f"127.0.0.1:{other.port}", id="gate", kiosks=["Cửa sau"]),
            KioskPrinter("browser", id="tablet", kiosks=["Máy bảng"]),
        ],
    )
    main, gate, tablet = [await hall.door("kiosk", name=name) for name in ("Sảnh", "Cửa sau", "Máy bảng")]
    token = (await main.do("issue", service="A")).result["token"]
    assert (await put_out(gate, token=token)).json["printed"]
    assert (len(paper.tickets), len(other.tickets)) == (0, 1)
    assert (await put_out(main, token=token)).json["printed"]
    assert (len(paper.tickets), len(other.tickets)) == (1, 1)
    told = (await put_out(tablet, token=token)).json
    assert (told["printed"], told["works"], told["paper"]) == (False, True, 80)
    assert told["sheet"].startswith("data:image/png;base64,")

    await other.stop()
    await hall.server.printers.look(hall.hall)
    listed = (await (await hall.door("supervisor")).get("/printers")).json["printers"]
    assert [(row["id"], row["kiosks"], row["works"]) for row in listed] == [
        ("main", [], True),
        ("gate", ["Cửa sau"], False),
        ("tablet", ["Máy bảng"], True),
    ]
    assert (await gate.get("/printer")).json["state"] == "offline"
    assert (await main.get("/printer")).json["state"] == "ok"


async def test_a_kiosk_without_a_printer_beside_it_prints_nowhere(serve: Serve, paper: PaperPrinter) -> None:
    hall = await serve(printers=[KioskPrinter("network", f"127.0.0.1:{paper.port}", id="gate", kiosks=["Cửa sau"])])
    kiosk, counter = await hall.door("kiosk"), await hall.door("counter")
    token = (await kiosk.do("issue", service="A")).result["token"]
    assert (await put_out(kiosk, token=token)).json["state"] is None
    assert (await put_out(counter, ticket="A001")).json["printed"]
    assert len(paper.tickets) == 1


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        ((0, 10), "không phải chờ"),
        ((60, 200), "dưới 5 phút"),
        ((300, 600), "dưới 10 phút"),
        ((120, 900), "dưới 15 phút"),
        ((1000, 1300), "khoảng 15–25 phút"),
        ((1500, 1500), "khoảng 25–30 phút"),
    ],
)
def test_a_wait_is_a_range_on_paper_too(wait: tuple[int, int], words: str) -> None:
    assert wait_words(wait, "vi") == words


@pytest.mark.parametrize("width", [58, 80])
async def test_the_code_on_the_paper_leads_to_the_phones_page(serve: Serve, paper: PaperPrinter, width: Any) -> None:
    """Decoded from the dots that came out, and followed."""
    hall = await serve(printer=PrinterConfig("network", f"127.0.0.1:{paper.port}", paper=width))
    kiosk = await hall.door("kiosk")
    token = (await kiosk.do("issue", service="A", priority="aged")).result["token"]
    at_hall = replace(kiosk, headers={"Host": "192.168.1.10:8080"})
    assert (await put_out(at_hall, token=token)).json["printed"]
    (code,) = zxingcpp.read_barcodes(paper.tickets[0].convert("L"))
    assert code.text == f"http://192.168.1.10:8080/t/{token}"
    page = await hall.nobody.ask("GET", code.text.removeprefix("http://192.168.1.10:8080"))
    assert page.status == 200
    assert b"A001" in page.body


async def test_a_copy_for_an_officer_carries_no_code(printing: Running, paper: PaperPrinter) -> None:
    kiosk, counter = await printing.door("kiosk"), await printing.door("counter")
    await kiosk.do("issue", service="A")
    await put_out(replace(counter, headers={"Host": "192.168.1.10:8080"}), ticket="A001")
    assert zxingcpp.read_barcodes(paper.tickets[0].convert("L")) == []
