"""Alarms from end to end: raised once whatever servers there are, acknowledged, told outside, and never in the way."""

import asyncio
import json
from typing import Any

import pytest

from hallsys.config import Limits
from hallsys.hallalarms import AlarmRule, AlarmsConfig, Webhook
from tests.monitor.receiver import SECRET, Receiver, receiving
from tests.running import Door, Serve

SHORT = Limits(warn=1, alarm=2, ceiling=3600)
ONLY_WAITS = [AlarmRule(kind, on=False) for kind in ("queue", "forecast", "idle", "store")]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)


def alarming(receiver: Receiver | None = None, **changes: Any) -> dict[str, Any]:
    """The changes of a hall's settings: waits are alarms after two seconds, and somebody is told."""
    hooks = [] if receiver is None else [Webhook("bridge", receiver.url, "env:HOOK_SECRET", timeout_s=0.5)]
    return {
        "limits": SHORT,
        "alarms": AlarmsConfig(**{"over_s": 0, "rules": ONLY_WAITS, **changes}),
        "webhooks": hooks,
    }


async def seen(door: Door, holds: Any) -> Any:
    """The answer of the alarms' door once it is so."""
    while True:
        answer = (await door.get("/alarms")).json
        if holds(answer):
            return answer
        await asyncio.sleep(0.1)


async def test_a_wait_is_raised_seen_to_told_outside_and_over(serve: Serve) -> None:
    async with receiving() as receiver:
        running = await serve(**alarming(receiver))
        door = await running.door("supervisor")
        label = (await door.do("issue", service="H")).result["ticket"]["label"]
        first = (await receiver.told(1))[0]
        assert first["type"] in ("alarm.raised", "alarm.worse")
        assert first["data"]["alarm"]["id"] == "wait.H"
        assert label in first["data"]["text"]["vi"]
        alarm = (await seen(door, lambda answer: answer["alarms"][0]["severity"] == "alarm"))["alarms"][0]
        assert (alarm["state"], alarm["text_en"].startswith("Civil status")) == ("raised", True), alarm
        answer = await door.ask("POST", f"{door.api}/alarms/wait.H/acknowledge")
        assert (answer.status, answer.json["alarm"]["by"]) == (200, "test supervisor")
        await door.do("open_counter", counter="1")
        await door.do("cancel", ticket=label)
        past = (await seen(door, lambda answer: answer["past"]))["past"][0]
        assert (past["id"], past["state"], past["by"]) == ("wait.H", "over", "test supervisor")
        await receiver.until(lambda: "over" in receiver.events)
        assert receiver.events[-2:] == ["acknowledged", "over"]
        assert "test supervisor" not in json.dumps(receiver.took)
