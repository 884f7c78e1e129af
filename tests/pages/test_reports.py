"""The page of reports: what it shows is what the API says, on every screen, in both languages, and on paper."""

import re
from datetime import date

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, expect

from hallsys.store.past import Past
from tests.monitor.days import made_days
from tests.pages.station import DESK, PHONE, WALL, Station
from tests.pages.test_every_page import RULES, SMALLEST, UNWRITTEN, outside
from tests.running import Running

pytestmark = pytest.mark.browser

AUGUST = "from=2026-08-01&to=2026-08-31"


@pytest.fixture
async def lived(server: Running) -> Running:
    past = Past(server.hall, server.server.connection)
    for day in made_days(date(2026, 7, 1), 62, 150):
        await past.keep(day)
    return server


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_page_on_every_screen(lived: Running, wall: Browser, lang: str) -> None:
    headers = {"Authorization": f"Bearer {await lived.token('supervisor')}"}
    context = await wall.new_context(reduced_motion="reduce", extra_http_headers=headers)
    page = await context.new_page()
    station = Station(context, page, lived.address)
    await station.open(f"/halls/{lived.hall}/reports?{AUGUST}&lang={lang}")
    await expect(page.locator(".groups tbody tr")).to_have_count(3)
    assert not UNWRITTEN.search(await page.locator("main").inner_text())
    for size in (WALL, DESK, PHONE, SMALLEST):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        assert await outside(page, False) == [], size
        found = await Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{size}: {found.generate_report()}"
    await page.emulate_media(media="print")
    await expect(page.locator(".ask")).to_be_hidden()
    await expect(page.locator(".signed")).to_be_visible()
    assert not station.wrong
    await context.close()


async def test_the_figures_are_those_of_the_api_and_the_question_stays(lived: Running, wall: Browser) -> None:
    door = await lived.door("supervisor")
    said = (await door.get("/reports", **{"from": "2026-08-03", "to": "2026-08-07", "by": "day"})).json
    headers = {"Authorization": f"Bearer {door.token}"}
    context = await wall.new_context(extra_http_headers=headers)
    page = await context.new_page()
    await page.goto(f"{lived.address}/halls/{lived.hall}/reports?{AUGUST}")
    await page.locator("[name=from]").fill("2026-08-03")
    await page.locator("[name=to]").fill("2026-08-07")
    await page.locator("[name=by]").select_option("day")
    await page.locator(".ask [type=submit]").click()
    await expect(page.locator(".groups tbody tr")).to_have_count(5)
    shown = await page.locator(".groups tbody td:nth-child(3)").all_inner_texts()
    assert [int(text) for text in shown] == [group["issued"] for group in said["groups"].values()]
    assert (await page.locator(".fig dd").first.inner_text()).split()[0] == str(said["now"]["total"]["issued"])
    others = await page.locator(".others dd").all_inner_texts()
    assert others[:4] == [str(said["now"]["total"][name]) for name in ("served", "no_shows", "cancelled", "expired")]
    middles = await page.locator(".groups tbody td:nth-child(4)").all_inner_texts()
    assert middles == [f"{group['waits']['p50'] / 60:.1f}".replace(".", ",") for group in said["groups"].values()]
    await expect(page.locator("[name=by]")).to_have_value("day")
    for link, type_ in zip(await page.locator("a[download]").all(), ("openxml", "text/csv"), strict=True):
        reply = await door.ask("GET", await link.get_attribute("href") or "")
        assert type_ in reply.headers["Content-Type"]
        assert "2026-08-03-2026-08-07-day" in reply.headers["Content-Disposition"]
    await context.close()


async def test_how_promises_were_kept_and_why_people_were_called_out_of_order(lived: Running, wall: Browser) -> None:
    door = await lived.door("supervisor")
    said = (await door.get("/reports", **{"from": "2026-08-01", "to": "2026-08-31"})).json
    context = await wall.new_context(extra_http_headers={"Authorization": f"Bearer {door.token}"})
    page = await context.new_page()
    await page.goto(f"{lived.address}/halls/{lived.hall}/reports?{AUGUST}&by=day&lang=vi")
    await expect(page.locator("h1")).to_contain_text("Tháng 8/2026")
    promises = [group["promises"] for group in said["groups"].values()]
    by_p80 = [f"{100 * each['by_p80'] / each['count']:.0f} %" for each in promises]
    assert await page.locator(".told tbody td:nth-child(3)").all_inner_texts() == by_p80
    assert all(100 * each["by_p80"] / each["count"] < 100 for each in promises)
    total = said["now"]["total"]
    whys = await page.locator(".why").evaluate_all(
        "(all) => all.map(({ tBodies }) => [...tBodies[0].rows].map((row) => [...row.cells].map((c) => c.innerText)))"
    )
    words = {"wait": "Chờ lâu"}
    given = [total[name].items() for name in ("chosen_why", "score_why")]
    assert whys == [[[words.get(why, why), str(n)] for why, n in each] for each in given]
    assert sum(total["chosen_why"].values()) == total["out_of_order"] > 0
    await page.locator(".ranges a", has_text="Tháng trước").click()
    await expect(page.locator(".ranges [aria-current]")).to_have_text("Tháng trước")
    await expect(page.locator("[name=by]")).to_have_value("day")
    await context.close()


async def test_the_monthly_report_on_paper(lived: Running, wall: Browser) -> None:
    """Decision 766 has a page of its own, the last one."""
    token = await lived.token("supervisor")
    context = await wall.new_context(extra_http_headers={"Authorization": f"Bearer {token}"})
    page = await context.new_page()
    await page.goto(f"{lived.address}/halls/{lived.hall}/reports?{AUGUST}&lang=vi")
    paper = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 3
    await page.emulate_media(media="print")
    await expect(page.locator("#h-766")).to_be_hidden()
    await expect(page.locator("#h-766-paper")).to_be_visible()
    assert await page.locator(".d766.paper").evaluate("(box) => getComputedStyle(box).breakBefore") == "page"
    await expect(page.locator(".outside")).to_contain_text("Hồ sơ trễ hạn")
    await context.close()


async def test_who_may_not_see_it_is_asked_to_join(lived: Running) -> None:
    assert (await lived.nobody.ask("GET", f"/halls/{lived.hall}/reports")).status == 401
    counter = await lived.door("counter")
    assert (await counter.ask("GET", f"/halls/{lived.hall}/reports")).status == 403
    supervisor = await lived.door("supervisor")
    reply = await supervisor.ask("GET", f"/halls/{lived.hall}/reports?from=2020-01-01&to=2020-01-02&lang=vi")
    assert "Chưa có lượt nào" in reply.body.decode()
