"""The supervisor's page: where somebody is needed, and what was done, by whom and why."""

import json

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import expect

from hallsys.monitor.routes import KINDS
from hallsys.texts import LANGUAGES, Texts
from tests.pages.station import DESK, PHONE, Hall, Stations
from tests.pages.test_every_page import RULES, UNWRITTEN, outside

pytestmark = pytest.mark.browser


async def test_who_asks_for_help_is_seen_at_once_and_seen_to(hall: Hall, stations: Stations) -> None:
    await hall.do("open_counter", counter="4")
    page = (await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("monitor"))).page
    await expect(page.locator("#counters li").first).to_be_visible()
    await expect(page.locator("#needs")).to_be_hidden()
    await hall.do("ask_help", counter="4", kind="supervisor")
    await expect(page.locator("#needs li")).to_have_text(["Quầy 4 đang cần: phụ trách sảnhĐã lo xong Quầy 4"])
    await page.locator("#needs button").press("Enter")
    await expect(page.locator("#needs")).to_be_hidden()
    assert "asks" not in (await hall.view())["counters"]["4"]


async def test_a_counter_that_is_left_open_is_pointed_out(hall: Hall, stations: Stations) -> None:
    await hall.do("open_counter", counter="1")
    label = await hall.label("T")
    station = await stations(hall.address, DESK, headers=hall.headers, clock=True)
    page = (await station.open(hall.page("monitor"))).page
    await expect(page.locator("#counters li").first).to_be_visible()
    await expect(page.locator("#needs li", has_text="Quầy 1")).to_be_hidden()

    async def seen(timeout: float) -> None:
        await expect(page.locator("#needs li", has_text="Quầy 1 mở mà không ai gọi")).to_be_visible(timeout=timeout)

    await station.in_time(601_000, seen)
    await hall.do("cancel", ticket=label)


async def test_who_waits_for_a_closed_counter_is_not_forgotten(hall: Hall, stations: Stations) -> None:
    await hall.do("open_counter", counter="2")
    label = await hall.label("Y")
    await hall.do("call", counter="2", ticket=label, reason="sai quầy")
    await hall.do("transfer", counter="2", to_counter="5")
    page = (await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("monitor"))).page
    row = page.locator("#needs li", has_text=f"{label} chờ quầy 5, mà quầy đã đóng")
    await expect(row).to_be_visible()
    await hall.do("open_counter", counter="5")
    await expect(row).to_be_hidden()
    await hall.do("close_counter", counter="5")
    await expect(row).to_be_visible()
    await hall.do("call", counter="2", ticket=label, reason="quầy 5 đóng")
    await expect(row).to_be_hidden()
    await hall.do("finish", counter="2")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_what_was_done_is_read_chosen_and_taken_along(hall: Hall, stations: Stations, lang: str) -> None:
    await hall.do("open_counter", counter="3")
    label, other = await hall.label("H"), await hall.label("H")
    await hall.do("call", counter="3", ticket=other, reason="Đi cùng nhau")
    await hall.do("hold", counter="3", note="Thiếu bản sao")
    await hall.do("pause_counter", counter="3", reason="lunch")
    station = await stations(hall.address, DESK, headers=hall.headers)
    page = (await station.open(f"{hall.page('monitor')}?lang={lang}")).page
    await page.locator("#trail summary").press("Enter")
    lines = page.locator("#trail-lines tr")
    await expect(lines.first).to_contain_text("nghỉ trưa" if lang == "vi" else "lunch")
    field = page.locator("#trail-form [name=ticket]")
    await field.fill(other.lower())
    await field.press("Enter")
    kinds = ["Giữ lượt", "Mời", "Lấy số"] if lang == "vi" else ["Held", "Called", "Took a number"]
    await expect(lines.locator("th")).to_have_text(kinds)
    await expect(lines.nth(0)).to_contain_text("“Thiếu bản sao”")
    await expect(lines.nth(1)).to_contain_text("“Đi cùng nhau”")
    await expect(page.locator("#trail-csv")).to_have_attribute(
        "href", f"/api/v1/halls/phutho/audit?ticket={other}&format=csv"
    )
    async with (
        aiohttp.ClientSession(hall.address, headers=hall.headers) as http,
        http.get(str(await page.locator("#trail-csv").get_attribute("href"))) as answer,
    ):
        table = await answer.text("utf-8-sig")
    assert answer.status == 200
    assert other in table
    assert label not in table
    await hall.do("resume", ticket=other)
    await expect(lines).to_have_count(4)
    await hall.do("open_counter", counter="3")
    await hall.do("call_next", counter="3")
    await hall.do("transfer", counter="3", to_counter="4", place="front", after=20)
    where = "đến quầy 4, lên đầu, sau 20 phút" if lang == "vi" else "to counter 4, in front, in 20 min"
    await expect(lines.first.locator(".words")).to_have_text(where)
    shown = await page.locator("main").inner_text()
    assert not UNWRITTEN.findall(shown)
    for width, height in (DESK, PHONE):
        await page.set_viewport_size({"width": width, "height": height})
        found = await Axe().run(page, options=RULES)
        assert not found.response["violations"], json.dumps(found.response["violations"], indent=1)[:2000]
        assert await outside(page, False) == []
    for each in (label, other):
        await hall.do("cancel", ticket=each)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_event_has_its_words(lang: str) -> None:
    words = Texts.load().domain(lang, "monitor")
    assert {f"trail.kind.{kind}" for kind in KINDS} == {name for name in words if name.startswith("trail.kind.")}
