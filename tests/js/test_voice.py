"""The loudspeaker of a board: one call at a time, in order, and its silence never holds up the picture."""

import io
import wave
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from tests.js.conftest import Blank

pytestmark = pytest.mark.browser

SHOUT = """async ({ wanted = true }) => {
  const { Announcer } = await import("hallsys/elements/voice.js");
  const heard = {};
  window.log = [];
  window.link = {
    on: (kind, then) => { heard[kind] = then; return link; },
    now: () => 100_000,
    wantSound: (screen, want) => { log.push(["want", want]); if (want) heard.sound({ own: true }); },
    played: (voice) => log.push(["played", voice]),
  };
  const audio = document.body.appendChild(document.createElement("audio"));
  const name = () => audio.src.split("/voice/")[1];
  audio.addEventListener("playing", () => name() && log.push(["playing", name()]));
  window.announcer = new Announcer({ link, audio, base: "/voice/", wanted, staleS: () => 30,
    changed: () => window.announcer && log.push(["lit", announcer.current?.label ?? null]) });
  if (wanted) while (!log.some(([what]) => what === "want")) await new Promise((then) => setTimeout(then, 5));
  log.length = 0;
}"""
SEEN = "(what) => log.filter(([kind]) => kind === what).map(([, value]) => value)"


def tone(seconds: float) -> bytes:
    """Silence of that length as WAV; a player does not care."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * int(8000 * seconds))
    return out.getvalue()


async def voice(request: web.Request) -> web.Response:
    if "missing" in request.path:
        raise web.HTTPNotFound
    return web.Response(body=tone(0.15), content_type="audio/wav")


def app() -> web.Application:
    application = web.Application()
    application.router.add_get("/voice/{id}", voice)
    return application


@pytest.fixture(scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """As a wall's browser is started: it may speak without a touch."""
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        await browser.close()


async def call(page: Page, label: str, at: int = 99_000, voice: str | None = None) -> None:
    await page.evaluate("(call) => announcer.add(call)", {"label": label, "voice": voice or label, "at": at})


async def until(page: Page, condition: str) -> None:
    await page.wait_for_function(condition)


async def test_calls_are_spoken_in_order_one_at_a_time(blank: Blank) -> None:
    page = await blank(app())
    await page.evaluate(SHOUT, {})
    seen = """(labels) => {
      for (const label of labels) announcer.add({ label, voice: label, at: 99000 });
      return [announcer.current.label, announcer.next.label];
    }"""
    assert await page.evaluate(seen, ["A001", "A002", "A003"]) == ["A001", "A002"]
    await until(page, "announcer.current === null")
    spoken = [entry for entry in await page.evaluate("log") if entry[0] in ("playing", "played")]
    assert spoken == [
        ["playing", "A001.mp3"], ["played", "A001"],
        ["playing", "A002.mp3"], ["played", "A002"],
        ["playing", "A003.mp3"], ["played", "A003"],
    ]  # fmt: skip


async def test_stale_call_is_not_spoken(blank: Blank) -> None:
    page = await blank(app())
    await page.evaluate(SHOUT, {})
    await call(page, "A001", at=100_000 - 31_000)
    await call(page, "A002", at=100_000 - 29_000)
    await until(page, "log.some(([kind]) => kind === 'played')")
    assert await page.evaluate(SEEN, "played") == ["A002"]


async def test_missing_sound_leaves_the_call_lit_and_passes_on(blank: Blank) -> None:
    page = await blank(app())
    await page.clock.install()
    await page.evaluate(SHOUT, {})
    await call(page, "A001", voice="missing")
    await until(page, "announcer.current?.label === 'A001' && !announcer.speaking")
    await call(page, "A002")
    assert await page.evaluate("announcer.next.label") == "A002"
    await page.clock.run_for(15_000)
    await until(page, "log.some(([kind]) => kind === 'played')")
    assert await page.evaluate(SEEN, "played") == ["A002"]


async def test_screen_that_does_not_speak_lights_calls_in_turn(blank: Blank) -> None:
    page = await blank(app())
    await page.clock.install()
    await page.evaluate(SHOUT, {"wanted": False})
    await call(page, "A001")
    await call(page, "A002")
    assert await page.evaluate("[announcer.current.label, announcer.next.label]") == ["A001", "A002"]
    await page.clock.run_for(14_500)
    assert await page.evaluate("[announcer.current.label, announcer.next]") == ["A002", None]
    await page.clock.run_for(14_500)
    assert await page.evaluate("announcer.current") is None
    assert await page.evaluate(SEEN, "playing") == []


async def test_blocked_browser_hands_the_loudspeaker_back_until_it_is_touched(blank: Blank) -> None:
    page = await blank(app())
    await page.evaluate("""() => {
      window.real = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException("touch me", "NotAllowedError"));
    }""")
    await page.evaluate(SHOUT.replace("log.length = 0", ""), {})
    assert await page.evaluate(SEEN, "want") == [False]
    assert await page.evaluate("announcer.blocked")
    await page.evaluate("() => { HTMLMediaElement.prototype.play = window.real; return announcer.unblock(); }")
    assert await page.evaluate(SEEN, "want") == [False, True]
    assert not await page.evaluate("announcer.blocked")
    await call(page, "A001")
    await until(page, "log.some(([kind]) => kind === 'played')")
