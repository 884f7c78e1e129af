"""What is looked at on every page and in every state of one: axe, nothing cut off, nothing unwritten, the keyboard."""

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from tests.pages.station import DESK
from tests.pages.test_every_page import RULES, UNWRITTEN, outside


async def nothing_wrong(page: Page, fits: bool = False, judged: bool = True) -> None:
    """`fits`: nothing may be below the fold either. A desk's or a wall's page is looked at with a zoom of 200 %, too.
    Not `judged`: by axe, which takes its time and finds the same at every size."""
    found = UNWRITTEN.search(await page.locator("body").inner_text())
    assert found is None, found
    cut = await outside(page, fits)
    assert not cut, cut
    size = page.viewport_size
    if size and size["width"] >= DESK[0]:
        await page.set_viewport_size({"width": size["width"] // 2, "height": size["height"] // 2})
        cut = await outside(page, fits=False)
        assert not cut, ("200 %", cut)
        await page.set_viewport_size(size)
    if not judged:
        return
    report = await Axe().run(page, options=RULES)
    assert report.violations_count == 0, report.generate_report()


async def reached_by_keyboard(page: Page, selector: str) -> None:
    """Whoever has no pointer comes to each of these with the tabulator alone, and sees where it is."""
    wanted = await page.locator(selector).count()
    assert wanted
    await page.evaluate("document.activeElement?.blur()")
    reached = set()
    for _ in range(60):
        await page.keyboard.press("Tab")
        at = await page.evaluate(
            """(selector) => {
              const element = document.activeElement;
              if (!element.matches(selector)) return null;
              if (getComputedStyle(element).outlineStyle === "none") throw new Error(`no ring: ${element.outerHTML}`);
              return [...document.querySelectorAll(selector)].indexOf(element);
            }""",
            selector,
        )
        if at is not None:
            reached.add(at)
        if len(reached) == wanted:
            return
    raise AssertionError(f"{wanted - len(reached)} of {selector} cannot be reached")
