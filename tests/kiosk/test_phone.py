"""What a ticket's holder may do with its token alone, over HTTP and over the phone's own socket."""

import asyncio
import json
import uuid

import pytest

from tests.running import Running, Screen


@pytest.fixture
async def called(server: Running) -> tuple[Running, str]:
    """A001 is called at counter 2; its token."""
    admin = await server.door("admin")
    await admin.do("open_counter", counter="2")
    token = (await admin.do("issue", service="A")).result["token"]
    await admin.do("call_next", counter="2")
    return server, token


async def test_late_and_back_with_nothing_but_the_token(called: tuple[Running, str]) -> None:
    server, token = called
    nobody, admin = server.nobody, await server.door("admin")
    row = (await nobody.do("late", token=token)).result["ticket"]
    assert (row["label"], row["state"], row["delays"]) == ("A001", "waiting", 1)
    assert row["not_before"] == pytest.approx(row["queued_at"] + 600_000)
    assert (await nobody.do("late", token=token)).refusal == (409, "limit_reached")
    await admin.do("call", counter="2", ticket="A001", reason="has come")
    await admin.do("hold", counter="2")
    assert (await nobody.do("resume", token=token)).result["ticket"]["front"] == "returned"
    assert (await nobody.do("resume", token=token)).refusal == (409, "wrong_state")


async def test_nothing_with_somebody_elses(called: tuple[Running, str]) -> None:
    server, token = called
    nobody = server.nobody
    await (await server.door("kiosk")).do("issue", service="A")
    for name in ("late", "resume"):
        assert (await nobody.do(name, ticket="A001")).refusal == (401, "unauthorized")
        assert (await nobody.do(name, ticket="A002", token=token)).refusal == (403, "forbidden")
        assert (await nobody.do(name, token=token[:-1])).refusal == (404, "unknown_ticket")
    assert (await nobody.do("rate_here", counter="2", ticket="A001", score=5)).refusal == (401, "unauthorized")


async def test_however_often_it_is_pressed_it_is_late_once(called: tuple[Running, str]) -> None:
    server, token = called
    replies = await asyncio.gather(*(server.nobody.do("late", token=token) for _ in range(16)))
    assert sorted(reply.status for reply in replies) == [200] + [409] * 15
    key = uuid.uuid4().hex
    answers = await asyncio.gather(*(server.nobody.do("cancel", key, token=token) for _ in range(8)))
    assert {answer.body for answer in answers} == {answers[0].body}
    assert answers[0].status == 200


async def test_a_phones_socket_takes_the_holders_presses_and_no_others(called: tuple[Running, str]) -> None:
    server, token = called
    async with server.nobody.socket(f"{server.hall}?ticket={token}") as phone:
        await phone.hello()
        done = await press(phone, "late", token=token)
        assert done["type"] == "done"
        await phone.reach(done["at"])
        assert phone.events[-1]["kind"] == "delayed"
        assert token not in json.dumps(phone.events) + json.dumps(phone.view)
        assert (await press(phone, "call_next", counter="2"))["code"] == "unauthorized"


LIVES = {
    "waiting": [],
    "called": ["call_next"],
    "serving": ["call_next", "start"],
    "held": ["call_next", "hold"],
    "done": ["call_next", "finish"],
    "no_show": ["call_next", "no_show"],
    "cancelled": ["cancel"],
    "expired": ["close_day"],
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("state", LIVES)
async def test_the_page_says_what_it_can_without_its_script(server: Running, state: str, language: str) -> None:
    admin = await server.door("admin")
    await admin.do("open_counter", counter="2")
    token = (await admin.do("issue", service="A")).result["token"]
    for name in LIVES[state]:
        args = {"cancel": {"ticket": "A001"}, "close_day": {}}.get(name, {"counter": "2"})
        assert (await admin.do(name, **args)).status == 200
    page = await server.nobody.ask("GET", f"/t/{token}?lang={language}", headers={"Accept": "text/html"})
    shown = page.body.decode().partition("<phone-ticket")[2].partition("</phone-ticket>")[0]
    assert page.status == 200
    assert f'class="card me {state}"' in shown
    assert "A001" in shown
    assert ("2" in shown.replace("A001", "")) == (state in ("called", "serving", "held", "done", "no_show"))
    assert "phone." not in shown


async def press(phone: Screen, name: str, **args: str) -> dict[str, str]:
    return await phone.do(name, **args)
