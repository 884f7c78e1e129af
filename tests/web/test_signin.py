"""People sign in with a name and a password; the first of them through a link that works once."""

import asyncio

from hallsys.store.connection import Connection
from tests.web.conftest import PASSWORD, Server, Start, sign_in

WHOAMI = "/api/v1/halls/shut/whoami"


async def test_right_password_gives_a_cookie_that_scripts_cannot_read(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    answer = await sign_in(server, "An")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("hallsys_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    found = await (await server.client.get(WHOAMI)).json()
    assert found == {"role": "supervisor", "counter": None, "name": "An"}


async def test_the_cookie_is_secure_behind_https(start: Start) -> None:
    server = await start(public_url="https://hang-doi.example.vn")
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    assert "Secure" in (await sign_in(server, "An")).headers["Set-Cookie"]


async def test_a_name_is_one_name_however_it_is_typed(server: Server) -> None:
    await server.accounts.create_user("hạnh.nt", PASSWORD, "counter", "shut")
    assert (await sign_in(server, " HẠNH.NT ")).status == 303


async def test_wrong_password_and_unknown_name_look_alike(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    pages = []
    for name in ("An", "Ai"):
        answer = await sign_in(server, name, "sai mật khẩu")
        assert answer.status == 401
        assert "Set-Cookie" not in answer.headers
        pages.append((await answer.text()).replace(f'value="{name}"', ""))  # type: ignore[misc]
        assert "Tên hoặc mật khẩu chưa đúng" in pages[-1]
    bodies = [page.split("<body>")[1] for page in pages]
    assert bodies[0] == bodies[1]


async def test_ten_failures_close_the_name_on_every_server_and_for_the_right_password_too(start: Start) -> None:
    one, two = await start(), await start()
    await one.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    answers = await asyncio.gather(*(sign_in((one, two)[n % 2], "an", "sai mật khẩu") for n in range(12)))
    assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * 2
    answer = await sign_in(two, "An")
    assert answer.status == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300


async def test_many_names_from_one_address_are_stopped_as_well(server: Server) -> None:
    answers = [(await sign_in(server, f"ai{n}", "x")).status for n in range(32)]
    assert answers == [401] * 30 + [429] * 2


async def test_the_session_number_changes_at_sign_in_and_the_old_one_dies(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    first = (await sign_in(server, "An")).cookies["hallsys_session"].value
    second = (await sign_in(server, "An")).cookies["hallsys_session"].value
    assert first != second
    server.client.session.cookie_jar.clear()
    old = await server.client.get(WHOAMI, headers={"Cookie": f"hallsys_session={first}"})
    new = await server.client.get(WHOAMI, headers={"Cookie": f"hallsys_session={second}"})
    assert (old.status, new.status) == (401, 200)


async def test_a_number_from_outside_is_not_taken_over(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    answer = await sign_in(server, "An", Cookie="hallsys_session=chosen-by-somebody-else")
    assert answer.cookies["hallsys_session"].value != "chosen-by-somebody-else"


async def test_signing_out_ends_the_session(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    cookie = (await sign_in(server, "An")).cookies["hallsys_session"].value
    assert (await server.client.post("/logout", allow_redirects=False)).status == 303
    server.client.session.cookie_jar.clear()
    assert (await server.client.get(WHOAMI, headers={"Cookie": f"hallsys_session={cookie}"})).status == 401
    assert (await server.client.get("/logout")).status == 405


async def test_after_the_sign_in_one_goes_on_within_this_site_only(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    for wish, place in {
        "/halls/shut/admin?code=K7M-4QX": "/halls/shut/admin?code=K7M-4QX",
        "https://example.com/": "/",
        "//example.com/": "/",
        "/\\example.com/": "/",
        "/a\r\nSet-Cookie: b=c": "/",
        "halls": "/",
    }.items():
        form = {"user": "An", "password": PASSWORD, "next": wish}
        answer = await server.client.post("/login", data=form, allow_redirects=False)
        assert answer.headers["Location"] == place


async def test_a_new_password_ends_the_old_sessions(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    await sign_in(server, "An")
    await server.accounts.create_user("An", PASSWORD + " mới", "supervisor", "shut", replace=True)
    assert (await server.client.get(WHOAMI)).status == 401


async def test_nothing_secret_is_stored(server: Server, connection: Connection) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    token = await server.accounts.create_token("shut", "kiosk")
    cookie = (await sign_in(server, "An")).cookies["hallsys_session"].value
    stored = b""
    for key in await connection.client.execute_command("KEYS", "*"):
        stored += key + (await connection.client.execute_command("DUMP", key) or b"")
    for secret in (PASSWORD, token, token[3:], cookie):
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored


async def test_broken_forms_are_refused(server: Server) -> None:
    for headers, body in (
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\nbroken"),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"}, b"user=a"),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=unicode_escape"}, b"user=\\ud800&password=x"),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=utf-7"}, b"user=a&password=+2AA-"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"user=%ff%fe\xff&password=x"),
        ({"Content-Type": "application/json"}, b"{}"),
    ):
        answer = await server.client.post("/login", data=body, headers=headers)
        assert answer.status in (400, 401), (headers, answer.status)


async def test_setup_link_works_once(start: Start) -> None:
    one, two = await start(), await start()
    link = await one.entrance.setup_link("http://127.0.0.1:8080/")
    assert link is not None
    assert link == await two.entrance.setup_link("http://127.0.0.1:8080")
    path = link.removeprefix("http://127.0.0.1:8080")
    assert (await one.client.get(path)).status == 200
    assert (await one.client.get("/setup/guess")).status == 404

    short = await one.client.post(path, data={"user": "it", "password": "ngắn"}, allow_redirects=False)
    assert short.status == 400
    assert "ít nhất 8 ký tự" in await short.text()

    done = await one.client.post(path, data={"user": "it", "password": PASSWORD}, allow_redirects=False)
    assert done.status == 303
    assert (await (await one.client.get(WHOAMI)).json())["role"] == "admin"
    assert (await two.client.get(path)).status == 404
    assert (await two.client.post(path, data={"user": "x", "password": PASSWORD})).status == 404
    assert await one.entrance.setup_link("http://127.0.0.1:8080") is None

    await one.accounts.remove_user("it")
    assert await one.entrance.setup_link("http://127.0.0.1:8080") != link
