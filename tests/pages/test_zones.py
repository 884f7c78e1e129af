"""Zones with a loudspeaker each: what is shown and heard when people press at the same instant, a screen dies in the
middle of a sentence, or the server between two calls."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Error, Route, expect

from hallsys.resources import resource
from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.station import Hall, Station, Stations
from tests.ports import free_port

pytestmark = pytest.mark.browser

ZONES = """
[[zones]]
id = "a"
name = { vi = "Khu A", en = "Area A" }
counters = ["1", "2"]

[[zones]]
id = "b"
name = { vi = "Khu B", en = "Area B" }
counters = ["3", "4", "5"]
"""
PICTURE = """() => document.addEventListener("ended", ({ target }) => {
  const voice = decodeURIComponent(/\\/voice\\/(.+)\\.mp3/.exec(target.currentSrc)?.[1] ?? "");
  if (voice) pictures.push([voice, document.querySelector(".call .who .num")?.textContent.trim()]);
}, true)"""
"""What is large at the end of each sentence: nobody has been told yet that it is over."""


@pytest.fixture(scope="module")
def zoned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample hall in two zones; on a busy machine nothing gets too old to be spoken."""
    sample = resource("samples/phutho.toml").read_text("utf-8")
    text, changed = re.subn(r"^stale_s = 30$", "stale_s = 300", sample, flags=re.MULTILINE)
    assert changed == 1
    path = tmp_path_factory.mktemp("zoned") / "phutho.toml"
    path.write_text(text + ZONES, "utf-8")
    return path


@pytest.fixture(scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory, zoned: Path) -> AsyncIterator[Hall]:
    data = tmp_path_factory.mktemp("hall") / "data"
    async with serving(data, "--config", str(zoned)) as child:
        yield Hall(await child.ready(), await admin_token(data))


async def board(stations: Stations, hall: Hall, zone: str, rate: float = 8) -> Station:
    station = await stations(hall.address)
    await station.context.add_init_script("window.pictures = []")
    await station.open(hall.page(f"board?board=zone&zone={zone}"))
    await station.page.evaluate(PICTURE)
    await station.page.evaluate("(rate) => { heard.rate = rate; }", rate)
    return station


async def speaks(station: Station) -> None:
    """Wait until this screen owns its loudspeaker."""
    await expect(station.page.locator("hall-health")).to_contain_text("Có tiếng")


def voices(station: Station, *counters: str) -> list[str]:
    """What this page was told to call at these counters, in order."""
    return [frame["voice"] for frame in station.calls() if frame["voice"].split("-")[1] in counters]


def ended(log: list[dict[str, Any]]) -> list[str]:
    return [entry["voice"] for entry in log if entry["type"] == "ended"]


def one_after_another(log: list[dict[str, Any]]) -> None:
    """Each sentence begins after the one before it was over."""
    turns = [(entry["voice"], entry["type"]) for entry in log if entry["type"] in ("playing", "ended")]
    # A player that had to wait for more of a sound says once more that it plays.
    turns = [turn for before, turn in zip([None, *turns], turns, strict=False) if turn != before]
    assert turns == [(voice, what) for voice in ended(log) for what in ("playing", "ended")]


def labels_of(voices: list[str]) -> list[str]:
    return [voice.split("-")[0] for voice in voices]


async def middle_of(station: Station, label: str) -> None:
    """Wait until this page is in the middle of a sentence."""
    half_a_second_on = """(label) => heard.log.some(({ voice, type, time }) =>
      voice.startsWith(`${label}-`) && type === "timeupdate" && time > 0.5)"""
    await station.page.wait_for_function(half_a_second_on, arg=label)


async def test_two_counters_at_the_same_instant_five_times_in_a_row(hall: Hall, stations: Stations) -> None:
    a, b = await board(stations, hall, "a"), await board(stations, hall, "b")
    for station in (a, b):
        await speaks(station)
    for counter in ("2", "3"):
        await hall.do("open_counter", counter=counter)
    for _ in range(5):
        await asyncio.gather(hall.label("A"), hall.label("H"))
    for _ in range(5):
        await asyncio.gather(hall.do("call_next", counter="2"), hall.do("call_next", counter="3"))
    for station, counter in ((a, "2"), (b, "3")):
        log = await station.heard(5)
        called = voices(station, counter)
        assert len(called) == 5
        assert ended(log) == called, "in order, nothing lost, nothing twice, nothing of the other zone"
        one_after_another(log)
        assert await station.page.evaluate("pictures") == [[voice, voice.split("-")[0]] for voice in called]
    for counter in ("2", "3"):
        await hall.do("finish", counter=counter)
        await hall.do("close_counter", counter=counter)


async def test_the_screen_that_speaks_is_killed_mid_sentence_and_another_goes_on(
    hall: Hall, stations: Stations
) -> None:
    first = await board(stations, hall, "a")
    await speaks(first)
    second = await board(stations, hall, "a")
    await hall.do("open_counter", counter="2")
    labels = [await hall.label("A") for _ in range(3)]
    await hall.do("call_next", counter="2")
    await first.heard(1)
    await first.page.evaluate("heard.rate = 1")
    await hall.do("call_next", counter="2")
    await hall.do("call_next", counter="2")
    await middle_of(first, labels[1])
    assert await second.page.evaluate("heard.log") == [], "never two that echo"

    crash = await first.context.new_cdp_session(first.page)
    killing = asyncio.create_task(crash.send("Page.crash"))
    log = await second.heard(2)
    assert labels_of(ended(log)) == labels[1:], "what was broken off is said again, what was heard is not"
    one_after_another(log)
    await speaks(second)
    killing.cancel()
    with suppress(asyncio.CancelledError, Error):
        await killing
    await hall.do("finish", counter="2")


async def test_the_server_is_killed_between_two_calls_and_the_rest_is_spoken(
    stations: Stations, zoned: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with AsyncExitStack() as stack:
        child = await stack.enter_async_context(serving(data, "--config", str(zoned), "--port", str(free_port())))
        hall = Hall(await child.ready(), await admin_token(data))
        station = await board(stations, hall, "a")
        await speaks(station)
        fetched, killed = asyncio.Event(), asyncio.Event()

        async def hold(route: Route) -> None:
            """The second sound is on its way when the server dies."""
            fetched.set()
            await killed.wait()
            await route.abort()

        await hall.do("open_counter", counter="2")
        labels = [await hall.label("A") for _ in range(3)]
        await station.page.route(f"**/voice/{labels[1]}-*", hold, times=1)
        for _ in range(3):
            await hall.do("call_next", counter="2")
        await station.heard(1)
        await fetched.wait()
        station.cut = True
        await child.end(signal.SIGKILL)
        killed.set()

        again = await stack.enter_async_context(
            serving(data, "--config", str(zoned), "--port", str(urlsplit(hall.address).port))
        )
        assert await again.ready() == hall.address
        log = await station.heard(3)
        assert labels_of(ended(log)) == labels
        assert ended(log) == voices(station, "2")
        assert await station.page.evaluate("pictures.map(([voice, shown]) => shown)") == labels
