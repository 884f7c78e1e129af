"""What a day does to a board's memory. `python -m tests.pages.long_day` plays a whole one, 1,000 tickets at fifteen
counters and 60 times their speed, and says what the page held after each hour."""

import asyncio
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from playwright.async_api import CDPSession, Page, async_playwright

from hallsys.resources import resource
from hallsys.simulate.command import Options, simulate
from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.pictures import browser_path

SPEED: Final = 60
HOUR: Final = 3600 / SPEED
"""seconds of ours in an hour of the hall's"""


class Memory:
    """What a page holds on to once everything it let go of was collected."""

    def __init__(self, devtools: CDPSession) -> None:
        self._devtools = devtools

    @staticmethod
    async def of(page: Page) -> "Memory":
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("HeapProfiler.enable")
        return Memory(devtools)

    async def held(self) -> int:
        """bytes"""
        for _ in range(3):  # what is freed may free more
            await self._devtools.send("HeapProfiler.collectGarbage")
        return int((await self._devtools.send("Runtime.getHeapUsage"))["usedSize"])

    async def counts(self) -> tuple[int, int]:
        """DOM nodes and event listeners that live."""
        found = await self._devtools.send("Memory.getDOMCounters")
        return int(found["nodes"]), int(found["jsEventListeners"])


def wide_hall(folder: Path, counters: int = 15) -> Path:
    """The sample hall with more counters; its file."""
    text = resource("samples/phutho.toml").read_text("utf-8")
    services = re.findall(r'^id = "(\w+)"\nseries', text, re.MULTILINE)
    more = "".join(
        f'\n[[counters]]\nid = "{n}"\nname = "Quầy {n}"\nservices = {(services * 3)[n : n + 5]}\n'
        for n in range(6, counters + 1)
    )
    path = folder / "phutho.toml"
    path.write_text(text.replace("\n[[priorities]]", f"{more}\n[[priorities]]", 1).replace("'", '"'), "utf-8")
    return path


async def main(tickets: int, chromium: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        async with (
            serving(data, "--config", str(wide_hall(Path(folder)))) as child,
            async_playwright() as playwright,
        ):
            address = await child.ready()
            token = await admin_token(data)
            arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
            browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
            page = await (await browser.new_context(viewport={"width": 1920, "height": 1080})).new_page()
            await page.goto(f"{address}/halls/phutho/board")
            await page.locator("html[data-day]").wait_for(state="attached")
            memory = await Memory.of(page)
            options = Options(address, "phutho", token, token, token, tickets=tickets, counters=15, speed=SPEED)
            day = asyncio.create_task(simulate(options))
            hour = 0
            print("hour  heap (MB)  nodes  listeners", flush=True)
            while not day.done():
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(day), HOUR)
                hour += 1
                print(
                    f"{hour:4}  {await memory.held() / 1e6:9.2f}  {'  '.join(map(str, await memory.counts()))}",
                    flush=True,
                )
            print(day.result())
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, browser_path()))
