"""What the studio's script works out by itself: when a recording ends, where to go next, how long it will take."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.pages.station import Hall, Stations

pytestmark = pytest.mark.browser

HEARD = """async ([levels, seconds]) => {
  const { Hearing } = await import("hallsys/studio/hearing.js");
  const hearing = new Hearing();
  for (let n = 0; n < 50; n += 1) hearing.hear(levels[0], seconds);
  hearing.begin();
  for (const [at, level] of levels.entries()) {
    hearing.hear(level, seconds);
    if (hearing.verdict) return [hearing.verdict, at];
  }
  return [hearing.verdict, levels.length];
}"""
MODEL = """async ([name, args]) => (await import("hallsys/studio/model.js"))[name](...args)"""
BLOCK = 0.02


@pytest.fixture
async def page(hall: Hall, stations: Stations) -> Page:
    return (await (await stations(hall.address, headers=hall.headers)).open("/halls/phutho/studio")).page


def levels(*stretches: tuple[float, float]) -> list[float]:
    """`(dBFS, seconds)` after each other, as blocks."""
    return [level for level, seconds in stretches for _ in range(round(seconds / BLOCK))]


@pytest.mark.parametrize("room", [-80.0, -45.0])
async def test_a_recording_ends_when_somebody_has_spoken_and_is_silent(page: Page, room: float) -> None:
    verdict, at = await page.evaluate(HEARD, [levels((room, 1.0), (-20, 0.5), (room, 3.0)), BLOCK])
    assert verdict == "done"
    assert 1.5 + 0.6 < at * BLOCK < 1.5 + 0.85
    # A pause within a phrase is not its end.
    heard = levels((room, 0.5), (-20, 0.4), (room, 0.4), (-22, 0.5), (room, 2))
    verdict, at = await page.evaluate(HEARD, [heard, BLOCK])
    assert verdict == "done"
    assert at * BLOCK > 1.8


async def test_a_click_is_no_speech_and_who_says_nothing_is_told(page: Page) -> None:
    heard = levels((-70, 0.5), (-15, 0.04), (-70, 8))
    assert (await page.evaluate(HEARD, [heard, BLOCK]))[0] == "nothing"
    assert (await page.evaluate(HEARD, [levels((-70, 4)), BLOCK]))[0] is None


async def test_nobody_records_longer_than_the_server_takes(page: Page) -> None:
    verdict, at = await page.evaluate(HEARD, [[-70.0, *levels((-20, 0.3), (-30, 0.3)) * 40], BLOCK])
    assert verdict == "done"
    assert at * BLOCK < 10


async def test_the_next_prompt_is_the_next_one_that_is_missing(page: Page) -> None:
    prompts = [{"language": "vi", "text": text, "group": "digit"} for text in ("một", "hai", "ba")]

    async def ask(name: str, *args: Any) -> Any:
        return await page.evaluate(MODEL, [name, list(args)])

    kept = {"seconds": 0.4, "flaws": []}
    assert await ask("beginning", prompts, {"vi/một": kept}) == 1
    assert await ask("following", prompts, {"vi/một": kept, "vi/ba": kept}, 2) == 1
    assert await ask("following", prompts, {"vi/một": kept, "vi/hai": kept, "vi/ba": kept}, 0) == 1
    assert await ask("following", prompts, {"vi/một": kept, "vi/hai": kept, "vi/ba": kept}, 2) == 2
    assert await ask("done", prompts, {"vi/ba": kept, "en/one": kept}) == 1
    # Before a reader's pace is known a guess; then the middle of the gaps, whatever the pause for coffee.
    assert await ask("left", 10, [0, 5000]) == 250
    assert await ask("left", 10, [0, 6000, 12_000, 18_000, 900_000]) == 60
    assert [await ask("loudness", level) for level in (-70, -40, -20, -3)] == ["quiet", "low", "good", "high"]


async def test_a_recording_becomes_a_wav_file(page: Page) -> None:
    script = """async () => {
      const { wav, columns, power } = await import("hallsys/studio/sound.js");
      const file = new Uint8Array(await wav(new Float32Array([0, 1, -1, 2]), 48000).arrayBuffer());
      return [[...file], columns(new Float32Array([0, 0.5, -1, 0.25]), 2), power(new Float32Array(64).fill(0.5))];
    }"""
    file, columns, power = await page.evaluate(script)
    assert bytes(file[:4]) == b"RIFF"
    assert bytes(file[44:]) == b"\x00\x00\xff\x7f\x01\x80\xff\x7f"
    assert columns == [0.5, 1]
    assert power == -90, "what does not change is silence, whatever the microphone's offset"
