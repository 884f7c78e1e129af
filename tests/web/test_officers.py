"""An officer signs in with name and PIN at a counter's device, changes counters with it, and is out when the PIN is."""

import asyncio
from typing import Any

import pytest

from hallsys.errors import Refused
from hallsys.store.accounts import fold
from hallsys.store.connection import Connection
from hallsys.web.identity import FRESH
from tests.web.conftest import PASSWORD, Server, Start, sign_in

SHUT = "/api/v1/halls/shut"
PIN = "2580"


class Device:
    """A joined counter's browser: its cookie changes with every sign-in."""

    def __init__(self, server: Server, cookie: str) -> None:
        self.server, self.cookie = server, cookie

    async def ask(self, method: str, path: str = "", body: object = None, **headers: str) -> tuple[int, Any, Any]:
        own = {"Cookie": f"hallsys_session={self.cookie}"} if self.cookie else {}
        answer = await self.server.client.request(
            method, f"{SHUT}{path}", json=body, headers={**own, **headers}, cookies={}
        )
        if "hallsys_session" in answer.cookies:
            self.cookie = answer.cookies["hallsys_session"].value
        self.server.client.session.cookie_jar.clear()
        return answer.status, await answer.json(), answer.headers

    async def enter(self, name: str, pin: str = PIN) -> tuple[int, Any, Any]:
        return await self.ask("POST", "/officer", {"name": name, "pin": pin})

    async def officer(self) -> str | None:
        status, answer, _ = await self.ask("GET", "/officer")
        assert status == 200, answer
        found: str | None = answer["officer"]
        return found


async def device(server: Server, role: str = "counter", counter: str | None = None) -> Device:
    """A device that was let in."""
    joining = server.entrance.joining
    waiting, secret = await joining.begin("shut", "counter", "192.0.2.1")
    await joining.confirm("shut", waiting.code, role, counter, "Máy quầy")
    answer = await server.client.post(f"{SHUT}/join/wait", json={"secret": secret})
    server.client.session.cookie_jar.clear()
    return Device(server, answer.cookies["hallsys_session"].value)


async def officer(server: Server, name: str = "Lan", hall: str | None = "shut", pin: str = PIN) -> None:
    await server.accounts.create_user(name, PASSWORD, "counter", hall)
    await server.accounts.set_pin("shut", name, pin)


async def test_in_and_out(server: Server) -> None:
    await officer(server)
    at = await device(server)
    assert await at.officer() is None
    before = at.cookie
    status, answer, headers = await at.enter(" lan ")
    assert (status, answer) == (200, {"officer": "Lan"})
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "Max-Age=34560000" in headers["Set-Cookie"], "it stays the device's session"
    assert at.cookie != before
    assert await at.officer() == "Lan"
    assert (await Device(server, before).ask("GET", "/officer"))[0] == 401, "the old number dies"
    me = (await at.ask("GET", "/whoami"))[1]
    assert me == {"role": "counter", "counter": None, "name": "Máy quầy"}
    status, answer, _ = await at.ask("POST", "/officer/leave")
    assert (status, answer) == (200, {"officer": None})
    assert await at.officer() is None
    assert (await at.ask("GET", "/whoami"))[0] == 200, "the device stays in"


async def test_one_officer_after_another(server: Server) -> None:
    await officer(server, "Lan")
    await officer(server, "Hùng", pin="135790")
    at = await device(server)
    await at.enter("Lan")
    assert (await at.enter("Hùng", "135790"))[1] == {"officer": "Hùng"}
    assert await at.officer() == "Hùng"


async def test_the_names_to_choose_from(server: Server) -> None:
    await officer(server, "Lan")
    await officer(server, "Đi khắp nơi", hall=None)
    await server.accounts.create_user("Không PIN", PASSWORD, "counter", "shut")
    await server.accounts.create_user("Nơi khác", PASSWORD, "counter", "open")
    await server.accounts.set_pin("open", "Nơi khác", PIN)
    at = await device(server)
    assert (await at.ask("GET", "/officer"))[1] == {"officer": None, "names": ["Lan", "Đi khắp nơi"]}
    assert (await (await device(server, "kiosk")).ask("GET", "/officer"))[0] == 403
    assert (await Device(server, "").ask("GET", "/officer"))[0] == 401


async def test_wrong_pins_and_names_sound_alike(server: Server) -> None:
    await officer(server)
    await server.accounts.create_user("Không PIN", PASSWORD, "counter", "shut")
    await server.accounts.create_user("Nơi khác", PASSWORD, "counter", "open")
    await server.accounts.set_pin("open", "Nơi khác", PIN)
    at = await device(server)
    before = at.cookie
    tried = (("Lan", "2581"), ("Không PIN", PIN), ("Nơi khác", PIN), ("Ai", PIN))
    answers = [await at.enter(name, pin) for name, pin in tried]
    assert {(status, str(answer)) for status, answer, _ in answers} == {(401, str(answers[0][1]))}
    assert answers[0][1]["error"]["field"] == "pin"
    assert "PIN" in answers[0][1]["error"]["message"]
    assert at.cookie == before
    assert await at.officer() is None


async def test_only_at_a_device_of_a_counter(server: Server) -> None:
    await officer(server)
    for role in ("display", "kiosk", "supervisor"):
        assert (await (await device(server, role)).enter("Lan"))[0] == 403
    token = await server.accounts.create_token("shut", "counter")
    nobody = Device(server, "")
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await nobody.ask("POST", "/officer", {"name": "Lan", "pin": PIN}, **bearer))[0] == 403
    assert (await nobody.enter("Lan"))[0] == 401
    at = await device(server)
    own = {"Authorization": f"Bearer {token}"}
    assert (await at.ask("POST", "/officer/leave", **own))[0] == 403
    foreign = {"Origin": "https://evil.example"}
    assert (await at.ask("POST", "/officer", {"name": "Lan", "pin": PIN}, **foreign))[0] == 403
    for body in (
        {"name": "Lan"},
        {"name": "Lan", "pin": 2580},
        {"name": "", "pin": PIN},
        {"name": "L", "pin": "1", "x": 1},
    ):
        assert (await at.ask("POST", "/officer", body))[0] == 400


@pytest.mark.parametrize("end", ["changed", "removed", "user gone", "another role"])
async def test_who_loses_the_pin_is_out_within_seconds_on_every_server(start: Start, end: str) -> None:
    times = [0.0]
    one, two = await start(clock=lambda: times[0]), await start(clock=lambda: times[0])
    await officer(one)
    at = await device(one)
    await at.enter("Lan")
    there = Device(two, at.cookie)
    assert await there.officer() == "Lan"
    if end == "changed":
        await one.accounts.set_pin("shut", "Lan", "8642")
    elif end == "removed":
        await one.accounts.set_pin("shut", "Lan", None)
    elif end == "user gone":
        await one.accounts.remove_user("Lan")
    else:
        await one.accounts.create_user("Lan", PASSWORD, "supervisor", "shut", replace=True)
    times[0] += FRESH
    assert await there.officer() is None
    assert (await there.ask("GET", "/whoami"))[0] == 200


async def test_a_new_password_leaves_the_pin(server: Server) -> None:
    await officer(server)
    at = await device(server)
    await at.enter("Lan")
    await server.accounts.create_user("Lan", "một câu khác nữa", "counter", "shut", replace=True)
    server.entrance.identities.forget()
    assert await at.officer() == "Lan"


async def test_an_officer_with_a_password_is_one_too_and_may_let_a_colleague_work(server: Server) -> None:
    await officer(server, "Lan")
    await server.accounts.create_user("Hùng", PASSWORD, "counter", "shut")
    await server.accounts.create_user("Trưởng phòng", PASSWORD, "supervisor", "shut")
    answer = await sign_in(server, "Hùng")
    at = Device(server, answer.cookies["hallsys_session"].value)
    server.client.session.cookie_jar.clear()
    assert await at.officer() == "Hùng"
    await at.enter("Lan")
    assert await at.officer() == "Lan"
    assert (await at.ask("POST", "/officer/leave"))[1] == {"officer": "Hùng"}
    chief = Device(server, (await sign_in(server, "Trưởng phòng")).cookies["hallsys_session"].value)
    server.client.session.cookie_jar.clear()
    assert await chief.officer() is None


async def test_five_wrong_pins_close_a_name_on_every_server_at_once(start: Start) -> None:
    one, two = await start(), await start()
    await officer(one)
    desks = [await device(one), await device(two)]
    answers = await asyncio.gather(*(desks[n % 2].enter("lan", f"90{n:02}") for n in range(16)))
    assert sorted(status for status, _, _ in answers) == [401] * 5 + [429] * 11
    refused = next(headers for status, _, headers in answers if status == 429)
    assert 0 < int(refused["Retry-After"]) <= 300
    assert (await desks[0].enter("Lan"))[0] == 429, "and for the right one, too"


async def test_many_names_from_one_device_are_stopped_and_another_device_goes_on(server: Server) -> None:
    await officer(server)
    at, other = await device(server), await device(server)
    answers = [(await at.enter(f"ai{n}"))[0] for n in range(22)]
    assert answers == [401] * 20 + [429] * 2
    assert (await other.enter("Lan"))[0] == 200


async def test_a_name_is_closed_for_a_day_after_thirty(server: Server, connection: Connection) -> None:
    await officer(server)
    for _ in range(6):
        at = await device(server)
        assert [(await at.enter("Lan", "9999"))[0] for _ in range(5)] == [401] * 5
        for key in await connection.client.keys("hallsys:tries:pin 300:*"):  # five minutes later
            await connection.client.delete(key)
    at = await device(server)
    status, _, headers = await at.enter("Lan")
    assert status == 429
    assert int(headers["Retry-After"]) > 3600


async def test_a_right_pin_forgives(server: Server) -> None:
    await officer(server)
    at = await device(server)
    for _ in range(3):
        assert [(await at.enter("Lan", "9999"))[0] for _ in range(4)] == [401] * 4
        assert (await at.enter("Lan"))[0] == 200


async def admin_sets(server: Server, body: object, hall: str | None = "shut", role: str = "admin") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {await server.accounts.create_token(hall, role)}"}
    answer = await server.client.post(f"{SHUT}/users/pin", json=body, headers=headers)
    return answer.status, await answer.json()


async def test_the_administrator_gives_and_takes_a_pin(server: Server) -> None:
    await server.accounts.create_user("Lan", PASSWORD, "counter", "shut")
    assert await admin_sets(server, {"name": "lan", "pin": PIN}) == (200, {})
    at = await device(server)
    assert (await at.enter("Lan"))[0] == 200
    headers = {"Authorization": f"Bearer {await server.accounts.create_token('shut', 'admin')}"}
    lists = await (await server.client.get(f"{SHUT}/accounts", headers=headers)).json()
    assert [(user["name"], user["pin"]) for user in lists["users"]] == [("Lan", True)]
    assert "argon2" not in str(lists)
    assert await admin_sets(server, {"name": "Lan", "pin": None}) == (200, {})
    assert await at.officer() is None
    assert (await at.enter("Lan"))[0] == 401


async def test_a_new_pin_opens_a_name_that_was_closed(server: Server) -> None:
    await officer(server)
    at = await device(server)
    assert [(await at.enter("Lan", "9999"))[0] for _ in range(6)] == [401] * 5 + [429]
    assert await admin_sets(server, {"name": "Lan", "pin": "8642"}) == (200, {})
    assert (await at.enter("Lan", "8642"))[0] == 200


async def test_who_may_set_pins_and_whose(server: Server) -> None:
    await server.accounts.create_user("Lan", PASSWORD, "counter", "shut")
    await server.accounts.create_user("Khắp nơi", PASSWORD, "counter", None)
    body = {"name": "Lan", "pin": PIN}
    assert (await admin_sets(server, body, role="supervisor"))[0] == 403
    assert (await admin_sets(server, body, hall="open"))[0] == 403
    assert (await server.client.post(f"{SHUT}/users/pin", json=body)).status == 401
    everywhere = {"name": "Khắp nơi", "pin": PIN}
    status, answer = await admin_sets(server, everywhere)
    assert (status, answer["error"]["code"]) == (404, "unknown_account"), "an account of every hall is not this hall's"
    assert (await admin_sets(server, everywhere, hall=None))[0] == 200
    status, answer = await admin_sets(server, {"name": "Lan", "pin": "1234"})
    assert (status, answer["error"]["code"], answer["error"]["field"]) == (400, "pin_weak", "pin")
    for wrong in ({"name": "Lan"}, {"name": "Lan", "pin": 2580}, {"name": "Lan", "pin": PIN, "more": 1}):
        assert (await admin_sets(server, wrong))[0] == 400


@pytest.mark.parametrize(
    "pin", ["1234", "4321", "0000", "99999999", "7890", "123", "123456789", "12a4", "１２５８", ""]
)
async def test_pins_that_are_tried_first_are_not_taken(server: Server, pin: str) -> None:
    await server.accounts.create_user("Lan", PASSWORD, "counter", "shut")
    with pytest.raises(Refused, match="pin_weak"):
        await server.accounts.set_pin("shut", "Lan", pin)
    assert await server.accounts.officers("shut") == []


@pytest.mark.parametrize(("name", "hall"), [("Ai đó", "shut"), ("Lan", "open"), ("Sếp", "shut")])
async def test_only_officers_of_the_hall_get_a_pin(server: Server, name: str, hall: str) -> None:
    await server.accounts.create_user("Lan", PASSWORD, "counter", "shut")
    await server.accounts.create_user("Sếp", PASSWORD, "supervisor", "shut")
    with pytest.raises(Refused, match="unknown_account"):
        await server.accounts.set_pin(hall, name, PIN)


async def test_a_pin_is_kept_as_argon2id_and_nowhere_else(
    server: Server, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    pin = "70529314"
    await officer(server, pin=pin)
    at = await device(server)
    await at.enter("Lan", "70529315")
    await at.enter("Lan", pin)
    client: Any = connection.client
    for key in await client.keys("*"):
        kind = (await client.type(key)).decode()
        value = {"string": client.get, "hash": client.hgetall, "zset": lambda k: client.zrange(k, 0, -1)}[kind]
        text = repr(key) + repr(await value(key))
        assert pin not in text
        assert "70529315" not in text
    assert pin not in caplog.text
    assert b'"pin":"$argon2id$' in await client.hget("hallsys:users", fold("Lan"))
