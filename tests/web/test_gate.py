"""Who sends a request, what another site may not, what errors look like, and the headers of every answer."""

import asyncio
import logging
import os
import signal

import pytest

from hallsys.store.embedded import Embedded
from hallsys.web import identity
from hallsys.web.identity import Identities
from tests.web.conftest import PASSWORD, Server, Start, sign_in

WHOAMI = "/api/v1/halls/shut/whoami"
HTML = {"Accept": "text/html,*/*;q=0.8"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_works_at_once_on_every_server(start: Start) -> None:
    one, two = await start(), await start()
    token = await one.accounts.create_token("shut", "counter", "2", "Máy quầy 2")
    assert token.startswith("hs_")
    assert len(token) == 46
    for server in (one, two):
        answer = await server.client.get(WHOAMI, headers=bearer(token))
        assert await answer.json() == {"role": "counter", "counter": "2", "name": "Máy quầy 2"}


async def test_an_unknown_token_is_not_remembered_as_unknown(server: Server) -> None:
    for wrong in ("hs_" + "a" * 43, "", "hs_"):
        assert (await server.client.get(WHOAMI, headers=bearer(wrong))).status == 401
    assert (await server.client.get(WHOAMI, headers={"Authorization": "Basic YTpi"})).status == 401


async def test_rights_of_another_hall_do_not_count(server: Server) -> None:
    token = await server.accounts.create_token("open", "admin")
    answer = await server.client.get(WHOAMI, headers=bearer(token))
    assert answer.status == 403
    assert (await answer.json())["error"]["code"] == "forbidden"


async def test_a_known_token_asks_the_store_once_and_a_revoked_one_is_out_when_it_is_asked_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    server, other = await start(clock=lambda: now), await start()
    asked = 0
    accounts = server.accounts
    look = accounts.token_who

    async def counted(token: str) -> object:
        nonlocal asked
        asked += 1
        return await look(token)

    monkeypatch.setattr(accounts, "token_who", counted)
    token = await accounts.create_token("shut", "kiosk")
    answers = await asyncio.gather(*(server.client.get(WHOAMI, headers=bearer(token)) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    assert asked == 1

    (id_,) = await other.accounts.grants("shut")
    await other.accounts.revoke(id_)
    assert (await server.client.get(WHOAMI, headers=bearer(token))).status == 200  # at most FRESH seconds
    now = identity.FRESH
    assert (await server.client.get(WHOAMI, headers=bearer(token))).status == 401


async def test_what_needs_nobody_does_not_ask_the_store_who_it_is(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def noted(token: str) -> None:
        asked.append(token)

    monkeypatch.setattr(server.accounts, "token_who", noted)
    for path in ("/healthz", "/metrics", "/fonts/SourceSansPro-Regular.ttf"):
        assert (await server.client.get(path, headers=bearer(f"hs_{path}"))).status == 200
    assert asked == []
    assert (await server.client.get(WHOAMI, headers=bearer("hs_nobody"))).status == 401
    assert asked == ["hs_nobody"]


async def test_a_store_that_is_away_leaves_the_known_ones_in_and_says_so_to_the_others(
    start: Start, store: Embedded
) -> None:
    now = 0.0
    server = await start(clock=lambda: now)
    known, unknown = [await server.accounts.create_token("shut", "kiosk") for _ in range(2)]
    assert (await server.client.get(WHOAMI, headers=bearer(known))).status == 200
    assert store.pid is not None
    os.kill(store.pid, signal.SIGSTOP)
    try:
        now = identity.FRESH
        stale, refused, page, plain = await asyncio.gather(
            server.client.get(WHOAMI, headers=bearer(known)),
            server.client.get(WHOAMI, headers=bearer(unknown)),
            server.client.get("/halls/open/page/display", headers={**bearer(unknown), **HTML}),
            server.client.get("/healthz", headers=bearer(unknown)),
        )
        ready = await server.client.get("/readyz")
        now = 2 * identity.FRESH + identity.STALE
        too_late = await server.client.get(WHOAMI, headers=bearer(known))
    finally:
        os.kill(store.pid, signal.SIGCONT)
    assert (stale.status, refused.status, plain.status, ready.status, too_late.status) == (200, 503, 200, 503, 503)
    assert refused.headers["Retry-After"] == "1"
    assert (await refused.json())["error"]["code"] == "store_unavailable"
    assert 'http-equiv="refresh"' in await page.text()
    assert (await server.client.get("/readyz")).status == 200


async def test_a_cancelled_request_does_not_end_the_question_for_the_others(server: Server) -> None:
    token = await server.accounts.create_token("shut", "kiosk")
    asks: Identities = server.entrance.identities
    request = type("Request", (), {"headers": bearer(token)})()
    first, second = (asyncio.ensure_future(asks.ask(request)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    who = await second
    assert who is not None
    assert who.role == "kiosk"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://[", "https://127.0.0.1"]
)
async def test_a_foreign_origin_with_the_cookie_is_refused(server: Server, origin: str) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    await sign_in(server, "An")
    for headers in ({}, {"Connection": "Upgrade", "Upgrade": "websocket"}):
        answer = await server.client.get(WHOAMI, headers={"Origin": origin, **headers})
        assert answer.status == 403
        assert (await answer.json())["error"]["code"] == "foreign_origin"
    assert (
        await server.client.get(WHOAMI, headers={"Origin": str(server.client.make_url("")).rstrip("/")})
    ).status == 200


async def test_a_foreign_page_cannot_sign_a_browser_in(server: Server) -> None:
    await server.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    assert (await sign_in(server, "An", Origin="http://evil.example")).status == 403


async def test_a_program_with_a_token_may_come_from_anywhere(server: Server) -> None:
    token = await server.accounts.create_token("shut", "kiosk")
    assert (await server.client.get(WHOAMI, headers={**bearer(token), "Origin": "http://other.example"})).status == 200


async def test_forwarded_names_count_only_when_trusted(start: Start) -> None:
    headers = {"X-Forwarded-Host": "hall.example", "X-Forwarded-Proto": "https", "Origin": "https://hall.example"}
    plain, trusting = await start(), await start(trust_forwarded=True)
    await plain.accounts.create_user("An", PASSWORD, "supervisor", "shut")
    assert (await sign_in(plain, "An", **headers)).status == 403
    answer = await sign_in(trusting, "An", **headers)
    assert answer.status == 303
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(("language", "words"), [("vi", "Không có"), ("en", "no such hall"), ("fr", "Không có")])
async def test_errors_have_one_shape_in_the_language_that_was_asked_for(
    server: Server, language: str, words: str
) -> None:
    answer = await server.client.get("/api/v1/halls/nowhere/whoami", headers={"Accept-Language": language})
    assert answer.status == 404
    error = (await answer.json())["error"]
    assert error["code"] == "unknown_hall"
    assert words in error["message"]


async def test_what_is_not_there(server: Server) -> None:
    answer = await server.client.get("/api/v1/nothing")
    assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_found")
    answer = await server.client.delete("/login")
    assert (answer.status, (await answer.json())["error"]["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(",")) >= {"GET", "POST"}
    page = await server.client.get("/nothing", headers=HTML)
    assert page.status == 404
    assert "Không có trang này" in await page.text()


async def test_a_body_over_64_kib_is_refused(server: Server) -> None:
    fits = await server.client.post("/api/v1/echo", data=b"x" * 64 * 1024)
    assert await fits.json() == {"size": 65536}
    answer = await server.client.post("/api/v1/echo", data=b"x" * (64 * 1024 + 1))
    assert (answer.status, (await answer.json())["error"]["code"]) == (413, "too_large")


async def test_a_bug_is_logged_with_the_reference_that_is_shown_and_without_the_path(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "hallsys.web"):
        answer = await server.client.get("/boom/private-token?also=private")
    text = await answer.text()
    assert answer.status == 500
    assert "secret detail" not in text
    (record,) = [record for record in caplog.records if record.name == "hallsys.web"]
    assert record.getMessage().split(":")[0] in text
    assert "/boom/{secret}" in record.getMessage()
    assert "private" not in record.getMessage()


async def test_headers_of_every_answer(server: Server) -> None:
    css = server.entrance.assets.url("css/pages.css")
    paths = ["/", "/login", "/nothing", WHOAMI, "/healthz", "/metrics", "/fonts/SourceSansPro-Regular.ttf", css]
    for path in paths:
        answer = await server.client.get(path, headers=HTML)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Permissions-Policy" in answer.headers
        if answer.content_type == "text/html":
            policy = answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Frame-Options"] == "DENY"
        if path not in paths[-2:]:
            assert answer.headers["Cache-Control"] == "no-store"


async def test_what_is_not_http_gets_400_and_does_not_fill_the_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.client.make_url("/")
    for raw in (
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x00\xa5",
        b"GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(raw)
        head = await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert b" 400 " in head
    assert (await server.client.get("/healthz")).status == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
