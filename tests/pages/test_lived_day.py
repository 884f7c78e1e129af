"""A day at sixty times its speed, seen on the monitor as it goes and in the reports afterwards; what is taken along is
opened again and says the same as the page. A few minutes of the day, so that the test takes seconds."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from typing import Any, cast

import pytest
from playwright.async_api import Page, expect
from python_calamine import CalamineWorkbook

from hallsys.simulate.command import Options, simulate
from tests.pages.station import DESK, Stations
from tests.running import Door, Running

pytestmark = pytest.mark.browser

SPEED = 60
CROWD = 1500
"""People who come on such a day, so that something happens in its first minutes."""
ENOUGH = re.compile(r"^([5-9]|\d\d+)$")


@asynccontextmanager
async def lived(door: Door) -> AsyncIterator[None]:
    """The day goes on while this lasts."""
    token = door.token
    options = Options(door.address, door.hall, token, token, token, tickets=CROWD, speed=SPEED)
    day = asyncio.create_task(simulate(options))
    try:
        yield
        assert not day.done(), day.exception()
    finally:
        day.cancel()
        with suppress(asyncio.CancelledError):
            await day


async def table(page: Page) -> list[list[str]]:
    """The table of all figures, its heading first, its total last."""
    await page.locator("details summary").click()
    rows: list[list[str]] = await page.locator("table.all tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    )
    return rows


def minutes(value: Any) -> float | None:
    """Of a cell of the page or of a workbook."""
    if isinstance(value, timedelta):
        return value.total_seconds() / 60
    if not isinstance(value, str):
        return None if value is None else float((value.hour * 60 + value.minute) + value.second / 60)
    return None if value == "–" else float(value.replace("−", "-").replace(",", "."))


def agree(shown: str, taken: Any, heading: str) -> bool:
    """Whether a cell of the page says what the cell of a table does, as exactly as the page can."""
    if shown == "–":
        return taken in (None, "")
    if shown.endswith("%"):
        return abs(float(shown[:-1].replace(",", ".")) - 100 * float(taken)) <= 0.51
    plain = float(shown.replace("\u202f", "").replace("−", "-").replace(",", "."))
    if isinstance(taken, str | int | float):
        factor = 60 if "(giây)" in heading else 1
        return abs(plain - float(taken) / factor) <= 0.051
    found = minutes(taken)
    return found is not None and abs(plain - found) <= 0.051


async def test_a_day_on_the_monitor_in_the_reports_and_taken_along(server: Running, stations: Stations) -> None:
    admin = await server.door("admin")
    station = await stations(admin.address, DESK, headers={"Authorization": f"Bearer {admin.token}"})
    page = (await station.open(f"/halls/{server.hall}/monitor?lang=vi")).page
    async with lived(admin):
        await expect(page.locator("#fig-served dd")).to_have_text(ENOUGH, timeout=120_000)
        await expect(page.locator("#services tr")).to_have_count(10)
    rows = (await admin.get("/tickets", limit="1000")).json["tickets"]
    waiting = sum(row["state"] == "waiting" for row in rows)
    served = sum(row["state"] == "done" for row in rows)
    await expect(page.locator("#fig-waiting dd")).to_have_text(str(waiting))
    await expect(page.locator("#fig-served dd")).to_have_text(str(served))
    await expect(page.locator("#day div").first.locator("dd")).to_have_text(str(len(rows)))

    await page.locator("nav a", has_text="Báo cáo").click()
    await expect(page.locator(".fig dd").first).to_contain_text(str(len(rows)))
    await page.locator(".ranges a", has_text="Hôm nay").click()
    shown = await table(page)
    today = (await admin.get("/reports")).json["now"]
    assert shown[-1][1:3] == [str(len(rows)), str(served)]
    assert today["total"]["issued"] == len(rows)

    links = {kind: page.locator("a[download]", has_text=kind) for kind in ("CSV", "XLSX")}
    taken = {kind: await admin.ask("GET", str(await link.get_attribute("href"))) for kind, link in links.items()}
    plain = list(csv.reader(io.StringIO(taken["CSV"].body.decode("utf-8-sig"))))
    assert len(plain) == len(shown)
    for mine, theirs in zip(shown[1:], plain[1:], strict=True):
        assert mine[0] == theirs[0]
        for heading, one, other in zip(plain[0][1:], mine[1:], theirs[1:], strict=True):
            assert agree(one, other, heading), (mine[0], heading, one, other)

    book = CalamineWorkbook.from_filelike(io.BytesIO(taken["XLSX"].body))
    for mine, cells in zip(shown[1:], book.get_sheet_by_index(0).to_python()[1:], strict=True):
        assert mine[0] == cells[0]
        for heading, one, cell in zip(plain[0][1:], mine[1:], cells[1:], strict=True):
            assert agree(one, cell, "phút" if "(giây)" in heading else heading), (mine[0], heading, one, cell)
    about: dict[Any, Any] = dict(cast("Any", book.get_sheet_by_name("Thông tin").to_python()))
    assert about["Từ ngày"] == about["Đến ngày"] == date.fromisoformat(today["last"])
