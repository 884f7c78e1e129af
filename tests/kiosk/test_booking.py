"""Visits booked over HTTP: by citizens where the hall allows it, by officers always; the last place is given once."""

import asyncio
import logging
import time
import uuid
from typing import Any

import msgspec
import pytest

from hallsys.hallvisits import Bookings
from hallsys.kiosk.booking.routes import BOOKED, CODES
from tests.api.test_lookup import everything
from tests.running import JSON, Door, Reply, Running, Serve

PUBLIC = Bookings(public=True, places={"A": 3, "R": 0}, per_person=2)
PHONE = "0912 358 941"
WRITTEN = ("0912358941", "+84 912 358 941", "0912.358.941")


@pytest.fixture
async def hall(serve: Serve) -> Running:
    return await serve(bookings=PUBLIC)


async def slots(door: Door, service: str = "A") -> list[JSON]:
    reply = await door.ask("GET", f"{door.api}/slots", params={"service": service})
    assert reply.status == 200, reply.body
    found: list[JSON] = reply.json["slots"]
    return found


async def book(door: Door, at: int, person: str | None = PHONE, service: str = "A", key: str = "") -> Reply:
    body: dict[str, Any] = {"service": service, "at": at, **({"person": person} if person else {})}
    return await door.ask(
        "POST", f"{door.api}/bookings", json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex}
    )


async def code(door: Door, path: str, booking: str) -> Reply:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    return await door.ask("POST", f"{door.api}/bookings/{path}", json={"booking": booking}, headers=headers)


async def test_a_citizen_books_finds_and_cancels(hall: Running) -> None:
    nobody = hall.nobody
    slot = (await slots(nobody))[0]
    assert slot["free"] == 3
    made = (await book(nobody, slot["at"])).json
    booking = made["booking"]
    assert set(booking) == {"id", "service", "at", "ticket"}
    assert len(booking["id"]) == 8
    assert made["square"].startswith("data:image/svg+xml")
    assert (await slots(nobody))[0]["free"] == 2
    typed = f" {booking['id'][:4].lower()}-{booking['id'][4:]} "
    assert (await code(nobody, "find", typed)).json["booking"] == booking
    assert (await code(nobody, "cancel", typed)).json == {"booking": booking}
    assert (await code(nobody, "find", booking["id"])).refusal == (404, "unknown_booking")
    assert (await code(nobody, "cancel", booking["id"])).refusal == (404, "unknown_booking")
    assert (await slots(nobody))[0]["free"] == 3


async def test_citizens_book_only_where_the_hall_allows_it_and_officers_always(server: Running) -> None:
    nobody, officer = server.nobody, await server.door("counter", counter="2")
    slot = (await slots(officer))[0]
    assert (await nobody.ask("GET", f"{nobody.api}/slots", params={"service": "A"})).refusal == (401, "unauthorized")
    assert (await book(nobody, slot["at"])).refusal == (401, "unauthorized")
    for path in ("find", "cancel"):
        assert (await code(nobody, path, "ABCDEFGH")).refusal == (401, "unauthorized")
    assert (await book(await server.door("kiosk"), slot["at"])).refusal == (403, "forbidden")
    assert (await book(officer, slot["at"], person=None)).status == 200
    page = await nobody.ask("GET", f"/halls/{server.hall}/book", headers={"Accept": "text/html"})
    assert page.status == 401


async def test_the_last_place_is_given_once(hall: Running) -> None:
    """Thirty-two people, one slot with three places, all at once."""
    slot = (await slots(hall.nobody))[0]
    officer = await hall.door("counter", counter="2")
    replies = await asyncio.gather(*(book(officer, slot["at"], person=f"09000000{n:02}") for n in range(32)))
    assert sorted(reply.status for reply in replies) == [200] * 3 + [409] * 29
    assert {reply.code for reply in replies if reply.status == 409} == {"slot_full"}
    assert (await slots(hall.nobody))[0]["free"] == 0
    codes = {reply.json["booking"]["id"] for reply in replies if reply.status == 200}
    assert len(codes) == 3


async def test_one_person_has_few_bookings_however_the_number_is_written(hall: Running) -> None:
    times = [slot["at"] for slot in await slots(hall.nobody)]
    officer = await hall.door("counter", counter="2")
    replies = await asyncio.gather(*(book(officer, at, WRITTEN[n % 3]) for n, at in enumerate(times[:12])))
    assert sorted(reply.status for reply in replies) == [200] * 2 + [409] * 10
    assert {reply.code for reply in replies if reply.status == 409} == {"limit_reached"}
    first = next(reply.json["booking"]["id"] for reply in replies if reply.status == 200)
    assert (await code(officer, "cancel", first)).status == 200
    assert (await book(officer, times[-1])).status == 200
    assert (await book(officer, times[-1], "0912345679")).status == 200


async def test_what_a_citizen_may_not_ask_for(hall: Running) -> None:
    nobody = hall.nobody
    at = (await slots(nobody))[0]["at"]
    assert (await book(nobody, at, person=None)).refusal == (400, "bad_request")
    assert (await book(nobody, at, person=" .-. ")).refusal == (400, "bad_request")
    assert (await book(nobody, at + 60_000)).refusal == (400, "bad_request")
    assert (await book(nobody, at, service="R")).refusal == (400, "bad_request")
    assert (await book(nobody, at, service="?")).refusal == (404, "unknown_service")
    assert (await book(nobody, at, key="short")).refusal == (400, "bad_request")
    assert await slots(nobody, "R") == []
    officer = await hall.door("counter", counter="2")
    assert (await officer.do("book", service="A", at=at + 60_000)).status == 200  # an appointment


async def test_pressing_twice_books_once(hall: Running) -> None:
    slot = (await slots(hall.nobody))[0]
    key = uuid.uuid4().hex
    first, second = [await book(hall.nobody, slot["at"], key=key) for _ in range(2)]
    assert first.json == second.json
    assert (await slots(hall.nobody))[0]["free"] == 2


async def test_codes_are_not_guessed_and_slots_not_hoarded(hall: Running) -> None:
    nobody = hall.nobody
    for _ in range(CODES[0]):
        assert (await code(nobody, "find", "AAAAAAAA")).refusal == (404, "unknown_booking")
    assert (await code(nobody, "find", "AAAAAAAA")).refusal == (429, "too_many")
    assert (await code(nobody, "cancel", "AAAAAAAA")).refusal == (429, "too_many")
    at = (await slots(nobody))[0]["at"]
    replies = [await book(nobody, at + 1, person=f"09{n:08}") for n in range(BOOKED[0] + 1)]
    assert replies[-1].refusal == (429, "too_many")
    officer = await hall.door("counter", counter="2")
    assert (await code(officer, "find", "AAAAAAAA")).refusal == (404, "unknown_booking")


async def test_a_booked_visitor_checks_in_at_the_kiosk(serve: Serve) -> None:
    hall = await serve(bookings=msgspec.structs.replace(PUBLIC, early_s=86_400))
    officer, kiosk = await hall.door("counter", counter="2"), await hall.door("kiosk")
    now = time.time_ns() // 1_000_000
    soon = (await book(officer, now + 600_000, person=None)).json["booking"]["id"]
    ticket = (await kiosk.do("check_in", booking=f"{soon[:4]}-{soon[4:]}")).result["ticket"]
    assert ticket["booked"] == now + 600_000
    assert (await code(officer, "find", soon)).json["booking"]["ticket"] == ticket["label"]
    assert (await code(officer, "cancel", soon)).refusal == (409, "wrong_state")


async def test_who_booked_is_found_nowhere(hall: Running, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the phone number nor its hash is told to anybody; the number itself is not even kept."""
    caplog.set_level(logging.DEBUG)
    supervisor = await hall.door("supervisor")
    slot = (await slots(hall.nobody))[0]
    async with supervisor.screen() as screen:
        made = await book(hall.nobody, slot["at"])
        found = await code(hall.nobody, "find", made.json["booking"]["id"])
        event = await screen.next("event")
        assert event["kind"] == "booked"
        told = [str(event), str(screen.view), made.body.decode(), found.body.decode(), caplog.text]
    for path in ("/view", "/tickets", "/audit", "/stats"):
        told.append((await supervisor.get(path)).body.decode())
    kept = await everything(hall)
    hashed = hall.server.halls.at_once(hall.hall).minter.booker(PHONE)  # type: ignore[union-attr]
    assert hashed in kept
    for text in (*told, kept):
        assert "912358941" not in text.replace(" ", "")
    for text in told:
        assert hashed not in text
        assert made.json["booking"]["id"] not in text or text in (told[2], told[3])
