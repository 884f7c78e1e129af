"""The kiosk by finger, scanner and keys: procedures, slips, the look-up station; each screen judged at every size."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from hallsys.resources import resource
from tests.child import serving
from tests.kiosk.paper_printer import PaperPrinter
from tests.pages.conftest import admin_token
from tests.pages.kiosks import SETTLED, judge, kiosk_at
from tests.pages.station import PORTRAIT, WALL, Hall, Size, Stations

pytestmark = pytest.mark.browser

READY, WAITING, CHECKED = "G22.99.09-260911-0007", "G22.99.09-260915-0048", "G22.99.09-260916-0050"
EXPORT = f"""Mã hồ sơ;Trạng thái;Ngày hẹn trả;Mã kiểm tra
{READY};Đã xử lý xong;21/09/2026;
{WAITING};Đang xử lý;25/09/2026;
{CHECKED};Yêu cầu bổ sung giấy tờ;22/09/2026;7K2M
"""


@pytest.fixture(scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """The sample hall with an export of dossiers."""
    folder = tmp_path_factory.mktemp("kiosk")
    (folder / "ho-so.csv").write_text(EXPORT, "utf-8")
    config = folder / "phutho.toml"
    dossiers = f'\n[dossiers]\nsource = "file"\nservice = "R"\nfile = "{folder / "ho-so.csv"}"\n'
    config.write_text(resource("samples/phutho.toml").read_text("utf-8") + dossiers, "utf-8")
    async with serving(folder / "data", "--config", str(config)) as child:
        yield Hall(await child.ready(), await admin_token(folder / "data"))


async def test_an_ordinary_ticket_takes_two_taps_and_can_be_taken_back(stations: Stations, hall: Hall) -> None:
    kiosk = await kiosk_at(stations, hall)
    await kiosk.tap(".sv", "Chứng thực")
    await kiosk.tap("kiosk-priority .go")
    await kiosk.sees("kiosk-ticket .num", re.compile(r"A\d{3}"))
    assert kiosk.taps <= 3
    label = await kiosk.page.locator("kiosk-ticket .num").inner_text()
    await kiosk.tap("kiosk-ticket .undo")
    await kiosk.sees("kiosk-word h1", f"Đã bỏ số {label}")
    assert (await hall.view())["tickets"][label]["state"] == "cancelled"


@pytest.mark.parametrize("size", [PORTRAIT, WALL], ids=["portrait", "landscape"])
@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_a_procedure_is_found_by_typing_and_leads_to_its_ticket(
    stations: Stations, hall: Hall, size: Size, lang: str
) -> None:
    kiosk = await kiosk_at(stations, hall, size, lang=lang)
    await judge(kiosk.page)
    await kiosk.tap(".find")
    await expect(kiosk.page.locator("kiosk-search input")).to_be_focused()
    await kiosk.page.keyboard.type("KHAISINH")
    await kiosk.sees("kiosk-found .hit b", "Đăng ký khai sinh")
    await judge(kiosk.page)
    await kiosk.tap(".hit", "Đăng ký khai sinh")
    await kiosk.sees("kiosk-papers li", "Tờ khai đăng ký khai sinh")
    await judge(kiosk.page)
    await kiosk.tap("kiosk-papers .go")
    await kiosk.tap("kiosk-priority .go")
    await kiosk.sees("kiosk-ticket .num", re.compile(r"H\d{3}"))


async def test_the_search_works_by_the_keys_on_the_screen_and_without_the_link(stations: Stations, hall: Hall) -> None:
    kiosk = await kiosk_at(stations, hall)
    await kiosk.tap(".find")
    kiosk.station.cut = True
    await kiosk.station.context.set_offline(True)
    for letter in "ket hon":
        await kiosk.page.locator(
            "kiosk-search .keys button", has_text=letter if letter != " " else "dấu cách"
        ).first.click()
    await expect(kiosk.page.locator("kiosk-search input")).to_have_value("ket hon")
    await kiosk.sees("kiosk-found .hit b", "kết hôn")
    await kiosk.page.locator("kiosk-search .keys button", has_text="Xóa").click()
    await expect(kiosk.page.locator("kiosk-search input")).to_have_value("ket ho")
    await kiosk.station.context.set_offline(False)


@pytest.mark.parametrize("size", [PORTRAIT, WALL], ids=["portrait", "landscape"])
@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_a_ready_slip_gives_a_ticket_to_collect(stations: Stations, hall: Hall, size: Size, lang: str) -> None:
    kiosk = await kiosk_at(stations, hall, size, lang=lang)
    await kiosk.tap(".slip")
    await expect(kiosk.page.locator("kiosk-slip input")).to_be_focused()
    await judge(kiosk.page)
    await kiosk.page.keyboard.type(f"{READY.lower()}\n")
    await kiosk.sees("kiosk-dossier h1", "Đã có kết quả" if lang == "vi" else "Your result is ready")
    await kiosk.sees("kiosk-dossier", "…-260911-••••07")
    await judge(kiosk.page)
    await kiosk.tap("kiosk-dossier .go")
    await kiosk.sees("kiosk-ticket .num", re.compile(r"R\d{3}"))
    assert READY not in await kiosk.page.content()


async def test_who_scans_a_slip_that_is_not_ready_need_not_wait(stations: Stations, hall: Hall) -> None:
    kiosk = await kiosk_at(stations, hall)
    await kiosk.scans(WAITING)
    await kiosk.sees("kiosk-dossier h1", "Chưa có kết quả")
    await kiosk.sees("kiosk-dossier .verdict p", "Hôm nay ông/bà không cần chờ.")
    await kiosk.sees("kiosk-dossier .facts", "Đang xử lý")
    await kiosk.sees("kiosk-dossier .facts", "Thứ Sáu, 25/09/2026")
    await judge(kiosk.page)
    assert WAITING not in await kiosk.page.content()
    await kiosk.station.later(30_500)
    await expect(kiosk.page.locator("kiosk-start")).to_be_visible()


async def test_the_check_code_is_asked_for(stations: Stations, hall: Hall) -> None:
    kiosk = await kiosk_at(stations, hall)
    await kiosk.scans(CHECKED)
    await kiosk.sees("kiosk-slip h1", "4 ký tự")
    await kiosk.station.later(SETTLED)
    await kiosk.page.keyboard.type("aaaa\n")
    await kiosk.sees("kiosk-slip .sub", "chưa khớp")
    await judge(kiosk.page)
    await kiosk.station.later(SETTLED)
    await kiosk.page.keyboard.type("7k2m\n")
    await kiosk.sees("kiosk-dossier h1", "Yêu cầu bổ sung giấy tờ")
    await judge(kiosk.page)


async def test_an_unknown_slip_is_no_dead_end(stations: Stations, hall: Hall) -> None:
    kiosk = await kiosk_at(stations, hall)
    await kiosk.scans("G22.99.09-260911-9999")
    await kiosk.sees("kiosk-dossier h1", "Chưa tra được mã này")
    await kiosk.tap("kiosk-dossier .go")
    await kiosk.tap("kiosk-priority .go")
    await kiosk.sees("kiosk-ticket .num", re.compile(r"R\d{3}"))


async def test_half_a_code_is_said_to_be_half(stations: Stations, hall: Hall) -> None:
    kiosk = await kiosk_at(stations, hall)
    await kiosk.tap(".slip")
    for key in "G22.":
        await kiosk.page.locator("kiosk-slip .keys button", has_text=key).first.click()
    await kiosk.tap("kiosk-slip .keys button", "Xem kết quả")
    await kiosk.sees("kiosk-slip .sub", "Mã này chưa đủ")


async def test_everything_by_the_keyboard_alone(stations: Stations, hall: Hall) -> None:
    """From the top to a ticket with Tab and Enter, and the focus can always be seen."""
    kiosk = await kiosk_at(stations, hall, WALL)

    async def tab_to(place: str) -> None:
        for _ in range(60):
            await kiosk.page.keyboard.press("Tab")
            if await kiosk.page.evaluate("(place) => document.activeElement.matches(place)", place):
                style = "getComputedStyle(document.activeElement).outlineStyle"
                assert await kiosk.page.evaluate(style) != "none"
                return
        raise AssertionError(f"Tab does not reach {place}")

    for place in (".find", ".hit", "kiosk-papers .go", "kiosk-priority .go"):
        if place == ".hit":
            await expect(kiosk.page.locator("kiosk-search input")).to_be_focused()
            await kiosk.page.keyboard.type("khai tu")
        await expect(kiosk.page.locator(place).first).to_be_visible()
        await kiosk.station.later(SETTLED)
        await tab_to(place)
        await kiosk.page.keyboard.press("Enter")
    await kiosk.sees("kiosk-ticket .num", re.compile(r"H\d{3}"))


async def test_what_happens_in_the_hall_takes_nobody_the_focus_away(stations: Stations, hall: Hall) -> None:
    kiosk = await kiosk_at(stations, hall, WALL)
    services = kiosk.page.locator(".sv")
    places = (services.nth(2), kiosk.page.locator(".find").last, kiosk.page.locator("kiosk-start h1"))
    for place in places:
        await place.focus()
        said = await services.first.inner_text()
        await hall.label("A")
        await expect(services.first).not_to_have_text(said, use_inner_text=True)
        await expect(place).to_be_focused()


@pytest.mark.parametrize("size", [PORTRAIT, WALL], ids=["portrait", "landscape"])
async def test_everything_within_reach_of_a_wheelchair(stations: Stations, hall: Hall, size: Size) -> None:
    kiosk = await kiosk_at(stations, hall, size)
    await kiosk.page.locator("#low").click()
    targets = "[...document.querySelectorAll('main button, main input')].filter((one) => one.getClientRects().length)"
    top = f"Math.min(...{targets}.map((one) => one.getBoundingClientRect().top))"
    for place in (".find", ".slip"):
        assert await kiosk.page.evaluate(top) >= 0.4 * size[1] - 1
        await kiosk.tap(place)
        assert await kiosk.page.evaluate(top) >= 0.4 * size[1] - 1
        await kiosk.tap("main .btn:visible", "Quay lại")
    await kiosk.station.later(61_000)
    await expect(kiosk.page.locator("#low")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("size", [PORTRAIT, WALL], ids=["portrait", "landscape"])
async def test_the_look_up_station_tells_and_forgets(stations: Stations, hall: Hall, size: Size) -> None:
    station = await kiosk_at(stations, hall, size, page="lookup")
    await judge(station.page)
    await station.page.keyboard.type(f"{WAITING}\n")
    await station.sees("kiosk-dossier h1", "Chưa có kết quả")
    await expect(station.page.locator("kiosk-dossier .go")).to_have_count(1)
    await judge(station.page)
    await station.station.later(30_500)
    await expect(station.page.locator("kiosk-slip input")).to_be_focused()
    assert "260915" not in await station.page.locator("main").inner_html()
    await station.scans(READY)
    await station.sees("kiosk-dossier h1", "Đã có kết quả")


@pytest.fixture(scope="module")
async def printed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Hall, PaperPrinter]]:
    """The sample hall with a printer."""
    folder, paper = tmp_path_factory.mktemp("printed"), PaperPrinter()
    await paper.start()
    config = folder / "phutho.toml"
    printer = f'\n[printer]\nkind = "network"\naddress = "127.0.0.1:{paper.port}"\npatience_s = 1\n'
    config.write_text(resource("samples/phutho.toml").read_text("utf-8") + printer, "utf-8")
    flags = ("--config", str(config), "--public-url", "http://192.168.1.10:8080")
    async with serving(folder / "data", *flags) as child:
        yield Hall(await child.ready(), await admin_token(folder / "data")), paper
    await paper.stop()


@pytest.mark.parametrize("size", [PORTRAIT, WALL], ids=["portrait", "landscape"])
async def test_paper_comes_out_and_where_none_does_the_number_stays(
    stations: Stations, printed: tuple[Hall, PaperPrinter], size: Size
) -> None:
    hall, paper = printed
    kiosk = await kiosk_at(stations, hall, size)
    before = len(paper.tickets)
    await kiosk.tap(".sv", "Chứng thực")
    await kiosk.tap("kiosk-priority .go")
    await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu ở khe in")
    await expect(kiosk.page.locator("kiosk-ticket img")).to_be_visible()
    await judge(kiosk.page)
    assert len(paper.tickets) == before + 1
    await kiosk.tap("kiosk-ticket .go")

    paper.rows_left = 0
    await kiosk.tap(".sv", "Hộ tịch")
    await kiosk.tap("kiosk-priority .go")
    await kiosk.sees("kiosk-ticket .carry p", "số vẫn có hiệu lực")
    await judge(kiosk.page)
    label = await kiosk.page.locator("kiosk-ticket .num").inner_text()
    assert (await hall.view())["tickets"][label]["state"] == "waiting"
    await kiosk.station.later(15_000)
    await expect(kiosk.page.locator("kiosk-ticket .num")).to_be_visible()
    await kiosk.tap("kiosk-ticket .go")
    await kiosk.sees("kiosk-printer", "Máy in hết giấy")
    await judge(kiosk.page, fits=False)
    paper.rows_left = 1_000_000
    async with kiosk.page.expect_response(lambda answer: answer.url.endswith("/printer")):
        await kiosk.station.later(5_000)
    assert len(paper.tickets) == before + 1, "what failed never comes out later"
