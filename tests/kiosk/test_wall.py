"""Numbers by phone: only where the hall allows it, only with what the wall shows now, and only so many."""

import asyncio
import time
import uuid

import pytest

from hallsys.hallvisits import Phone
from tests.running import Door, Reply, Running, Serve

MOST = 5


@pytest.fixture
async def hall(serve: Serve) -> Running:
    return await serve(phone=Phone(numbers=True, code_s=600, most=MOST))


def shown(hall: Running, ago: int = 0) -> str:
    """The code that the wall shows, or has shown so many windows ago."""
    found = hall.server.halls.at_once(hall.hall)
    assert found is not None
    window = int(time.time()) // 600 - ago
    return f"{window}.{found.minter.wall(window)}"


async def take(door: Door, code: str, service: str = "A", key: str = "") -> Reply:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await door.ask("POST", f"{door.api}/take", json={"code": code, "service": service}, headers=headers)


async def test_a_number_with_what_the_wall_shows(hall: Running) -> None:
    taken = (await take(hall.nobody, shown(hall))).json
    assert taken["ticket"]["label"] == "A001"
    page = await hall.nobody.ask("GET", f"/t/{taken['token']}", headers={"Accept": "text/html"})
    assert page.status == 200
    assert "Set-Cookie" not in page.headers
    assert (await take(hall.nobody, shown(hall, 1))).json["ticket"]["label"] == "A002"


@pytest.mark.parametrize("code", ["", "0.x", "nonsense", "1.é"])
async def test_nothing_with_anything_else(hall: Running, code: str) -> None:
    assert (await take(hall.nobody, code)).refusal == (404, "unknown_code")


async def test_an_old_code_and_another_halls_are_worth_nothing(hall: Running, serve: Serve) -> None:
    other = await serve(phone=Phone(numbers=True, code_s=600))
    assert (await take(hall.nobody, shown(hall, 2))).refusal == (404, "unknown_code")
    assert (await take(hall.nobody, shown(hall, -2))).refusal == (404, "unknown_code")
    assert (await take(hall.nobody, shown(other))).refusal == (404, "unknown_code")


async def test_a_code_is_good_for_so_many_numbers_whoever_hurries(hall: Running) -> None:
    code = shown(hall)
    replies = await asyncio.gather(*(take(hall.nobody, code) for _ in range(4 * MOST)))
    assert sorted(reply.status for reply in replies) == [200] * MOST + [429] * 3 * MOST
    labels = {reply.json["ticket"]["label"] for reply in replies if reply.status == 200}
    assert len(labels) == MOST


async def test_pressing_twice_takes_one_number(hall: Running) -> None:
    key, code = uuid.uuid4().hex, shown(hall)
    replies = [await take(hall.nobody, code, key=key) for _ in range(MOST + 2)]
    assert {reply.body for reply in replies} == {replies[0].body}
    assert replies[0].status == 200


async def test_a_hall_that_does_not_want_it(server: Running) -> None:
    officer = await server.door("admin")
    assert (await take(server.nobody, "x")).refusal == (404, "not_found")
    assert (await officer.get("/wallcode")).refusal == (404, "not_found")
    for name in ("take", "wallcode"):
        assert (await officer.ask("GET", f"/halls/{server.hall}/{name}")).status == 404


async def test_only_a_screen_that_was_let_in_shows_the_code(hall: Running) -> None:
    """The hall is open for reading, so anybody may look at its boards; the code would then prove nothing."""
    nobody = hall.nobody
    assert (await nobody.get("/wallcode")).refusal == (401, "unauthorized")
    page = await nobody.ask("GET", f"/halls/{hall.hall}/wallcode", headers={"Accept": "text/html"})
    assert page.status == 401
    found = (await (await hall.door("display")).get("/wallcode")).json
    assert found["square"].startswith("data:image/svg+xml")
    assert 0 < found["until"] - found["now"] <= 600_000
    assert shown(hall) not in found["square"]


async def test_a_closed_service_gives_no_number(hall: Running) -> None:
    assert (await take(hall.nobody, shown(hall), service="?")).refusal == (404, "unknown_service")
    await (await hall.door("admin")).do("close_day")
    assert (await take(hall.nobody, shown(hall))).refusal == (409, "hall_closed")
