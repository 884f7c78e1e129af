"""The IT officer's page with the keyboard alone: a screen is set from afar, a counter assigned, a PIN given."""

import re
from typing import Any

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from tests.pages.station import DESK, PHONE, Hall, Stations

pytestmark = pytest.mark.browser


async def post(hall: Hall, path: str, body: Any) -> Any:
    async with (
        aiohttp.ClientSession(hall.address, headers=hall.headers) as http,
        http.post(f"/api/v1/halls/phutho/{path}", json=body) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def join(hall: Hall, name: str) -> str:
    """A screen that was let in; its id."""
    shown = await post(hall, "join", {"page": "board"})
    made = await post(hall, "devices", {"code": shown["code"], "role": "display", "name": name})
    return str(made["id"])


async def choose(page: Page, form: str, **values: str) -> None:
    """Set fields of a form as somebody does who has no mouse."""
    for name, value in values.items():
        field = page.locator(f"#{form} [name={name}]")
        await field.focus()
        if await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)


async def test_a_screen_is_set_from_afar(hall: Hall, stations: Stations) -> None:
    first, second = await join(hall, "Bảng cửa chính"), await join(hall, "Màn hình quầy 2")
    desk = await (await stations(hall.address, DESK, headers=hall.headers)).open("/halls/phutho/admin?lang=vi")
    page = desk.page
    row = page.locator("#screen-rows tr", has_text="Màn hình quầy 2")
    await row.get_by_role("button").press("Enter")
    await expect(page.locator("#screen-form [name=name]")).to_have_value("Màn hình quầy 2")
    await expect(page.locator("#screen-form [name=board]")).to_be_focused()
    await choose(page, "screen-form", board="counter", counter="2", theme="light", languages="vi en", volume="40")
    await expect(page.locator("#how-loud")).to_have_text("40 %")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_have_text("Đã đặt màn hình Màn hình quầy 2.")
    await expect(row).to_contain_text("Màn hình tại quầy · 2 · ")
    await expect(row).to_contain_text("Nền sáng · âm lượng 40 %")
    screens = (await hall.view())["hall"]["screens"]
    assert first not in screens
    assert {**screens[second]} == {
        "id": second,
        "name": "Màn hình quầy 2",
        "board": "counter",
        "counter": "2",
        "theme": "light",
        "languages": ["vi", "en"],
        "volume": 40,
    }


async def test_a_counter_is_assigned_for_today_and_goes_back(hall: Hall, stations: Stations) -> None:
    before = (await hall.view())["counters"]["3"]
    desk = await (await stations(hall.address, DESK, headers=hall.headers)).open("/halls/phutho/admin?lang=en")
    page = desk.page
    row = page.locator('#counter-rows tr[data-key="3"]')
    await row.get_by_role("button").press("Enter")
    await expect(page.locator("#order li")).to_have_count(10)
    taken = [box for box in await page.locator("#order input").all() if await box.is_checked()]
    assert [await box.input_value() for box in taken] == before["services"]
    await page.locator("#order [value=Q]").press("Space")
    for _ in range(9):
        await page.locator("#order li", has=page.locator("[value=Q]")).get_by_role("button").press("Enter")
    await choose(page, "counter-form", mode="priority")
    await page.locator("#counter-form .go").press("Enter")
    await expect(page.locator("#said")).to_have_text(re.compile("3 · .* is assigned for today."))
    await expect(row).to_contain_text("Priority only")
    await expect(row).to_contain_text("Today only")
    counter = (await hall.view())["counters"]["3"]
    wanted = ["Q", *(service for service in before["services"] if service != "Q")]
    assert (counter["services"], counter["mode"]) == (wanted, "priority")
    await page.locator("#counter-form [value=plain]").press("Enter")
    await expect(row).to_contain_text("As set")
    assert (await hall.view())["counters"]["3"]["services"] == before["services"]


async def test_an_officer_gets_a_pin_and_loses_it(hall: Hall, stations: Stations) -> None:
    await post(hall, "users", {"name": "Lan", "password": "một câu dễ nhớ", "role": "counter"})
    desk = await (await stations(hall.address, DESK, headers=hall.headers)).open("/halls/phutho/admin?lang=vi")
    page = desk.page
    row = page.locator("#user-rows tr", has_text="Lan")
    await expect(row).to_contain_text("Chưa có")
    pin = page.locator("#pin-form [name=pin]")
    await pin.fill("2580")
    await pin.press("Enter")
    await expect(page.locator("#said")).to_have_text("Đã đặt mã PIN cho Lan.")
    await expect(row).to_contain_text("Đã có")
    await expect(pin).to_have_value("")
    await page.locator("#pin-form [value=off]").press("Enter")
    await expect(page.locator("#said")).to_have_text("Đã gỡ mã PIN của Lan.")
    await expect(row).to_contain_text("Chưa có")


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_whole_page_is_reachable(hall: Hall, stations: Stations, lang: str) -> None:
    await join(hall, f"Bảng {lang}")
    desk = await (await stations(hall.address, DESK, headers=hall.headers)).open(f"/halls/phutho/admin?lang={lang}")
    await expect(desk.page.locator("#screen-form")).to_be_visible()
    for size in (DESK, PHONE):
        await desk.page.set_viewport_size({"width": size[0], "height": size[1]})
        found = await Axe().run(desk.page)
        assert found.violations_count == 0, found.generate_report()
        assert not await desk.page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
