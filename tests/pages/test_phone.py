"""A ticket on its holder's phone: it follows the call as the boards do, and takes the few presses that a holder has."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Response, WebSocketRoute, expect

from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.looked import nothing_wrong, reached_by_keyboard
from tests.pages.station import JSON, PHONE, WALL, Hall, Station, Stations

pytestmark = pytest.mark.browser

NARROW = (320, 640)
"""A small phone, or one of 640 at a zoom of 200 %."""


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> Hall:
    await hall.do("open_counter", counter="1")
    return hall


async def on_phone(hall: Hall, stations: Stations, service: str = "Q", clock: bool = False) -> tuple[Station, JSON]:
    """Somebody with a number, and the page that its square code opens."""
    taken = await hall.do("issue", service=service)
    station = await stations(hall.address, PHONE, clock=clock)
    return await station.open(f"/t/{taken['token']}"), taken


async def call(hall: Hall, label: str) -> None:
    await hall.do("call", counter="1", ticket=label, reason="test")


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words).click()


async def test_a_phone_follows_its_ticket_and_nobody_sees_its_token(opened: Hall, stations: Stations) -> None:
    hall = opened
    before, mine = await hall.label("T"), await hall.do("issue", service="T")
    label, token = mine["ticket"]["label"], mine["token"]
    phone = await (await stations(hall.address, PHONE)).open(f"/t/{token}")
    board = await (await stations(hall.address, WALL)).open(hall.page("board?sound=0"))
    page = phone.page
    await expect(page.locator(".me.soon .num")).to_have_text(label)
    await expect(page.locator(".pair2 dd").first).to_have_text("1 người")
    await hall.do("call_next", counter="1")
    await expect(page.locator(".pair2 dd").first).to_have_text("không có ai")
    await expect(page.locator(".pair2 dd").last).to_have_text(before)
    await hall.do("call_next", counter="1")
    await expect(page.locator(".me.now .num")).to_have_text(label)
    await expect(page.locator(".me.now .to")).to_have_text("Quầy 1")
    await expect(page.locator("#told")).to_have_text(f"Mời số {label} đến quầy 1")
    await expect(page).to_have_title(f"Mời số {label} đến quầy 1")
    assert (await page.locator("link[rel=icon]").get_attribute("href") or "").startswith("data:")
    await expect(board.page.locator(".call .who .num").last).to_have_text(label)
    await hall.do("hold", counter="1")
    await expect(page.locator(".me.held .num")).to_have_text(label)
    await expect(page).to_have_title(f"{label} · Số của tôi")
    assert (await page.locator("link[rel=icon]").get_attribute("href") or "").endswith("mark.svg")
    await hall.do("resume", ticket=label)
    await hall.do("call_next", counter="1")
    await hall.do("start", counter="1")
    await expect(page.locator(".me.serving .num")).to_have_text(label)
    await hall.do("finish", counter="1")
    await expect(page.locator(".me.done .num")).to_have_text(label)

    assert any(label in str(frame) for frame in board.frames)
    assert not any(token in str(frame) for frame in board.frames)
    assert token not in await board.page.content()
    assert await phone.context.cookies() == []


async def test_a_phone_follows_its_ticket_in_a_hall_that_is_not_open_for_reading(
    shut_hall: Path, tmp_path: Path, stations: Stations
) -> None:
    async with serving(tmp_path / "data", "--config", str(shut_hall)) as child:
        hall = Hall(await child.ready(), await admin_token(tmp_path / "data"))
        await hall.do("open_counter", counter="1")
        mine = await hall.do("issue", service="T")
        phone = await (await stations(hall.address, PHONE)).open(f"/t/{mine['token']}")
        await expect(phone.page.locator(".me.soon .num")).to_have_text(mine["ticket"]["label"])
        await hall.do("call_next", counter="1")
        await expect(phone.page.locator(".me.now .num")).to_have_text(mine["ticket"]["label"])
        await phone.context.close()  # before its server goes


async def test_ten_minutes_late_frees_the_counter_and_keeps_the_place(opened: Hall, stations: Stations) -> None:
    phone, mine = await on_phone(opened, stations, clock=True)
    page, label = phone.page, mine["ticket"]["label"]
    await call(opened, label)
    await expect(page.locator(".me.now")).to_be_visible()
    await press(page, "Xin đến muộn 10 phút")
    await expect(page.locator(".pending")).to_be_visible()
    await press(page, "Thôi, giữ nguyên")
    await phone.later(10_000)
    await expect(page.locator(".me.now")).to_be_visible()
    await press(page, "Xin đến muộn 10 phút")
    await expect(page.locator(".pending")).to_be_visible()
    await phone.later(6_000)
    await expect(page.locator(".me.away .num")).to_have_text(label)
    await expect(page.locator(".pair2 dt")).to_have_text("Mời từ")
    await expect(page.get_by_role("button", name="muộn")).to_have_count(0)
    row = (await opened.view())["tickets"][label]
    assert (row["state"], row["delays"]) == ("waiting", 1)
    assert (await opened.view())["counters"]["1"]["ticket"] is None
    await nothing_wrong(page)
    await opened.do("cancel", ticket=label)


async def test_giving_up_is_asked_and_can_be_taken_back(opened: Hall, stations: Stations) -> None:
    phone, mine = await on_phone(opened, stations, clock=True)
    page, label = phone.page, mine["ticket"]["label"]
    await expect(page.locator(".me .num")).to_have_text(label)
    await press(page, "Không cần nữa, trả lại số")
    await expect(page.locator(".ask")).to_contain_text(f"Trả lại số {label}?")
    await nothing_wrong(page)
    await press(page, "Giữ số")
    await press(page, "Không cần nữa, trả lại số")
    await call(opened, label)  # what was asked stands as long as it can be done
    await opened.do("start", counter="1")
    await expect(page.locator(".me.serving")).to_be_visible()
    await expect(page.locator(".ask")).to_have_count(0)
    await opened.do("return", counter="1")
    await press(page, "Không cần nữa, trả lại số")
    await page.get_by_role("button", name="Trả lại số", exact=True).click()
    await press(page, "Thôi, giữ nguyên")
    await phone.later(10_000)
    assert (await opened.view())["tickets"][label]["state"] == "waiting"
    await press(page, "Không cần nữa, trả lại số")
    await page.get_by_role("button", name="Trả lại số", exact=True).click()
    await phone.later(6_000)
    await expect(page.locator(".me.cancelled .num")).to_have_text(label)
    await expect(page.locator("phone-acts button")).to_have_count(0)


async def test_back_with_the_paper(opened: Hall, stations: Stations) -> None:
    phone, mine = await on_phone(opened, stations, clock=True)
    page, label = phone.page, mine["ticket"]["label"]
    await call(opened, label)
    await opened.do("hold", counter="1")
    await expect(page.locator(".me.held .num")).to_have_text(label)
    await expect(page.locator(".pair2 dt")).to_have_text("Giữ đến")
    await nothing_wrong(page)
    await press(page, "Tôi đã xong")
    await phone.later(6_000)
    await expect(page.locator(".me.soon .num")).to_have_text(label)
    assert (await opened.view())["tickets"][label]["front"] == "returned"
    await opened.do("cancel", ticket=label)


async def test_it_is_rated_afterwards_and_once(opened: Hall, stations: Stations) -> None:
    phone, mine = await on_phone(opened, stations)
    page, label = phone.page, mine["ticket"]["label"]
    await call(opened, label)
    await opened.do("finish", counter="1")
    await expect(page.locator(".faces button")).to_have_count(5)
    await nothing_wrong(page)
    send = page.get_by_role("button", name="Gửi đánh giá")
    await expect(send).to_be_disabled()
    await page.get_by_role("button", name="Hài lòng", exact=True).click()
    await expect(page.locator(".why")).to_be_hidden()
    await page.get_by_role("button", name="Không hài lòng", exact=True).click()
    await page.get_by_role("button", name="Chờ lâu").click()
    await nothing_wrong(page)
    await send.click()
    await expect(page.locator(".thanks")).to_be_visible()
    await expect(page.locator(".faces")).to_have_count(0)
    await page.wait_for_function("async () => (await (await fetch(location.href)).text()).includes('\"rated\":true')")
    await page.reload()
    await expect(page.locator(".me.done .num")).to_have_text(label)
    await expect(page.locator("#live")).to_be_visible()
    await expect(page.locator(".faces")).to_have_count(0)


async def test_the_bell_rings_after_a_touch(opened: Hall, stations: Stations) -> None:
    phone, mine = await on_phone(opened, stations)
    page = phone.page
    await page.evaluate("() => { window.buzzed = []; navigator.vibrate = (pattern) => buzzed.push(pattern) > 0; }")
    await press(page, "Bật chuông báo")
    await expect(page.get_by_role("button", name="Bật chuông báo")).to_have_count(0)
    await call(opened, mine["ticket"]["label"])
    await page.wait_for_function("buzzed.some((pattern) => pattern.length === 5)")
    await press(page, "Tôi đang đến")
    await page.wait_for_function("buzzed.at(-1) === 0")
    await opened.do("finish", counter="1")


async def test_a_cut_is_said_and_nothing_is_pressed_meanwhile(opened: Hall, stations: Stations) -> None:
    taken = await opened.do("issue", service="Q")
    label, phone = taken["ticket"]["label"], await stations(opened.address, PHONE, clock=True)
    page, sockets, cut = phone.page, list[WebSocketRoute](), [False]

    def route(socket: WebSocketRoute) -> None:
        if not cut[0]:
            socket.connect_to_server()
        sockets.append(socket)

    await page.route_web_socket(re.compile("/ws/"), route)
    await phone.open(f"/t/{taken['token']}")
    await expect(page.locator("#live")).to_be_visible()
    cut[0] = phone.cut = True
    await sockets[0].close()
    await phone.in_time(6_000, lambda timeout: expect(page.locator("#gone")).to_be_visible(timeout=timeout))
    await expect(page.locator(".me .num")).to_have_text(label)
    await expect(page.get_by_role("button", name="Xin đến muộn 10 phút")).to_be_disabled()
    await nothing_wrong(page)
    cut[0] = False
    await phone.in_time(6_000, lambda timeout: expect(page.locator("#gone")).to_be_hidden(timeout=timeout))
    await expect(page.get_by_role("button", name="Xin đến muộn 10 phút")).to_be_enabled()
    await opened.do("cancel", ticket=label)


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en"), (NARROW, "vi")], ids=["390", "320"])
async def test_it_fits_in_both_languages(
    opened: Hall, stations: Stations, size: tuple[int, int], language: str
) -> None:
    taken = await opened.do("issue", service="Q")
    label = taken["ticket"]["label"]
    page = (await (await stations(opened.address, size)).open(f"/t/{taken['token']}?lang={language}")).page
    await expect(page.locator("#live")).to_be_visible()
    await nothing_wrong(page)
    await reached_by_keyboard(page, "phone-acts button:not([disabled])")
    await call(opened, label)
    await expect(page.locator(".me.now")).to_be_visible()
    await nothing_wrong(page)
    await opened.do("finish", counter="1")
    await expect(page.locator(".faces button")).to_have_count(5)
    await nothing_wrong(page)
    await reached_by_keyboard(page, ".faces button")
    assert await page.context.cookies() == []


async def test_it_is_light(opened: Hall, stations: Stations) -> None:
    """What an old phone must fetch, all of it: no typeface, no picture, nothing of other pages."""
    taken = await opened.do("issue", service="Q")
    station = await stations(opened.address, PHONE)
    answers: list[Response] = []
    station.page.on("response", lambda answer: answers.append(answer))
    await station.open(f"/t/{taken['token']}")
    await expect(station.page.locator("#live")).to_be_visible()
    sizes = {answer.url.rpartition("/")[2]: len(await answer.body()) for answer in answers}
    assert not any(name.endswith((".ttf", ".png", ".mp3")) for name in sizes), sizes
    assert sum(sizes.values()) < 70_000, sizes
    await opened.do("cancel", ticket=taken["ticket"]["label"])
