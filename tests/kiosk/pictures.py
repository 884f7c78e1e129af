"""`python -m tests.kiosk.pictures [folder]`: every kind of paper, 58 and 80 mm, for docs/kiosk.md.

A real server prints to real TCP ports; the pictures are what a parser of ESC/POS made of the bytes.
"""

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, Final

import aiohttp

from hallsys.resources import resource
from tests.child import hallsys, serving
from tests.kiosk.paper_printer import PaperPrinter

ROOT: Final = Path(__file__).parents[2]
PUBLIC: Final = "http://192.168.1.10:8080"
NARROW: Final = "Máy lấy số cửa sau"
CONFIG: Final = """
[printer]
kind = "network"
address = "127.0.0.1:{wide}"

[[printers]]
id = "narrow"
kind = "network"
address = "127.0.0.1:{narrow}"
paper = 58
kiosks = ["{kiosk}"]
"""


class Kiosk:
    """A kiosk with its printer."""

    def __init__(self, http: aiohttp.ClientSession, address: str, token: str, paper: PaperPrinter) -> None:
        self._http, self._api = http, f"{address}/api/v1/halls/phutho"
        self._token, self._paper = token, paper

    async def ask(self, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": uuid.uuid4().hex}
        async with self._http.post(f"{self._api}/{path}", json=body, headers=headers) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def do(self, name: str, **args: Any) -> Any:
        return (await self.ask(f"commands/{name}", **args))["result"]

    async def paper(self, to: Path, what: str, **body: Any) -> None:
        """Print, and keep what came out of the printer."""
        before = len(self._paper.tickets)
        told = await self.ask(what, **body)
        assert told["printed"], told
        self._paper.tickets[before].save(to, optimize=True)


async def take(folder: Path) -> list[str]:
    """All of it. Returns the names of the pictures."""
    printers = {80: PaperPrinter(), 58: PaperPrinter()}
    for printer in printers.values():
        await printer.start()
    names = []
    with tempfile.TemporaryDirectory() as made:
        config = Path(made, "phutho.toml")
        more = CONFIG.format(wide=printers[80].port, narrow=printers[58].port, kiosk=NARROW)
        _write(config, more)
        data = Path(made, "data")
        async with serving(data, "--config", str(config), "--public-url", PUBLIC) as child:
            address = await child.ready()

            async def token(role: str, name: str) -> str:
                made = await hallsys(data, "token", "create", "--hall", "phutho", "--role", role, "--name", name)
                return made.out.strip()

            async with aiohttp.ClientSession(json_serialize=json.dumps) as http:
                admin = Kiosk(http, address, await token("admin", "admin"), printers[80])
                await _fill(admin, http, address)
                kiosks = {80: await token("kiosk", "Máy lấy số"), 58: await token("kiosk", NARROW)}
                for width, secret in kiosks.items():
                    kiosk = Kiosk(http, address, secret, printers[width])
                    names += await _kinds(kiosk, admin, folder, width)
                    which = Kiosk(http, address, await token("admin", "admin"), printers[width])
                    name = f"test-{width}"
                    await which.paper(folder / f"{name}.png", "print/test", printer="main" if width == 80 else "narrow")
                    names.append(name)
    for printer in printers.values():
        await printer.stop()
    return names


def _write(config: Path, more: str) -> None:
    config.write_text(resource("samples/phutho.toml").read_text("utf-8") + more, "utf-8")


async def _fill(admin: Kiosk, http: aiohttp.ClientSession, address: str) -> None:
    """People wait, two counters work, and the forecast knows how long it takes."""
    for _ in range(12):
        await admin.do("issue", service="A")
    for counter in ("1", "2"):
        await admin.do("open_counter", counter=counter)
    deadline = time.monotonic() + 120
    while (await admin.do("issue", service="A"))["wait"] is None:
        assert time.monotonic() < deadline, "no forecast came"
        await asyncio.sleep(1)


async def _kinds(kiosk: Kiosk, admin: Kiosk, folder: Path, width: int) -> list[str]:
    soon = int(time.time() * 1000) + 600_000
    booking = (await admin.do("book", service="H", at=soon))["booking"]["id"]
    made = {
        "ordinary": (await kiosk.do("issue", service="A"), "vi"),
        "priority": (await kiosk.do("issue", service="A", priority="aged"), "vi"),
        "ready": (await kiosk.do("issue", service="R", ready=True), "vi"),
        "booked": (await kiosk.do("check_in", booking=booking), "vi"),
        "several": (await kiosk.do("issue", service="A", then=["H", "R"]), "vi"),
        "english": (await kiosk.do("issue", service="N", priority="aged"), "en"),
    }
    for kind, (ticket, language) in made.items():
        await kiosk.paper(folder / f"{kind}-{width}.png", "print", token=ticket["token"], language=language)
    await kiosk.paper(folder / f"papers-{width}.png", "print/papers", procedure="Đăng ký khai sinh")
    return [f"{kind}-{width}" for kind in (*made, "papers")]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "pictures" / "tickets")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    print("\n".join(asyncio.run(take(given.folder))))
