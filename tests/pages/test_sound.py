"""A browser that is mute until it is touched: the board says so, and one touch makes it speak."""

import asyncio
import json

import pytest
from playwright.async_api import Browser, expect

from tests.pages.station import Hall, Stations

pytestmark = pytest.mark.browser


async def test_a_blocked_board_says_so_and_one_touch_makes_it_speak(
    hall: Hall, shy: Browser, stations: Stations
) -> None:
    board = await stations(hall.address, browser=shy, clock=True)
    # For the browser our looking at the page is a touch of it: not before the page has found out.
    found_out = asyncio.Event()

    def said(frame: str | bytes) -> None:
        if json.loads(frame)["type"] == "sound":
            found_out.set()

    board.page.on("websocket", lambda socket: socket.on("framesent", said))
    await board.open(hall.page("board"))
    await found_out.wait()
    band = board.page.locator("hall-band")
    await expect(band).to_contain_text("chưa phát được tiếng")
    await hall.do("open_counter", counter="2")
    silent = await hall.label("A")
    await hall.do("call_next", counter="2")
    await expect(board.page.locator(".call .who .num")).to_have_text(silent)
    assert await board.page.evaluate("heard.log") == [], "its silence does not hold up the picture"
    unheard = board.calls()[-1]["voice"]

    await board.page.evaluate("heard.rate = 8")
    await band.locator("button").click()
    await expect(band).to_be_hidden()
    await expect(board.page.locator("hall-health")).to_contain_text("Có tiếng")
    await hall.do("recall", counter="2")
    # The call itself is said first, unless by now it is stale.
    ended = "(before) => heard.log.some(({ type, voice }) => type === 'ended' && voice !== before)"
    await board.page.wait_for_function(ended, arg=unheard)
    recalled = board.calls()[-1]
    assert (recalled["kind"], recalled["voice"]) == ("recalled", (await board.heard(1))[-1]["voice"])
