"""The browser's queue keeps every case that the announcer's keeps (tests/display/test_queue.py)."""

from typing import Any

import pytest
from aiohttp import web

from tests.display.queue_cases import CASES, written_out
from tests.js.conftest import Blank

pytestmark = pytest.mark.browser

REPLAY = """async ({ zone, steps, view }) => {
  const { Queue, volume, zonesOf } = await import("hallsys/voice/queue.js");
  const queue = new Queue(zone);
  const wrong = [];
  const same = (seen, wanted, step) =>
    JSON.stringify(seen) === JSON.stringify(wanted) || wrong.push([step, seen]);
  const play = {
    hear: (step) => { view = step.view; same(queue.hear(step.hear, view), step.back, step); },
    next: (step) => {
      const turn = queue.next(step.next, view.hall);
      same(turn && [turn.voice, turn.short], step.gives, step);
    },
    skipped: (step) => same(queue.skipped.splice(0), step.skipped, step),
    spoken: (step) => queue.spoken(step.spoken),
    tidy: (step) => queue.tidy(step.tidy, view.hall),
    volume: (step) => same(volume(view.hall, step.volume), step.is, step),
    zones: (step) => same(zonesOf(view), step.zones, step),
    end: () => queue.end(),
    again: () => queue.again(),
  };
  for (const step of steps) play[Object.keys(step).find((name) => name in play)](step);
  return wrong;
}"""


async def test_every_case(blank: Blank) -> None:
    page = await blank(web.Application())
    wrong: dict[str, Any] = {case["name"]: await page.evaluate(REPLAY, written_out(case)) for case in CASES}
    assert not {name: found for name, found in wrong.items() if found}
