"""An officer who signed in with a PIN gives commands in that name, from the session to the audit."""

import pytest

from hallsys.config import Policy
from tests.running import Door, Running, Serve

PIN = "2580"


async def machine(server: Running, counter: str | None = None) -> Door:
    """A counter's PC that was let in, with its cookie."""
    entrance = server.server.entrance
    waiting, secret = await entrance.joining.begin(server.hall, "counter", "192.0.2.1")
    await entrance.joining.confirm(server.hall, waiting.code, "counter", counter, "Máy quầy")
    nobody = server.nobody
    url = f"{nobody.address}/api/v1/halls/{server.hall}/join/wait"
    async with nobody.http.post(url, json={"secret": secret}) as answer:
        return at(server, answer.cookies["hallsys_session"].value)


def at(server: Running, cookie: str) -> Door:
    nobody = server.nobody
    return Door(nobody.http, nobody.address, nobody.hall, headers={"Cookie": f"hallsys_session={cookie}"})


async def enter(server: Running, pc: Door, name: str, pin: str = PIN) -> Door:
    """The PC once the officer has signed in: its cookie is another one."""
    url = f"{pc.address}/api/v1/halls/{server.hall}/officer"
    async with pc.http.post(url, json={"name": name, "pin": pin}, headers=pc.headers) as answer:
        assert answer.status == 200, await answer.text()
        return at(server, answer.cookies["hallsys_session"].value)


async def officer(server: Running, name: str) -> str:
    """An officer of this hall; names are of all halls, so each test has its own."""
    name = f"{name} {server.hall}"
    accounts = server.server.entrance.accounts
    await accounts.create_user(name, "một câu dễ nhớ", "counter", server.hall)
    await accounts.set_pin(server.hall, name, PIN)
    return name


@pytest.fixture
async def strict(serve: Serve) -> Running:
    """A hall whose counters want to know who works at them."""
    return await serve(policy=Policy(sign_in=True))


async def test_nobody_works_without_a_name_where_the_hall_asks(strict: Running) -> None:
    pc = await machine(strict)
    assert (await pc.do("open_counter", counter="2")).refusal == (409, "sign_in_first")
    name = await officer(strict, "Lan")
    pc = await enter(strict, pc, name)
    assert (await pc.do("sign_on", counter="2")).status == 200
    assert (await pc.do("open_counter", counter="2")).status == 200
    chief = await strict.door("supervisor")
    found = (await chief.get("/audit", counter="2")).json["lines"]
    assert [(line["kind"], line["who"]) for line in found] == [
        ("signed_on", f"officer {name}"),
        ("counter_opened", f"officer {name}"),
    ]
    assert (await pc.get("/counters/2/next")).json["officer"] == name
    assert name not in str(await strict.nobody.view()), "names stay among the staff"


async def test_two_people_cannot_hold_one_counter_and_one_hands_over(server: Running) -> None:
    lan, hung = await officer(server, "Lan"), await officer(server, "Hùng")
    first = await enter(server, await machine(server), lan)
    second = await enter(server, await machine(server), hung)
    assert (await first.do("sign_on", counter="2")).status == 200
    assert (await first.do("open_counter", counter="2")).status == 200
    refused = await second.do("sign_on", counter="2")
    assert refused.refusal == (409, "counter_taken")
    assert lan in refused.json["error"]["message"]
    assert (await second.do("call_next", counter="2")).refusal == (409, "counter_taken")
    assert (await second.do("sign_on", counter="2", take_over=True)).status == 200
    assert (await second.get("/counters/2/next")).json["officer"] == hung


async def test_an_open_socket_of_the_old_cookie_gives_no_more_commands(server: Running) -> None:
    name = await officer(server, "Lan")
    pc = await machine(server)
    async with pc.screen() as before:
        assert (await before.do("open_counter", counter="2"))["type"] == "done"
        signed = await enter(server, pc, name)
        refused = await before.do("pause_counter", counter="2")
        assert (refused["type"], refused["code"]) == ("refused", "unauthorized")
    async with signed.screen() as after:
        assert (await after.do("sign_on", counter="2"))["type"] == "done"
    lines = (await (await server.door("admin")).get("/audit", counter="2")).json["lines"]
    assert [line["who"] for line in lines] == ["counter Máy quầy", f"officer {name}"]
