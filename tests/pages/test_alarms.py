"""Alarms on the pages of those who work in a hall: raised live, seen to, told again, and no longer there."""

import json
import re
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from hallsys.resources import resource
from hallsys.texts import LANGUAGES
from tests.child import serving
from tests.monitor.receiver import SECRET, Receiver, receiving
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, PHONE, WALL, Hall, Stations
from tests.pages.test_every_page import RULES, UNWRITTEN, outside

pytestmark = pytest.mark.browser

ALARMS = """
[alarms]
repeat_s = 3
over_s = 1

[[alarms.rules]]
kind = "queue"
of = ["X"]
warn = 2
alarm = 3

[[webhooks]]
id = "bridge"
url = "{url}"
secret = "env:HOOK_SECRET"

[[webhooks]]
id = "mail"
url = "{broken}"
secret = "env:HOOK_SECRET"
kinds = ["wait"]
events = ["raised", "worse"]
give_up_s = 1
"""


@pytest.fixture(scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture(scope="module")
async def broken() -> AsyncIterator[Receiver]:
    """One that answers 500."""
    async with receiving() as found:
        found.mood = 500
        yield found


@pytest.fixture(scope="module")
async def short(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, broken: Receiver) -> AsyncIterator[Hall]:
    """The sample hall, in which waits are alarms after three seconds and are told again after four."""
    data = tmp_path_factory.mktemp("short") / "data"
    config = data.parent / "phutho.toml"
    sample = resource("samples/phutho.toml").read_text("utf-8")
    sample = re.sub(r"^warn = 600\nalarm = 900\n", "warn = 2\nalarm = 3\n", sample, flags=re.MULTILINE)
    config.write_text(sample + ALARMS.format(url=receiver.url, broken=broken.url), "utf-8")
    async with serving(data, "--config", str(config), HOOK_SECRET=SECRET) as child:
        yield Hall(await child.ready(), await admin_token(data))


async def well(page: Page) -> None:
    """Nothing is unwritten, and the page is usable by everybody."""
    assert not UNWRITTEN.findall(await page.locator("body").inner_text())
    for width, height in (WALL, PHONE, DESK):
        await page.set_viewport_size({"width": width, "height": height})
        assert await outside(page, fits=False) == []
    found = await Axe().run(page, options=RULES)
    assert not found.response["violations"], json.dumps(found.response["violations"], indent=1)[:2000]


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_an_alarm_is_raised_told_again_and_seen_to(short: Hall, stations: Stations, lang: str) -> None:
    station = await stations(short.address, DESK, headers=short.headers)
    page = (await station.open(f"{short.page('monitor')}?lang={lang}")).page
    await expect(page.locator("#counters li").first).to_be_visible()
    await expect(page.locator("#alarms")).to_be_hidden()
    label = await short.label("H")
    row = page.locator('#alarms [data-alarm="wait.H"]')
    await expect(row).to_contain_text(label)
    await expect(row).to_have_class("alarm")
    await expect(row).to_contain_text("đã nhắc 2 lần" if lang == "vi" else "told 2 times")
    await expect(page.locator("#alarm-said")).to_contain_text(label)
    await well(page)
    await row.get_by_role("button").press("Enter")
    await expect(row).to_have_class("alarm taken")
    await expect(row.get_by_role("button")).to_have_count(0)
    await expect(row).to_contain_text("lo từ" if lang == "vi" else "sees to it since")
    await short.do("cancel", ticket=label)
    await expect(page.locator("#alarms")).to_be_hidden()
    await page.locator("#alarm-past summary").press("Enter")
    await expect(page.locator("#past-rows tr").first).to_contain_text(label)
    await expect(page.locator("#hooks")).to_contain_text("bridge")
    await well(page)


async def test_officers_are_told_of_what_concerns_them(short: Hall, stations: Stations) -> None:
    await short.do("open_counter", counter="4")
    label = await short.label("H")
    near = await (await stations(short.address, DESK, headers=short.headers)).open(
        f"{short.page('counter')}?counter=4&lang=en"
    )
    own = await (await stations(short.address, DESK, headers=short.headers)).open(f"{short.page('counter')}?counter=2")
    wall = await (await stations(short.address, WALL)).open(short.page("board"))
    row = near.page.locator("#news li", has_text=label)
    await expect(row).to_be_visible()
    await expect(row).to_contain_text("Alarm")
    await expect(own.page.locator("#chips")).to_contain_text(label)  # whose line it is has it as a chip
    await expect(own.page.locator("#news")).to_be_hidden()
    assert not UNWRITTEN.findall(await near.page.locator("body").inner_text())
    await near.page.set_viewport_size({"width": 360, "height": 300})
    await expect(row).to_be_visible()
    found = await Axe().run(near.page, options=RULES)
    assert not found.response["violations"], json.dumps(found.response["violations"], indent=1)[:2000]
    await short.do("cancel", ticket=label)
    await expect(near.page.locator("#news")).to_be_hidden()
    told = {frame["type"] for frame in near.frames}
    assert "alarms" in told
    assert "alarms" not in {frame["type"] for frame in wall.frames}, "a board is no business of the staff's"
    await short.do("close_counter", counter="4")


async def test_what_could_not_be_told_is_sent_again(short: Hall, stations: Stations, broken: Receiver) -> None:
    station = await stations(short.address, DESK, headers=short.headers)
    page = (await station.open(short.page("monitor"))).page
    label = await short.label("K")
    await expect(page.locator("#health")).to_contain_text("mail: ")
    await page.locator("#alarm-past summary").press("Enter")
    await expect(page.locator("#dead li", has_text="wait.K")).to_contain_text("status 500")
    await well(page)
    broken.mood = 200
    await page.locator("#dead h3 button").press("Enter")
    await expect(page.locator("#alarm-told")).to_contain_text("tin sẽ được gửi lại")
    await broken.until(lambda: any(told["data"]["alarm"]["id"] == "wait.K" for told in broken.took))
    await expect(page.locator("#dead")).to_be_empty()
    await short.do("cancel", ticket=label)
