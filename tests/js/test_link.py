"""The browser's link to a hall keeps every case that the Python client keeps."""

from typing import Any

import pytest
from aiohttp import web

from tests.js.conftest import Blank
from tests.live.scripted import CASES, Scripted

pytestmark = pytest.mark.browser

REPLAY = """async (play) => {
  const { Link } = await import("hallsys/live/link.js");
  const told = [];
  const link = new Link("h", { timing: { first: 5, cap: 20, ...play.timing } });
  let lost = false;
  let enough;
  const seen = new Promise((resolve) => { enough = resolve; });
  const tell = (...what) => { told.push(what); if (told.length >= play.told) enough(); };
  const presses = (play.presses ?? []).map((press, number) => ({ ...press, number }));
  const press = ({ number, name, args }) => link.do(name, args).then(
    ({ result }) => tell("done", number, result), (refused) => tell("refused", number, refused.code));
  link.on("view", ({ event }) => {
    tell(...(event ? ["event", event.at, event.kind] : ["snapshot", link.at]));
    presses.filter(({ after }) => after === link.at).forEach(press);
  });
  link.on("state", ({ state }) => {
    if (state === "lost") { lost = true; tell("lost"); }
    else if (state === "live" && lost) { lost = false; tell("live"); }
  });
  link.on("sound", ({ own }) => own !== null && tell("sound", own));
  link.on("ended", ({ code }) => tell("ended", code));
  presses.filter(({ after }) => !after).forEach(press);
  link.start();
  await seen;
  return { told, at: link.at, view: link.view };
}"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_case(case: dict[str, Any], blank: Blank) -> None:
    scripted = Scripted(case)
    app = web.Application()
    app.router.add_get("/ws/h", scripted.handler)
    page = await blank(app)
    play = {"timing": case.get("timing"), "presses": case.get("presses"), "told": len(case["told"])}
    seen = await page.evaluate(REPLAY, play)
    scripted.over.set()
    assert not scripted.wrong
    assert seen["told"] == case["told"]
    assert scripted.left == 0
    assert seen["at"] == case.get("at", seen["at"])
    assert seen["view"] == case.get("view", seen["view"])


PATIENT = """async () => {
  const { Link } = await import("hallsys/live/link.js");
  const link = new Link("h", { timing: { again: 5 } }).start();
  const answer = await link.do("call_next", { counter: "1" }, { patience: 60000 });
  const refused = await link.do("call_next", { counter: "1" }).catch(({ code }) => code);
  return { answer, refused };
}"""


async def test_a_patient_press_is_asked_again_with_its_id_while_the_store_is_away(blank: Blank) -> None:
    away = {"type": "refused", "code": "store_unavailable", "message": ""}
    snapshot = {"send": {"type": "snapshot", "at": "1-1", "view": {}}}
    done = {"send": {"type": "done", "id": "$0", "at": "1-2", "result": {}}}
    patient = [
        {"press": 0},
        {"send": {**away, "id": "$0"}},
        {"press": 0},
        {"send": {**away, "id": "$0"}},
        {"press": 0},
        done,
    ]
    at_once = [{"press": 1}, {"send": {**away, "id": "$1"}}, {"wait": True}]
    press = {"name": "call_next", "args": {"counter": "1"}}
    steps = [{"hello": None}, snapshot, *patient, *at_once]
    scripted = Scripted({"name": "patience", "connections": [steps], "presses": [press, press], "told": []})
    app = web.Application()
    app.router.add_get("/ws/h", scripted.handler)
    page = await blank(app)
    seen = await page.evaluate(PATIENT)
    scripted.over.set()
    assert not scripted.wrong
    assert seen == {"answer": {"at": "1-2", "result": {}}, "refused": "store_unavailable"}
