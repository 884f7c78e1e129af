"""Errors, languages, limits, methods, and what is not quite HTTP (PROTOCOL, HTTP)."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hallsys.errors import STATUS
from hallsys.texts import LANGUAGES, Texts
from tests.running import Door, Running, Serve

KEY = "a-good-key"
LIMIT = 64 * 1024


def padded(size: int) -> bytes:
    """An `issue` of exactly so many bytes."""
    body = b'{"service": "A"}'
    return body[:-1] + b" " * (size - len(body)) + b"}"


async def raw(server: Running, request: bytes, leave: bool = False) -> bytes:
    """What the server answers to bytes until it closes; `leave` ends our side at once."""
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    if leave:
        writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


# -- shape -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("issue", b"", "service"),
        ("issue", b"{}", "service"),
        ("issue", b'{"service": 1}', "service"),
        ("issue", b'{"service": null}', "service"),
        ("issue", b'{"service": ""}', "service"),
        ("issue", b'{"service": "A", "prioritty": "aged"}', "prioritty"),
        ("issue", b'{"service": "A", "priority": "rich"}', "priority"),
        ("issue", b'{"service": "A", "priority": true}', "priority"),
        ("issue", b'{"service": "A", "dossier": "not a code"}', "dossier"),
        ("issue", b'{"service": "A", "dossier": 7}', "dossier"),
        ("cancel", b"{}", "ticket"),
        ("call", b'{"counter": "1", "ticket": "A001"}', "reason"),
        ("finish", b'{"counter": "1", "delivered": "A"}', "delivered"),
        ("finish", b'{"counter": "1", "delivered": [1]}', "delivered"),
        ("transfer", b'{"counter": "1"}', "service"),
        ("transfer", b'{"counter": "1", "service": "A", "place": "middle"}', "place"),
        ("transfer", b'{"counter": "1", "service": "A", "to_counter": "2"}', "service"),
        ("book", b'{"service": "A", "at": "09:30"}', "at"),
        ("book", b'{"service": "A", "at": 1e400}', "at"),
        ("book", b'{"service": "A", "at": 99999999999999999999999}', "at"),
        ("book", b'{"service": "A", "at": 9223372036854775807}', "at"),
        ("book", b'{"service": "A", "at": -1}', "at"),
        ("rate", b'{"token": "x", "score": 6}', "score"),
        ("rate", b'{"token": "x", "score": 0}', "score"),
        ("rate", b'{"token": "x", "score": 4.5}', "score"),
        ("rate", b'{"token": "x", "score": "5"}', "score"),
        ("open_day", b'{"day": "2026-11-23"}', "day"),
        ("issue", b"[]", None),
        ("issue", b"null", None),
        ("issue", b'"A"', None),
        ("issue", b"service=A", None),
        ("issue", b"{", None),
        ("issue", b'{"service": "A"} {}', None),
        ("issue", b'{"service": "\xff"}', None),
        ("issue", b'{"service": "\\ud800"}', None),
        ("issue", b'{"service": "A", "x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", "x"),
        ("issue", b"[" * 60_000, None),
    ],
)
async def test_a_bad_request_names_the_field(server: Running, name: str, body: bytes, field: str | None) -> None:
    admin = await server.door("admin")
    before = await admin.view()
    reply = await admin.send(name, body, KEY)
    assert reply.refusal == (400, "bad_request")
    assert reply.json["error"].get("field") == field
    assert await admin.view() == before


@pytest.mark.parametrize("field", ["", "a" * 100, "ô", "`", "a`b", "at `$.service`", "{0}", "service{", "\\u0000"])
async def test_an_unknown_field_is_named_whatever_it_is_called(server: Running, field: str) -> None:
    admin = await server.door("admin")
    reply = await admin.send("issue", f'{{"service": "A", "{field}": 1}}'.encode(), KEY)
    assert reply.refusal == (400, "bad_request")
    assert reply.json["error"]["field"] == json.loads(f'"{field}"')


async def test_an_empty_body_is_no_arguments(server: Running) -> None:
    admin = await server.door("admin")
    assert (await admin.send("close_day", b"", KEY)).result["day"]


async def test_the_type_of_the_body_is_not_asked_for(server: Running) -> None:
    kiosk = await server.door("kiosk")
    for number, kind in enumerate(("application/json", "text/plain", "application/x-www-form-urlencoded", "x")):
        reply = await kiosk.send("issue", b'{"service": "A"}', f"key-{number:08}", **{"Content-Type": kind})
        assert reply.status == 200


@pytest.mark.parametrize(
    ("name", "args", "code", "field"),
    [
        ("issue", {"service": "Z"}, "unknown_service", "service"),
        ("call_next", {"counter": "99"}, "unknown_counter", "counter"),
        ("cancel", {"ticket": "A999"}, "unknown_ticket", "ticket"),
        ("resume", {"ticket": "A999"}, "unknown_ticket", "ticket"),
        ("call", {"counter": "2", "ticket": "A999", "reason": "r"}, "unknown_ticket", "ticket"),
        ("transfer", {"counter": "2", "service": "Z"}, "unknown_service", "service"),
        ("transfer", {"counter": "2", "to_counter": "99"}, "unknown_counter", "to_counter"),
        ("finish", {"counter": "2", "delivered": ["Z"]}, "unknown_service", "delivered"),
        ("book", {"service": "Z", "at": 4_000_000_000_000}, "unknown_service", "service"),
        ("check_in", {"booking": "NONESUCH"}, "unknown_booking", "booking"),
    ],
)
async def test_what_a_command_names_must_exist(
    server: Running, name: str, args: dict[str, Any], code: str, field: str
) -> None:
    admin = await server.door("admin")
    await admin.do("issue", service="A")
    await admin.do("open_counter", counter="2")
    if name in ("transfer", "finish"):
        await admin.do("call_next", counter="2")
    reply = await admin.do(name, **args)
    assert reply.refusal == (404, code)
    assert reply.json["error"]["field"] == field


async def test_refusals_by_the_rules_are_409(serve: Serve) -> None:
    server = await serve()
    admin = await server.door("admin")

    async def refused(code: str, name: str, **args: Any) -> None:
        assert (await admin.do(name, **args)).refusal == (409, code)

    await refused("counter_closed", "call_next", counter="2")
    await refused("counter_closed", "pause_counter", counter="2")
    await admin.do("open_counter", counter="2")
    await refused("nobody_waiting", "call_next", counter="2")
    for name in ("recall", "start", "finish", "no_show", "hold", "return"):
        await refused("nothing_called", name, counter="2")
    await refused("nothing_called", "transfer", counter="2", service="H")
    for _ in range(2):
        await admin.do("issue", service="A")
    await admin.do("call_next", counter="2")
    await refused("counter_busy", "call", counter="2", ticket="A002", reason="r")
    await refused("counter_busy", "close_counter", counter="2")
    await refused("counter_busy", "pause_counter", counter="2")
    await refused("wrong_state", "resume", ticket="A001")
    await refused("wrong_state", "reinstate", ticket="A001")
    await admin.do("start", counter="2")
    await refused("wrong_state", "start", counter="2")
    await refused("wrong_state", "no_show", counter="2")
    await refused("wrong_state", "cancel", ticket="A001")
    await refused("wrong_state", "open_day")
    await admin.do("close_day")
    await refused("hall_closed", "issue", service="A")
    await refused("wrong_state", "close_day")


# -- the shape of errors -----------------------------------------------------------------------------------------------


async def test_messages_are_vietnamese_by_default_and_in_the_language_asked_for(server: Running) -> None:
    kiosk = await server.door("kiosk")
    texts = Texts.load()
    vi, en = (texts.say(language, "unknown_service") for language in LANGUAGES)
    for accept, message in {
        None: vi,
        "": vi,
        "vi": vi,
        "en": en,
        "en-GB,en;q=0.9": en,
        "fr, en;q=0.5": en,
        "fr": vi,
        "en;q=0.3, vi;q=0.8": vi,
        "*": vi,
        "EN-us": en,
        "en;q=x, ;;, \x80": vi,
        "en;q=nan": vi,
    }.items():
        headers = {} if accept is None else {"Accept-Language": accept}
        reply = await kiosk.send("issue", b'{"service": "Z"}', KEY, **headers)
        assert reply.json["error"]["message"] == message, accept


async def test_errors_are_json_below_the_api_whatever_is_accepted(server: Running) -> None:
    for accept in ("text/html", "image/png", "*/*", ""):
        reply = await server.nobody.ask("GET", f"{server.nobody.api}/nothing", headers={"Accept": accept})
        assert reply.refusal == (404, "not_found")


async def test_every_answer_says_nosniff(server: Running) -> None:
    for path in ("/healthz", "/metrics", "/api/openapi.json", f"{server.nobody.api}/view", "/nothing", "/api/nothing"):
        assert (await server.nobody.ask("GET", path)).headers["X-Content-Type-Options"] == "nosniff"


async def test_unknown_addresses_and_methods(server: Running) -> None:
    admin = await server.door("admin")
    api = admin.api
    for path in (
        "/api",
        "/api/",
        "/api/v1",
        f"{api}",
        f"{api}/",
        f"{api}/view/",
        f"{api}/commands",
        "/api/v2/x",
        "/ws",
    ):
        assert (await admin.ask("GET", path)).refusal == (404, "not_found"), path
    assert (await admin.ask("POST", f"{api}/commands/")).refusal == (404, "not_found")
    assert (await admin.ask("GET", f"{api}%2Fview")).refusal == (404, "not_found")
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        reply = await admin.ask(method, f"{api}/commands/issue")
        assert reply.status == 405
        assert reply.headers["Allow"] == "POST"
        assert method == "HEAD" or reply.code == "method_not_allowed"
    for path in ("/view", "/events", "/tickets", "/stats", "/accounts"):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            reply = await admin.ask(method, api + path)
            assert reply.refusal == (405, "method_not_allowed")
            assert set(reply.headers["Allow"].split(",")) == {"GET", "HEAD"}
    for path in ("/healthz", "/readyz", "/metrics", "/api/openapi.json", f"/ws/{server.hall}"):
        assert (await admin.ask("POST", path)).refusal == (405, "method_not_allowed")


@pytest.mark.parametrize("hall", ["nowhere", "%ff", "%00", "..%2f..", "x" * 500, "ph%C3%BA", "%F0%9F%98%80", "a b"])
async def test_unknown_halls(server: Running, hall: str) -> None:
    door = Door(server.http, server.address, hall, await server.token("admin"))
    for path in ("/view", "/events", "/tickets", "/stats", "/accounts"):
        assert (await door.get(path)).refusal == (404, "unknown_hall"), path
    assert (await door.do("issue", service="A")).refusal == (404, "unknown_hall")
    for path in ("/join", "/join/wait", "/devices", "/tokens", "/users", "/grants/remove", "/users/remove"):
        assert (await door.ask("POST", door.api + path, data=b"{}")).refusal == (404, "unknown_hall"), path
    assert (await door.ask("GET", f"/halls/{hall}/voice/A001-1-abcdef.mp3")).refusal == (404, "unknown_hall")


async def test_health_readiness_and_metrics(server: Running) -> None:
    assert (await server.nobody.ask("GET", "/healthz")).status == 200
    assert (await server.nobody.ask("GET", "/readyz")).status == 200
    metrics = await server.nobody.ask("GET", "/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain; version=")
    assert b"# TYPE hallsys_refusals" in metrics.body


# -- limits ------------------------------------------------------------------------------------------------------------


async def test_64_kib_is_the_most(server: Running) -> None:
    kiosk = await server.door("kiosk")
    assert (await kiosk.send("issue", padded(LIMIT), "key-00001")).status == 200
    assert (await kiosk.send("issue", padded(LIMIT + 1), "key-00002")).refusal == (413, "too_large")
    assert (await kiosk.send("issue", padded(15 * LIMIT), "key-00003")).refusal == (413, "too_large")


async def test_the_limit_counts_what_comes_in_pieces_and_what_was_packed(server: Running) -> None:
    kiosk = await server.door("kiosk")

    async def pieces(size: int) -> AsyncIterator[bytes]:
        body = padded(size)
        for start in range(0, size, 10_000):
            yield body[start : start + 10_000]

    for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
        path, headers = f"{kiosk.api}/commands/issue", {"Idempotency-Key": f"pieces-{size}"}
        assert (await kiosk.ask("POST", path, data=pieces(size), headers=headers)).status == status
        packed = gzip.compress(padded(size))
        reply = await kiosk.send("issue", packed, f"packed-{size}", **{"Content-Encoding": "gzip"})
        assert reply.status == status


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"not gzip"), ("deflate", b"\xff\xff"), ("gzip", gzip.compress(b"{}" * 99, mtime=0)[:-20])],
)
async def test_a_broken_packing_is_a_bad_request(server: Running, encoding: str, body: bytes) -> None:
    kiosk = await server.door("kiosk")
    reply = await kiosk.send("issue", body, KEY, **{"Content-Encoding": encoding})
    assert reply.refusal == (400, "bad_request")


async def test_a_packed_bomb_is_too_large(server: Running) -> None:
    kiosk = await server.door("kiosk")
    bomb = zlib.compress(b" " * 50_000_000, 9)
    assert (await kiosk.send("issue", bomb, KEY, **{"Content-Encoding": "deflate"})).refusal == (413, "too_large")


# -- what is not quite HTTP --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/v1/halls/x/view HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_a_400(server: Running, request_: bytes) -> None:
    assert (await raw(server, request_)).startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    assert (await server.nobody.ask("GET", "/healthz")).status == 200


async def test_a_broken_chunk_is_a_400_and_a_body_cut_short_is_nobodys_error(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    token = await server.token("kiosk")
    head = (
        f"POST /api/v1/halls/{server.hall}/commands/issue HTTP/1.1\r\nHost: x\r\nIdempotency-Key: {KEY}\r\n"
        f"Authorization: Bearer {token}\r\n"
    ).encode()
    answer = await raw(server, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")
    assert b" 500 " not in answer
    assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    assert b" 500 " not in await raw(server, head + b'Content-Length: 500\r\n\r\n{"service"', leave=True)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_nothing_answers_a_bare_500(server: Running) -> None:
    """Odd but lawful requests, to every kind of route."""
    admin = await server.door("admin")
    api = admin.api
    digits = "9" * 5000
    for path in (
        f"{api}/tickets?limit={digits}",
        f"{api}/tickets?limit=%C2%B2",
        f"{api}/tickets?after={digits}.A001",
        f"{api}/tickets?after=%C2%B2.A001",
        f"{api}/events?since={digits}-{digits}",
        f"{api}/events?since=%D9%A1-%D9%A1",
        f"{api}/events?since=%ff",
        f"{api}/view?%ff=%00",
        f"/halls/{server.hall}/voice/%ff.mp3",
        f"/halls/{server.hall}/voice/A001-1-abcdef.mp3",
        f"/t/{server.hall}.",
        "/t/%00",
        "/t/..",
        "/setup/%ff",
        f"/halls/{server.hall}/counter?counter=%ff",
        f"/halls/{server.hall}/admin?code=%00",
        f"/halls/{server.hall}/board?lang=xx&theme=%ff",
        "/static/x/..%2f..%2fpyproject.toml",
        "/fonts/..%2f..%2f",
        "/login?next=//evil.example",
    ):
        reply = await admin.ask("GET", path)
        assert reply.status < 500, (path, reply.body)
        html = await admin.ask("GET", path, headers={"Accept": "text/html"})
        assert html.status < 500, (path, html.body)


def test_codes_of_the_protocol() -> None:
    for status, codes in {
        400: "bad_request",
        401: "unauthorized",
        403: "forbidden",
        404: "unknown_hall unknown_service unknown_counter unknown_ticket unknown_command not_found",
        405: "method_not_allowed",
        409: "nobody_waiting counter_closed counter_busy nothing_called wrong_state hall_closed limit_reached",
        410: "position_lost",
        413: "too_large",
        422: "key_reused",
        429: "too_many",
        503: "store_unavailable",
    }.items():
        assert {STATUS[code] for code in codes.split()} == {status}
