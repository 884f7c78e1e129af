"""A hall with everything at once: screens joined by code and set from afar, what it announces besides calls, and who
hears it."""

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from hallsys.resources import resource
from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, Hall, Station, Stations
from tests.pages.test_admin import choose
from tests.pages.test_zones import ZONES, ended, one_after_another, speaks

pytestmark = pytest.mark.browser

ALSO = 'stale_s = 300\nalso = ["prepare", "transfer", "opening", "closing"]'
FILM = """async (colours) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  const pen = canvas.getContext("2d");
  const parts = [];
  const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: "video/webm" });
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const over = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  for (const colour of colours) {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 320, 180);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  recorder.stop();
  await over;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""
"""A second of film, made by the browser itself."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole") / "data"


@pytest.fixture(scope="module")
async def hall(data: Path) -> AsyncIterator[Hall]:
    text, changed = re.subn(
        r"^stale_s = 30$", ALSO, resource("samples/phutho.toml").read_text("utf-8"), flags=re.MULTILINE
    )
    assert changed == 1
    text = re.sub(r"^hours = .*$", "", text, flags=re.MULTILINE)  # outside of them a day opens in silence
    config = data.parent / "phutho.toml"
    config.write_text(text + ZONES, "utf-8")
    async with serving(data, "--config", str(config)) as child:
        yield Hall(await child.ready(), await admin_token(data))


async def joined(stations: Stations, hall: Hall, desk: Station, name: str) -> Station:
    """A screen of the open hall that asks to be joined, and is, by the administrator with the code on it."""
    screen = await stations(hall.address)
    await screen.open(hall.page("board?join"))
    code = screen.page.locator("#code")
    await expect(code).to_have_text(re.compile(r"\w{3}-\w{3}"))
    await desk.open(hall.page(f"admin?code={await code.text_content()}"))
    await choose(desk.page, "confirm", role="display", name=name)
    await desk.page.locator("#confirm .go").click()
    await screen.page.locator("html[data-day]").wait_for(state="attached")
    return screen


async def settle(desk: Station, name: str, **values: str) -> None:
    """Set a screen on the administrator's page."""
    row = desk.page.locator("#screen-rows tr", has_text=name)
    await row.get_by_role("button").click()
    await choose(desk.page, "screen-form", **values)
    await desk.page.locator("#screen-form .go").click()
    await expect(desk.page.locator("#said")).to_contain_text(name)


async def said(screen: Station, count: int) -> list[str]:
    """What the screen spoke, once so much was: label or kind, without what tells two calls apart."""
    log = await screen.heard(count)
    one_after_another(log)
    return [voice.rsplit("-", 1)[0] for voice in ended(log)]


async def test_a_whole_hall(hall: Hall, data: Path, stations: Stations) -> None:
    desk = await stations(hall.address, DESK, headers=hall.headers)
    officer = await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("counter?counter=2"))
    chips = officer.page.locator("#chips")
    await expect(chips).to_contain_text("Sảnh chưa có loa")

    a = await joined(stations, hall, desk, "Khu A")
    await a.page.evaluate("heard.rate = 8")
    await settle(desk, "Khu A", board="zone", zone="a", theme="light", volume="40")
    root = a.page.locator("html")
    await expect(root).to_have_attribute("data-board", "zone")
    await expect(root).to_have_attribute("data-theme", "light")
    await expect(a.page.locator("hall-title")).to_contain_text("Khu A")
    await speaks(a)
    await expect(chips).to_contain_text("Sảnh nghe được")
    b = await joined(stations, hall, desk, "Khu B")
    await b.page.evaluate("heard.rate = 8")
    await settle(desk, "Khu B", board="zone", zone="b")
    await speaks(b)

    # Who is called, then who should get ready; what somebody is called to is not said to get ready for.
    await hall.do("open_counter", counter="2")
    labels = [await hall.label("A") for _ in range(3)]
    await hall.do("call_next", counter="2")
    assert await said(a, 2) == [f"{labels[0]}-2", f"{labels[1]}-2"]
    assert await a.page.evaluate("document.querySelector('audio').volume") == pytest.approx(0.4)
    await hall.do("call_next", counter="2")
    await hall.do("transfer", counter="2", service="H")
    assert (await said(a, 5))[2:] == [f"{labels[1]}-2", f"{labels[2]}-2", f"{labels[1]}-2"]
    assert await b.page.evaluate("heard.log") == []

    # A notice is read in its zone, shown as it was written, and everybody hears when the day ends.
    nasty = '<img src=x onerror="document.title=1"> Xe 19A-123.45 xin dời đi'
    await hall.do("notice", text=nasty, zone="b", speak=True)
    assert [voice[:6] for voice in await said(b, 1)] == ["notice"]
    await expect(b.page.locator("hall-notice")).to_contain_text(nasty)
    await expect(a.page.locator("hall-notice")).not_to_contain_text("19A")
    await hall.do("close_day")
    assert (await said(a, 6))[-1] == "closing"
    assert (await said(b, 2))[-1] == "closing"
    await expect(a.page.locator("#idle")).to_contain_text("chưa mở cửa")
    await hall.do("open_day")
    await a.heard(7)

    await film(data, desk, a)
    await settle(desk, "Khu A", board="led")
    await expect(root).to_have_attribute("data-board", "led")
    row = desk.page.locator("#screen-rows tr", has_text="Khu A")
    await desk.page.locator("#refresh").click()
    await expect(row.locator(".chip")).not_to_have_class(re.compile("lost"))


async def film(data: Path, desk: Station, screen: Station) -> None:
    """A real video and a notice follow each other; the video is mute, and calls go on beside it."""
    folder = data / "media" / "phutho"
    folder.mkdir(parents=True)
    made: str = await desk.page.evaluate(FILM, ["red", "green", "blue"] * 4)
    (folder / "1.webm").write_bytes(base64.b64decode(made))
    (folder / "2.txt").write_text("Nghỉ lễ: 02/09\n<b>mở lại 03/09</b>", "utf-8")
    await screen.page.emulate_media(reduced_motion="no-preference")
    await settle(desk, "Khu A", board="media")
    page = screen.page
    await expect(page.locator(".media video")).to_be_visible()
    seen: dict[str, Any] = await page.evaluate(
        """() => new Promise((resolve) => {
          const video = document.querySelector(".media video");
          const look = () => video.currentTime > 0.2
            ? resolve({ muted: video.muted, paused: video.paused }) : setTimeout(look, 20);
          look();
        })"""
    )
    assert seen == {"muted": True, "paused": False}
    await expect(page.locator(".media .cap h2")).to_have_text("Nghỉ lễ: 02/09")
    await expect(page.locator(".media .cap li")).to_have_text(["<b>mở lại 03/09</b>"])
