"""Advice and planned days on a running server: given where they help, put off, refused, and outliving their process."""

import asyncio
import os
import signal
from typing import Any

import pytest

from hallsys.core.forecast.record import packed, unpacked
from hallsys.monitor.advice import advices
from hallsys.monitor.forecast import forecasts
from hallsys.store.forecastbook import ForecastBook
from tests.monitor.test_forecasts import busy
from tests.running import Door, Running

HANGS = 150
DAY = {"tickets": 220, "blocks": [{"from": "08:00", "to": "10:00", "counters": ["1", "2", "3"]}]}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a hall, but sooner."""
    monkeypatch.setattr(forecasts, "LOOK", 0.05)
    monkeypatch.setattr(forecasts, "REFRESH", 0.2)
    monkeypatch.setattr(forecasts, "SETTLE", 0.2)
    monkeypatch.setattr(advices, "LOOK", 0.05)
    monkeypatch.setattr(advices, "AGAIN", 0.1)
    monkeypatch.setattr(advices, "EVERY", 0.1)
    monkeypatch.setattr(advices, "SHARE", 0.0)


async def whatif(door: Door, **given: Any) -> Any:
    return await door.ask("POST", f"{door.api}/whatif", json=DAY | given)


async def advised(running: Running, supervisor: Door) -> Any:
    """The advice that stands, as soon as there is one, while somebody watches."""
    async with asyncio.timeout(HANGS), (await running.door("display")).socket() as screen:
        await screen.send({"type": "hello", "v": 1, "since": None, "more": True})
        while not (found := (await supervisor.get("/advice")).json["advice"]):
            await screen.next("waits")
        return found


async def test_a_long_wait_is_answered_with_what_would_shorten_it_until_it_is_put_off(server: Running) -> None:
    await busy(server, 14)
    supervisor = await server.door("supervisor")
    found = await advised(server, supervisor)
    assert found["kind"] in ("open", "also")
    assert found["service"] == "A"
    assert found["after"] < found["before"]
    assert found["ends_before"] > 1_600_000_000_000
    answer = await supervisor.ask("POST", f"{supervisor.api}/advice/later", json={"id": found["id"]})
    assert answer.json == {"at": 0, "advice": None}
    other = await advised(server, supervisor)
    assert other["id"] != found["id"]


async def test_only_supervisors_are_advised(server: Running) -> None:
    counter = await server.door("counter")
    assert (await counter.get("/advice")).refusal == (403, "forbidden")
    assert (await whatif(counter)).refusal == (403, "forbidden")
    assert (await server.nobody.get("/advice")).refusal == (401, "unauthorized")
    assert (await counter.ask("POST", f"{counter.api}/advice/later", json={"id": "x"})).refusal == (403, "forbidden")


async def test_a_planned_day_is_played_without_history_and_with_a_process_that_died(server: Running) -> None:
    supervisor = await server.door("supervisor")
    first = (await whatif(supervisor)).json
    assert first["days"] == 0
    assert first["longest"][0] <= first["longest"][1]
    assert sum(hour["people"] for hour in first["hours"]) == pytest.approx(220, abs=25)
    assert first["left"] > 0, "everybody who comes after ten"
    assert (await whatif(supervisor)).json == first
    process = server.server.forecasts.process
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    died = await whatif(supervisor)
    assert died.refusal in ((503, "forecast_unavailable"), (200, ""))
    assert (await whatif(supervisor)).json == first
    assert process.generation == 2


async def test_more_counters_shorten_a_planned_day(server: Running) -> None:
    supervisor = await server.door("supervisor")
    rows = (await supervisor.view())["view"]["counters"]
    every = [row["id"] for row in rows.values() if "A" in row["services"]]

    async def day(counters: list[str]) -> Any:
        blocks = [{"from": "07:30", "to": "17:00", "counters": counters}]
        return (await whatif(supervisor, tickets=80, blocks=blocks, services=["A"])).json

    all_day, alone = await day(every), await day(every[:1])
    assert len(every) > 1
    assert all_day["longest"][1] < alone["longest"][1]
    assert all_day["ends"][1] <= alone["ends"][1]
    assert all_day["nowhere"] == alone["nowhere"] == []


async def test_a_service_that_no_planned_counter_takes_is_named(server: Running) -> None:
    supervisor = await server.door("supervisor")
    rows = (await supervisor.view())["view"]["counters"]
    other = next(row["id"] for row in rows.values() if "A" not in row["services"])
    blocks = [{"from": "07:30", "to": "17:00", "counters": [other]}]
    answer = (await whatif(supervisor, tickets=80, blocks=blocks, services=["A"])).json
    assert answer["nowhere"] == ["A"]
    assert answer["left"] == pytest.approx(80, abs=15)


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"tickets": 0}, (400, "bad_request"), "tickets"),
        ({"tickets": "many"}, (400, "bad_request"), "tickets"),
        ({"blocks": []}, (400, "bad_request"), "blocks"),
        ({"blocks": [{"from": "8", "to": "10:00", "counters": ["1"]}]}, (400, "bad_request"), "blocks[0].from"),
        ({"blocks": [{"from": "10:00", "to": "09:00", "counters": ["1"]}]}, (400, "bad_request"), "blocks[0].to"),
        (
            {"blocks": [{"from": "08:00", "to": "09:00", "counters": ["x"]}]},
            (404, "unknown_counter"),
            "blocks[0].counters",
        ),
        ({"services": ["nothing"]}, (404, "unknown_service"), "services[0]"),
        ({"weather": "rain"}, (400, "bad_request"), "weather"),
    ],
)
async def test_a_plan_that_cannot_be_says_which_field(
    server: Running, given: dict[str, Any], refusal: tuple[int, str], field: str
) -> None:
    answer = await whatif(await server.door("supervisor"), **given)
    assert answer.refusal == refusal
    assert answer.json["error"]["field"] == field


async def test_the_forecasts_record_outlives_its_process(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasts, "KEEP", 0.0)
    book = ForecastBook(server.hall, server.server.connection)
    learnt: dict[str, Any] = {"ratios": [[1.0, 1.5, 1.25]] * 700}
    await book.write(packed(learnt))
    admin, _ = await busy(server, 3)
    async with asyncio.timeout(HANGS), (await server.door("display")).socket() as screen:
        await screen.send({"type": "hello", "v": 1, "since": None, "more": True})
        while not (await screen.next("waits"))["services"]:
            pass
        process = server.server.forecasts.process
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await book.write(packed(learnt))
        generation = process.generation
        await admin.do("call_next", counter="1")
        while not (await screen.next("waits"))["services"] or process.generation == generation:
            pass
    kept = unpacked(await book.read())
    assert kept[0] == [1.0, 1.5, 1.25]
    assert len(kept) == 600


def test_a_record_of_another_form_is_forgotten() -> None:
    assert unpacked(b"no record") == []
    assert unpacked(packed({})) == []
    assert len(packed({"ratios": [[1.0, 1.1, 1.2]] * 5000})) < 8000
