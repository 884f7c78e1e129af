"""A visit booked on a page of one's own, and a number taken with the square code of the wall."""

import io
import re
from collections.abc import AsyncIterator

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from hallsys.resources import resource
from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.looked import nothing_wrong, reached_by_keyboard
from tests.pages.station import PHONE, PORTRAIT, WALL, Hall, Size, Stations

pytestmark = pytest.mark.browser

NARROW: Size = (320, 640)
WISHES = """
[bookings]
public = true
places = { A = 1 }

[phone]
numbers = true
"""


@pytest.fixture(scope="module")
async def public(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """The sample hall, which lets citizens book and take numbers by phone."""
    folder = tmp_path_factory.mktemp("public")
    config = folder / "phutho.toml"
    config.write_text(resource("samples/phutho.toml").read_text("utf-8") + WISHES, "utf-8")
    async with serving(folder / "data", "--config", str(config)) as child:
        yield Hall(await child.ready(), await admin_token(folder / "data"))


async def asks(page: Page, question: str) -> None:
    await expect(page.locator("h1")).to_have_text(question)
    await expect(page.locator("#step")).not_to_have_attribute("aria-busy", "true")


async def choose(page: Page, name: str | re.Pattern[str] = "") -> None:
    buttons = page.locator(".choices button:not([disabled])")
    await (buttons.filter(has_text=name) if name else buttons).first.click()


@pytest.mark.parametrize(("size", "language"), [(PHONE, "vi"), (NARROW, "en"), (PORTRAIT, "vi"), (WALL, "en")])
async def test_a_visit_is_booked_shown_and_cancelled(
    public: Hall, stations: Stations, size: Size, language: str
) -> None:
    page = (await (await stations(public.address, size)).open(public.page(f"book?lang={language}"))).page
    vi = language == "vi"
    await asks(page, "Ông/bà cần làm việc gì?" if vi else "What do you need?")
    await nothing_wrong(page, judged=size in (PHONE, WALL))
    await choose(page, "Hộ tịch" if vi else "Civil status")
    await asks(page, "Ngày nào?" if vi else "Which day?")
    await nothing_wrong(page, judged=size in (PHONE, WALL))
    await choose(page)
    await asks(page, "Lúc mấy giờ?" if vi else "What time?")
    await nothing_wrong(page, judged=size in (PHONE, WALL))
    await page.locator(".choices button:not([disabled])").last.click()
    await expect(page.locator("#person")).to_be_visible()
    await page.fill("#person", f"09{size[0]:08}")
    await nothing_wrong(page, judged=size in (PHONE, WALL))
    await page.keyboard.press("Enter")
    await expect(page.locator(".code")).to_be_visible()
    await nothing_wrong(page, judged=size in (PHONE, WALL))
    code = await page.locator(".code").inner_text()
    assert code not in page.url
    assert await page.locator(".got img").evaluate("(image) => image.complete && image.naturalWidth > 0")

    await page.reload()  # a code is not kept where others may look
    await asks(page, "Ông/bà cần làm việc gì?" if vi else "What do you need?")
    assert code not in await page.content()
    await page.fill("#known", code.lower())
    await page.keyboard.press("Enter")
    await expect(page.locator(".code")).to_have_text(code)
    await page.get_by_role("button", name="Hủy lịch hẹn này" if vi else "Cancel this booking").click()
    await nothing_wrong(page, judged=size in (PHONE, WALL))
    await page.get_by_role("button", name="Hủy lịch hẹn" if vi else "Cancel the booking", exact=True).click()
    await asks(page, "Đã hủy lịch hẹn" if vi else "The booking is cancelled")
    assert await page.context.cookies() == []


async def test_with_the_keyboard_alone_and_the_browsers_way_back(public: Hall, stations: Stations) -> None:
    page = (await (await stations(public.address, WALL)).open(public.page("book"))).page
    await asks(page, "Ông/bà cần làm việc gì?")
    await reached_by_keyboard(page, ".choices button, #known")
    await page.locator(".choices button").nth(1).focus()
    await page.keyboard.press("Enter")
    await asks(page, "Ngày nào?")
    await reached_by_keyboard(page, ".choices button:not([disabled])")
    await page.go_back()
    await asks(page, "Ông/bà cần làm việc gì?")
    await page.go_forward()
    await asks(page, "Ngày nào?")
    await page.get_by_role("button", name="Quay lại").click()
    await asks(page, "Ông/bà cần làm việc gì?")


async def test_a_place_that_somebody_else_took_is_said(public: Hall, stations: Stations) -> None:
    opened = [await (await stations(public.address, PHONE)).open(public.page("book")) for _ in "12"]
    pages = [station.page for station in opened]
    for page in pages:
        await choose(page, "Chứng thực")
        await asks(page, "Ngày nào?")
        await choose(page)
        await asks(page, "Lúc mấy giờ?")
        await choose(page)
        await expect(page.locator("#person")).to_be_visible()
    first, second = pages
    for page, number in ((first, "0900000001"), (second, "0900000002")):
        await page.fill("#person", number)
        await page.get_by_role("button", name="Đặt lịch").click()
        if page is first:
            await expect(page.locator(".code")).to_be_visible()
    await asks(second, "Lúc mấy giờ?")
    await expect(second.locator("[role=alert]")).to_contain_text("đã kín")
    await expect(second.locator(".choices button").first).to_be_disabled()
    await nothing_wrong(second)
    assert ["409" in complaint for complaint in opened[1].wrong] == [True]  # what the browser's console makes of it
    opened[1].wrong.clear()


async def test_officers_book_where_citizens_may_not(stations: Stations, hall: Hall) -> None:
    nobody = (await (await stations(hall.address, PHONE)).open(hall.page("book"))).page
    await expect(nobody.locator("#qr")).to_be_visible()
    page = (await (await stations(hall.address, PHONE, headers=hall.headers)).open(hall.page("book"))).page
    await choose(page)
    await asks(page, "Ngày nào?")
    await choose(page)
    await asks(page, "Lúc mấy giờ?")
    await choose(page)
    await expect(page.locator("#person")).to_be_visible()
    await page.get_by_role("button", name="Đặt lịch").click()
    await expect(page.locator(".code")).to_be_visible()


async def test_a_number_with_the_walls_code(public: Hall, stations: Stations) -> None:
    wall = await stations(public.address, WALL, headers=public.headers)
    await wall.open(public.page("wallcode"))
    await expect(wall.page.locator("#square")).to_be_visible()
    await nothing_wrong(wall.page, fits=True)
    await wall.page.set_viewport_size({"width": PORTRAIT[0], "height": PORTRAIT[1]})
    await nothing_wrong(wall.page, fits=True)
    address = await read_square(wall.page)
    assert address.startswith(f"{public.address}/halls/phutho/take#")

    phone = await stations(public.address, PHONE)
    page = phone.page
    await page.goto(address)
    await nothing_wrong(page)
    await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    await nothing_wrong(page)
    await reached_by_keyboard(page, "#services button")
    await choose(page, "Nội vụ")
    await expect(page.locator("phone-ticket .num")).to_have_text(re.compile(r"Q\d{3}"))
    label = await page.locator("phone-ticket .num").inner_text()
    assert (await public.view())["tickets"][label]["state"] == "waiting"
    assert await phone.context.cookies() == []

    await page.goto(address)
    await expect(page.locator("#has a")).to_contain_text(label)
    old = await (await stations(public.address, PHONE)).open("/halls/phutho/take#1.old")
    await choose(old.page)
    await expect(old.page.locator("#no")).to_contain_text("đã đổi")
    assert ["404" in complaint for complaint in old.wrong] == [True]
    old.wrong.clear()
    bare = (await (await stations(public.address, PHONE)).open("/halls/phutho/take")).page
    await expect(bare.locator("#no")).to_contain_text("quét")
    await expect(bare.locator("#services button").first).to_be_disabled()
    await nothing_wrong(bare)


async def read_square(page: Page) -> str:
    """What a phone's camera reads from the wall."""
    with Image.open(io.BytesIO(await page.screenshot())) as picture:
        (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    return str(code.text)
