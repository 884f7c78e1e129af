"""`python -m tests.pages.pictures [folder]`: a picture of every board in every state, for docs/screens.md and for eyes."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, async_playwright

from tests.child import serving
from tests.pages.scenes import NOW, SCENES, Play, zoned

ROOT: Final = Path(__file__).parents[2]
Size = tuple[int, int]
WALL, PORTRAIT, LED, TOP, TOP_WIDE = (1920, 1080), (1080, 1920), (1920, 360), (1024, 600), (1280, 400)
COLOURS: Final = 24
"""of a picture's palette: flat colours, small files"""
WIDE: Final = 960
"""pixels of a picture's longer side in docs/"""

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
        form = {PORTRAIT: "portrait", TOP_WIDE: "wide", (1280, 160): "long"}.get(self.size, "")
        parts = (self.board, form, self.scene, self.theme, self.lang.replace(",", "-"))
        return "-".join(part for part in parts if part)

    @property
    def path(self) -> str:
        board = f"&board={self.board}" if self.board != "hall" else ""
        return f"/halls/phutho/board?theme={self.theme}&lang={self.lang}{board}{self.query}"


HALL_SCENES = tuple(SCENES)
TOPS = {
    "3": ("called", "rest", "lost", "long-names", "closed"),
    "5": ("rest",),
    "1": ("1-counter", "quiet"),
    "12": ("12-counters",),
}


def shots() -> list[Shot]:
    """Every board in every theme, orientation and language; each state where it looks different."""
    found = [
        Shot(scene, size=size, theme=theme)
        for scene in HALL_SCENES
        for size in (WALL, PORTRAIT)
        for theme in ("dark", "light")
    ]
    found += [
        Shot(scene, size=size, lang=lang, theme="light")
        for scene in ("called", "two-calls", "quiet", "lost", "no-sound", "12-counters", "long-names", "notices")
        for size in (WALL, PORTRAIT)
        for lang in ("en", "vi,en")
    ]
    for theme in ("dark", "light"):
        for lang in ("vi", "vi,en"):
            found += [Shot(scene, "&zone=a", theme=theme, lang=lang, board="zone") for scene in ("called", "quiet")]
            found += [
                Shot(scene, size=size, theme=theme, lang=lang, board="media")
                for scene in ("called", "two-calls", "rest", "lost", "quiet")
                for size in (WALL, PORTRAIT)
            ]
            found += [
                Shot(scene, f"&counter={sign}", size, theme, lang, "counter")
                for sign, scenes in TOPS.items()
                for scene in scenes
                for size in (TOP, TOP_WIDE)
            ]
            found += [
                Shot(scene, size=size, theme=theme, lang=lang, board="led")
                for scene in ("called", "two-calls", "rest", "quiet", "lost", "12-counters")
                for size in (LED, (1280, 160))
            ]
    found += [
        Shot(scene, size=size, board="media", lang="en")
        for scene in ("0-counters", "long-names", "no-sound", "12-counters")
        for size in (WALL, PORTRAIT)
    ]
    return found


async def take(browser: Browser, address: str, shot: Shot, folder: Path) -> Path:
    """The picture of one shot as a PNG."""
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
    await context.close()
    return path


def reduce(path: Path, to: Path) -> None:
    """A picture as docs/ keeps it: half the size, few colours."""
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((WIDE, WIDE), Image.Resampling.LANCZOS)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(to, optimize=True)


async def main(folder: Path, only: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        async with serving(Path(data) / "data") as child, async_playwright() as playwright:
            address = await child.ready()
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            for shot in shots():
                if only in shot.name:
                    await take(browser, address, shot, folder)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
