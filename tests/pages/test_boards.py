"""Every board in its states: legible, whole, honest about its link, and set from afar."""

import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, expect

from tests.pages.pictures import LED, LOST_AFTER, PORTRAIT, TOP, TOP_WIDE, WALL, Shot, shots
from tests.pages.scenes import CALL, FIVE, MINUTE, NOW, PAIR, SCENES, Play, Scene, zoned
from tests.pages.station import Hall, Station, Stations
from tests.pages.test_every_page import UNWRITTEN

pytestmark = pytest.mark.browser

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
"""Enhanced contrast is 7:1."""

CAPITAL = 0.71
"""em, of the typeface as tokens.css enlarges it."""

SHOTS = [
    *(Shot(scene, theme=theme) for scene, theme in (("called", "dark"), ("two-calls", "light"), ("quiet", "light"))),
    *(Shot(scene, lang="vi,en", theme="dark") for scene in ("called", "two-calls", "no-sound", "lost", "notices")),
    *(Shot(scene, size=PORTRAIT, theme="light") for scene in ("called", "two-calls", "lost", "no-sound")),
    *(Shot(scene, size=PORTRAIT, lang="vi,en") for scene in ("called", "12-counters", "long-names")),
    *(Shot(scene) for scene in ("0-counters", "1-counter", "12-counters", "30-counters", "long-names", "closed")),
    Shot("called", "&zone=a", board="zone"),
    *(Shot(scene, size=size, board="media") for scene in ("called", "two-calls", "lost") for size in (WALL, PORTRAIT)),
    Shot("called", board="media", lang="vi,en", theme="light"),
    *(Shot(scene, "&counter=3", size, board="counter") for scene in ("called", "lost") for size in (TOP, TOP_WIDE)),
    Shot("rest", "&counter=5", TOP, lang="vi,en", theme="light", board="counter"),
    *(Shot(scene, size=LED, board="led") for scene in ("called", "two-calls", "quiet", "lost")),
    Shot("called", size=(1280, 160), board="led", lang="vi,en", theme="light"),
]  # fmt: skip

# What stands outside the window, what runs over the edge of its card, and how large each number is.
LOOK = """() => {
  const seen = (element) => element.getClientRects().length && !element.closest(".sr, template");
  const name = (element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 30)}`;
  const all = [...document.querySelectorAll("#wall *")].filter((element) => seen(element) && !element.closest("svg"));
  const box = (element) => element.getBoundingClientRect();
  const outside = all.filter((element) =>
    box(element).right > innerWidth + 1 || box(element).bottom > innerHeight + 1);
  const words = ".say, .what, .foot, .big, .hint, .nm b, .note, .cap h2, .s, .n";
  const over = all.filter((element) => element.matches(words) && (() => {
    const card = element.closest(".call, .ctr, .body, .cap, .w, footer");
    return card && (box(element).right > box(card).right + 1 || box(element).bottom > box(card).bottom + 1);
  })());
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);
  const written = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const small = all.filter((element) => written(element) && size(element) < 0.0238 * Math.min(innerWidth, innerHeight));
  const numbers = all.filter((element) => element.matches(".call .who .num, .see .num, .strip > .call > .num"))
    .map((element) => ({ text: element.textContent, size: size(element), lit: !element.closest(".rest") }));
  return { outside: outside.map(name), over: over.map(name), small: small.map(name), numbers };
}"""


async def shown(browser: Browser, address: str, shot: Shot) -> tuple[Station, Play]:
    """The page of a shot, drawn; its station still has to be closed."""
    width, height = shot.size
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    await context.clock.install(time=NOW / 1000)
    scene = SCENES[shot.scene]
    play = Play(zoned(scene) if shot.board == "zone" else scene)
    await play.install(context)
    station = Station(context, await context.new_page(), address)
    station.cut = scene.cut
    if scene.deaf:
        refuse = "() => Promise.reject(new DOMException('touch me', 'NotAllowedError'))"
        await station.page.add_init_script(f"HTMLMediaElement.prototype.play = {refuse}")
    await station.open(shot.path + ("" if scene.deaf else "&sound=0"))
    await drawn(station.page, shot.board)
    if scene.cut:
        await play.cut()
        await station.page.clock.run_for(LOST_AFTER)
    await station.page.clock.run_for(1_200)
    return station, play


async def drawn(page: Page, board: str = "hall") -> None:
    await page.locator("html[data-day]").wait_for(state="attached")
    await page.evaluate("document.fonts.ready.then(() => null)")
    if board == "media":
        await page.locator(".media .pic > *").first.wait_for()


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
async def test_a_board_is_legible_and_whole(shot: Shot, hall: Hall, wall: Browser) -> None:
    station, _ = await shown(wall, hall.address, shot)
    assert not UNWRITTEN.search(await station.page.locator("body").inner_text())
    seen = await station.page.evaluate(LOOK)
    assert {key: seen[key] for key in ("outside", "over", "small")} == {"outside": [], "over": [], "small": []}
    width, height = shot.size
    for number in seen["numbers"]:
        share = number["size"] * CAPITAL / (min(width, height))
        least = 1 / 6 if width > height else 1 / 4
        if len(number["text"]) == 4 and "W" not in number["text"] and number["lit"]:
            assert share >= least, number
        assert share >= least * 0.7, number
    found = await Axe().run(station.page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    await station.context.close()
    assert not station.wrong


async def test_the_pictures_name_no_two_shots_alike() -> None:
    names = [shot.name for shot in shots()]
    assert len(names) == len(set(names))


@pytest.fixture
async def played(wall: Browser, hall: Hall) -> AsyncIterator[tuple[Station, Play]]:
    station, play = await shown(wall, hall.address, Shot("called"))
    yield station, play
    await station.context.close()
    assert not station.wrong


async def test_a_call_that_is_taken_back_leaves_the_picture(played: tuple[Station, Play]) -> None:
    station, play = played
    await expect(station.page.locator(".call.lit .who .num")).to_have_text("A012")
    row = {**CALL[0]["changes"]["tickets"]["A012"], "state": "waiting", "counter": None, "called_at": None}
    desk = {**FIVE["counters"]["3"], "ticket": None}
    changes = {"tickets": {"A012": row}, "counters": {"3": desk}}
    play.send({"type": "event", "kind": "undone", "time": NOW + 3_000, "changes": changes})
    await expect(station.page.locator(".call.rest .who .num")).to_have_text("N015")
    await expect(station.page.locator(".board")).not_to_contain_text("A012")


async def test_the_number_that_is_spoken_elsewhere_is_the_large_one_here(played: tuple[Station, Play]) -> None:
    station, play = played
    page = station.page
    play.send({"type": "speaking", "voice": "A012-3-00beef", "zone": ""})
    await expect(page.locator(".call.lit .wave")).to_be_visible()
    play.send(PAIR[1])
    await expect(page.locator(".call .who .num")).to_have_text(["A012", "N016"])
    play.send({"type": "spoken", "voice": "A012-3-00beef", "zone": ""})
    await expect(page.locator(".call.lit .who .num")).to_have_text("N016")
    play.send({"type": "speaking", "voice": "N016-4-00beef", "zone": ""})
    play.send({"type": "spoken", "voice": "N016-4-00beef", "zone": ""})
    await expect(page.locator(".call.rest .who .num")).to_have_text("N016")


async def test_who_comes_in_without_a_call_is_not_large(played: tuple[Station, Play]) -> None:
    station, play = played
    row = {**CALL[0]["changes"]["tickets"]["A012"], "label": "A044", "state": "serving", "why": "walk_in"}
    play.send(
        {"type": "event", "kind": "issued", "time": NOW, "changes": {"tickets": {"A044": {**row, "state": "waiting"}}}}
    )
    changes = {
        "tickets": {"A044": {**row, "counter": "4"}},
        "counters": {"4": {**FIVE["counters"]["4"], "ticket": "A044"}},
    }
    play.send({"type": "event", "kind": "started", "time": NOW, "changes": changes})
    await expect(station.page.locator(".ctr").nth(3)).to_contain_text("A044")
    await expect(station.page.locator(".call .who .num")).to_have_text("A012")


async def test_a_pause_and_a_notice_end_by_themselves(wall: Browser, hall: Hall) -> None:
    station, play = await shown(wall, hall.address, Shot("notices"))
    await expect(station.page.locator("hall-notice")).to_contain_text("Quầy 5 mở lại lúc 10 giờ")
    await expect(station.page.locator(".w").first).to_contain_text("khoảng 15–25 phút")
    play.tick(NOW + MINUTE)
    await expect(station.page.locator("hall-notice")).not_to_contain_text("Quầy 5 mở lại lúc 10 giờ")
    await expect(station.page.locator("hall-notice")).to_contain_text("Làm căn cước")
    await station.context.close()


async def test_two_zones_show_their_own_calls(wall: Browser, hall: Hall) -> None:
    for zone, labels in (("a", ["A012", "H015"]), ("b", ["N016"])):
        shot = Shot("two-calls", f"&zone={zone}", board="zone")
        station, _ = await shown(wall, hall.address, shot)
        await expect(station.page.locator(".call .who .num")).to_have_text(labels)
        await expect(station.page.locator("hall-title")).to_contain_text("Khu A" if zone == "a" else "Khu B")
        await station.context.close()


async def test_a_newer_page_is_taken_between_two_calls_and_the_picture_stays(wall: Browser, hall: Hall) -> None:
    station, play = await shown(wall, hall.address, Shot("called"))
    page = station.page
    await page.evaluate("window.old = true")
    async with page.expect_response("**/board?**"):
        play.send({"type": "version", "version": "another"})
    play.send({"type": "speaking", "voice": "A012-3-00beef", "zone": ""})
    await expect(page.locator(".call.lit .wave")).to_be_visible()
    assert await page.evaluate("window.old")  # nobody is interrupted
    play.scene = Scene("called", FIVE)
    play.silent = True  # the new page's link is slow
    async with page.expect_navigation():
        play.send({"type": "spoken", "voice": "A012-3-00beef", "zone": ""})
    await expect(page.locator(".call.rest .who .num")).to_have_text("A012")
    assert await page.evaluate("window.old") is None
    play.silent = False
    play.greet()
    await expect(page.locator(".call.rest .who .num")).to_have_text("N015")
    play.send({"type": "version", "version": "another"})  # it did not become another: once is enough
    await page.clock.run_for(5_000)
    await expect(page.locator(".call.rest .who .num")).to_have_text("N015")
    await station.context.close()


async def test_the_administrator_sets_a_joined_screen_from_afar_at_once(hall: Hall, stations: Stations) -> None:
    station = await stations(hall.address, WALL)
    request = station.context.request
    joining = await (await request.post(f"{hall.address}/api/v1/halls/phutho/join", data={"page": "board"})).json()
    confirmed = await request.post(
        f"{hall.address}/api/v1/halls/phutho/devices",
        headers=hall.headers,
        data={"code": joining["code"], "role": "display", "name": "Tivi"},
    )
    assert confirmed.ok, await confirmed.text()
    await request.post(f"{hall.address}/api/v1/halls/phutho/join/wait", data={"secret": joining["secret"]})
    page = (await station.open(hall.page("board?sound=0&theme=light"))).page
    screen = await page.evaluate("JSON.parse(document.querySelector('#data').textContent).screen")
    assert isinstance(screen, str)
    await drawn(page)
    await page.evaluate("window.same = true")
    root = page.locator("html")
    for row, board in (
        ({"board": "led", "theme": "dark"}, "led"),
        ({"board": "counter", "counter": "2", "theme": "light", "languages": ["en"]}, "counter"),
        ({"board": "media", "languages": ["vi", "en"]}, "media"),
        ({}, "hall"),
    ):
        settings: dict[str, Any] = row
        answer = await request.post(
            f"{hall.address}/api/v1/halls/phutho/commands/set_screen",
            headers={**hall.headers, "Idempotency-Key": uuid.uuid4().hex},
            data={"screen": screen, "name": "Tivi", **settings},
        )
        assert answer.ok, await answer.text()
        await expect(root).to_have_attribute("data-board", board)
        await expect(root).to_have_attribute("data-theme", settings.get("theme", "dark"))
        await expect(root).to_have_attribute("lang", settings.get("languages", ["vi"])[0])
    await expect(page).to_have_title("Tivi")
    assert await page.evaluate("window.same")


async def test_pictures_and_notices_of_the_hall_follow_each_other_and_a_broken_file_is_passed_over(
    wall: Browser, hall: Hall, tmp_path_factory: pytest.TempPathFactory
) -> None:
    halls = tmp_path_factory.getbasetemp().glob("hall*/data")
    folder = max(halls, key=lambda data: data.stat().st_ctime) / "media" / "phutho"  # this file's, the one made last
    folder.mkdir(parents=True)
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6360606060000000050001a5f6454"
        "00000000049454e44ae426082"
    )
    (folder / "1.png").write_bytes(pixel)
    (folder / "1.txt").write_text(
        "Làm khai sinh cho con, xin mang theo\n- Giấy chứng sinh\n- Căn cước của cha, mẹ", "utf-8"
    )
    (folder / "2.mp4").write_bytes(b"no video")
    (folder / "3.txt").write_text("Nghỉ lễ Quốc khánh: 02/09", "utf-8")
    station, _ = await shown(wall, hall.address, Shot("called", board="media"))
    page = station.page
    try:
        await expect(page.locator(".media img")).to_be_visible()
        await expect(page.locator(".media .cap li")).to_have_text(["Giấy chứng sinh", "Căn cước của cha, mẹ"])
        await page.clock.run_for(15_500)  # no video where the system asks for less motion
        await expect(page.locator(".media .cap h2")).to_have_text("Nghỉ lễ Quốc khánh: 02/09")
        await page.emulate_media(reduced_motion="no-preference")
        await page.clock.run_for(15_500)
        await expect(page.locator(".media img")).to_be_visible()
        await page.clock.run_for(15_500)
        await expect(page.locator(".media video")).to_have_count(1)
        assert await page.evaluate("document.querySelector('.media video').muted")
        await page.wait_for_timeout(0)
        await page.clock.run_for(2_000)
        await expect(page.locator(".media .cap h2")).to_have_text("Nghỉ lễ Quốc khánh: 02/09")
    finally:
        for file in folder.iterdir():
            file.unlink()
        await station.context.close()


async def test_a_screen_says_how_it_is(played: tuple[Station, Play]) -> None:
    station, play = played
    await station.page.clock.run_for(61_000)
    health = [frame for frame in play.heard if frame["type"] == "health"]
    assert health, play.heard
    assert {key: health[-1][key] for key in ("link", "sound")} == {"link": "live", "sound": "off"}
    assert health[-1]["heap"] >= 0
    assert health[-1]["version"] in await station.page.content()


async def test_a_wrong_clock_is_said_and_the_halls_is_shown(wall: Browser, hall: Hall) -> None:
    context = await wall.new_context(viewport={"width": 1920, "height": 1080})
    await context.clock.install(time=NOW / 1000 - 300)
    play = Play(SCENES["rest"])
    await play.install(context)
    page = await context.new_page()
    await page.goto(hall.address + hall.page("board?sound=0"))
    await expect(page.locator("hall-health")).to_contain_text(re.compile(r"Đồng hồ máy lệch (29\d|30\d) s"))
    await expect(page.locator(".clock time")).to_have_text("09:42")
    await context.close()
