"""`python -m tests.pages.pictures [--axe] [folder [part of a name]]`: every board in every state, for docs/screens.md.

With `--axe` each is judged, too, boards at 7:1; what is found is said, and the command ends with 1.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from tests.child import serving
from tests.pages.scenes import NOW, SCENES, Play, zoned

ROOT: Final = Path(__file__).parents[2]
Size = tuple[int, int]
WALL, PORTRAIT, LED, LED_LONG = (1920, 1080), (1080, 1920), (1920, 360), (1280, 160)
TOP, TOP_WIDE = (1024, 600), (1280, 400)
COLOURS: Final = 48
"""of a sheet's palette: flat colours, small files"""
GAP: Final = 8
"""pixels between the pictures of a sheet"""

STRICT: Final = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
"""What axe judges a board by: everything below, and text at 7:1."""
HOW: Final = ("any", "all", "none")

LOST_AFTER = 6_000
"""ms: a page says after five that its link is gone"""


@dataclass(frozen=True)
class Shot:
    """One picture: a scene on a board, of a size, in a theme and in one language or two."""

    scene: str
    query: str = ""
    size: Size = WALL
    theme: str = "dark"
    lang: str = "vi"
    board: str = "hall"

    @property
    def name(self) -> str:
        form = {PORTRAIT: "portrait", TOP_WIDE: "wide", LED_LONG: "long"}.get(self.size, "")
        parts = (self.board, form, self.scene, self.theme, self.lang.replace(",", "-"), self.query.rpartition("=")[2])
        return "-".join(part for part in parts if part)

    @property
    def group(self) -> str:
        """The sheet it stands on."""
        return replace(self, query="").name.replace(f"-{self.scene}-", "-")

    @property
    def path(self) -> str:
        board = f"&board={self.board}" if self.board != "hall" else ""
        return f"/halls/phutho/board?theme={self.theme}&lang={self.lang}{board}{self.query}"


TOPS: Final = (
    *(("3", scene) for scene in ("called", "rest", "lost", "long-names", "closed")),
    *(("5", "rest"), ("1", "1-counter"), ("1", "quiet"), ("12", "12-counters")),
)
"""Counters, and the scenes in which they are worth a look."""
TELLING: Final = ("called", "two-calls", "quiet", "lost", "no-sound", "12-counters", "long-names", "notices")
BOTH: Final = ("dark", "light")


def shots() -> list[Shot]:
    """Every board in every theme, orientation and language; each state where it looks different."""
    walls, strips, tops = (WALL, PORTRAIT), (LED, LED_LONG), (TOP, TOP_WIDE)
    found = [Shot(scene, size=size, theme=theme) for theme in BOTH for size in walls for scene in SCENES]
    found += [
        Shot(scene, size=size, lang=lang, theme=theme)
        for lang, theme in (("en", "light"), ("vi,en", "dark"))
        for size in walls
        for scene in TELLING
    ]
    for theme, lang in (("dark", "vi"), ("light", "vi"), ("dark", "vi,en"), ("light", "en")):
        found += [
            Shot(scene, "&zone=a", theme=theme, lang=lang, board="zone") for scene in ("called", "two-calls", "quiet")
        ]
        found += [
            Shot(scene, size=size, theme=theme, lang=lang, board="media")
            for size in walls
            for scene in ("called", "two-calls", "lost", "no-sound", "12-counters", "0-counters")
        ]
        found += [
            Shot(scene, f"&counter={sign}", size, theme, lang, "counter")
            for size in tops
            for sign, scene in TOPS
            if lang == "vi" or scene in TELLING
        ]
        found += [
            Shot(scene, size=size, theme=theme, lang=lang, board="led")
            for size in strips
            for scene in ("called", "two-calls", "rest", "quiet", "lost", "12-counters")
            if size == LED or lang == "vi"
        ]
    return found


async def take(browser: Browser, address: str, shot: Shot, folder: Path, wrong: list[str] | None) -> Path:
    """The picture of one shot as a PNG; what axe finds goes into `wrong`, where it is asked."""
    scene = SCENES[shot.scene]
    width, height = shot.size
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    await context.clock.install(time=NOW / 1000)
    play = Play(zoned(scene) if shot.board == "zone" else scene)
    await play.install(context)
    page = await context.new_page()
    if scene.deaf:
        refuse = "() => Promise.reject(new DOMException('touch me', 'NotAllowedError'))"
        await page.add_init_script(f"HTMLMediaElement.prototype.play = {refuse}")
    await page.goto(address + shot.path + ("" if scene.deaf else "&sound=0"))
    await page.locator("html[data-day]").wait_for(state="attached")
    await page.evaluate("document.fonts.ready.then(() => null)")
    if shot.board == "media":
        await page.locator(".media .pic > *").wait_for()
    if scene.cut:
        await play.cut()
        await page.clock.run_for(LOST_AFTER)
    await page.clock.run_for(1_200)
    path = folder / f"{shot.name}.png"
    await page.screenshot(path=path)
    if wrong is not None:
        wrong += [f"{shot.name}: {found}" for found in await judged(page)]
    await context.close()
    return path


async def judged(page: Page) -> list[str]:
    """What axe finds on a page: rule, element and why, a line each."""
    found = await Axe().run(page, options=STRICT)
    return [
        f"{rule['id']} {node['target']} {'; '.join(why['message'] for kind in HOW for why in node[kind])}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def sheet(shots: list[Path], to: Path) -> None:
    """Pictures side by side as docs/ keeps them: smaller, in few colours."""
    pictures = [Image.open(path).convert("RGB") for path in shots]
    width = 600 if pictures[0].width > pictures[0].height else 300
    small = [one.resize((width, round(one.height * width / one.width)), Image.Resampling.LANCZOS) for one in pictures]
    columns = 1800 // width
    height = small[0].height + GAP
    whole = Image.new("RGB", (columns * (width + GAP) - GAP, -(-len(small) // columns) * height - GAP), "white")
    for index, picture in enumerate(small):
        whole.paste(picture, (index % columns * (width + GAP), index // columns * height))
    whole.quantize(palette=_palette(whole), dither=Image.Dither.NONE).save(to, optimize=True)


def _palette(whole: Image.Image) -> Image.Image:
    """The colours there is most of, exactly, and those that stand out, however little there is of them."""
    colours: list[int] = []
    for how in (Image.Quantize.MEDIANCUT, Image.Quantize.MAXCOVERAGE):
        colours += (whole.quantize(COLOURS // 2, how).getpalette() or [])[: COLOURS // 2 * 3]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette


async def main(folder: Path, only: str, chromium: str, *, axe: bool) -> int:
    groups: dict[str, list[Path]] = {}
    wrong: list[str] = []
    seen = 0
    with tempfile.TemporaryDirectory() as data:
        async with serving(Path(data) / "data") as child, async_playwright() as playwright:
            address = await child.ready()
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for shot in shots():
                if only in shot.name:
                    path = await take(browser, address, shot, Path(data), wrong if axe else None)
                    groups.setdefault(shot.group, []).append(path)
                    seen += 1
            await browser.close()
        for name, pictures in groups.items():
            sheet(pictures, folder / f"{name}.png")
    print("\n".join([*wrong, f"{seen} pictures" + (f", axe finds {len(wrong)}" if axe else "")]))
    return 1 if wrong else 0


def browser_path() -> str:
    """The browser that the tests use."""
    find = [sys.executable, str(ROOT / "bin" / "setup.py"), "browser"]
    return subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("only", nargs="?", default="")
    parser.add_argument("--axe", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    sys.exit(asyncio.run(main(given.folder, given.only, browser_path(), axe=given.axe)))
