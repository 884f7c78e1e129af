"""A device joins by a code; the administrator lets devices, programs and people in and out again."""

import asyncio
from typing import Any

import pytest

from hallsys.store.joining import ALPHABET
from hallsys.web import join
from tests.web.conftest import PASSWORD, Server, Start

SHUT = "/api/v1/halls/shut"


async def administrator(server: Server, hall: str | None = "shut") -> dict[str, str]:
    return {"Authorization": f"Bearer {await server.accounts.create_token(hall, 'admin')}"}


async def post(server: Server, path: str, body: object, **options: Any) -> tuple[int, Any]:
    answer = await server.client.post(path, json=body, **options)
    return answer.status, await answer.json()


async def test_a_counter_joins_from_its_page_to_its_page(start: Start) -> None:
    screen, office = await start(), await start()
    admin = await administrator(office)
    page = await screen.client.get("/halls/shut/page/counter")
    assert page.status == 401
    assert "Máy ở quầy này chưa được kết nối" in await page.text()

    status, shown = await post(screen, f"{SHUT}/join", {"page": "counter"})
    assert status == 200
    code = shown["code"]
    assert code[3] == "-"
    assert set(code.replace("-", "")) <= set(ALPHABET)
    assert shown["expires"] - shown["now"] == 600_000
    assert shown["qr"].startswith("data:image/svg+xml")

    waiting = asyncio.ensure_future(screen.client.post(f"{SHUT}/join/wait", json={"secret": shown["secret"]}))
    lists = await (await office.client.get(f"{SHUT}/accounts", headers=admin)).json()
    assert [(entry["code"], entry["page"]) for entry in lists["waiting"]] == [(code, "counter")]

    typed = f" {code.lower().replace('-', ' ')} "
    confirm = {"code": typed, "role": "counter", "counter": "2", "name": "Máy quầy 2"}
    assert (await post(office, f"{SHUT}/devices", confirm, headers=admin))[0] == 200
    answer = await waiting
    assert await answer.json() == {"state": "joined"}
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "Max-Age=34560000" in cookie

    assert (await screen.client.get("/halls/shut/page/counter")).status == 200
    me = await (await screen.client.get(f"{SHUT}/whoami")).json()
    assert me == {"role": "counter", "counter": "2", "name": "Máy quầy 2"}

    again = await post(office, f"{SHUT}/devices", confirm, headers=admin)
    assert (again[0], again[1]["error"]["code"], again[1]["error"]["field"]) == (404, "unknown_code", "code")

    lists = await (await office.client.get(f"{SHUT}/accounts", headers=admin)).json()
    assert lists["waiting"] == []
    (device,) = [grant for grant in lists["grants"] if grant["kind"] == "device"]
    assert (await post(office, f"{SHUT}/grants/remove", {"id": device["id"]}, headers=admin))[0] == 200
    screen.entrance.identities.forget()
    assert (await screen.client.get("/halls/shut/page/counter")).status == 401


async def test_two_confirmations_at_once_let_one_device_in(server: Server) -> None:
    admin = await administrator(server)
    _, shown = await post(server, f"{SHUT}/join", {"page": "board"})
    confirm = {"code": shown["code"], "role": "display", "name": "Bảng"}
    answers = await asyncio.gather(*(post(server, f"{SHUT}/devices", confirm, headers=admin) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 404, 404, 404]


async def test_an_answer_that_was_lost_can_be_asked_for_again(server: Server) -> None:
    admin = await administrator(server)
    _, shown = await post(server, f"{SHUT}/join", {"page": "board"})
    await post(server, f"{SHUT}/devices", {"code": shown["code"], "role": "display", "name": "Bảng"}, headers=admin)
    for _ in range(2):
        assert await post(server, f"{SHUT}/join/wait", {"secret": shown["secret"]}) == (200, {"state": "joined"})


async def test_a_code_belongs_to_one_hall(server: Server) -> None:
    _, shown = await post(server, f"{SHUT}/join", {"page": "board"})
    confirm = {"code": shown["code"], "role": "display", "name": "Bảng"}
    stranger = await administrator(server, "open")
    assert (await post(server, "/api/v1/halls/open/devices", confirm, headers=stranger))[0] == 404
    assert (await post(server, f"{SHUT}/devices", confirm, headers=stranger))[0] == 403
    assert (await post(server, f"{SHUT}/devices", confirm))[0] == 401


async def test_an_unknown_secret_has_expired_and_a_waiting_one_is_told_so(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await post(server, f"{SHUT}/join/wait", {"secret": "x" * 43}) == (200, {"state": "expired"})
    monkeypatch.setattr(server.entrance._join, "_wait_most", 0.0)
    _, shown = await post(server, f"{SHUT}/join", {"page": "board"})
    assert await post(server, f"{SHUT}/join/wait", {"secret": shown["secret"]}) == (200, {"state": "waiting"})


async def test_codes_are_limited_by_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "ADDRESS_CODES", 2)
    answers = [await post(server, f"{SHUT}/join", {"page": "kiosk"}) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]


async def test_one_address_cannot_take_every_code_of_a_hall(server: Server) -> None:
    answers = [await post(server, f"{SHUT}/join", {"page": "kiosk"}) for _ in range(101)]
    assert answers[-1][0] == 429
    waiting, _ = await server.entrance.joining.begin("shut", "kiosk", "10.0.0.9")
    assert waiting.code


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("join", {"page": "admin"}, "page"),
        ("join", {}, "page"),
        ("join", {"page": "board", "more": 1}, "more"),
        ("join/wait", {"secret": 1}, "secret"),
        ("devices", {"code": "a", "role": "admin", "name": "n"}, "role"),
        ("devices", {"code": "a", "role": "kiosk", "name": ""}, "name"),
        ("devices", {"code": "a", "role": "kiosk"}, "name"),
        ("users", {"name": "n", "password": "0123456789", "role": "boss"}, "role"),
        ("users", {"name": "n", "password": "ngắn", "role": "counter"}, "password"),
        ("tokens", [], None),
    ],
)
async def test_bodies_that_do_not_fit_name_the_field(
    server: Server, path: str, body: object, field: str | None
) -> None:
    status, found = await post(server, f"{SHUT}/{path}", body, headers=await administrator(server))
    assert (status, found["error"].get("field")) == (400, field)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"page": "\xff"}'])
async def test_what_is_not_json_is_refused(server: Server, raw: bytes) -> None:
    answer = await server.client.post(f"{SHUT}/join", data=raw)
    assert (answer.status, (await answer.json())["error"]["code"]) == (400, "bad_request")


async def test_unknown_things_are_named(server: Server) -> None:
    admin = await administrator(server)
    body = {"code": "K7M4QX", "role": "counter", "name": "n", "counter": "9"}
    for path, sent, code in (
        (f"{SHUT}/devices", body, "unknown_counter"),
        (f"{SHUT}/grants/remove", {"id": "0"}, "unknown_account"),
        (f"{SHUT}/users/remove", {"name": "ai"}, "unknown_account"),
        ("/api/v1/halls/nowhere/join", {"page": "board"}, "unknown_hall"),
    ):
        status, found = await post(server, path, sent, headers=admin)
        assert (status, found["error"]["code"]) == (404, code)


async def test_tokens_and_users_made_here_work_and_end(server: Server) -> None:
    admin = await administrator(server)
    _, made = await post(server, f"{SHUT}/tokens", {"role": "kiosk", "name": "Máy lấy số"}, headers=admin)
    me = await server.client.get(f"{SHUT}/whoami", headers={"Authorization": f"Bearer {made['token']}"})
    assert (await me.json())["role"] == "kiosk"

    user = {"name": "hanh.nt", "password": PASSWORD, "role": "counter", "counter": "1"}
    assert (await post(server, f"{SHUT}/users", user, headers=admin))[0] == 200
    taken = await post(server, f"{SHUT}/users", {**user, "name": "Hanh.NT"}, headers=admin)
    assert (taken[0], taken[1]["error"]["code"]) == (409, "name_taken")
    lists = await (await server.client.get(f"{SHUT}/accounts", headers=admin)).json()
    assert [entry["name"] for entry in lists["users"]] == ["hanh.nt"]
    assert "argon2" not in str(lists)
    assert (await post(server, f"{SHUT}/users/remove", {"name": "hanh.nt"}, headers=admin))[0] == 200
    assert await server.accounts.check_password("hanh.nt", PASSWORD) is None


async def test_the_administrator_of_one_hall_leaves_those_of_all_halls_alone(server: Server) -> None:
    await server.accounts.create_user("it", PASSWORD, "admin", None)
    admin = await administrator(server)
    assert (await post(server, f"{SHUT}/users/remove", {"name": "it"}, headers=admin))[0] == 404
    everywhere = await administrator(server, None)
    assert (await post(server, f"{SHUT}/users/remove", {"name": "it"}, headers=everywhere))[0] == 200


async def test_lists_are_for_administrators(server: Server) -> None:
    assert (await server.client.get(f"{SHUT}/accounts")).status == 401
    token = await server.accounts.create_token("shut", "supervisor")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await server.client.get(f"{SHUT}/accounts", headers=headers)).status == 403
