"""The forecast on a running server: shown, promised, kept fresh, and its process, which does not outlive it."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from hallsys.core.snapshot import probe
from hallsys.live.halls import Hall
from hallsys.monitor.forecast import forecasts
from hallsys.monitor.forecast.forecasts import Forecasts
from tests.running import Door, Running, Serve

HANGS = 120


async def forecast_of(running: Running, told: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next forecast told beside the stream that is as wanted."""
    async with asyncio.timeout(HANGS), (await running.door("display")).socket() as screen:
        await screen.send({"type": "hello", "v": 1, "since": None, "more": True})
        while not told(frame := await screen.next("waits")):
            pass
        return frame


async def busy(running: Running, people: int = 6) -> tuple[Door, str]:
    """A hall with people waiting for A; the door of an admin and the token of the last."""
    admin = await running.door("admin")
    await admin.do("open_counter", counter="1")
    for _ in range(people):
        issued = (await admin.do("issue", service="A")).result
    return admin, issued["token"]


def hall_of(running: Running) -> Hall:
    hall = running.server.halls.at_once(running.hall)
    assert hall is not None
    return hall


async def test_a_wait_is_told_to_screens_promised_at_the_kiosk_and_shown_to_its_holder_alone(server: Running) -> None:
    admin, token = await busy(server)
    frame = await forecast_of(server, lambda frame: bool(frame["services"]))
    p50, p80 = frame["services"]["A"]
    assert 0 < p50 <= p80

    issued = (await admin.do("issue", key="the-same-key", service="A")).result
    assert issued["wait"] == issued["ticket"]["promised"] == list(hall_of(server).ledger.waits[probe("A")])
    hall_of(server).ledger.waits = {}
    assert (await admin.do("issue", key="the-same-key", service="A")).result == issued, "a repeat promises the same"
    silent = (await admin.do("issue", service="A")).result
    assert silent["wait"] is None
    assert "promised" not in silent["ticket"]

    shown = (await server.nobody.get("/waits")).json
    assert set(shown) == {"at", "services"}
    mine = (await server.nobody.get("/waits", ticket=token)).json
    assert list(mine["tickets"]) == ["A006"]
    assert mine["tickets"]["A006"][0] > 0
    supervised = (await (await server.door("supervisor")).get("/waits")).json
    times = [row[0] for row in supervised["queue"]]
    assert len(times) == 12
    assert times == sorted(times)
    assert all(low <= mid <= high for _, low, mid, high in supervised["queue"])


async def test_who_may_not_read_the_hall_sees_waits_only_with_a_ticket(serve: Serve) -> None:
    server = await serve(open_reading=False)
    _, token = await busy(server, 1)
    assert (await server.nobody.get("/waits")).refusal == (401, "unauthorized")
    assert (await server.nobody.get("/waits", ticket="nonsense")).refusal == (401, "unauthorized")
    assert (await server.nobody.get("/waits", ticket=token)).status == 200


async def test_priority_is_promised_its_own_wait(server: Running) -> None:
    admin, _ = await busy(server, 12)
    await forecast_of(server, lambda frame: bool(frame["services"]))
    waits = hall_of(server).ledger.waits
    assert waits[probe("A", priority=True)][1] < waits[probe("A")][1]
    issued = (await admin.do("issue", service="A", priority="aged")).result
    assert issued["wait"] == list(waits[probe("A", priority=True)])


async def test_the_process_that_dies_is_started_again_and_said_in_the_log(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    admin, _ = await busy(server)
    first = await forecast_of(server, lambda frame: bool(frame["services"]))
    process = server.server.forecasts.process
    died, generation = process.pid, process.generation
    assert died is not None
    os.kill(died, signal.SIGKILL)
    await admin.do("issue", service="A")
    again = await forecast_of(server, lambda frame: frame["at"] > first["at"] and bool(frame["services"]))
    assert again["services"]
    assert process.generation == generation + 1
    assert process.pid != died
    assert "forecasting process" in caplog.text
    with pytest.raises(ProcessLookupError):
        os.kill(died, 0)


async def test_commands_go_before_forecasts_in_a_flood(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, flood = asyncio.Semaphore(0), Forecasts._flood

    def looked(self: Forecasts) -> bool:
        looks.release()
        return flood(self)

    monkeypatch.setattr(Forecasts, "_flood", looked)
    monkeypatch.setattr(forecasts, "FLOOD", -1)
    await busy(server)
    for _ in range(10):
        await looks.acquire()
    assert server.server.forecasts.process.generation == 0, "no forecast was made"
    monkeypatch.setattr(forecasts, "FLOOD", 300)
    assert (await forecast_of(server, lambda frame: bool(frame["services"])))["services"]["A"]


async def test_the_process_ends_with_its_server(serve: Serve) -> None:
    server = await serve()
    await busy(server)
    await forecast_of(server, lambda frame: bool(frame["services"]))
    process = server.server.forecasts.process
    pid = process.pid
    assert pid is not None
    await server.server.forecasts.close()
    assert process.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_closed_hall_withdraws_what_it_said(server: Running) -> None:
    admin, _ = await busy(server)
    await forecast_of(server, lambda frame: bool(frame["services"]))
    await admin.do("close_day")
    frame = await forecast_of(server, lambda frame: not frame["services"])
    assert frame["services"] == {}
    assert hall_of(server).ledger.waits == {}
    assert json.loads((await server.nobody.get("/waits")).body)["services"] == {}
