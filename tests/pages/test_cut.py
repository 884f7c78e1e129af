"""The server dies and comes back: pages say so, keep what they know, send what was pressed once, and agree again."""

import re
import signal
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, expect

from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, WALL, Hall, Stations
from tests.ports import free_port

pytestmark = pytest.mark.browser

PATIENCE = 5_500
"""ms, a little more than a page waits before it says that the link is lost, and between two attempts to mend it."""


async def is_seen(band: Locator, timeout: float) -> None:
    await expect(band).to_be_visible(timeout=timeout)


async def is_gone(band: Locator, timeout: float) -> None:
    await expect(band).to_be_hidden(timeout=timeout)


async def test_pages_outlive_a_killed_server(stations: Stations, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with AsyncExitStack() as stack:
        child = await stack.enter_async_context(serving(data, "--port", str(free_port())))
        hall = Hall(await child.ready(), await admin_token(data))
        await hall.do("open_counter", counter="2")
        labels = [await hall.label("A") for _ in range(3)]
        await hall.do("call_next", counter="2")

        opened = {
            name: await (await stations(hall.address, size, headers=hall.headers, clock=True)).open(hall.page(path))
            for name, path, size in (
                ("board", "board?sound=0", WALL),
                ("kiosk", "kiosk", WALL),
                ("counter", "counter?counter=2", DESK),
                ("monitor", "monitor", WALL),
            )
        }
        board, kiosk, counter, monitor = (opened[name].page for name in ("board", "kiosk", "counter", "monitor"))
        await expect(board.locator(".call .who .num")).to_have_text(labels[0])
        await expect(kiosk.locator(".sv").first).to_contain_text("2 người chờ")
        await expect(counter.locator("#now .num")).to_have_text(labels[0])
        await expect(monitor.locator("#mon")).to_have_attribute("data-link", "live")

        words = {"board": "hall-band", "kiosk": "kiosk-band", "counter": "#lost", "monitor": "#lost"}
        for station in opened.values():
            station.cut = True
        await child.end(signal.SIGKILL)
        for name, station in opened.items():
            band = station.page.locator(words[name])
            await station.in_time(PATIENCE, partial(is_seen, band))

        # Each says so, since when, and keeps its picture.
        since = re.compile(r"mất kết nối từ \d\d:\d\d", re.IGNORECASE)
        await expect(board.locator("hall-band")).to_contain_text(since)
        await expect(board.locator(".call.stale .who .num")).to_have_text(labels[0])
        await expect(board.locator(".w .n").first).to_contain_text("–")
        await expect(board.locator(".ctr").nth(1)).to_contain_text(labels[0])
        await expect(kiosk.locator("kiosk-band")).to_contain_text(since)
        await expect(kiosk.locator(".sv").first).to_be_disabled()
        await expect(counter.locator("#lost")).to_contain_text(since)
        await expect(counter.locator("#now .num")).to_have_text(labels[0])
        await expect(monitor.locator("#lost")).to_be_visible()
        await expect(monitor.locator("#sentence")).to_have_text("Chưa biết sảnh lúc này ra sao")

        # A press is kept; a second one meanwhile is no second press.
        await counter.keyboard.press("Enter")
        await expect(counter.locator("#lost")).to_contain_text("đã được giữ")
        await counter.keyboard.press("Enter")
        await expect(counter.locator("#told")).not_to_be_empty()

        again = await stack.enter_async_context(serving(data, "--port", str(urlsplit(hall.address).port)))
        assert await again.ready() == hall.address
        for name, station in opened.items():
            band = station.page.locator(words[name])
            await station.in_time(PATIENCE, partial(is_gone, band))

        await expect(counter.locator("#now.called .num")).to_have_text(labels[1])
        await expect(board.locator(".call .who .num")).to_have_text(labels[1])
        view = await hall.view()
        assert {label: row["state"] for label, row in view["tickets"].items()} == {
            labels[0]: "done",
            labels[1]: "called",
            labels[2]: "waiting",
        }
        await expect(kiosk.locator(".sv").first).to_contain_text("1 người chờ")
        await expect(kiosk.locator(".sv").first).to_be_enabled()
        await expect(board.locator(".w .n").first).to_contain_text("1")
