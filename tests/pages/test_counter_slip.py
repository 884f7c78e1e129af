"""A slip that was lost is printed again from the counter, and the officer is told what came of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hallsys.resources import resource
from tests.child import serving
from tests.kiosk.paper_printer import PaperPrinter
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, Hall, Stations

pytestmark = pytest.mark.browser

Desk = tuple[Hall, Page, PaperPrinter]


@pytest.fixture
async def desk(tmp_path: Path, stations: Stations) -> AsyncIterator[Desk]:
    """Counter 2 with A001 at hand, in a hall with a printer."""
    paper = PaperPrinter()
    await paper.start()
    config = tmp_path / "phutho.toml"
    printer = f'\n[printer]\nkind = "network"\naddress = "127.0.0.1:{paper.port}"\npatience_s = 3.0\n'
    config.write_text(resource("samples/phutho.toml").read_text("utf-8") + printer, "utf-8")
    async with serving(tmp_path / "data", "--config", str(config)) as child:
        hall = Hall(await child.ready(), await admin_token(tmp_path / "data"))
        await hall.do("open_counter", counter="2")
        await hall.label("A")
        await hall.do("call_next", counter="2")
        station = await stations(hall.address, DESK, headers=hall.headers)
        page = (await station.open(hall.page("counter?counter=2&lang=vi"))).page
        await expect(page.locator("#now .num")).to_have_text("A001")
        yield hall, page, paper
        await station.context.close()  # before its server goes
    await paper.stop()


async def again(page: Page) -> None:
    await page.keyboard.press("+")
    choice = page.locator("dialog .choice", has_text="In lại phiếu")
    await page.keyboard.press(await choice.locator("kbd").first.inner_text())
    await page.keyboard.press("Enter")


async def test_a_lost_slip_is_printed_again(desk: Desk) -> None:
    _, page, paper = desk
    await again(page)
    await expect(page.locator("#told")).to_have_text("Đã in lại phiếu A001 ở máy in của sảnh")
    assert len(paper.tickets) == 1
    await expect(page.locator("#now .num")).to_have_text("A001")


async def test_the_officer_hears_that_it_was_not_printed(desk: Desk) -> None:
    _, page, paper = desk
    await paper.stop()
    await again(page)
    await expect(page.locator("#told")).to_have_text("Chưa in được phiếu A001. Máy in: không kết nối được")


async def test_without_a_printer_nothing_is_offered(hall: Hall, stations: Stations) -> None:
    page = (await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("counter?counter=3"))).page
    await expect(page.locator("#queue > *").first).to_be_visible()
    await page.keyboard.press("+")
    await expect(page.locator("dialog .choice").first).to_be_visible()
    await expect(page.locator("dialog .choice", has_text="In lại phiếu")).to_have_count(0)
