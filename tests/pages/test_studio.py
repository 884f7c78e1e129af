"""The recording studio in a browser whose microphone is a WAV file: somebody reads, and the next call has that voice.

The file holds one word between two rests, again and again: made by our own engine with a voice that no hall has.
"""

import re
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import numpy as np
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, Playwright, expect

from hallsys.display.voice import sound
from hallsys.display.voice.driver import Espeak
from hallsys.display.voice.engine import Utterance
from hallsys.resources import resource
from tests.child import serving
from tests.pages.conftest import QUIET, SPEAKING, admin_token
from tests.pages.station import DESK, PHONE, WALL, Hall, Size, Station, Stations
from tests.pages.test_every_page import RULES, SMALLEST, UNWRITTEN, outside

pytestmark = pytest.mark.browser

RATE = 48_000
REST = 1.2
"""Seconds between two words: longer than the silence that ends a recording."""
READS = "--use-fake-device-for-media-stream"
LETS = "--use-fake-ui-for-media-stream"
TRIES = 6
"""A recording that begins in the middle of a word is refused, and made again."""


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears."""
    said = Espeak().render(Utterance(text="bảy.", voice="vi+f5", pitch=75, rate=150))
    heard = np.frombuffer(said.pcm, "<i2").astype(np.float64)
    loud = np.flatnonzero(np.abs(heard) > np.max(np.abs(heard)) / 50)
    heard = heard[loud[0] : loud[-1]]
    at = np.linspace(0, len(heard) - 1, round(len(heard) * RATE / said.rate))
    word = np.interp(at, np.arange(len(heard)), heard) * (12_000 / np.max(np.abs(heard)))
    whole = np.concatenate([word, np.zeros(round(REST * RATE))])
    whole += np.random.default_rng(3).standard_normal(len(whole)) * 8
    path = tmp_path_factory.mktemp("microphone") / "reading.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(whole.astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
async def reader(chromium: str, playwright: Playwright, reading: Path) -> AsyncIterator[Browser]:
    """A browser with that microphone, which it may use."""
    args = [*QUIET, SPEAKING, READS, LETS, f"--use-file-for-fake-audio-capture={reading}"]
    browser = await playwright.chromium.launch(executable_path=chromium, args=args)
    yield browser
    await browser.close()


@pytest.fixture(scope="module")
async def large(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """A hall whose counters take every form that a Vietnamese number has: mười, mươi, mốt, tư, lăm, linh."""
    folder = tmp_path_factory.mktemp("large")
    sample = resource("samples/phutho.toml").read_text("utf-8")
    numbers = "".join(
        f'\n[[counters]]\nid = "{number}"\nname = "Quầy {number}"\nservices = ["A"]\n'
        for number in (10, 15, 21, 24, 105)
    )
    (folder / "hall.toml").write_text(sample.replace("\n[[priorities]]", f"{numbers}\n[[priorities]]", 1), "utf-8")
    data = folder / "data"
    async with serving(data, "--config", str(folder / "hall.toml")) as child:
        yield Hall(await child.ready(), await admin_token(data))


async def enter(station: Station, name: str = "Nguyễn Thị Hạnh", lang: str = "vi") -> Page:
    """Somebody begins to record a new voice."""
    page = (await station.open(f"/halls/phutho/studio?lang={lang}")).page
    await page.locator("#new input").fill(name)
    await page.keyboard.press("Enter")
    await expect(page.locator("#booth")).to_be_visible()
    await expect(page.locator("#mic")).to_be_focused()
    return page


async def a_rest(page: Page) -> None:
    """The microphone has heard a word to its end, and the next one is a while away."""
    level = page.locator("#level")
    await expect(level).not_to_have_attribute("data-state", "quiet")
    await expect(level).to_have_attribute("data-state", "quiet")


async def read_one(page: Page) -> None:
    """R, until a recording is good."""
    for _ in range(TRIES):
        await page.keyboard.press("r")
        # By the frame, where `expect` looks after ever longer whiles: there are many words to read.
        for state in ("recording", "idle"):
            await page.locator(f'#booth[data-state="{state}"]').wait_for()
        if await page.locator("#checks .ok").count() == 4:
            return
        await a_rest(page)
    raise AssertionError(await page.locator("#checks").inner_text())


async def progress(page: Page) -> tuple[int, int]:
    done, total = await page.evaluate("[bar.value, bar.max]")
    return done, total


async def fetched(hall: Hall, path: str) -> bytes:
    async with aiohttp.ClientSession(hall.address, headers=hall.headers) as http, http.get(path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()


async def last_call(hall: Hall) -> bytes:
    """The sound of the last call of the hall, as a board fetches it."""
    async with aiohttp.ClientSession(hall.address, headers=hall.headers) as http:
        at = (await (await http.get("/api/v1/halls/phutho/view")).json())["at"]
        epoch, _, seq = at.partition("-")
        since = f"{epoch}-{int(seq) - 1}"
        (event,) = (await (await http.get(f"/api/v1/halls/phutho/events?since={since}")).json())["events"]
    return await fetched(hall, f"/halls/phutho/voice/{event['voice']}.wav")


def samples(wav: bytes) -> sound.Samples:
    return sound.from_pcm(wav[44:], sound.RATE)


def heard_in(call: sound.Samples, word: sound.Samples) -> int:
    """How often a word is in a call: peaks of their correlation, 1 being the very same sound."""
    length = len(call) + len(word)
    across = np.fft.irfft(np.fft.rfft(call, length) * np.conj(np.fft.rfft(word, length)), length)[: len(call)]
    energy = np.cumsum(np.concatenate([[0.0], np.square(call, dtype=np.float64), np.zeros(len(word))]))
    here = np.sqrt(np.maximum(energy[len(word) :][: len(call)] - energy[: len(call)], 1e-6))
    alike = across / (here * np.sqrt(np.sum(np.square(word, dtype=np.float64))))
    count, at = 0, 0
    for place in np.flatnonzero(alike > 0.8):
        if place >= at:
            count, at = count + 1, int(place) + len(word) // 2
    return count


async def test_a_whole_voice_is_read_with_the_keyboard_and_the_next_call_has_it(
    large: Hall, reader: Browser, stations: Stations
) -> None:
    station = await stations(large.address, DESK, browser=reader, headers=large.headers)
    page = await enter(station)
    done, total = await progress(page)
    assert (done, total) == (0, 38)
    await expect(page.locator("#word")).to_have_text("xin mời công dân số")
    for number in range(1, total + 1):
        await read_one(page)
        await page.keyboard.press("Enter")
        assert await progress(page) == (number, total)
    await expect(page.locator("#finished")).to_contain_text(f"Đủ {total} câu")
    await expect(page.locator("#pending")).to_be_hidden()
    await expect(page.locator("#takes .sending")).to_have_count(0)

    await large.do("open_counter", counter="105")
    await large.label("A")
    await large.do("call_next", counter="105")
    synthetic = samples(await last_call(large))

    await page.locator("#use").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#finished")).to_contain_text("sảnh đang dùng")
    await large.do("recall", counter="105")
    called = samples(await last_call(large))
    pack = (await page.evaluate("location.hash")).removeprefix("#")
    # Each sentence by its own recording: on a busy machine the browser's microphone drops a piece of a word now and
    # then, and that recording is then unlike the others.
    said = ["xin mời công dân số", "a", "không", "không", "một", "đến quầy số", "một", "trăm", "linh", "năm"]
    for text in set(said):
        take = samples(await fetched(large, f"/halls/phutho/studio/packs/{pack}/take?language=vi&text={quote(text)}"))
        assert heard_in(called, take) >= 2 * said.count(text), text
        assert heard_in(synthetic, take) == 0, text


async def test_what_was_read_is_heard_recorded_again_and_deleted(
    hall: Hall, reader: Browser, stations: Stations
) -> None:
    station = await stations(hall.address, DESK, browser=reader, headers=hall.headers)
    page = await enter(station, "Trần Văn Bình")
    await expect(page.locator("#keep")).to_have_text(re.compile("Sang câu sau"))
    await read_one(page)
    await expect(page.locator("#wave .cut")).to_have_count(2)
    await expect(page.locator("#checks")).to_contain_text("Độ to −19 LUFS")
    await expect(page.locator("#level-words")).to_have_text(re.compile("im|vừa|hơi nhỏ"))
    await page.keyboard.press("Enter")
    await expect(page.locator("#word")).to_have_text("đến quầy số")
    await expect(page.locator("#takes .kept")).to_have_count(1)

    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#wave-words")).to_contain_text("đã thu")
    async with page.expect_response(re.compile(r"/take\?language=vi")) as response:
        await page.keyboard.press("Space")
    assert (await response.value).headers["content-type"] == "audio/wav"
    await read_one(page)
    await page.keyboard.press("Enter")
    await expect(page.locator("#word")).to_have_text("đến quầy số")

    async with page.expect_response(re.compile(r"/call\?ticket=A012&counter=3")) as response:
        await page.locator("#call").click()
    assert (await response.value).ok
    await page.locator("#takes button").first.click()
    await page.locator("#drop").click()
    await expect(page.locator("#wave-words")).to_contain_text("Đã xóa")
    assert (await progress(page))[0] == 0
    await page.locator("#back").click()
    await expect(page.locator("#voices")).to_contain_text("Trần Văn Bình")


async def test_takes_wait_while_the_server_is_away_and_outlive_the_page(
    hall: Hall, reader: Browser, stations: Stations
) -> None:
    station = await stations(hall.address, DESK, browser=reader, headers=hall.headers)
    page = await enter(station, "Lê Thị Mai")
    await read_one(page)
    await page.keyboard.press("Enter")
    station.cut = True
    away = re.compile(r"/studio/(try|packs/.*/take)")
    await page.route(away, lambda route: route.abort())
    for _ in range(2):
        await a_rest(page)  # for without the server nobody says that a recording is cut off
        await page.keyboard.press("r")
        await expect(page.locator("#checks .lost")).to_contain_text("máy chủ chưa trả lời")
        await page.keyboard.press("Enter")
    await expect(page.locator("#pending")).to_contain_text("2 bản thu chờ gửi")
    await page.reload()
    await expect(page.locator("#pending")).to_contain_text("2 bản thu chờ gửi")
    await page.unroute(away)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.locator("#pending")).to_be_hidden()
    await page.reload()
    await expect(page.locator("#takes button").first).to_be_visible()
    assert (await progress(page))[0] == 3


@pytest.mark.parametrize(
    ("args", "script", "words"),
    [
        ([], "", "chưa có micro"),
        ([READS], "", "chưa được phép"),
        ([READS, LETS], "Object.defineProperty(window, 'isSecureContext', {value: false})", "http://localhost:"),
        ([READS, LETS], "delete window.AudioWorkletNode", "quá cũ"),
    ],
    ids=["none", "refused", "insecure", "old"],
)
async def test_without_a_microphone_the_page_says_what_to_do(
    args: list[str], script: str, words: str, hall: Hall, chromium: str, playwright: Playwright
) -> None:
    browser = await playwright.chromium.launch(executable_path=chromium, args=[*QUIET, *args])
    async with Stations(browser) as stations:
        station = await stations(hall.address, DESK, headers=hall.headers)
        await station.page.add_init_script(script)
        page = await enter(station, "Ai đó")
        await page.keyboard.press("r")
        await expect(page.locator("#trouble")).to_contain_text(words)
        await expect(page.locator("#trouble button")).to_be_visible()
        assert (await page.locator("#booth").get_attribute("data-state")) == "idle"
    await browser.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_shelf_and_booth_are_readable_reachable_and_whole(
    lang: str, hall: Hall, reader: Browser, stations: Stations
) -> None:
    station = await stations(hall.address, WALL, browser=reader, headers=hall.headers)
    page = await enter(station, "Phạm Thị Lan", lang)
    await expect(page.locator("html")).to_have_attribute("lang", lang)
    await whole(page)
    await read_one(page)
    await whole(page)
    await page.keyboard.press("Enter")
    await page.locator("#back").click()
    await expect(page.locator("#voices li").first).to_be_visible()
    await whole(page)


async def whole(page: Page) -> None:
    axe = Axe()
    sizes: tuple[Size, ...] = (WALL, DESK, PHONE, SMALLEST)
    assert not UNWRITTEN.search(await page.locator("body").inner_text())
    for size in sizes:
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        assert await outside(page, False) == [], size
        if size in (DESK, PHONE):
            found = await axe.run(page, options=RULES)
            assert found.violations_count == 0, f"{size}: {found.generate_report()}"
