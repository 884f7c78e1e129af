"""Alarms from end to end: raised once whatever servers there are, acknowledged, told outside, and never in the way."""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hallsys.config import Limits
from hallsys.hallalarms import AlarmRule, AlarmsConfig, Webhook
from hallsys.store.embedded import Embedded
from tests.monitor.receiver import SECRET, Receiver, receiving
from tests.running import Door, Running, Serve

SHORT = Limits(warn=1, alarm=2, ceiling=3600)
ONLY_WAITS = [AlarmRule(kind, on=False) for kind in ("queue", "forecast", "idle", "store")]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)


def alarming(receiver: Receiver | None = None, **changes: Any) -> dict[str, Any]:
    """The changes of a hall's settings: waits are alarms after two seconds, and somebody is told."""
    hooks = [] if receiver is None else [Webhook("bridge", receiver.url, "env:HOOK_SECRET", timeout_s=60)]
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


async def test_two_servers_of_a_hall_raise_once_and_one_of_them_is_enough(serve: Serve) -> None:
    async with receiving() as receiver:
        one = await serve(**alarming(receiver))
        two = await serve(hall=one.hall, **alarming(receiver))
        doors = [await each.door("supervisor") for each in (one, two)]
        labels = [(await doors[0].do("issue", service=service)).result["ticket"]["label"] for service in "HAK"]
        for door in doors:
            await seen(door, lambda answer: [alarm["severity"] for alarm in answer["alarms"]] == ["alarm"] * 3)
        await one.server.alarms.close()
        await doors[1].ask("POST", f"{doors[1].api}/alarms/wait.A/acknowledge")
        shown = await seen(doors[0], lambda answer: any(alarm["state"] == "acknowledged" for alarm in answer["alarms"]))
        assert [alarm["id"] for alarm in shown["alarms"]] == ["wait.H", "wait.K", "wait.A"], (
            "who is seen to stands last"
        )
        for label in labels:
            await doors[0].do("cancel", ticket=label)
        past = (await seen(doors[1], lambda answer: not answer["alarms"]))["past"]
        assert sorted(alarm["id"] for alarm in past) == ["wait.A", "wait.H", "wait.K"]
        await receiver.until(lambda: receiver.events.count("over") >= 3)
        assert receiver.events.count("over") == 3
        first = [message for message in receiver.took if message["type"] in ("alarm.raised", "alarm.worse")]
        assert sorted(message["data"]["alarm"]["id"] for message in first) == ["wait.A", "wait.H", "wait.K"]
        assert receiver.events.count("acknowledged") == 1


async def test_a_receiver_that_hangs_slows_no_command_and_a_restart_loses_nothing(serve: Serve) -> None:
    async with receiving() as receiver:
        receiver.mood = "hang"
        settings = alarming(receiver)
        settings["webhooks"] = [msgspec.structs.replace(settings["webhooks"][0], timeout_s=60)]
        running = await serve(**settings)
        door = await running.door("supervisor")
        await door.do("open_counter", counter="2")
        label = (await door.do("issue", service="H")).result["ticket"]["label"]
        await receiver.until(lambda: receiver.asked == 1)
        for _ in range(50):
            assert (await door.do("issue", service="A")).status == 200
            assert (await door.do("call_next", counter="2")).status == 200
        state = (await door.get("/alarms")).json["webhooks"]
        assert state[0]["waiting"] >= 1
        assert not receiver.took
        await running.server.stop()
        receiver.mood = 200
        again = await serve(hall=running.hall, **alarming(receiver))
        door = await again.door("supervisor")
        await door.do("cancel", ticket=label)
        await receiver.until(lambda: any(told["data"]["alarm"]["id"] == "wait.H" for told in receiver.took))


async def test_a_store_that_was_away_is_an_alarm(serve: Serve, tmp_path: Path) -> None:
    now = [1_000_000_000_000]
    own = Embedded(tmp_path / "own")
    await own.start()
    try:
        running = await serve(store=own.url, alarms=AlarmsConfig(over_s=0))
        watch = running.server.alarms
        await watch.close()
        watch.clock = lambda: now[0]
        hall = await running.server.halls.get(running.hall)
        door = await running.door("supervisor")
        async with door.socket() as screen:
            await screen.send({"type": "hello", "v": 1, "since": None, "more": True})
            await watch.round()
            assert (await screen.next("alarms"))["alarms"] == []
            await own.stop()
            for _ in range(2):
                await watch.round()
                now[0] += 11_000
            told = (await screen.next("alarms"))["alarms"]
            assert [(alarm["id"], alarm["severity"]) for alarm in told] == [("store", "alarm")]
        await own.start()
        await watch.round()
        assert watch.room(hall).alarms["store"].value >= 11
        await watch.round()
        assert not watch.room(hall).alarms
        assert (await door.get("/alarms")).json["past"][0]["id"] == "store"
    finally:
        await own.stop()


@pytest.mark.parametrize("role", ["counter", "kiosk", "display", None])
async def test_only_supervisors_see_to_alarms(serve: Serve, role: str | None) -> None:
    running = await serve()
    door = running.nobody if role is None else await running.door(role)
    wanted = (401, "unauthorized") if role is None else (403, "forbidden")
    for method, path in (("GET", "alarms"), ("POST", "alarms/wait.H/acknowledge"), ("POST", "webhooks/again")):
        assert (await door.ask(method, f"{door.api}/{path}")).refusal == wanted


async def test_what_is_no_alarm_cannot_be_seen_to(server: Running) -> None:
    door = await server.door("supervisor")
    assert (await door.ask("POST", f"{door.api}/alarms/wait.H/acknowledge")).refusal == (404, "unknown_alarm")
    assert (await door.ask("POST", f"{door.api}/webhooks/again", data=b'{"all":1}')).refusal == (400, "bad_request")
    assert (await door.ask("POST", f"{door.api}/webhooks/again", data=b"{}")).json == {"sent": 0}
