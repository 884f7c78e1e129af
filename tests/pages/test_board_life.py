"""A screen over months: it holds on to nothing, and comes up by itself when the server is later than it."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from hallsys.simulate.command import Options, simulate
from tests.child import serving
from tests.pages.long_day import Memory
from tests.pages.station import Hall, Stations
from tests.ports import free_port

pytestmark = pytest.mark.browser

START = Path(__file__).parents[2] / "docs" / "kiosk" / "start.html"


async def test_a_board_holds_no_more_after_a_day_than_after_its_first_hour(hall: Hall, stations: Stations) -> None:
    """Whole, with 1,000 tickets at sixty times the speed of a hall: `python -m tests.pages.long_day`."""
    page = (await (await stations(hall.address)).open(hall.page("board?sound=0"))).page
    await page.locator("html[data-day]").wait_for(state="attached")
    memory = await Memory.of(page)
    token = hall.token

    async def play(tickets: int) -> int:
        options = Options(hall.address, "phutho", token, token, token, tickets=tickets, speed=0, seed=tickets)
        summary = await simulate(options)
        assert not summary.problems
        position = await page.evaluate("document.querySelectorAll('.ctr').length")
        assert position == 5
        return await memory.held()

    first = await play(150)
    last = await play(450)
    assert last < first * 1.1, f"{first:,} bytes, then {last:,}"


async def test_a_screen_that_is_up_before_its_server_waits_for_it(wall: Browser, tmp_path: Path) -> None:
    port = free_port()
    page = await wall.new_page()
    async with AsyncExitStack() as stack:
        await page.goto(f"{START.as_uri()}#http://127.0.0.1:{port}/halls/phutho/board?sound=0")
        await expect(page.locator("h1")).to_have_text("Đang chờ máy chủ của sảnh")
        async with page.expect_request(f"http://127.0.0.1:{port}/**"):
            pass  # nobody answers, and it asks again
        child = await stack.enter_async_context(serving(tmp_path / "data", "--port", str(port)))
        await child.ready()
        await expect(page.locator("hall-health")).to_contain_text("Đang cập nhật")
        await page.close()
