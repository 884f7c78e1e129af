"""A kiosk's page, pressed as its people do, and judged."""

import re

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from tests.pages.station import PHONE, PORTRAIT, Hall, Size, Station, Stations
from tests.pages.test_every_page import RULES, UNWRITTEN, outside

SETTLED = 1_000
"""ms after which the kiosk takes no press for the bounce of the one before."""
SCANNED = """(code) => {
  for (const key of [...code, "Enter"]) document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""


class Kiosk:
    """A kiosk's page, pressed as its people do."""

    def __init__(self, station: Station) -> None:
        self.station, self.page = station, station.page
        self.taps = 0

    async def tap(self, place: str, text: str | None = None) -> None:
        await self.station.later(SETTLED)
        await self.page.locator(place, has_text=text).first.click()
        self.taps += 1

    async def sees(self, place: str, text: str | re.Pattern[str]) -> None:
        # A hidden screen still says what it said to the person before.
        await expect(self.page.locator(f"{place} >> visible=true").first).to_contain_text(text)

    async def scans(self, code: str) -> None:
        """As a scanner types: fast, and Enter at the end; at once where the page tells a scanner by its pace."""
        await self.station.later(SETTLED)
        if await self.page.evaluate("document.activeElement instanceof HTMLInputElement"):
            await self.page.keyboard.type(f"{code}\n")
        else:
            await self.page.evaluate(SCANNED, code)


async def kiosk_at(
    stations: Stations, hall: Hall, size: Size = PORTRAIT, page: str = "kiosk", lang: str = "vi"
) -> Kiosk:
    station = await stations(hall.address, size, headers=hall.headers, clock=True)
    await station.open(f"{hall.page(page)}?lang={lang}")
    await expect(station.page.locator(".sv, kiosk-slip input").first).to_be_visible()
    return Kiosk(station)


async def judge(page: Page, *, fits: bool = True) -> None:
    """Nothing cut off, nothing unwritten, nothing that axe finds, as it stands and at 200 %, which is half the
    room; a phone is as small as it gets."""
    own = page.viewport_size
    assert own is not None
    assert not UNWRITTEN.search(await page.locator("body").inner_text())
    whole: Size = (own["width"], own["height"])
    for size in (whole, *([(whole[0] // 2, whole[1] // 2)] if whole != PHONE else [])):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        assert await outside(page, fits and size == whole) == [], size
        if fits and size == whole:
            body = "(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('.body'))"
            assert await page.evaluate(body) <= 1, f"{size}: not all of it can be seen"
        found = await Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{size}: {found.generate_report()}"
    await page.set_viewport_size(own)
