"""The loudspeaker of a board: it speaks while it owns its zone, one call at a time, and never what others have said."""

import io
import wave
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from tests.js.conftest import Blank

pytestmark = pytest.mark.browser

# A hall in the page: `hall.call` makes an event, `hall.frame` a frame of the server; `log` is what the page did.
SHOUT = """async ({ sound = true, confirms = true, owns = true, rows = {} }) => {
  const { Announcer } = await import("hallsys/elements/voice.js");
  const heard = {};
  window.log = [];
  const plain = (voice) => voice.replace(/-\\d-abcdef/, "");
  const whole = (label, counter) => (label.includes("-") ? label : `${label}-${counter}-abcdef`);
  const frame = (kind, { voice, ...message }) =>
    heard[kind]?.forEach((then) => then({ ...message, ...(voice && { voice: whole(voice, 1) }) }));
  window.link = {
    view: null,
    on: (kind, then) => { (heard[kind] ??= []).push(then); return link; },
    now: () => 100_000,
    wantSound: (screen, want, zone) => {
      log.push(["want", want, zone]);
      if (want && owns) frame("sound", { own: true });
    },
    send: ({ type, voice, skipped }) => {
      log.push([skipped ? "skipped" : type, plain(voice)]);
      if (type === "playing" && window.hall.confirms) frame("speaking", { voice, zone: window.hall.set.zone });
    },
  };
  window.hall = {
    frame, confirms,
    set: { zone: "", volume: 100, sound },
    view: { hall: { tz: "Asia/Ho_Chi_Minh", stale_s: 30, ...rows }, counters: { 1: {}, 2: {} }, tickets: {} },
    call: (label, { counter = "1", at = 99_000, kind = "called" } = {}) => hall.event({ kind, time: at,
      voice: whole(label, counter),
      changes: { tickets: { [label]: { label, state: "called", counter } } } }),
    event: (event) => { link.view = hall.view; frame("view", { event }); },
  };
  const audio = document.body.appendChild(document.createElement("audio"));
  const name = () => plain(audio.src.split("/voice/")[1] ?? "");
  for (const [type, what] of [["playing", "sounds"], ["ended", "over"], ["pause", "paused"]])
    audio.addEventListener(type, () => name() && log.push([what, name(), audio.volume]));
  const settings = () => window.hall.set;
  window.announcer = new Announcer({ link, audio, base: "/voice/", settings, changed: () => {} });
  window.hall.event(null);
  if (sound) while (!log.some(([what]) => what === "want")) await new Promise((then) => setTimeout(then, 5));
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
    return web.Response(body=tone(600 if "long" in request.path else 0.15), content_type="audio/wav")


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


@pytest.fixture
async def opened(blank: Blank) -> Any:
    """`await opened(**options)`: a page that shouts, see SHOUT."""

    async def opened(**options: Any) -> Page:
        page = await blank(app())
        await page.evaluate(SHOUT, options)
        return page

    return opened


async def until(page: Page, condition: str) -> None:
    await page.wait_for_function(condition)


async def until_logged(page: Page, what: str, voice: str) -> None:
    await page.wait_for_function(
        "([what, voice]) => log.some((one) => one[0] === what && one[1] === voice)", arg=[what, voice]
    )


async def test_calls_are_spoken_in_order_one_at_a_time(opened: Any) -> None:
    page = await opened()
    await page.evaluate('["A001", "A002", "A003"].forEach((label) => hall.call(label))')
    await until_logged(page, "played", "A003")
    spoken = [one[:2] for one in await page.evaluate("log") if one[0] in ("playing", "sounds", "over", "played")]
    assert spoken == [
        [what, f"{label}.mp3" if what in ("sounds", "over") else label]
        for label in ("A001", "A002", "A003")
        for what in ("playing", "sounds", "over", "played")
    ]


async def test_nothing_begins_without_the_servers_word(opened: Any) -> None:
    """The lease may have gone to another while this screen's link was dead and nobody had noticed."""
    page = await opened(confirms=False)
    await page.evaluate('hall.call("A001")')
    await until_logged(page, "playing", "A001")
    await page.evaluate('hall.frame("sound", { own: false })')
    await page.evaluate('hall.confirms = true; hall.frame("sound", { own: true })')
    await until_logged(page, "played", "A001")
    assert await page.evaluate(SEEN, "sounds") == ["A001.mp3"]


async def test_backlog_is_asked_for_in_short(opened: Any) -> None:
    page = await opened(owns=False)
    await page.evaluate('["A001", "A002", "A003", "A004"].forEach((label) => hall.call(label))')
    await page.evaluate('hall.frame("sound", { own: true })')
    await until_logged(page, "played", "A004")
    assert await page.evaluate(SEEN, "sounds") == ["A001.mp3?short=1", "A002.mp3", "A003.mp3", "A004.mp3"]


async def test_stale_call_is_passed_over_and_the_hall_is_told(opened: Any) -> None:
    page = await opened()
    await page.evaluate('hall.call("A001", { at: 100000 - 31000 }); hall.call("A002", { at: 100000 - 29000 })')
    await until_logged(page, "played", "A002")
    assert await page.evaluate(SEEN, "skipped") == ["A001"]
    assert await page.evaluate(SEEN, "sounds") == ["A002.mp3"]


async def test_a_screen_takes_over_what_was_not_heard_and_nothing_that_was(opened: Any) -> None:
    page = await opened(owns=False)
    await page.evaluate('["A001", "A002", "A003"].forEach((label) => hall.call(label))')
    await page.evaluate("""() => {
      hall.frame("speaking", { voice: "A001", zone: "" });
      hall.frame("spoken", { voice: "A001", zone: "", heard: true });
      hall.frame("spoken", { voice: "A003", zone: "elsewhere", heard: true });
      hall.frame("speaking", { voice: "A002", zone: "" }); // and then it died
      hall.frame("sound", { own: true });
    }""")
    await until_logged(page, "played", "A003")
    assert await page.evaluate(SEEN, "sounds") == ["A002.mp3", "A003.mp3"]


async def test_whoever_loses_the_loudspeaker_falls_silent_at_once_and_says_it_again_later(opened: Any) -> None:
    page = await opened()
    await page.evaluate('hall.call("long"); hall.call("A002")')
    await until_logged(page, "sounds", "long.mp3")
    await page.evaluate('hall.frame("sound", { own: false })')
    await until_logged(page, "paused", "long.mp3")
    assert not await page.evaluate("announcer.speaking")
    assert await page.evaluate(SEEN, "played") == []
    await page.evaluate('hall.frame("spoken", { voice: "long", zone: "" }); hall.frame("sound", { own: true })')
    await until_logged(page, "played", "A002")
    assert await page.evaluate(SEEN, "sounds") == ["long.mp3", "A002.mp3"]


async def test_a_short_cut_does_not_break_a_sentence_off_a_long_one_does(opened: Any) -> None:
    page = await opened()
    await page.clock.install()
    await page.evaluate('hall.call("long")')
    await until_logged(page, "sounds", "long.mp3")
    await page.evaluate('hall.frame("sound", { own: null })')
    await page.clock.run_for(2_000)
    await page.evaluate('hall.frame("sound", { own: true })')
    await page.clock.run_for(10_000)
    assert await page.evaluate("announcer.speaking")
    await page.evaluate('hall.frame("sound", { own: null })')
    await page.clock.run_for(3_000)
    await until(page, "!announcer.speaking")


async def test_what_was_heard_during_a_cut_is_acknowledged_after_it(opened: Any) -> None:
    page = await opened()
    await page.evaluate('hall.call("A001")')
    await until_logged(page, "sounds", "A001.mp3")
    await page.evaluate('hall.frame("sound", { own: null })')
    await until_logged(page, "played", "A001")  # into the void
    await page.evaluate('log.length = 0; hall.frame("sound", { own: true })')
    assert await page.evaluate(SEEN, "played") == ["A001"]
    await page.evaluate(
        'hall.frame("spoken", { voice: "A001", zone: "" }); log.length = 0; hall.frame("sound", { own: true })'
    )
    assert await page.evaluate(SEEN, "played") == []


async def test_a_call_taken_back_falls_silent(opened: Any) -> None:
    page = await opened()
    await page.evaluate('hall.call("long"); hall.call("A002"); hall.call("A003")')
    await until_logged(page, "sounds", "long.mp3")
    await page.evaluate("""() => ["A002", "long"].forEach((label) => hall.event({ kind: "undone", time: 99000,
      changes: { tickets: { [label]: { label, state: "waiting" } } } }))""")
    await until_logged(page, "played", "A003")
    assert await page.evaluate(SEEN, "skipped") == ["long"]
    assert await page.evaluate(SEEN, "sounds") == ["long.mp3", "A003.mp3"]


async def test_missing_sound_is_tried_again_and_then_left_unacknowledged(opened: Any) -> None:
    page = await opened()
    await page.clock.install()
    await page.evaluate('hall.call("missing"); hall.call("A002")')
    for attempt in range(1, 4):
        await until(
            page, f"log.filter(([what, voice]) => what === 'playing' && voice === 'missing').length === {attempt}"
        )
        await until(page, "!announcer.speaking && log.length")
        await page.clock.run_for(1_100)
    await until_logged(page, "played", "A002")
    assert await page.evaluate(SEEN, "played") == ["A002"]


async def test_volume_goes_by_the_screen_and_by_the_time_of_day(opened: Any) -> None:
    page = await opened(rows={"sound": {"volume": [["08:00", "09:00", 60]]}})  # it is 08:01 on a day of 1970
    await page.evaluate('hall.set.volume = 50; hall.call("A001")')
    await until_logged(page, "played", "A001")
    assert [one[2] for one in await page.evaluate("log") if one[0] == "sounds"] == [pytest.approx(0.3)]


async def test_another_zone_another_loudspeaker(opened: Any) -> None:
    page = await opened(rows={"zones": [{"id": "a", "counters": ["1"]}, {"id": "b", "counters": ["2"]}]})
    await page.evaluate('hall.set.zone = "b"; announcer.settle()')
    assert await page.evaluate("log") == [["want", True, "b"]]
    await page.evaluate('hall.call("A001"); hall.call("H001", { counter: "2" })')
    await until_logged(page, "played", "H001")
    assert await page.evaluate(SEEN, "sounds") == ["H001.mp3"]
    await page.evaluate("hall.set.sound = false; announcer.settle()")
    assert (await page.evaluate("log"))[-1] == ["want", False, "b"]


async def test_a_screen_that_is_not_to_speak_does_not(opened: Any) -> None:
    page = await opened(sound=False)
    await page.evaluate('hall.call("A001")')
    assert await page.evaluate("[log, announcer.own, announcer.blocked]") == [[], False, False]


async def test_blocked_browser_hands_the_loudspeaker_back_until_it_is_touched(blank: Blank) -> None:
    page = await blank(app())
    await page.evaluate("""() => {
      window.real = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException("touch me", "NotAllowedError"));
    }""")
    await page.evaluate(SHOUT.replace("log.length = 0", ""), {})
    assert await page.evaluate(SEEN, "want") == [False]
    assert await page.evaluate("announcer.blocked")
    await page.evaluate('hall.call("A001")')
    await page.evaluate("() => { HTMLMediaElement.prototype.play = window.real; return announcer.unblock(); }")
    assert await page.evaluate(SEEN, "want") == [False, True]
    assert not await page.evaluate("announcer.blocked")
    await until_logged(page, "played", "A001")  # not too old to help somebody


async def test_two_touches_at_once_are_one(opened: Any) -> None:
    """People touch twice: the first must not lie in wait for its limit, and then break off a call."""
    page = await opened()
    await page.evaluate("Promise.all([announcer.unblock(), announcer.unblock()])")
    assert not await page.evaluate("announcer.blocked")
    await page.evaluate('hall.call("A001")')
    await until_logged(page, "played", "A001")
