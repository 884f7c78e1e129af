"""What else a kiosk does: bookings, lists of papers, paper again, helpers, camera, the browser as printer."""

import base64
import io
import re
import time
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import zxingcpp
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.async_api import expect

from hallsys.resources import resource
from tests.child import hallsys, serving
from tests.kiosk.paper_printer import PaperPrinter
from tests.pages.conftest import admin_token
from tests.pages.kiosks import SETTLED, Kiosk, judge, kiosk_at
from tests.pages.station import PHONE, PORTRAIT, WALL, Hall, Size, Stations
from tests.pages.test_every_page import RULES

pytestmark = pytest.mark.browser

READY, WAITING = "G22.99.09-260911-0007", "G22.99.09-260915-0048"
EXPORT = f"Mã hồ sơ;Trạng thái;Ngày hẹn trả;Mã kiểm tra\n{READY};9;;\n{WAITING};4;25/09/2026;\nx;9;;\n"
PUBLIC = "http://192.168.1.10:8080"
SIZES: tuple[Size, ...] = (PORTRAIT, WALL, PHONE)
AT_EACH_SIZE = pytest.mark.parametrize("size", SIZES, ids=["portrait", "landscape", "phone"])
AT_THE_EXTREMES = pytest.mark.parametrize("size", [WALL, PHONE], ids=["landscape", "phone"])

SEES_A_CODE = """([code]) => {
  window.BarcodeDetector = class {
    async detect(video) {
      window.shown = video.matches("kiosk-camera video") && video.checkVisibility();
      return [{ rawValue: "something else" }, { rawValue: code }];
    }
  };
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").fillRect(0, 0, 9, 9);
    window.stream = canvas.captureStream(5);
    return window.stream;
  };
}"""
KEEPS_THE_SHEET = """window.print = () => document.body.append(document.querySelector(".sheet").cloneNode());"""


class Full(NamedTuple):
    """The sample hall with all that a kiosk can have: its administrator's kiosk has a printer of its own, two tablets
    print by their browsers on paper of 58 and 80 mm."""

    hall: Hall
    paper: PaperPrinter
    tablets: dict[int, Hall]


@pytest.fixture(scope="module")
async def full(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Full]:
    folder, paper = tmp_path_factory.mktemp("full"), PaperPrinter()
    await paper.start()
    (folder / "ho-so.csv").write_text(EXPORT, "utf-8")
    config = folder / "phutho.toml"
    more = f"""
[dossiers]
source = "file"
service = "R"
file = "{folder / "ho-so.csv"}"

[printer]
kind = "network"
address = "127.0.0.1:{paper.port}"

[[printers]]
id = "tablet58"
kiosks = ["tablet58"]
kind = "browser"
paper = 58

[[printers]]
id = "tablet80"
kiosks = ["tablet80"]
kind = "browser"
"""
    sample = resource("samples/phutho.toml").read_text("utf-8")
    opened, changed = re.subn(r"^\[voice\]", "[bookings]\npublic = true\n\n[voice]", sample, flags=re.MULTILINE)
    assert changed == 1
    config.write_text(opened + more, "utf-8")
    async with serving(folder / "data", "--config", str(config), "--public-url", PUBLIC) as child:
        address, data = await child.ready(), folder / "data"
        tablets = {}
        for width in (58, 80):
            words = ("token", "create", "--hall", "phutho", "--role", "kiosk", "--name", f"tablet{width}")
            tablets[width] = Hall(address, (await hallsys(data, *words)).out.strip())
        yield Full(Hall(address, await admin_token(data)), paper, tablets)
    await paper.stop()


@AT_EACH_SIZE
async def test_every_screen_on_the_way_to_a_ticket(stations: Stations, full: Full, size: Size) -> None:
    kiosk = await kiosk_at(stations, full.hall, size)
    fits = size != PHONE
    await judge(kiosk.page, fits=fits)
    await kiosk.tap(".sv", "Chứng thực")
    await kiosk.sees("kiosk-priority h1", "ưu tiên")
    await judge(kiosk.page, fits=fits)
    await kiosk.tap("kiosk-priority .choice", "75")
    await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu ở khe in")
    await judge(kiosk.page, fits=fits)


@AT_EACH_SIZE
async def test_every_screen_of_the_slip(stations: Stations, full: Full, size: Size) -> None:
    hall = full.hall
    kiosk = await kiosk_at(stations, hall, size)
    fits = size != PHONE
    await kiosk.tap(".slip")
    await judge(kiosk.page, fits=fits)
    await kiosk.scans(WAITING)
    await kiosk.sees("kiosk-dossier h1", "Chưa có kết quả")
    await judge(kiosk.page, fits=fits)
    await kiosk.tap("main .btn:visible", "Xong")
    await kiosk.scans(READY)
    await kiosk.sees("kiosk-dossier h1", "Đã có kết quả")
    await kiosk.tap("kiosk-dossier .go")
    await kiosk.sees("kiosk-ticket .got", "Đã có kết quả")
    label = await kiosk.page.locator("kiosk-ticket .num").inner_text()
    assert (await hall.view())["tickets"][label]["ready"] is True, "the officer sees that it is ready"


async def test_who_has_booked_scans_the_code_and_has_a_number(stations: Stations, full: Full) -> None:
    hall, paper = full.hall, full.paper
    kiosk = await kiosk_at(stations, hall)
    soon = int(time.time() * 1000) + 600_000
    code = (await hall.do("book", service="H", at=soon))["booking"]["id"]
    await kiosk.tap(".find", "Tôi đã đặt lịch")
    await judge(kiosk.page)
    await kiosk.page.keyboard.type("abc\n")
    await kiosk.sees("kiosk-slip .sub", "Mã này chưa đủ")
    await kiosk.station.later(SETTLED)
    before = len(paper.tickets)
    await kiosk.page.keyboard.type(f"{code[:4].lower()} {code[4:]}\n")
    await kiosk.sees("kiosk-ticket .got", "Đã đặt lịch lúc")
    await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu ở khe in")
    assert len(paper.tickets) == before + 1
    await kiosk.tap("kiosk-ticket .go")
    await kiosk.scans(code)
    await kiosk.sees("kiosk-word", "đã được lấy số")
    await kiosk.tap("kiosk-word .go")
    await kiosk.scans("ABCDEFGH")
    await kiosk.sees("kiosk-word", "Chưa thấy lịch đặt")


@AT_THE_EXTREMES
async def test_the_papers_of_a_procedure_can_be_taken_home(stations: Stations, full: Full, size: Size) -> None:
    hall, paper = full.hall, full.paper
    kiosk = await kiosk_at(stations, hall, size)
    before, taken = len(paper.tickets), len((await hall.view())["tickets"])
    await kiosk.tap(".find", "Tìm thủ tục")
    await kiosk.page.keyboard.type("khai sinh")
    await judge(kiosk.page, fits=size != PHONE)
    await kiosk.tap(".hit", "Đăng ký khai sinh")
    await kiosk.tap("kiosk-papers .btn", "In danh sách này")
    await kiosk.sees("kiosk-papers", "Xin lấy danh sách ở khe in")
    await judge(kiosk.page, fits=size != PHONE)
    assert len(paper.tickets) == before + 1
    assert len((await hall.view())["tickets"]) == taken, "a list uses no number"


async def test_a_ticket_is_printed_again_when_asked(stations: Stations, full: Full) -> None:
    hall, paper = full.hall, full.paper
    kiosk = await kiosk_at(stations, hall)
    await kiosk.tap(".sv", "Hộ tịch")
    await kiosk.tap("kiosk-priority .go")
    await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu ở khe in")
    before = len(paper.tickets)
    async with kiosk.page.expect_response(lambda answer: answer.url.endswith("/print")):
        await kiosk.tap("kiosk-ticket .btn", "In lại phiếu")
    await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu ở khe in")
    assert len(paper.tickets) == before + 1
    one, again = (zxingcpp.read_barcodes(each.convert("L"))[0].text for each in paper.tickets[-2:])
    assert one == again, "the same number, with the same page"


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_a_screen_is_read_out_from_its_question_on(stations: Stations, full: Full, lang: str) -> None:
    kiosk = await kiosk_at(stations, full.hall, WALL, lang=lang)
    said: list[str] = []
    kiosk.page.on("request", lambda one: said.append(one.post_data_json["text"]) if one.url.endswith("/say") else None)
    async with kiosk.page.expect_response(lambda answer: answer.url.endswith("/say")) as heard:
        await kiosk.page.locator("#aloud").click()
    answer = await heard.value
    assert (answer.status, answer.headers["content-type"]) == (200, "audio/mpeg")
    await kiosk.page.wait_for_function("() => document.querySelector('#aloud').getAttribute('aria-pressed') === 'true'")
    await kiosk.tap(".sv", "Chứng thực" if lang == "vi" else "Certification")
    async with kiosk.page.expect_response(
        lambda answer: answer.url.endswith("/say") and "12" not in (answer.request.post_data or "")
    ):
        await kiosk.tap("kiosk-priority .go")
    await expect(kiosk.page.locator("kiosk-ticket .num")).to_be_visible()
    spelled = ", ".join(await kiosk.page.locator("kiosk-ticket .num").inner_text())
    async with kiosk.page.expect_request(lambda one: one.url.endswith("/say")):
        await kiosk.page.locator("#aloud").click()
        await kiosk.page.locator("#aloud").click()
    assert said[0] == ("Kính mời ông/bà chọn việc cần làm" if lang == "vi" else "What would you like to do today?")
    assert any(line.endswith(f": {spelled}") for line in said)


@AT_THE_EXTREMES
async def test_high_contrast_is_complete(stations: Stations, full: Full, size: Size) -> None:
    kiosk = await kiosk_at(stations, full.hall, size)
    fits = size != PHONE
    await kiosk.page.locator("#contrast").click()
    for way in (".sv", "kiosk-priority .go"):
        await judge(kiosk.page, fits=fits)
        await kiosk.tap(way)
    await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu")
    await judge(kiosk.page, fits=fits)
    await kiosk.station.later(61_000)
    await expect(kiosk.page.locator("#contrast")).to_have_attribute("aria-pressed", "false")


async def test_the_camera_reads_a_slip_and_is_off_afterwards(stations: Stations, full: Full) -> None:
    hall = full.hall
    station = await stations(hall.address, PORTRAIT, headers=hall.headers, clock=True)
    await station.page.add_init_script(f"({SEES_A_CODE})({[READY]})")
    await station.open(f"{hall.page('kiosk')}?lang=vi")
    kiosk = Kiosk(station)
    await kiosk.tap(".slip")
    await judge(kiosk.page)
    await kiosk.station.later(SETTLED)
    await kiosk.tap(".eye")
    await expect(kiosk.page.locator("kiosk-dossier h1")).to_have_text("Đã có kết quả", timeout=30_000)
    assert await kiosk.page.evaluate("window.shown"), "people see what the camera sees, until it has seen a code"
    off = "window.stream.getTracks().every(({ readyState }) => readyState === 'ended')"
    await kiosk.page.wait_for_function(off)


async def test_without_a_camera_that_reads_codes_there_is_no_button_for_it(stations: Stations, full: Full) -> None:
    hall = full.hall
    station = await stations(hall.address, PORTRAIT, headers=hall.headers, clock=True)
    await station.page.add_init_script("delete window.BarcodeDetector")
    await station.open(f"{hall.page('kiosk')}?lang=vi")
    kiosk = Kiosk(station)
    await kiosk.tap(".slip")
    await expect(kiosk.page.locator("kiosk-slip input")).to_be_visible()
    await expect(kiosk.page.locator(".eye")).to_have_count(0)


@pytest.mark.parametrize("width", [58, 80])
async def test_the_browser_itself_prints_the_ticket_and_nothing_else(
    stations: Stations, full: Full, width: int
) -> None:
    hall = full.tablets[width]
    station = await stations(hall.address, WALL, headers=hall.headers, clock=True)
    await station.page.add_init_script(KEEPS_THE_SHEET)
    await station.open(f"{hall.page('kiosk')}?lang=vi")
    kiosk = Kiosk(station)
    await kiosk.tap(".sv", "Chứng thực")
    await kiosk.tap("kiosk-priority .go")
    await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu ở khe in")
    await kiosk.page.emulate_media(media="print")
    await expect(kiosk.page.locator(".kiosk")).to_be_hidden()
    sheet = kiosk.page.locator(".sheet")
    dots = {58: 384, 80: 576}[width]
    box = await sheet.bounding_box()
    assert box is not None
    assert (box["x"], box["y"]) == (0, 0)
    assert box["width"] == pytest.approx(dots / 8 / 25.4 * 96, abs=0.5), "as wide as the printer's head, in mm"
    source = await sheet.get_attribute("src") or ""
    picture = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))
    assert picture.width == dots
    assert zxingcpp.read_barcodes(picture.convert("L"))[0].text.startswith(f"{PUBLIC}/t/phutho.")


async def test_a_press_is_not_lost_while_the_hall_goes_on(stations: Stations, full: Full) -> None:
    """The numbers on a button change while a finger is on it."""
    kiosk = await kiosk_at(stations, full.hall)
    await kiosk.station.later(SETTLED)
    await kiosk.page.locator(".sv", has_text="Hộ tịch").hover()
    await kiosk.page.mouse.down()
    label = (await full.hall.do("issue", service="H"))["ticket"]["label"]
    while label not in str(kiosk.station.frames):
        await kiosk.page.evaluate("new Promise(requestAnimationFrame)")
    await kiosk.page.mouse.up()
    await kiosk.sees("kiosk-priority h1", "ưu tiên")


@pytest.mark.parametrize("size", [WALL, PHONE], ids=["desk", "phone"])
async def test_the_it_officer_sees_printers_and_dossiers(stations: Stations, full: Full, size: Size) -> None:
    hall, paper = full.hall, full.paper
    station = await stations(hall.address, size, headers=hall.headers)
    page = (await station.open(f"{hall.page('admin')}?lang=vi")).page
    row = page.locator("#printer-rows tr", has_text="main")
    await expect(row).to_contain_text("sẵn sàng")
    await expect(page.locator("#printer-rows tr")).to_have_count(3)
    await expect(page.locator("#dossier-state")).to_contain_text("ho-so.csv: 2 hồ sơ")
    await expect(page.locator("#dossier-rows li")).to_have_text(["Dòng 4 bị bỏ qua: xem lại cột “Mã hồ sơ”."])
    before = len(paper.tickets)
    await row.get_by_role("button").press("Enter")
    await expect(page.locator("#said")).to_contain_text("không dùng số thứ tự nào")
    assert len(paper.tickets) == before + 1
    paper.cover_open = True
    try:
        await row.get_by_role("button").press("Enter")
        await expect(page.locator("#problem")).to_contain_text("nắp đang mở")
    finally:
        paper.cover_open = False
    await expect(row).to_contain_text("sẵn sàng")
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.slow
async def test_sixty_people_take_a_number_with_three_taps_at_most(stations: Stations, full: Full) -> None:
    """As fast as they can be: forty ordinary, ten with priority, ten with a slip. How long each takes a person is
    reckoned by benchmarks/kiosk.py."""
    hall, paper = full.hall, full.paper
    kiosk = await kiosk_at(stations, hall)
    before, labels = len(paper.tickets), []
    for person in range(60):
        kiosk.taps = 0
        if person % 6 == 5:
            await kiosk.scans(READY)
            await kiosk.sees("kiosk-dossier h1", "Đã có kết quả")
            await kiosk.tap("kiosk-dossier .go")
        else:
            await kiosk.tap(".sv", ("Chứng thực", "Hộ tịch", "Xây dựng")[person % 3])
            await kiosk.tap("kiosk-priority .choice" if person % 6 == 4 else "kiosk-priority .go")
        await kiosk.sees("kiosk-ticket h2", "Xin lấy phiếu ở khe in")
        labels.append(await kiosk.page.locator("kiosk-ticket .num").inner_text())
        await kiosk.tap("kiosk-ticket .go")
        assert kiosk.taps <= 3
    assert len(set(labels)) == 60
    tickets = (await hall.view())["tickets"]
    assert {tickets[label]["state"] for label in labels} == {"waiting"}
    assert len(paper.tickets) == before + 60
