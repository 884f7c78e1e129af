"""What the counter page does besides calling: taking back, telling, asking, keys and pedals of its own, the small
window, officers who sign in and hand over, the printed card."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from hallsys.caller.keys import KEYS
from hallsys.resources import resource
from tests.child import hallsys, serving
from tests.pages.cable import Cable
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, Hall, Station, Stations
from tests.pages.test_main_job import joined, sign_up

pytestmark = pytest.mark.browser

SETTLED = 1_000
PIN = "2580"


@pytest.fixture
async def desk(hall: Hall, stations: Stations, cable: Cable) -> Station:
    """Counter 2, open and free; nobody waits."""
    view = await hall.view()
    for counter in view["counters"].values():
        if counter["ticket"]:
            await hall.do("finish", counter=counter["id"])
        if counter.get("asks"):
            await hall.do("ask_help", counter=counter["id"], kind=None)
    for label, ticket in view["tickets"].items():
        if ticket["state"] in ("waiting", "held"):
            await hall.do("cancel", ticket=label)
    await hall.do("open_counter", counter="2")
    station = await stations(hall.address, DESK, headers=hall.headers, clock=True)
    await cable.plug(station.page)
    await station.open(hall.page("counter?counter=2"))
    await expect(station.page.locator("#what")).to_have_text("Mời số tiếp")
    return station


@pytest.fixture
async def cable() -> Cable:
    return Cable()


async def press(desk: Station, *keys: str) -> None:
    await desk.later(SETTLED)
    for key in keys:
        await desk.page.keyboard.press(key)


async def calls(desk: Station, label: str) -> None:
    await expect(desk.page.locator("#hint")).to_contain_text(label)
    await press(desk, "Enter")
    await expect(desk.page.locator("#now.called .num")).to_have_text(label)


async def test_a_press_is_taken_back_even_after_a_reload(hall: Hall, desk: Station) -> None:
    first, second = await hall.label("A"), await hall.label("A")
    page = desk.page
    await calls(desk, first)
    await calls(desk, second)
    await page.reload()
    undo = page.locator("#undo")
    await expect(undo).to_contain_text(f"{first} xong, đã mời {second}")
    await expect(page.locator("#left")).to_contain_text("giây")
    await page.keyboard.press(".")
    await expect(page.locator("#now .num")).to_have_text(first)
    await expect(undo).to_be_hidden()
    assert (await hall.view())["tickets"][second]["state"] == "waiting"
    await press(desk, ".")
    await expect(page.locator("#told")).to_contain_text("Không còn gì để hoàn tác")


async def test_history_note_next_and_why(hall: Hall, desk: Station) -> None:
    page = desk.page
    label, aged = await hall.label("A"), await hall.label("A", "aged")
    await expect(page.locator("#next")).to_contain_text(aged)
    await expect(page.locator("#next")).to_contain_text("ưu tiên 1 trong 2")
    await calls(desk, aged)
    await expect(page.locator("#next")).to_contain_text(label)
    await press(desk, "4", "1")
    await page.locator("dialog [name=words]").fill("căn cước")
    await page.keyboard.press("Enter")
    await expect(page.locator("#back")).to_contain_text(aged)
    await press(desk, "*", "1", "Enter")
    await calls(desk, aged)
    history = page.locator(".hist")
    await expect(history).to_contain_text("Giữ lượt: Photo giấy tờ: căn cước")
    await expect(history).to_contain_text("Đã xong giấy tờ, quay lại")
    await page.keyboard.press("n")
    await page.keyboard.type("Sao y 3 bản")
    await page.keyboard.press("Enter")
    await expect(history).to_contain_text("Ghi chú: Sao y 3 bản")
    assert aged in await page.locator("#now .num").inner_text(), "the Enter that saves a note calls nobody"


async def test_a_note_goes_with_the_next_press(hall: Hall, desk: Station) -> None:
    label = await hall.label("A")
    await calls(desk, label)
    await desk.page.locator("#note").fill("chờ bản gốc")
    await desk.page.locator("#note").press("Escape")
    await press(desk, "6")
    await expect(desk.page.locator("#now .empty")).to_be_visible()
    await hall.do("call", counter="2", ticket=label, reason="x")
    await expect(desk.page.locator(".hist")).to_contain_text("Ghi chú: chờ bản gốc")


async def test_a_press_behind_another_follows_it(hall: Hall, desk: Station, cable: Cable) -> None:
    page = desk.page
    await calls(desk, await hall.label("A"))
    cable.hold()
    await press(desk, "2", "0")
    await expect(page.locator("#told")).to_contain_text("sẽ làm ngay sau lần bấm đang gửi")
    cable.release()
    await expect(page.locator("#now .empty")).to_be_visible()


async def test_a_press_meant_for_another_number_is_not_done(hall: Hall, desk: Station, cable: Cable) -> None:
    """Enter, then "no-show" in haste: it was meant for the number that has just been finished."""
    page = desk.page
    first, second = await hall.label("A"), await hall.label("A")
    await calls(desk, first)
    await expect(page.locator("#hint")).to_contain_text(second)
    cable.hold()
    await press(desk, "Enter", "3")
    cable.release()
    await expect(page.locator("#told")).to_contain_text("Số ở quầy đã khác")
    await expect(page.locator("#now.called .num")).to_have_text(second)
    assert (await hall.view())["tickets"][second]["state"] == "called"


async def test_a_pedal_and_keys_of_ones_own(hall: Hall, desk: Station) -> None:
    page = desk.page
    await calls(desk, await hall.label("A"))
    await desk.later(11_000)  # what could be taken back lies over the switch
    await page.locator(".switch").focus()
    await page.keyboard.press("Enter")
    await page.locator("[data-action=recall]").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("PageDown")
    await expect(page.locator("dialog [role=status]")).to_contain_text("PageDown")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.locator("[data-do=recall] kbd")).to_have_text("PageDown")
    await press(desk, "PageDown")
    await expect(page.locator("#now .calls")).to_contain_text("2")
    await page.reload()
    await expect(page.locator("[data-do=recall] kbd")).to_have_text("PageDown")
    await press(desk, "1")
    await expect(page.locator("#now .calls")).to_contain_text("3")


async def test_digits_can_be_switched_off_and_enter_cannot(hall: Hall, desk: Station) -> None:
    page = desk.page
    label = await hall.label("A")
    await page.locator(".switch").click()
    await page.locator("dialog [type=checkbox]").nth(1).uncheck()
    await page.keyboard.press("Escape")
    await calls(desk, label)
    await press(desk, "3")
    await expect(page.locator("[data-do=no_show] kbd")).to_be_hidden()
    assert (await hall.view())["tickets"][label]["state"] == "called"
    await press(desk, "Enter")
    await expect(page.locator("#now .empty")).to_be_visible()


async def test_a_walk_in_is_served_at_once_and_a_pause_says_until_when(hall: Hall, desk: Station) -> None:
    page = desk.page
    await press(desk, "k", "h", "Enter")
    await expect(page.locator("#now.serving .what")).to_contain_text("Hộ tịch")
    await expect(page.locator("#now .note")).to_contain_text("khách không lấy số")
    await press(desk, "0")
    await expect(page.locator("#now .empty")).to_be_visible()
    await press(desk, "-", "2")
    await page.locator("dialog select").select_option("30")
    await page.keyboard.press("Enter")
    await expect(page.locator("#now .empty b")).to_have_text(re.compile(r"Tạm nghỉ đến \d\d:\d\d"))
    assert (await hall.view())["counters"]["2"]["reason"] == "lunch"


async def test_help_and_a_line_for_the_hall_reach_the_other_counter(
    hall: Hall, desk: Station, stations: Stations
) -> None:
    other = await (await stations(hall.address, DESK, headers=hall.headers)).open(hall.page("counter?counter=3"))
    await expect(other.page.locator("#mates")).to_contain_text("2")
    await press(desk, "9", "1", "Enter")
    await expect(other.page.locator("#news")).to_contain_text("Quầy 2 đang cần: đồng nghiệp")
    await expect(other.page.locator("#mates .asks")).to_contain_text("đồng nghiệp")
    await expect(desk.page.locator("#news")).to_contain_text("Quầy này đang gọi")
    await press(desk, "9", "1", "Enter")
    await expect(other.page.locator("#news")).to_be_hidden()
    await press(desk, "b")
    await expect(desk.page.locator("dialog[open]")).to_be_visible()
    await desk.page.keyboard.type("Quầy 2 tạm nghỉ 10 phút")
    await desk.page.keyboard.press("Enter")
    await expect(other.page.locator("#news")).to_contain_text("Quầy 2 tạm nghỉ 10 phút")
    await press(desk, "b")
    await desk.page.locator("dialog [name=end]").focus()
    await desk.page.keyboard.press("1")
    await desk.page.keyboard.press("Enter")
    await expect(other.page.locator("#news")).to_be_hidden()


async def test_a_forgotten_counter_is_asked(hall: Hall, desk: Station, cable: Cable) -> None:
    await expect(desk.page.locator("#hint")).to_have_text("Chưa có số nào chờ")
    label = await hall.label("A")
    await expect(desk.page.locator("#hint")).to_contain_text(label)
    cable.ahead = 601_000
    cable.tick()
    await expect(desk.page.locator("#news")).to_contain_text("Bạn còn ở quầy?")
    await expect(desk.page.locator("#chips")).to_contain_text("chờ 10 phút")


@pytest.mark.parametrize("lent", [True, False], ids=["on top", "pop-up"])
async def test_the_small_window_works_by_keyboard(lent: bool, hall: Hall, desk: Station) -> None:
    page = desk.page
    label = await hall.label("A")
    await expect(page.locator("#hint")).to_contain_text(label)
    if not lent:
        await page.evaluate("Object.defineProperty(window, 'documentPictureInPicture', { value: undefined })")
    async with desk.context.expect_page() as opened:
        await press(desk, "w")
    small = await opened.value
    await expect(small.locator("#hint")).to_contain_text(label)
    await expect(page.locator(".away")).to_have_count(int(lent))
    await small.keyboard.press("Enter")
    await expect(small.locator("#now.called .num")).to_have_text(label)
    await small.keyboard.press("5")
    await expect(small.locator("dialog[open]")).to_be_visible()
    await small.keyboard.press("Escape")
    await expect(small.locator("dialog[open]")).to_have_count(0)
    await small.keyboard.press("2")
    await expect(small.locator("#now.serving .num")).to_have_text(label)
    await small.close()
    await expect(page.locator("#now.serving .num")).to_have_text(label)
    await expect(page.locator(".away")).to_have_count(0)


async def test_the_card_is_one_page_and_has_every_key(hall: Hall, desk: Station) -> None:
    for lang in ("vi", "en"):
        await desk.open(hall.page(f"counter/card?lang={lang}"))
        caps = await desk.page.locator("kbd").all_inner_texts()
        assert {key.key for key in KEYS} <= set(caps)
        pdf = await desk.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, lang
        assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf, "A4"


Office = tuple[Hall, Station]
STRICT = """[policy]
sign_in = true
outcome_required = true
"""
OUTCOMES = """
[[outcomes]]
id = "accepted"
name = { vi = "Đã nhận hồ sơ", en = "Dossier accepted" }
"""


@pytest.fixture
async def office(tmp_path: Path, stations: Stations, request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    """A hall with two officers, and counter 2's page; a strict one wants to know who works and what came out."""
    data, config = tmp_path / "data", tmp_path / "phutho.toml"
    sample = resource("samples/phutho.toml").read_text("utf-8")
    if request.param == "strict":
        sample, changed = re.subn(r"^\[policy\].*$", STRICT, sample, flags=re.MULTILINE)
        assert changed == 1
        sample += OUTCOMES
    config.write_text(sample, "utf-8")
    async with serving(data, "--config", str(config)) as child:
        address = await child.ready()
        admin = await sign_up(await stations(address, DESK), await child.line("Set the IT officer's password (a link"))
        for name in ("Nguyễn Thị Hạnh", "Trần Văn Lâm"):
            words = ("--hall", "phutho", "--name", name)
            made = await hallsys(data, "user", "create", *words, "--role", "counter", given="một câu dễ nhớ\n")
            assert made.code == 0, made.err
            assert (await hallsys(data, "user", "pin", *words, given=f"{PIN}\n")).code == 0
        second = await joined(admin, await stations(address, DESK), "counter", counter="2")
        await admin.context.close()
        yield Hall(address, await admin_token(data)), second
        await second.context.close()  # before its server goes


async def signs_in(page: Page, name: str, pin: str = PIN) -> None:
    await page.locator("dialog .choice", has_text=name).locator("input").check()
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog [name=pin]")).to_be_focused()
    await page.keyboard.type(pin)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("office", ["easy"], indirect=True)
async def test_officers_sign_in_hand_over_and_leave(office: Office, cable: Cable) -> None:
    hall, second = office
    page = second.page
    await cable.plug(page)
    await expect(page.locator("#what")).to_have_text("Mở quầy")
    await page.keyboard.press("d")
    await signs_in(page, "Nguyễn Thị Hạnh", "0000")
    await expect(page.locator("dialog .told").first).to_contain_text("chưa đúng")
    await page.keyboard.type(PIN)
    cable.hold_next()
    await page.keyboard.press("Enter")
    await expect(page.locator("#takes")).to_contain_text("Nguyễn Thị Hạnh")
    await expect(page.locator("#hint")).to_have_text("Đang gửi…")
    # The page takes the counter for her by itself: a press meanwhile comes after it, and is not lost.
    await press(second, "Enter")
    await expect(page.locator("#told")).to_contain_text("sẽ làm ngay sau lần bấm đang gửi")
    cable.release()
    await expect(page.locator("#what")).to_have_text("Mời số tiếp")

    # Somebody else takes the seat: the counter is held until it is handed over.
    await page.keyboard.press("d")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await signs_in(page, "Trần Văn Lâm")
    await expect(page.locator("dialog h2")).to_have_text("Quầy đang có người giữ")
    await expect(page.locator("dialog")).to_contain_text("Nguyễn Thị Hạnh")
    await page.locator("dialog .go").press("Enter")
    await expect(page.locator("#takes")).to_contain_text("Trần Văn Lâm")

    await page.keyboard.press("d")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await page.keyboard.press("2")
    await page.keyboard.press("Enter")
    await expect(page.locator("#what")).to_have_text("Mở quầy")
    await expect(page.locator("#takes")).not_to_contain_text("Lâm")
    assert (await hall.view())["counters"]["2"]["state"] == "paused"
    second.wrong = [each for each in second.wrong if "401" not in each]  # the wrong PIN is the browser's complaint


@pytest.mark.parametrize("office", ["strict"], indirect=True)
async def test_a_strict_hall_wants_a_name_and_an_outcome(office: Office) -> None:
    hall, second = office
    page = second.page
    label = await hall.label("A")
    await expect(page.locator("#what")).to_have_text("Đăng nhập")
    await page.locator("#main").click()
    await signs_in(page, "Nguyễn Thị Hạnh")
    await expect(page.locator("#takes")).to_contain_text("Nguyễn Thị Hạnh")
    await expect(page.locator("#what")).to_have_text("Mở quầy")
    await press(second, "Enter")
    await expect(page.locator("#hint")).to_contain_text(label)
    await hall.do("call_next", counter="2")
    await expect(page.locator("#now.called .num")).to_have_text(label)
    await page.keyboard.press("0")
    await expect(page.locator("dialog .go")).to_contain_text("Chọn kết quả trước")
    await page.keyboard.press("1")
    await page.keyboard.press("h")
    await page.keyboard.press("Enter")
    await expect(page.locator("#now .empty")).to_be_visible()
    async with (
        aiohttp.ClientSession(hall.address, headers=hall.headers) as http,
        http.get(f"/api/v1/halls/phutho/tickets/{label}") as answer,
    ):
        told = await answer.json()
    assert (told["outcome"], sorted(told["delivered"])) == ("accepted", ["A", "H"])


@pytest.mark.parametrize(("command", "words"), [("late", "xin đến muộn"), ("cancel", "đã trả số")])
async def test_the_officer_is_told_who_has_left_by_phone(hall: Hall, desk: Station, command: str, words: str) -> None:
    made = await hall.do("issue", service="A")
    label = made["ticket"]["label"]
    await calls(desk, label)
    await hall.do(command, token=made["token"])
    await expect(desk.page.locator("#told")).to_contain_text(f"{label} {words}")
    await expect(desk.page.locator("#now.taken")).to_have_count(0)
