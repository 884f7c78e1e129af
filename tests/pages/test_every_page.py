"""Every page, in both languages and on every screen: readable, reachable, whole, and talking to nobody else."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.station import PHONE, PORTRAIT, WALL, Hall, Size, Station

pytestmark = pytest.mark.browser

SMALLEST: Size = (320, 640)
COMPACT: Size = (360, 300)

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}

# What stands outside the window, or is cut off at the edge of its own box.
OUTSIDE = """(fits) => {
  const inside = (element) => element.closest(".sr, .scroll, [hidden], dialog:not([open]), symbol, script") !== null;
  const name = (element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 30)}`;
  const seen = [...document.body.querySelectorAll("*")].filter((element) =>
    !inside(element) && element.getClientRects().length && getComputedStyle(element).clipPath === "none");
  const wide = seen.filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
  const low = fits ? seen.filter((element) => element.getBoundingClientRect().bottom > innerHeight + 1) : [];
  const cut = seen.filter((element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    return element !== document.body && (
      (overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1) ||
      (overflowY === "hidden" && element.scrollHeight > element.clientHeight + 1));
  });
  if (document.scrollingElement.scrollWidth > innerWidth) wide.unshift(document.documentElement);
  return [...wide, ...low, ...cut].map(name);
}"""


async def outside(page: Page, fits: bool) -> list[str]:
    """What is cut off or reaches beyond the page, once it has settled: a wall says less where there is no room, a
    moment after its size has changed. `fits`: nothing may be below the fold either."""
    with suppress(PlaywrightTimeout):
        await page.wait_for_function(f"(fits) => !({OUTSIDE})(fits).length", arg=fits, timeout=30_000)
    found: list[str] = await page.evaluate(OUTSIDE, fits)
    return found


UNWRITTEN = re.compile(r"\b[a-z_]+\.[a-z_]+[a-z]\b(?!\.)|\{\w+\}|\bundefined\b|\bNaN\b|\[object|\bnull\b")


@dataclass(frozen=True)
class Place:
    """A page in one of its states. `ready` must be seen before it is judged; `fits` says that a wall never scrolls."""

    name: str
    path: str
    ready: str
    signed_in: bool = True
    fits: bool = False
    sizes: tuple[Size, ...] = (WALL, PORTRAIT, PHONE)
    reach: Callable[[Page], Awaitable[None]] | None = field(default=None, compare=False)


async def to_priority(page: Page) -> None:
    await expect(page.locator("kiosk-start .sv").first).to_be_visible()
    await page.clock.fast_forward(1_000)
    await page.locator("kiosk-start .sv").nth(2).click()
    await expect(page.locator("kiosk-priority")).to_be_visible()
    await page.clock.fast_forward(1_000)


async def to_ticket(page: Page) -> None:
    await to_priority(page)
    await page.locator(".choice").last.click()


async def to_larger(page: Page) -> None:
    await expect(page.locator("kiosk-start .sv").first).to_be_visible()
    await page.locator("#large").click()


PLACES = [
    Place("home", "/", ".cards", signed_in=False),
    Place("home signed in", "/", ".who button"),
    Place("login", "/login", "form", signed_in=False),
    Place("setup", "{setup}", "form", signed_in=False),
    Place("join", "/halls/phutho/kiosk", "#qr", signed_in=False),
    Place("error", "/nowhere", "main h1", signed_in=False),
    Place("admin", "/halls/phutho/admin", "#device-rows td"),
    Place("board", "/halls/phutho/board?sound=0", "hall-call .call", signed_in=False, fits=True),
    Place("board dark", "/halls/phutho/board?sound=0&theme=dark", "hall-call .call", signed_in=False, fits=True),
    Place("kiosk", "/halls/phutho/kiosk", ".sv", fits=True),
    Place("kiosk, larger", "/halls/phutho/kiosk", "#large[aria-pressed=true]", reach=to_larger),
    Place("kiosk, priority", "/halls/phutho/kiosk", "kiosk-priority", reach=to_priority, fits=True),
    Place("kiosk, ticket", "/halls/phutho/kiosk", "kiosk-ticket .num", reach=to_ticket, fits=True),
    Place("counter, which", "/halls/phutho/counter", ".choose a"),
    Place("counter, none", "/halls/phutho/counter?counter=99", ".choose .told"),
    Place("counter, serving", "/halls/phutho/counter?counter=2", "#now.serving"),
    Place("counter, called", "/halls/phutho/counter?counter=3", "#now.called"),
    Place("counter, paused", "/halls/phutho/counter?counter=4", "#now .empty"),
    Place("counter, closed", "/halls/phutho/counter?counter=5", "#now .empty"),
    Place("counter, compact", "/halls/phutho/counter?counter=3", "#now.called", sizes=(COMPACT,)),
    Place("monitor", "/halls/phutho/monitor", "#counters li"),
    Place("what if", "/halls/phutho/whatif", "#blocks .block"),
    Place("monitor dark", "/halls/phutho/monitor?theme=dark", "#counters li"),
    Place("phone, waiting", "{waiting}", ".me.waiting, .me.soon", signed_in=False, sizes=(PHONE,)),
    Place("phone, called", "{called}", ".me.now", signed_in=False, sizes=(PHONE,)),
    Place("phone, done", "{done}", ".me.done", signed_in=False, sizes=(PHONE,)),
]


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Hall, dict[str, str]]]:
    """A hall in the middle of its day: every state that a page can show at once; and the secret addresses in it."""
    data = tmp_path_factory.mktemp("lived") / "data"
    async with serving(data) as child:
        hall = Hall(await child.ready(), await admin_token(data))
        said = await child.line("Set the IT officer's password (a link")
        paths = {"setup": said.partition(hall.address)[2]}
        for counter in "234":
            await hall.do("open_counter", counter=counter)
        for service, state in (("A", "done"), ("H", "called"), ("A", "serving")):
            made = await hall.do("issue", service=service, priority="merit")
            paths[state] = f"/t/{made['token']}"
            counter = "3" if state == "called" else "2"
            await hall.do("call_next", counter=counter)
            if state != "called":
                await hall.do("start", counter=counter)
            if state == "done":
                await hall.do("finish", counter=counter)
        held = await hall.label("X")
        await hall.do("call_next", counter="4")
        await hall.do("hold", counter="4")
        missed = await hall.label("N")
        await hall.do("call_next", counter="4")
        await hall.do("no_show", counter="4")
        await hall.do("pause_counter", counter="4", reason="lunch")
        for service in "AHNXKSYQRT":
            await hall.label(service, "aged")
            paths["waiting"] = f"/t/{(await hall.do('issue', service=service))['token']}"
        states = {label: row["state"] for label, row in (await hall.view())["tickets"].items()}
        assert (states[held], states[missed]) == ("held", "no_show")
        yield hall, paths


Rooms = dict[bool, BrowserContext]


@pytest.fixture(scope="module")
async def rooms(lived: tuple[Hall, dict[str, str]], wall: Browser) -> AsyncIterator[Rooms]:
    """A context for whoever is signed in and one for nobody; they are kept, and with them what they have loaded."""
    hall, _ = lived
    found = {
        signed_in: await wall.new_context(
            reduced_motion="reduce", extra_http_headers=hall.headers if signed_in else None
        )
        for signed_in in (False, True)
    }
    for context in found.values():
        await context.clock.install()
    yield found
    for context in found.values():
        await context.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
async def test_page(place: Place, lang: str, lived: tuple[Hall, dict[str, str]], rooms: Rooms) -> None:
    hall, paths = lived
    path = place.path.format_map(paths)
    page = await rooms[place.signed_in].new_page()
    station = Station(rooms[place.signed_in], page, hall.address)
    await page.set_viewport_size({"width": place.sizes[0][0], "height": place.sizes[0][1]})
    await station.open(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    if place.reach is not None:
        await place.reach(page)
    await expect(page.locator(place.ready).first).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", lang)
    await page.evaluate("document.fonts.ready.then(() => null)")

    assert not UNWRITTEN.search(await page.locator("body").inner_text())
    axe = Axe()
    for size in (*place.sizes, SMALLEST):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        fits = place.fits and size in (WALL, PORTRAIT)
        assert await outside(page, fits) == [], size
        if size in (place.sizes[0], PHONE):
            found = await axe.run(page, options=RULES)
            assert found.violations_count == 0, f"{size}: {found.generate_report()}"
    await page.close()
    assert not station.wrong
