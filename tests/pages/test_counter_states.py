"""Every state of the counter page and everything it asks: readable, reachable and whole at each of its sizes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, expect

from hallsys.resources import resource
from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, PORTRAIT, WALL, Hall, Size, Station
from tests.pages.test_every_page import COMPACT, RULES, SMALLEST, UNWRITTEN, outside

pytestmark = pytest.mark.browser

SIZES: tuple[Size, ...] = (COMPACT, DESK, WALL)
WHOLE: tuple[Size, ...] = (*SIZES, (683, 768), (768, 1024), PORTRAIT, SMALLEST)
SERVICES = 'services = ["H", "S", "Y", "A", "N", "X"]'
RICHER = 'services = ["H", "S", "Y", "A", { service = "N", wait_over_s = 600 }, "X"]\ngroups = ["doi"]'
EXTRA = """
[[outcomes]]
id = "done"
name = { vi = "Đã nhận hồ sơ", en = "Dossier accepted" }
[[outcomes]]
id = "more"
name = { vi = "Hướng dẫn bổ sung", en = "More papers needed" }
[[groups]]
id = "doi"
name = { vi = "Tổ một cửa", en = "One-stop team" }
"""
STATES = ["closed", "nobody", "ready", "called", "serving", "paused"]
DIALOGS = {
    "serving": {"transfer": "5", "service": "8", "hold": "4", "help": "9", "outcome": "0", "more": "+", "back": "*",
                "notice": "b", "sign": "d"},
    "ready": {"call": "7", "pause": "-", "walk in": "k"},
}  # fmt: skip


@dataclass
class Room:
    """A hall and a counter page in it."""

    hall: Hall
    station: Station

    @property
    def page(self) -> Page:
        return self.station.page

    async def becomes(self, state: str) -> None:
        """Counter 3 in this state, and the page shows it."""
        do = self.hall.do
        if state == "closed":
            pass
        elif state == "nobody":
            await do("open_counter", counter="3")
        elif state == "ready":
            await do("open_counter", counter="4")
            held, missed = await self.hall.label("N"), await self.hall.label("X", "merit")
            for label, how in ((held, "hold"), (missed, "no_show")):
                await do("call", counter="4", ticket=label, reason="x")
                await do(how, counter="4")
            await do("ask_help", counter="4", kind="security")
            await do("notice", text="Quầy 4 tạm nghỉ 10 phút", minutes=10)
            for service in "HSYAH":
                await self.hall.label(service)
            await self.hall.label("H", "aged")
        elif state == "called":
            await do("call_next", counter="3")
            await do("note", ticket=str((await self.hall.view())["counters"]["3"]["ticket"]), text="Sao y 3 bản")
        elif state == "serving":
            await do("start", counter="3")
        elif state == "paused":
            await do("finish", counter="3")
            await do("pause_counter", counter="3", reason="lunch", minutes=30)
        shown = {
            "closed": "#now .empty", "nobody": "#now .empty", "ready": ".next", "called": "#now.called",
            "serving": "#now.serving", "paused": "#now .empty",
        }  # fmt: skip
        await expect(self.page.locator(shown[state]).first).to_be_visible()

    async def is_fine(self, what: str) -> None:
        """Nothing is cut off and axe finds nothing, at each size."""
        assert not UNWRITTEN.search(await self.page.locator("body").inner_text()), what
        for size in WHOLE:
            await self.page.set_viewport_size({"width": size[0], "height": size[1]})
            assert await outside(self.page, False) == [], (what, size)
            if size in SIZES:
                found = await Axe().run(self.page, options=RULES)
                assert found.violations_count == 0, f"{what} at {size}: {found.generate_report()}"


@pytest.fixture
async def room(wall: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    config = tmp_path / "phutho.toml"
    sample = resource("samples/phutho.toml").read_text("utf-8")
    assert SERVICES in sample
    config.write_text(sample.replace(SERVICES, RICHER) + EXTRA, "utf-8")
    async with serving(tmp_path / "data", "--config", str(config)) as child:
        hall = Hall(await child.ready(), await admin_token(tmp_path / "data"))
        context = await wall.new_context(reduced_motion="reduce", extra_http_headers=hall.headers)
        await context.clock.install()
        station = Station(context, await context.new_page(), hall.address)
        await station.open(hall.page(f"counter?counter=3&lang={request.param}"))
        yield Room(hall, station)
        await context.close()
    assert not station.wrong


@pytest.mark.parametrize("room", ["vi", "en"], indirect=True)
async def test_every_state_and_every_question(room: Room) -> None:
    for state in STATES:
        await room.becomes(state)
        await room.is_fine(state)
        for name, key in DIALOGS.get(state, {}).items():
            await room.station.later(1_000)
            await room.page.keyboard.press(key)
            await expect(room.page.locator("dialog[open]")).to_be_visible()
            await room.is_fine(f"{state}, {name}")
            await room.page.keyboard.press("Escape")
            await expect(room.page.locator("dialog")).to_have_count(0)
    await pin_and_keys(room)


async def pin_and_keys(room: Room) -> None:
    page = room.page
    await page.keyboard.press("d")
    await page.locator("dialog input[name=other]").fill("Lan")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog [name=pin]")).to_be_focused()
    await room.is_fine("the PIN")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog input[name=other]")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await room.station.later(1_000)
    await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    await page.locator(".switch").click()
    await expect(page.locator("dialog.keys")).to_be_visible()
    await page.locator("[data-action=recall]").click()
    await room.is_fine("the keys")
