"""The forecast in words: the same range on the kiosk, the phone, the board and the monitor."""

import re

import pytest
from playwright.async_api import expect

from tests.pages.station import DESK, PHONE, WALL, Hall, Stations

pytestmark = pytest.mark.browser


async def test_kiosk_phone_board_and_monitor_say_the_same(hall: Hall, stations: Stations) -> None:
    await hall.do("open_counter", counter="1")
    for _ in range(14):
        mine = await hall.do("issue", service="T")
    place = await stations(hall.address, WALL)
    board = (await place.open(hall.page("board?sound=0"))).page
    phone = (await (await stations(hall.address, PHONE)).open(f"/t/{mine['token']}")).page
    monitor = (await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("monitor"))).page
    kiosk = (await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("kiosk"))).page

    row = board.locator("hall-waits li", has_text="VNeID").locator(".r")
    await expect(row).to_have_text(re.compile(r"khoảng \d+–\d+ phút"), timeout=120_000)
    await expect(phone.locator(".pair2 dd").nth(1)).to_have_text(re.compile(r"khoảng \d+–\d+ phút"))
    await expect(monitor.locator(".chart .band")).to_have_count(1)
    await expect(monitor.locator("#services tr", has_text="VNeID").locator("td").nth(4)).to_have_text(
        re.compile(r"\d+–\d+")
    )
    said = await row.text_content()
    assert said is not None
    figures = re.findall(r"\d+", said)
    await expect(kiosk.locator("kiosk-start .sv", has_text="VNeID").locator(".q")).to_contain_text(said)
    now = await monitor.locator("#services tr", has_text="VNeID").locator("td").nth(4).text_content()
    assert now == "–".join(figures)
