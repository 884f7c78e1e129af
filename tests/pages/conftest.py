"""Pages in real browsers. A page that complains fails its test, whatever else it shows."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright, async_playwright, expect

from hallsys.resources import resource
from tests.child import hallsys, serving
from tests.pages.station import Hall, Stations

QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
SPEAKING = "--autoplay-policy=no-user-gesture-required"

expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as found:
        yield found


@pytest.fixture(scope="session")
async def wall(chromium: str, playwright: Playwright) -> AsyncIterator[Browser]:
    """As a wall's browser is started: it may speak without a touch."""
    browser = await playwright.chromium.launch(executable_path=chromium, args=[*QUIET, SPEAKING])
    yield browser
    await browser.close()


@pytest.fixture(scope="session")
async def shy(chromium: str, playwright: Playwright) -> AsyncIterator[Browser]:
    """As anybody's browser is started: it is mute until somebody touches it."""
    browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
    yield browser
    await browser.close()


@pytest.fixture
async def stations(wall: Browser) -> AsyncIterator[Stations]:
    async with Stations(wall) as opened:
        yield opened


@pytest.fixture(scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """`hallsys serve` as a process of its own with the sample hall, for the tests of one file."""
    data = tmp_path_factory.mktemp("hall") / "data"
    async with serving(data) as child:
        yield Hall(await child.ready(), await admin_token(data))


async def admin_token(data: Path) -> str:
    return (await hallsys(data, "token", "create", "--hall", "phutho", "--role", "admin")).out.strip()


@pytest.fixture(scope="session")
def shut_hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample hall, closed to whoever has not joined: its boards have to ask to be let in, too."""
    sample = resource("samples/phutho.toml").read_text("utf-8")
    text, changed = re.subn(r"^open_reading = true$", "open_reading = false", sample, flags=re.MULTILINE)
    assert changed == 1
    path = tmp_path_factory.mktemp("shut") / "phutho.toml"
    path.write_text(text, "utf-8")
    return path
