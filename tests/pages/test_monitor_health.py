"""How a hall's devices are, on the supervisor's page."""

import pytest
from playwright.async_api import expect

from hallsys.hallkiosk import PrinterConfig
from tests.kiosk.paper_printer import PaperPrinter
from tests.pages.station import DESK, Stations
from tests.running import Serve

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "well", "open_"), [
    ("vi", "Máy in: tốt", "Máy in: nắp đang mở"),
    ("en", "Printer: fine", "Printer: the cover is open"),
])  # fmt: skip
async def test_the_printer_is_among_the_devices(
    serve: Serve, stations: Stations, lang: str, well: str, open_: str
) -> None:
    printer = PaperPrinter()
    await printer.start()
    try:
        running = await serve(printer=PrinterConfig(kind="network", address=f"127.0.0.1:{printer.port}"))
        door = await running.door("supervisor")
        station = await stations(door.address, DESK, headers={"Authorization": f"Bearer {door.token}"})
        page = (await station.open(f"/halls/{running.hall}/monitor?lang={lang}")).page
        chip = page.locator("#health .chip", has_text=well.partition(":")[0])
        await expect(chip).to_have_text(well)
        printer.cover_open = True
        await running.server.printers.look(running.hall)
        await page.reload()
        await expect(chip).to_have_text(open_)
    finally:
        await printer.stop()
