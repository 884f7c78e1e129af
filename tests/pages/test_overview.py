"""All halls on a page: sorted, searched, side by side and alive, on a wall, a laptop and a phone."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from tests.monitor.halls import House, house_of
from tests.pages.station import DESK, PHONE, WALL, Stations
from tests.pages.test_every_page import RULES, SMALLEST, UNWRITTEN, outside
from tests.running import Door

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def house(valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Six halls: in the first people wait, the second is closed, in the third a counter is open."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        house_of(6, valkey_url, tmp_path_factory.mktemp("halls"), http) as found,
    ):
        admin = await found.door("admin")
        for service in "AAH":
            await found.at(admin, 0).do("issue", service=service)
        await found.at(admin, 1).do("close_day")
        await found.at(admin, 2).do("open_counter", counter="1")
        yield found


@pytest.fixture
async def admin(house: House) -> Door:
    return await house.door("admin")


async def opened(stations: Stations, admin: Door, path: str, size: tuple[int, int] = DESK) -> Page:
    station = await stations(admin.address, size, headers={"Authorization": f"Bearer {admin.token}"})
    return (await station.open(path)).page


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_page_on_every_screen(house: House, admin: Door, stations: Stations, lang: str) -> None:
    side = ",".join(house.halls[:4])
    page = await opened(stations, admin, f"/halls?lang={lang}&side={side}", WALL)
    await expect(page.locator("#halls tr")).to_have_count(6)
    await expect(page.locator(".panel .ctrs li")).to_have_count(20)
    await expect(page.locator("html")).to_have_attribute("lang", lang)
    assert not UNWRITTEN.search(await page.locator("body").inner_text())
    for size in (WALL, DESK, PHONE, SMALLEST):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        assert await outside(page, fits=False) == [], size
        if size in (WALL, PHONE):
            found = await Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{size}: {found.generate_report()}"
    await page.emulate_media(forced_colors="active")
    await expect(page.locator("#halls .chip").first).to_be_visible()


async def test_halls_are_sorted_searched_and_chosen(house: House, admin: Door, stations: Stations) -> None:
    page = await opened(stations, admin, "/halls?lang=vi")
    links = page.locator("#halls th a")
    await expect(links).to_have_count(6)
    await expect(page.locator("#fig-waiting dd")).to_have_text("3")
    await expect(page.locator("#fig-open dd")).to_have_text("5")
    await expect(page.locator("#sentence")).to_have_text("Điểm tiếp nhận số 1 cần để mắt")
    states = page.locator("#halls .c-state")
    await expect(states.first).to_have_text("Có người chờ, chưa có quầy mở")
    await expect(states).to_contain_text(["Có người", "Thông suốt", *["Chưa có quầy mở"] * 3, "Chưa mở"])
    await page.get_by_role("button", name="Sảnh", exact=True).click()
    await expect(page.locator("th.c-name").first).to_have_attribute("aria-sort", "ascending")
    await expect(links.first).to_have_text("Điểm tiếp nhận số 1")
    await page.get_by_role("button", name="Sảnh", exact=True).press("Enter")
    await expect(links.first).to_have_text("Điểm tiếp nhận số 6")
    await page.get_by_role("button", name="Đang chờ").click()
    await expect(links.first).to_have_text("Điểm tiếp nhận số 1")
    await page.locator("#find [name=text]").fill("diem so 4")
    await expect(links).to_have_text(["Điểm tiếp nhận số 4"])
    await page.locator("#find [name=text]").fill("nowhere")
    await expect(page.locator("#halls")).to_contain_text("Không có sảnh nào như vậy.")
    await page.locator("#find [name=text]").fill("")
    await page.locator("#find [name=show]").select_option("open")
    await expect(links).to_have_count(5)
    assert await links.first.get_attribute("href") == f"/halls/{house.halls[0]}/monitor?lang=vi"


async def test_halls_side_by_side_live_until_they_are_taken_away(house: House, admin: Door, stations: Stations) -> None:
    page = await opened(stations, admin, "/halls?lang=vi", WALL)
    put = page.get_by_role("checkbox")
    await expect(put).to_have_count(6)
    for number in (1, 2, 3, 4):
        await page.get_by_role("checkbox", name=f"Đặt Điểm tiếp nhận số {number} ").check()
    panel = page.get_by_role("region", name="Điểm tiếp nhận số 3")
    await expect(panel.locator(".ctrs .chip").first).to_have_text("Sẵn sàng")
    third = house.at(admin, 2)
    label = (await third.do("issue", service="A")).result["ticket"]["label"]
    await expect(panel.locator(".lines")).to_contain_text("Chứng thực")
    await third.do("call", counter="1", ticket=label, reason="thử")
    await expect(panel.locator(".ctrs li").first).to_contain_text(f"{label}Đang mời")
    await third.do("finish", counter="1")
    await expect(panel.locator(".ctrs .chip").first).to_have_text("Sẵn sàng")
    await page.get_by_role("checkbox", name="Đặt Điểm tiếp nhận số 5 ").click()
    await expect(page.locator("#shown")).to_contain_text("Nhiều nhất 4 sảnh")
    await expect(page.locator(".panel")).to_have_count(4)
    await panel.get_by_role("button").click()
    await expect(page.locator(".panel")).to_have_count(3)
    await page.reload()
    await expect(page.locator(".panel h2 a")).to_have_text([f"Điểm tiếp nhận số {number}" for number in (1, 2, 4)])


async def test_one_hall_is_one_row_and_what_is_asked_for_comes_by_itself(
    house: House, admin: Door, stations: Stations
) -> None:
    alone = await house.door("supervisor", house.halls[5])
    page = await opened(stations, alone, "/halls?lang=en", PHONE)
    await expect(page.locator("#halls tr")).to_have_count(1)
    await expect(page.locator(".panel")).to_have_count(0)
    await expect(page.locator("#sentence")).to_have_text("Nobody is waiting in any hall")
    await house.at(admin, 5).do("issue", service="A")
    await expect(page.locator("#fig-waiting dd")).to_have_text("1")


async def test_from_home_and_from_the_monitor(house: House, admin: Door, stations: Stations) -> None:
    page = await opened(stations, admin, "/?lang=en")
    await page.get_by_role("link", name="Watch all halls").click()
    await expect(page.locator("#halls tr")).to_have_count(6)
    await page.goto(f"{admin.address}/halls/{house.halls[0]}/monitor?lang=en")
    await page.get_by_role("link", name="Halls", exact=True).click()
    await expect(page.locator("#halls tr")).to_have_count(6)
