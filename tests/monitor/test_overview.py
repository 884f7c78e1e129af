"""All halls in one answer: what each line says, whose halls they are, and halls that cannot be read."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from hallsys.app import UP_FRONT
from hallsys.core.alarms import Alarm
from hallsys.hallalarms import Severity
from hallsys.hallfile import load_halls
from hallsys.monitor.overview.lines import line_of
from tests.monitor.halls import House, house_of
from tests.running import JSON, Door


@pytest.fixture
async def house(valkey_url: str, tmp_path: Path, http: aiohttp.ClientSession) -> AsyncIterator[House]:
    async with house_of(3, valkey_url, tmp_path, http) as found:
        yield found


async def lines(door: Door) -> list[JSON]:
    reply = await door.ask("GET", "/api/v1/halls")
    assert reply.status == 200, reply.body
    found: list[JSON] = reply.json["halls"]
    return found


async def test_each_hall_says_what_its_own_figures_say(house: House) -> None:
    admin = await house.door("admin")
    first, second = house.at(admin, 0), house.at(admin, 1)
    for counter in "23":
        await first.do("open_counter", counter=counter)
    for service in "AAHN":
        await first.do("issue", service=service)
    await first.do("call_next", counter="2")
    await first.do("finish", counter="2")
    await second.do("close_day")
    found = await lines(admin)
    assert [line["id"] for line in found] == house.halls
    assert [line["state"] for line in found] == ["open", "closed", "open"]
    assert [(line["open"], line["counters"]) for line in found] == [(2, 5), (0, 5), (0, 5)]
    total = (await first.get("/stats")).json["total"]
    line = found[0]
    assert (line["waiting"], line["issued"], line["served"]) == (3, 4, 1)
    for name in ("waiting", "issued", "served", "no_shows"):
        assert line[name] == total[name]
    assert line["hour"] == total["wait_hour"]
    assert line["longest"] is not None
    assert (line["name_en"], line["limits"]["alarm"]) == ("Reception point 1", 900)


async def test_only_halls_that_somebody_may_supervise(house: House) -> None:
    one = await house.door("supervisor", house.halls[1])
    assert [line["id"] for line in await lines(one)] == [house.halls[1]]
    assert len(await lines(await house.door("supervisor"))) == 3
    for role in ("counter", "kiosk", "display"):
        reply = await (await house.door(role)).ask("GET", "/api/v1/halls")
        assert reply.refusal == (403, "forbidden")
    two = await house.door("supervisor", f"{house.halls[0]},{house.halls[2]}")
    assert [line["id"] for line in await lines(two)] == [house.halls[0], house.halls[2]]
    for number, status in enumerate((200, 403, 200)):
        assert (await house.at(two, number).get("/stats")).status == status
    compared = await house.at(two, 2).get("/reports", by="hall")
    assert sorted(compared.json["groups"]) == [house.halls[0], house.halls[2]]
    assert (await house.running.nobody.ask("GET", "/api/v1/halls")).refusal == (401, "unauthorized")
    assert await lines(await house.door("supervisor", "elsewhere,beyond")) == []
    assert (await (await house.door("kiosk", "elsewhere")).ask("GET", "/api/v1/halls")).status == 403
    stranger = Door(house.running.http, house.running.address, house.halls[0], "hs_" + "x" * 43)
    assert (await stranger.ask("GET", "/api/v1/halls")).status == 401


async def test_the_page_is_for_supervisors_and_others_sign_in(house: House) -> None:
    page = await (await house.door("supervisor")).ask("GET", "/halls?lang=en")
    assert (page.status, "Table of halls" in page.body.decode()) == (200, True)
    nobody = await house.running.nobody.ask("GET", "/halls?side=a")
    assert (nobody.status, nobody.headers["Location"]) == (303, "/login?next=/halls?side%3Da")
    assert (await (await house.door("counter")).ask("GET", "/halls")).status == 403


async def test_halls_that_nobody_has_asked_for_yet_are_read_for_the_overview(
    valkey_url: str, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with house_of(UP_FRONT + 5, valkey_url, tmp_path, http) as house:
        door = await house.door("supervisor")
        assert house.running.server.halls.at_once(house.halls[-1]) is None
        while "unread" in {line["state"] for line in await lines(door)}:
            house.running.server.lines.forget()  # or a slow machine waits until the lines are old
        assert house.running.server.halls.at_once(house.halls[-1]) is not None


def test_a_hall_that_is_not_read_yet_has_no_figures() -> None:
    line = line_of(load_halls(None)["phutho"], None, (), 0)
    assert (line.state, line.waiting, line.longest, line.worst) == ("unread", 0, None, None)


async def test_alarms_are_counted_until_somebody_sees_to_them(house: House) -> None:
    hall = await house.running.server.halls.get(house.halls[0])

    def alarm(number: int, severity: Severity, at: int | None = None, over: int | None = None) -> Alarm:
        return Alarm(f"wait.{number}", "wait", str(number), severity, 0, 900, 600, at=at, over=over)

    raised = [alarm(1, "warn"), alarm(2, "alarm"), alarm(3, "critical", at=5), alarm(4, "critical", over=6)]
    line = line_of(hall.config, hall, raised, 10)
    assert (line.alarms, line.worst) == (2, "alarm")
    assert line_of(hall.config, hall, raised[2:], 10).worst is None
