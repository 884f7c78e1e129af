"""Tickets drawn and printed: against a printer that reads what arrives, and that fails as printers do."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from hallsys.hallkiosk import PrinterConfig
from hallsys.kiosk.printing.paper import WIDTHS, Block, Boxes, Number, Rule, Square, Text, draw
from hallsys.kiosk.printing.printer import Printer
from hallsys.kiosk.printing.states import PrintFailed
from tests.kiosk.paper_printer import PaperPrinter

TICKET: list[Block] = [
    Text("Trung tâm Phục vụ hành chính công phường Phú Thọ", 27, bold=True),
    Text("SỐ THỨ TỰ", 25, bold=True),
    Number("A025"),
    Text("Ưu tiên: từ 75 tuổi", 25, bold=True, inverse=True),
    Boxes([("Quầy", "2 hoặc 3"), ("Còn chờ trước", "12 người")]),
    Square("http://192.168.1.10:8080/t/phutho.Jx8sK3jd92kdlLkd83jsA1", ["Khoảng 15–25 phút.", "Quét mã."]),
    Rule(),
]


@pytest.fixture
async def paper() -> AsyncIterator[PaperPrinter]:
    made = PaperPrinter()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def printer(paper: PaperPrinter) -> AsyncIterator[Printer]:
    made = Printer(PrinterConfig("network", f"127.0.0.1:{paper.port}", patience_s=60))
    yield made
    await made.close()


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one.convert("L"), other.convert("L")).getbbox() is None


@pytest.mark.parametrize("width", [58, 80])
@pytest.mark.parametrize("label", ["A025", "A1000", "12345678"])
def test_nothing_is_cut_off_at_the_sides(width: Any, label: str) -> None:
    long = "Đăngkýbiếnđộngdochuyểnnhượngthừakếtặngchoquyềnsửdụngđất " * 2
    picture = draw([*TICKET, Number(label), Text(long, 30), Boxes([(long, long), (long, long)])], width)
    assert picture.width == WIDTHS[width]
    assert picture.mode == "1"
    for left in (0, picture.width - 4):
        edge = picture.crop((left, 0, left + 4, picture.height))
        assert 0 not in edge.getextrema()


def test_a_ticket_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        draw([Number("A001")] * 20, 80)


@pytest.mark.parametrize("width", [58, 80])
async def test_what_comes_out_is_what_was_drawn(paper: PaperPrinter, printer: Printer, width: Any) -> None:
    picture = draw(TICKET, width)
    await printer.print(picture)
    await printer.print(picture)
    assert len(paper.tickets) == 2
    assert same(paper.tickets[0], picture)
    assert printer.state == "ok"


async def test_a_printer_without_paper_is_seen_before_and_after(paper: PaperPrinter, printer: Printer) -> None:
    paper.rows_left = 0
    assert await printer.look() == "paper_out"
    with pytest.raises(PrintFailed, match="paper_out"):
        await printer.print(draw(TICKET))
    paper.rows_left = 10_000
    assert await printer.look() == "ok"


async def test_half_a_ticket_does_not_come_out_later(paper: PaperPrinter, printer: Printer) -> None:
    paper.rows_left = 200
    with pytest.raises(PrintFailed, match="paper_out"):
        await printer.print(draw(TICKET))
    assert paper.tickets == []
    paper.rows_left = 10_000
    await printer.print(draw(TICKET))
    assert paper.cleared
    assert len(paper.tickets) == 1
    assert same(paper.tickets[0], draw(TICKET))


async def test_an_open_cover_is_told(paper: PaperPrinter, printer: Printer) -> None:
    paper.cover_open = True
    assert await printer.look() == "cover_open"


async def test_a_printer_that_stalls_is_told(paper: PaperPrinter) -> None:
    printer = Printer(PrinterConfig("network", f"127.0.0.1:{paper.port}", patience_s=0.5))
    paper.deaf = True
    with pytest.raises(PrintFailed, match="stalled"):
        await printer.print(draw(TICKET))
    assert printer.state == "stalled"
    await printer.close()


async def test_a_printer_that_dies_mid_ticket_is_told(paper: PaperPrinter, printer: Printer) -> None:
    paper.cut_after = 9_000
    with pytest.raises(PrintFailed):
        await printer.print(draw(TICKET))
    assert paper.tickets == []


async def test_a_printer_that_is_not_there_is_offline(paper: PaperPrinter, printer: Printer) -> None:
    await paper.stop()
    assert await printer.look() == "offline"
    with pytest.raises(PrintFailed, match="offline"):
        await printer.print(draw(TICKET))


async def test_a_printer_that_is_off_all_night_fills_no_log(
    paper: PaperPrinter, printer: Printer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "hallsys.printer")
    await paper.stop()
    await printer.look()
    said, since = len(caplog.records), printer.since
    for _ in range(5):
        await printer.look()
    assert said > 0
    assert (len(caplog.records), printer.since) == (said, since)
    await paper.start()
    await printer.look()
    assert "prints again" in caplog.text
    assert printer.since > since


async def test_a_stale_ticket_is_not_begun(paper: PaperPrinter) -> None:
    printer = Printer(PrinterConfig("network", f"127.0.0.1:{paper.port}"), clock=lambda: 100.0)
    with pytest.raises(PrintFailed):
        await printer.print(draw(TICKET), until=100.0)
    await printer.print(draw(TICKET), until=100.1)
    assert len(paper.tickets) == 1
    await printer.close()


async def test_a_cheap_printer_that_answers_nothing_prints(paper: PaperPrinter) -> None:
    paper.deaf = True
    printer = Printer(PrinterConfig("network", f"127.0.0.1:{paper.port}", answers=False))
    await printer.print(draw(TICKET))
    assert printer.state == "unknown"
    await printer.close()


async def test_a_device_file_gets_the_same_bytes(tmp_path: Path) -> None:
    file = tmp_path / "lp0"
    printer = Printer(PrinterConfig("file", str(file)))
    await printer.print(draw(TICKET))
    await printer.close()
    sent = file.read_bytes()
    assert sent.startswith(b"\x1b@")
    assert b"\x1dv0" in sent
    assert b"\x1dV" in sent
