"""The tablet at a counter: it asks after each service, for a while, and what it is told no officer sees."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import expect

from tests.pages.looked import nothing_wrong, reached_by_keyboard
from tests.pages.station import JSON, PHONE, PORTRAIT, WALL, Hall, Station, Stations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def opened(hall: Hall) -> Hall:
    for counter in "12":
        await hall.do("open_counter", counter=counter)
    return hall


@pytest.fixture
async def http(opened: Hall) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(opened.address, headers=opened.headers) as session:
        yield session


async def let_in(http: aiohttp.ClientSession, role: str, counter: str) -> dict[str, str]:
    """The headers of a device of this counter."""
    body = {"role": role, "name": f"tablet {counter}", "counter": counter}
    async with http.post("/api/v1/halls/phutho/tokens", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return {"Authorization": f"Bearer {(await answer.json())['token']}"}


async def tablet(
    hall: Hall, stations: Stations, http: aiohttp.ClientSession, size: tuple[int, int] = WALL, clock: bool = False
) -> Station:
    """A display that was let in for counter 1 and for nothing else."""
    station = await stations(hall.address, size, headers=await let_in(http, "display", "1"), clock=clock)
    await station.open(hall.page("rate"))
    await expect(station.page.locator(".rate[data-link=live] #rest")).to_be_visible()
    return station


async def served(hall: Hall, counter: str = "1", service: str = "Q") -> str:
    """Somebody comes, is served and goes."""
    label = await hall.label(service)
    await hall.do("call", counter=counter, ticket=label, reason="test")
    await hall.do("finish", counter=counter)
    return label


async def asked(station: Station, hall: Hall) -> str:
    """A service ends, and the tablet asks about it."""
    label = await served(hall)
    await expect(station.page.locator("#whose")).to_contain_text(label)
    return label


async def history(http: aiohttp.ClientSession, path: str) -> str:
    async with http.get(f"/api/v1/halls/phutho/{path}") as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.mark.parametrize("size", [WALL, PORTRAIT, PHONE], ids=["1920", "1080", "390"])
async def test_it_asks_and_is_answered(
    opened: Hall, stations: Stations, http: aiohttp.ClientSession, size: tuple[int, int]
) -> None:
    station = await tablet(opened, stations, http, size)
    page = station.page
    await nothing_wrong(page, fits=True)
    label = await asked(station, opened)
    await reached_by_keyboard(page, ".faces button")
    await page.keyboard.press("Enter")  # the last of them: very satisfied
    await expect(page.locator(".why")).to_be_hidden()
    await page.get_by_role("button", name="Không hài lòng", exact=True).click()
    await page.get_by_role("button", name="Thái độ phục vụ").click()
    await nothing_wrong(page, fits=size != PHONE)
    frames = len(station.frames)
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.locator(".thanks")).to_be_visible()
    await expect(page.locator("#rest")).to_be_visible()
    for _ in range(1200):
        if done := [frame for frame in station.frames[frames:] if frame["type"] in ("done", "refused")]:
            break
        await page.wait_for_timeout(50)
    assert done[0]["type"] == "done", done

    officer = await let_in(http, "counter", "1")
    async with aiohttp.ClientSession(opened.address, headers=officer) as beside:
        seen = await history(beside, f"tickets/{label}")
    assert '"rated"' in seen
    audit = await history(http, f"audit?ticket={label}")
    line = next(line for line in json.loads(audit)["lines"] if line["kind"] == "rated")
    for text in (seen, json.dumps(line), await history(http, "view"), await history(http, "tickets")):
        assert "score" not in text
        assert "manner" not in text
        assert "Thái độ" not in text


async def test_it_asks_for_a_while_and_not_about_others(
    opened: Hall, stations: Stations, http: aiohttp.ClientSession
) -> None:
    station = await tablet(opened, stations, http, clock=True)
    page = station.page
    await asked(station, opened)
    await served(opened, "2", "A")
    await expect(page.locator(".faces")).to_be_visible()
    await page.get_by_role("button", name="Bình thường").click()
    await station.later(29_000)
    await expect(page.locator(".faces")).to_be_visible()
    await station.later(2_000)
    await expect(page.locator("#rest")).to_be_visible()
    await expect(page.locator(".faces")).to_have_count(0)
    await asked(station, opened)
    for _ in range(3):  # whoever goes on choosing is asked on, as long as an answer is taken
        await station.later(28_000)
        await page.get_by_role("button", name="Bình thường").click()
    await station.later(7_000)
    await expect(page.locator("#rest")).to_be_visible()
    await asked(station, opened)
    await opened.do("undo", counter="1")
    await expect(page.locator("#rest")).to_be_visible()
    await opened.do("finish", counter="1")
    await expect(page.locator(".faces")).to_be_visible()
    await page.get_by_role("button", name="Bỏ qua").click()
    await expect(page.locator("#rest")).to_be_visible()


async def test_it_may_answer_for_its_own_counter_and_nothing_else(opened: Hall, http: aiohttp.ClientSession) -> None:
    label = await served(opened)

    async def rate(role: str, counter: str, at: str = "1") -> tuple[int, JSON]:
        headers = {**await let_in(http, role, counter), "Idempotency-Key": f"{role}-{counter}-{label}"}
        body = {"counter": at, "ticket": label, "score": 4}
        async with (
            aiohttp.ClientSession(opened.address, headers=headers) as device,
            device.post("/api/v1/halls/phutho/commands/rate_here", json=body) as answer,
        ):
            return answer.status, await answer.json()

    assert (await rate("display", "2"))[0] == 403
    assert (await rate("counter", "2"))[0] == 403
    assert (await rate("display", "2", "2"))[1]["error"]["code"] == "wrong_state"
    status, told = await rate("display", "1")
    assert (status, told["result"]) == (200, {})
    assert (await rate("counter", "1"))[1]["error"]["code"] == "already_rated"


async def test_nobody_rates_without_being_let_in(opened: Hall, stations: Stations) -> None:
    page = (await (await stations(opened.address, WALL)).open(opened.page("rate?counter=1"))).page
    await expect(page.locator("#qr")).to_be_visible()
    whose = (await (await stations(opened.address, WALL, headers=opened.headers)).open(opened.page("rate"))).page
    await expect(whose.locator(".which a")).to_have_count(5)
    await nothing_wrong(whose)
    await whose.locator(".which a").first.click()
    await expect(whose.locator("#where")).to_have_text("Quầy 1")
