"""Dossiers from a service on the network, against a real local server that misbehaves in every way it can."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hallsys.hallkiosk import DossierConfig
from hallsys.kiosk.dossiers.answer import Dossier
from hallsys.kiosk.dossiers.breaker import FAILURES, LONGEST_S, REST_S, Breaker
from hallsys.kiosk.dossiers.service import PAGES, ServiceSource

CODE = "G22.99.08-260921-896048"
COLUMNS = {"code": "maHoSo", "status": "trangThai.ma", "due": "henTra", "check": "maXacNhan"}
ROW = {"maHoSo": CODE, "trangThai": {"ma": 9}, "henTra": "25/09/2026"}


class Service:
    """The service: `answer` is what it does to the next request; `asked` what came."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.headers: list[str | None] = []
        self.answer: Any = ROW
        self.server: TestServer | None = None
        self.release = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path_qs, body))
        self.headers.append(request.headers.get("X-Key"))
        answer = self.answer(request) if callable(self.answer) else self.answer
        if isinstance(answer, web.StreamResponse):
            return answer
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        if answer == "hang":
            await self.release.wait()
        if answer == "cut":
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(answer)

    def url(self, path: str) -> str:
        assert self.server is not None
        return str(self.server.make_url("/")) + path


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", made.handle)
    made.server = TestServer(app)
    await made.server.start_server()
    yield made
    made.release.set()
    await made.server.close()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def source(service: Service, clock: Clock | None = None, path: str = "api/{code}", **more: Any) -> ServiceSource:
    config = DossierConfig(source="http", url=service.url(path), columns=COLUMNS, **more)
    return ServiceSource(config, {"KEY": "secret"}, clock or Clock())


async def test_a_dossier_is_found_and_asked_once(service: Service) -> None:
    clock = Clock()
    found = source(service, clock, headers={"X-Key": "env:KEY"})
    assert await found.find(CODE) == Dossier(9, "2026-09-25") == await found.find(CODE)
    assert (service.asked, service.headers) == ([("GET", f"/api/{CODE}", None)], ["secret"])
    clock.now = 61
    service.answer = ROW | {"trangThai": {"ma": 10}}
    assert await found.find(CODE) == Dossier(10, "2026-09-25")
    await found.close()


async def test_a_code_may_travel_in_the_body(service: Service) -> None:
    found = source(service, path="search", rows="data.items")
    service.answer = {"data": {"items": [ROW | {"maHoSo": "A.B-260921-0001"}, ROW]}}
    assert await found.find(CODE) == Dossier(9, "2026-09-25")
    assert service.asked == [("POST", "/search", {"maHoSo": CODE})]
    await found.close()


async def test_the_check_code_is_asked_for_where_the_service_has_one(service: Service) -> None:
    found = source(service)
    service.answer = ROW | {"maXacNhan": "Ab12"}
    assert await found.find(CODE) == "check_needed"
    assert await found.find(CODE, "AB13") == "check_wrong"
    assert await found.find(CODE, "aB12 ") == Dossier(9, "2026-09-25")
    assert len(service.asked) == 1
    await found.close()


async def test_pages_are_followed(service: Service) -> None:
    def page(request: web.Request) -> Any:
        number = int(request.query.get("page", "1"))
        rows = [ROW] if number == 3 else [{"maHoSo": "A.B-260921-0001", "trangThai": {"ma": 1}}]
        return {"items": rows, "next": f"?page={number + 1}" if number < 3 else None}

    service.answer = page
    found = source(service, rows="items", next_page="next")
    assert await found.find(CODE) == Dossier(9, "2026-09-25")
    assert [path.partition("?")[2] for _, path, _ in service.asked] == ["", "page=2", "page=3"]
    await found.close()


@pytest.mark.parametrize("answer", [404, {"items": []}, {"items": None}, {}, [], {"items": [1, "x", None]}])
async def test_what_is_not_there_is_unknown(service: Service, answer: Any) -> None:
    service.answer = answer
    found = source(service, rows="items")
    assert (await found.find(CODE), found.trouble) == ("unknown", None)
    await found.close()


@pytest.mark.parametrize(
    "answer",
    [
        500,
        401,
        web.Response(status=302, headers={"Location": "/elsewhere"}),
        b"<html>sorry</html>",
        b"[" * 100_000,
        b'"' + b"x" * 2_100_000 + b'"',
        b"\xff\xfe",
        "cut",
        ROW | {"trangThai": {"ma": "?"}},
        {"maHoSo": CODE},
    ],
    ids=["500", "401", "redirect", "html", "deep", "huge", "bytes", "cut", "status", "no status"],
)
async def test_a_service_that_misbehaves_is_unavailable_and_says_why(
    service: Service, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hallsys")
    service.answer = answer
    found = source(service)
    assert await found.find(CODE) == "unavailable"
    assert found.trouble
    assert CODE not in caplog.text + str(found.trouble)
    service.answer = ROW
    assert await found.find(CODE) == Dossier(9, "2026-09-25")
    assert not found.trouble
    await found.close()


async def test_nobody_waits_for_a_service_that_hangs(service: Service) -> None:
    service.answer = "hang"
    found = source(service, timeout_s=0.05)
    assert await found.find(CODE) == "unavailable"
    await found.close()


async def test_a_service_that_is_not_there_is_unavailable(service: Service) -> None:
    found = source(service)
    assert service.server is not None
    await service.server.close()
    assert await found.find(CODE) == "unavailable"
    await found.close()


async def test_pages_without_end_and_pages_elsewhere_are_refused(service: Service) -> None:
    service.answer = {"items": [], "next": "?again"}
    found = source(service, rows="items", next_page="next")
    assert (await found.find(CODE), len(service.asked)) == ("unavailable", PAGES)
    service.answer = {"items": [], "next": "http://127.0.0.2:9/other"}
    assert await found.find(CODE) == "unavailable"
    assert found.trouble == "the next page is on another server"
    await found.close()


async def test_a_service_that_fails_is_left_alone_and_tried_again(service: Service) -> None:
    clock = Clock()
    found = source(service, clock)
    service.answer = 500
    for _ in range(FAILURES + 5):
        assert await found.find(CODE) == "unavailable"
    assert len(service.asked) == FAILURES
    clock.now += REST_S
    assert await found.find(CODE) == "unavailable"
    assert len(service.asked) == FAILURES + 1
    clock.now += 2 * REST_S
    service.answer = ROW
    assert await found.find(CODE) == Dossier(9, "2026-09-25")
    assert await found.find("A.B-260921-0001") == "unknown"
    await found.close()


def test_the_rest_grows_to_its_limit_and_one_request_tries() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        assert breaker.may_ask()
        breaker.failed()
    rest = REST_S
    while rest < LONGEST_S:
        clock.now += rest - 0.001
        assert not breaker.may_ask()
        clock.now += 0.001
        assert breaker.may_ask()
        assert not breaker.may_ask()
        breaker.failed()
        rest = min(2 * rest, LONGEST_S)
    clock.now += LONGEST_S
    assert breaker.may_ask()
    breaker.worked()
    assert breaker.may_ask()
    assert breaker.may_ask()
