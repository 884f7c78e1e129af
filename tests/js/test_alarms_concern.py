"""Which of the hall's alarms an officer is told of: page and console choose the same."""

import itertools
from typing import Any

import pytest
from aiohttp import web

from hallsys.caller.console.alerts import concerning
from hallsys.hallalarms import KINDS, SEVERITIES
from tests.caller.scenes import a_hall, a_scene, drawn
from tests.js.conftest import Blank

COUNTER = {"id": "3", "services": ["H", "A"]}
CHOOSE = """async ([alarms, counter]) => {
  const { concerning } = await import("hallsys/counter/alerts.js");
  return concerning(alarms, counter).map(({ id }) => id);
}"""
ALARMS: list[dict[str, Any]] = [
    {"id": f"{kind}.{subject} {severity} {state}", "kind": kind, "subject": subject, "severity": severity,
     "state": state, "since": 1, "text": f"Việc {kind} {subject}", "text_en": f"Matter {kind} {subject}"}
    for kind, subject, severity, state in itertools.product(
        KINDS, ("", "H", "K", "3", "4"), SEVERITIES, ("raised", "acknowledged")
    )
]  # fmt: skip


def test_an_officer_is_told_of_what_concerns_the_counter() -> None:
    told = {alarm["id"] for alarm in concerning(ALARMS, COUNTER)}
    assert "idle.3 warn raised" in told
    assert "wait.K alarm raised" in told
    assert {"queue.H warn raised", "forecast.H warn raised", "printer. alarm raised", "store. alarm raised"} <= told
    for nobody in ("idle.4 warn", "wait.H critical", "wait.K warn", "queue.K alarm", "screen.3 warn", "dossiers. warn"):
        assert f"{nobody} raised" not in told
    assert not [name for name in told if name.endswith("acknowledged")]
    first = concerning(list(reversed(ALARMS)), COUNTER)[0]
    assert (first["kind"], first["subject"]) == ("idle", "3"), "what it can do itself stands first"


@pytest.mark.browser
async def test_page_and_console_choose_the_same(blank: Blank) -> None:
    page = await blank(web.Application())
    for alarms in (ALARMS, ALARMS[::-1]):
        theirs = await page.evaluate(CHOOSE, [alarms, COUNTER])
        assert theirs == [alarm["id"] for alarm in concerning(alarms, COUNTER)]


@pytest.mark.parametrize(("language", "word"), [("vi", "Cảnh báo: Việc printer"), ("en", "Alarm: Matter printer")])
def test_the_console_says_two_and_counts_the_rest(language: str, word: str) -> None:
    alarms = [alarm for alarm in ALARMS if alarm["id"].startswith("printer") and alarm["severity"] == "alarm"][:5]
    said = drawn(a_scene(a_hall(), language, alarms=alarms), 100, 40)
    assert said.count(word) == 2
    assert ("và 3 cảnh báo khác" if language == "vi" else "and 3 more") in said
