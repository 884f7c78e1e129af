"""How a wait is said: one rounding for every page."""

import pytest
from aiohttp import web

from tests.js.conftest import Blank

pytestmark = pytest.mark.browser

SAY = """async (waits) => {
  const { waitWords, crowdWords } = await import("hallsys/waits.js");
  const t = (key, given = {}) => [key.slice(6), ...Object.values(given)].join(" ");
  return [waits.map((wait) => waitWords(wait, t)), waits.map((wait) => waitWords(wait, t, true)),
    [[0, 0], [2, 7], [12, 31], [20, 20]].map(crowdWords)];
}"""


async def test_a_wait_is_a_range_in_steps_of_five_and_never_a_single_figure(blank: Blank) -> None:
    page = await blank(web.Application())
    minutes = [(0, 0.2), (0, 4), (4, 8), (7, 12), (9, 11), (10, 10), (16, 24), (16, 25.1), (2, 14), (61, 95)]
    words, brief, crowds = await page.evaluate(SAY, [[p50 * 60, p80 * 60] for p50, p80 in minutes])
    assert words == [
        "none", "under 5", "under 10", "range 5 15", "range 5 15", "range 10 15",
        "range 15 25", "range 15 30", "under 15", "range 60 95",
    ]  # fmt: skip
    assert brief[0] == "0"
    assert brief[6] == "15–25"
    assert crowds == ["0", "2–7", "10–35", "20"]
    assert (await page.evaluate(SAY, [None]))[0] == [""]
