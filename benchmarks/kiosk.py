"""`python -m benchmarks.kiosk`: sixty people at a kiosk with a printer, and dossiers from exports of 100,000 rows.

A person's time is reckoned by the keystroke-level model (Card, Moran, Newell 1980): for each touch 1.35 s to make up
one's mind, 1.1 s to point, 0.2 s to touch; to that comes what the kiosk takes until the next screen is there, measured.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

import xlsxwriter
from playwright.async_api import Page, async_playwright
from rich.console import Console
from rich.progress import Progress

from hallsys.hallkiosk import DossierConfig
from hallsys.kiosk.dossiers.file import Imported, read_file
from hallsys.resources import resource
from tests.child import serving
from tests.kiosk.paper_printer import PaperPrinter
from tests.pages.conftest import admin_token
from tests.pages.pictures import browser_path

ROWS = 100_000
HEAD = ("Mã hồ sơ", "Trạng thái", "Ngày hẹn trả", "Mã kiểm tra")
TOUCH_S = 1.35 + 1.1 + 0.2
SETTLE_MS = 500
"""So long after a new screen the kiosk takes no touch; nobody is as fast."""
PEOPLE = 60


def code(number: int) -> str:
    return f"G22.99.{number % 90:02}-260921-{number:06}"


def export(file: Path) -> None:
    """Every thousandth row is broken."""
    rows = [(code(n) if n % 1000 else "?", str(n % 10 + 1), "25/09/2026", "") for n in range(ROWS)]
    if file.suffix == ".csv":
        file.write_text("\n".join(";".join(row) for row in (HEAD, *rows)) + "\n", "utf-8")
        return
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEAD, *rows)):
            sheet.write_row(number, 0, row)


def dossiers(console: Console) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("csv", "xlsx"):
            file = Path(folder, f"ho-so.{kind}")
            export(file)
            begin = time.perf_counter()
            with Progress(console=console) as bar:
                task = bar.add_task(f"import {kind}", total=None)
                read = read_file(
                    file,
                    DossierConfig(source="file", file=str(file)),
                    lambda rows, task=task: bar.update(task, completed=rows),
                    lambda lines, task=task: bar.update(task, total=lines - 1),
                )
            took = time.perf_counter() - begin
            console.print(f"{kind}: {len(read.known):,} dossiers in {took:.2f} s, {read.broken_count} rows left out")
            console.print(f"  the first: line {read.broken[0].line}, {read.broken[0].column}; {looked_up(read)}")


def looked_up(read: Imported) -> str:
    times = []
    for number in random.Random(1).sample(range(ROWS), 10_000):
        begin = time.perf_counter_ns()
        read.known.find(code(number), None)
        times.append(time.perf_counter_ns() - begin)
    times.sort()
    median, late = statistics.median(times) / 1e3, times[-100] / 1e6
    return f"a look-up takes {median:.1f} µs, one in a hundred more than {late:.3f} ms"


async def people(console: Console) -> None:
    paper = PaperPrinter()
    await paper.start()
    with tempfile.TemporaryDirectory() as made:
        config = Path(made, "phutho.toml")
        printer = f'\n[printer]\nkind = "network"\naddress = "127.0.0.1:{paper.port}"\n'
        config.write_text(resource("samples/phutho.toml").read_text("utf-8") + printer, "utf-8")  # noqa: ASYNC240
        flags = ("--config", str(config), "--public-url", "http://192.168.1.10:8080")
        async with serving(Path(made, "data"), *flags) as child, async_playwright() as playwright:
            address, token = await child.ready(), await admin_token(Path(made, "data"))
            browser = await playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
            headers = {"Authorization": f"Bearer {token}"}
            context = await browser.new_context(viewport={"width": 1080, "height": 1920}, extra_http_headers=headers)
            page = await context.new_page()
            await page.goto(f"{address}/halls/phutho/kiosk")
            times = [await _person(page, number) for number in range(PEOPLE)]
            await browser.close()
    await paper.stop()
    kiosk = [taken for taken, _ in times]
    person = sorted(taken + touches * TOUCH_S for taken, touches in times)
    console.print(f"{PEOPLE} people, {len(paper.tickets)} tickets on paper, {max(t for _, t in times)} touches at most")
    console.print(f"  the kiosk: median {statistics.median(kiosk):.2f} s, most {max(kiosk):.2f} s")
    console.print(
        f"  a person: median {statistics.median(person):.1f} s, most {person[-1]:.1f} s; all {sum(person):.0f} s"
    )


async def _person(page: Page, number: int) -> tuple[float, int]:
    """Seconds that the kiosk took until the paper was out, and the touches that a person needs for it. The ticket goes
    by itself; here it is put away, so as not to wait."""
    taken = 0.0
    kind = "kiosk-priority .choice" if number % 6 == 5 else "kiosk-priority .go"
    for place, then in ((f".list li:nth-child({number % 10 + 1}) .sv", "kiosk-priority h1"), (kind, "kiosk-ticket h2")):
        await page.locator(place).first.wait_for()
        await page.wait_for_timeout(SETTLE_MS)
        begin = time.perf_counter()
        await page.locator(place).first.click()
        await page.locator(then).wait_for()
        if then == "kiosk-ticket h2":
            await page.locator(then, has_text="khe in").wait_for()
        taken += time.perf_counter() - begin
    await page.wait_for_timeout(SETTLE_MS)
    await page.locator("kiosk-ticket .go").click()
    return taken, 2


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    shown = Console()
    dossiers(shown)
    asyncio.run(people(shown))
