"""The supervisor is advised on the monitor, and asks what would be if."""

import json
import re

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from hallsys.texts import LANGUAGES
from tests.pages.station import DESK, PHONE, WALL, Hall, Stations
from tests.pages.test_every_page import RULES, UNWRITTEN, outside

pytestmark = pytest.mark.browser


async def looked_at(page: Page) -> None:
    assert not UNWRITTEN.findall(await page.locator("main").inner_text())
    for width, height in (WALL, DESK, PHONE):
        await page.set_viewport_size({"width": width, "height": height})
        assert await outside(page, False) == []
        found = await Axe().run(page, options=RULES)
        assert not found.response["violations"], json.dumps(found.response["violations"], indent=1)[:2000]


async def test_the_advice_is_read_and_followed(hall: Hall, stations: Stations) -> None:
    await hall.do("open_counter", counter="1")
    for _ in range(14):
        await hall.do("issue", service="T")
    page = (await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("monitor"))).page
    advice = page.locator("#advice")
    # Said when it was found twice, a minute or more after a look in vain.
    await expect(advice.locator("b")).to_have_text(re.compile(r"(Mở|Cho) quầy \d"), timeout=200_000)
    await expect(advice).to_contain_text(re.compile("chờ lâu nhất|xong vào khoảng"))
    await looked_at(page)
    counter = re.findall(r"\d", await advice.locator("b").inner_text())[0]
    await advice.locator(".go").press("Enter")
    await expect(advice).to_be_hidden()
    followed = (await hall.view())["counters"][counter]
    assert followed["state"] == "open"
    assert "T" in followed["services"]


async def test_an_advice_that_is_put_off_is_gone_at_once(hall: Hall, stations: Stations) -> None:
    told = {"id": "close 2", "kind": "close", "counter": "2", "service": "", "serves": ["A"], "before": 60, "after": 90}
    ends = {"ends_before": 0, "ends_after": 0}
    station = await stations(hall.address, DESK, headers=hall.headers)
    await station.page.route(re.compile("/advice$"), lambda route: route.fulfill(json={"at": 1, "advice": told | ends}))
    page = (await station.open(f"{hall.page('monitor')}?lang=en")).page
    advice = page.locator("#advice")
    await expect(advice.locator("b")).to_have_text("Counter 2 may close")
    async with page.expect_request(re.compile("/advice/later$")) as asked:
        await advice.locator(".later").press("Enter")
    assert (await asked.value).post_data_json == {"id": "close 2"}
    await expect(advice).to_be_hidden()


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_planned_day_is_asked_about(hall: Hall, stations: Stations, lang: str) -> None:
    station = await stations(hall.address, DESK, headers=hall.headers)
    page = (await station.open(f"{hall.page('monitor')}?lang={lang}")).page
    await page.locator("nav a", has_text="Nếu ngày mai" if lang == "vi" else "What if").press("Enter")
    tickets, play = page.locator("#tickets"), page.locator("#play")
    await expect(page.locator("#blocks .block")).to_have_count(2)
    await tickets.fill("0")
    await play.press("Enter")
    await expect(page.locator("#tickets-wrong")).not_to_be_empty()
    await expect(tickets).to_be_focused()
    await expect(tickets).to_have_attribute("aria-invalid", "true")
    await tickets.fill("220")
    last = page.locator("#blocks .block").last
    await last.locator("[name=to]").fill("06:00")
    await play.press("Enter")
    await expect(last.locator(".wrong")).not_to_be_empty()
    await last.locator(".drop").press("Enter")
    await expect(page.locator(".drop")).to_be_hidden()
    await page.locator("#blocks [name=from]").fill("08:00")
    await page.locator("#blocks [name=to]").fill("17:00")
    await play.press("Enter")
    rows = page.locator("#rows tr")
    await expect(rows.first).to_be_visible()
    assert await page.locator("#picture rect.p80").count() == await rows.count()
    await expect(page.locator("#found .big")).to_contain_text(re.compile(r"\d+–\d+"))
    await looked_at(page)
    before = await page.locator("#rows").inner_text()
    await page.locator("#blocks input[type=checkbox]").first.uncheck()
    await play.press("Enter")
    await expect(page.locator("#rows")).not_to_have_text(before)
