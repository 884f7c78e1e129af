"""What a board makes of a hall: how it is set, what it shows of it, and which call is large."""

from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.js.conftest import Blank
from tests.pages.scenes import FIVE, MINUTE, NOTICED, NOW, QUIET, WAITS, ZONES, ticket

pytestmark = pytest.mark.browser

JSON = dict[str, Any]

SET = """async ([view, screen, query]) => {
  const { settingsOf, scopeOf } = await import("hallsys/board/settings.js");
  const set = settingsOf(view, screen, new URLSearchParams(query), "vi");
  const scope = scopeOf(view, set);
  const ids = (rows) => rows.map(({ id }) => id).join("");
  return { ...set, zone: set.zone?.id ?? null, sees: ["1", "4"].filter((counter) => scope.sees({ counter })),
    counters: ids(scope.counters), services: ids(scope.services) };
}"""

# A stage whose every change is written down: who is lit and who comes next.
STAGE = """async () => {
  const { Stage } = await import("hallsys/board/stage.js");
  window.old = new Set();
  window.stage = new Stage({ stale: (call) => old.has(call.label), changed: () => {} });
  window.seen = () => [stage.lit.map(({ label }) => label).join(" "), stage.next?.label ?? ""];
  const now = () => performance.now();
  window.add = (label, zone = null, voice = label) => stage.add({ label, zone, voice, counter: "1", at: now() });
}"""


def with_screen(**row: Any) -> JSON:
    return {**FIVE, "hall": {**FIVE["hall"], "zones": ZONES, "screens": {"tv": {"id": "tv", "name": "Tivi", **row}}}}


async def test_a_joined_screen_is_what_the_administrator_set_and_any_other_what_its_address_says(blank: Blank) -> None:
    page = await blank(web.Application())

    async def found(view: JSON, screen: str | None, query: str = "") -> JSON:
        set_so: JSON = await page.evaluate(SET, [view, screen, query])
        return set_so

    plain = await found(with_screen(), "tv", "board=led&theme=light&lang=en")
    assert {key: plain[key] for key in ("board", "theme", "volume", "sound", "name", "counters")} == {
        "board": "hall", "theme": "dark", "volume": 100, "sound": True, "name": "Tivi", "counters": "12345",
    }  # fmt: skip
    zone = await found(with_screen(board="zone", zone="b", theme="light", languages=["en", "vi"], volume=40), "tv")
    assert (zone["board"], zone["zone"], zone["theme"], zone["languages"]) == ("zone", "b", "light", ["en", "vi"])
    assert (zone["volume"], zone["counters"], zone["services"], zone["sees"]) == (40, "45", "ANXKR", ["4"])
    top = await found(with_screen(board="counter", counter="4"), "tv")
    assert (top["board"], top["counter"], top["counters"], top["sound"]) == ("counter", "4", "4", False)
    assert not (await found(with_screen(volume=0), "tv"))["sound"]

    address = await found(with_screen(), None, "zone=a&theme=dark&lang=en,vi")
    assert (address["board"], address["zone"], address["theme"], address["languages"]) == (
        "zone",
        "a",
        "dark",
        ["en", "vi"],
    )
    assert (await found(FIVE, None, "counter=2"))["board"] == "counter"
    nowhere = await found(FIVE, None, "board=zone&zone=x&theme=pink&lang=fr&counter=99")
    assert (nowhere["board"], nowhere["theme"], nowhere["languages"], nowhere["counters"]) == (
        "hall",
        "light",
        ["vi"],
        "12345",
    )
    assert (await found(with_screen(board="counter", counter="99"), "tv"))["board"] == "hall"


async def on_stage(blank: Blank) -> Page:
    page = await blank(web.Application())
    await page.clock.install()
    await page.evaluate(STAGE)
    return page


async def test_the_call_that_is_spoken_is_the_large_one_and_the_next_waits_below(blank: Blank) -> None:
    page = await on_stage(blank)
    await page.evaluate("for (const label of ['A001', 'A002', 'A003']) add(label)")
    assert await page.evaluate("seen()") == ["A001", "A002"]
    await page.evaluate("stage.start('A001')")
    assert await page.evaluate("stage.speaks(stage.lit[0])")
    await page.clock.run_for(30_000)  # a long sentence, twice
    assert await page.evaluate("seen()") == ["A001", "A002"]
    await page.evaluate("stage.end('A001')")
    assert await page.evaluate("seen()") == ["A002", "A003"]
    await page.evaluate("stage.start('A003')")  # the loudspeaker passed A002 over
    assert await page.evaluate("seen()") == ["A003", ""]
    await page.evaluate("stage.end('A003')")
    assert await page.evaluate("seen()") == ["", ""]


async def test_without_a_loudspeaker_every_call_has_its_turn(blank: Blank) -> None:
    page = await on_stage(blank)
    await page.evaluate("add('A001'); add('A002'); stage.start('nobody knows')")
    await page.clock.run_for(14_500)
    assert await page.evaluate("seen()") == ["A002", ""]
    await page.clock.run_for(14_500)
    assert await page.evaluate("seen()") == ["", ""]


async def test_a_loudspeaker_that_dies_in_a_sentence_does_not_hold_up_the_picture(blank: Blank) -> None:
    page = await on_stage(blank)
    await page.evaluate("add('A001'); stage.start('A001'); add('A002')")
    await page.clock.run_for(61_000)
    assert await page.evaluate("seen()") == ["A002", ""]


async def test_each_zone_has_its_own_large_call(blank: Blank) -> None:
    page = await on_stage(blank)
    await page.evaluate("add('A001', 'a'); add('N001', 'b'); add('A002', 'a')")
    assert await page.evaluate("seen()") == ["N001 A001", "A002"]
    await page.evaluate("stage.start('N001'); stage.end('N001')")
    assert await page.evaluate("seen()") == ["A001", "A002"]


async def test_what_was_taken_back_leaves_picture_and_queue(blank: Blank) -> None:
    page = await on_stage(blank)
    await page.evaluate("for (const label of ['A001', 'A002', 'A003']) add(label)")
    await page.evaluate("stage.keep(({ label }) => label === 'A003')")
    assert await page.evaluate("seen()") == ["A003", ""]


async def test_stale_calls_are_not_lit_and_a_second_call_before_its_turn_is_one(blank: Blank) -> None:
    page = await on_stage(blank)
    await page.evaluate(
        "add('A001'); add('A002', null, 'first'); add('A003'); old.add('A003'); add('A002', null, 'again')"
    )
    await page.evaluate("stage.end('A001')")
    assert await page.evaluate("seen()") == ["A002", ""]
    assert await page.evaluate("stage.lit[0].voice") == "again"


async def test_a_stage_forgets(blank: Blank) -> None:
    page = await on_stage(blank)
    await page.evaluate("for (let n = 0; n < 2000; n++) { add(`A${n}`); stage.start(`A${n}`); stage.end(`A${n}`); }")
    await page.evaluate("stage.start('A3')")
    assert await page.evaluate("seen()") == ["", ""]


MODEL = """async ([view, now, waits]) => {
  const model = await import("hallsys/board/model.js");
  const { scopeOf } = await import("hallsys/board/settings.js");
  const t = (key, given = {}) => [key.slice(6), ...Object.values(given)].join(" ");
  const both = (say) => [say({ language: "vi", t,
    named: (row, field = "name") => row[field] })].filter(Boolean);
  const scope = scopeOf(view, {});
  const time = (ms) => new Date(ms).toISOString().slice(14, 16);
  const count = ({ letter, count, note, range }) => [letter, count, ...note, ...range];
  const state = ({ sign, state, word: [word], label }) => [sign, state, word, label];
  const here = ({ label }) => model.holds(view, { label, counter: "3" });
  return {
    recent: model.recent(view, { A011: now }, scope).map(({ label }) => label),
    quiet: model.quiet(view, scope),
    states: model.counterFacts(view, scope, both, time).map(state),
    waits: model.waitFacts(view, scope, both, false, waits).map(count),
    silent: model.waitFacts(view, scope, both, false).flatMap(({ range }) => range),
    lost: model.waitFacts(view, scope, both, true, waits).map(({ count, range }) => [count, range]),
    notices: model.noticeFacts(view, null, now, both).map(({ id }) => id),
    later: model.noticeFacts(view, null, now + 120_000, both).map(({ id }) => id),
    instead: model.instead(view, view.counters["5"] ?? view.counters["1"]),
    holds: Object.values(view.tickets).filter(here).map(({ label }) => label),
  };
}"""


async def test_a_board_shows_what_is_true_and_nothing_it_does_not_know(blank: Blank) -> None:
    page = await blank(web.Application())
    seen = await page.evaluate(MODEL, [NOTICED, NOW, WAITS])
    assert seen["recent"] == ["A011", "N015", "H014", "T009", "R030"]  # a recall counts as the latest
    assert not seen["quiet"]
    assert seen["states"][4] == ["5", "paused", "paused_until 55", None]
    assert seen["waits"][0] == ["A", 12, "range 15 25"]
    assert [row[2:] for row in seen["waits"]] == [
        ["range 15 25"], ["range 10 20"], ["range 25 40"], ["under 10"], [],
        [], [], [], ["under 5"], ["none"],
    ]  # fmt: skip
    assert seen["silent"] == []
    assert seen["lost"] == [[None, []]] * 10
    assert seen["notices"] == ["n1", ""]
    assert seen["later"] == [""]
    assert (await page.evaluate(MODEL, [QUIET, NOW, {}]))["quiet"]


async def test_who_was_taken_in_without_a_call_is_not_announced(blank: Blank) -> None:
    page = await blank(web.Application())
    walk_in = ticket("A044", "A", "3", "serving", NOW, why="walk_in")
    back = ticket("A045", "A", None, "waiting", NOW)
    elsewhere = ticket("A046", "A", "4", "called", NOW)
    over = ticket("A047", "A", "3", "done", NOW - MINUTE)
    rows = {row["label"]: row for row in (walk_in, back, elsewhere, over)}
    seen = await page.evaluate(MODEL, [{**FIVE, "tickets": rows}, NOW])
    assert seen["recent"] == ["A046", "A047"]
    assert seen["holds"] == ["A044", "A047"]
