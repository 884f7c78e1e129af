"""A busy day with names, codes and numbers wherever they can be given; then everything that the public can fetch."""

import itertools
import logging
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hallsys.hallkiosk import DossierConfig, PrinterConfig
from hallsys.hallvisits import Bookings, Tickets
from tests.kiosk.paper_printer import PaperPrinter
from tests.running import Running, Serve

CODES = ("G22.99.09-260911-000731", "G22.99.09-260915-004842", "K01.22-260901-777701")
CHECK = "7K2M"
SCANS = ("001085077123", "034190088456", "CCCD|079201099789|Trần Thị Kín")
NAMES = ("Nguyễn Văn Bí Mật", "Lê Thị Riêng Tư", "Phạm Giấu Tên")
PHONES = ("0912 345 678", "+84 987 654 321")
OFFICER = "hoa.canbo"
SECRETS = (*CODES, *SCANS, *NAMES, *PHONES, OFFICER, CHECK, "bimat@example.org")
EXPORT = f"Mã hồ sơ;Trạng thái;Ngày hẹn trả;Mã kiểm tra\n{CODES[0]};9;;\n{CODES[1]};4;25/09/2026;{CHECK}\n"


def forms(secret: str) -> set[str]:
    """How it might turn up: as it was typed, in other letters, without signs, in JSON without them."""
    bare = re.sub(r"[\s.+|-]", "", secret)
    escaped = secret.encode("ascii", "backslashreplace").decode()
    return {form for one in (secret, bare, escaped) for form in (one, one.lower(), one.upper())}


FORMS = {form: secret for secret in SECRETS for form in forms(secret)}
_ANY = re.compile("|".join(map(re.escape, sorted(FORMS, key=len, reverse=True))))


def told(text: str) -> str | None:
    """The secret that a text gives away, if it does."""
    found = _ANY.search(text)
    return None if found is None else FORMS[found[0]]


@pytest.fixture
async def busy(serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Running]:
    """A hall that uses all it has. Everything is logged."""
    caplog.set_level(logging.DEBUG)
    paper = PaperPrinter()
    await paper.start()
    (tmp_path / "ho-so.csv").write_text(EXPORT, "utf-8")
    hall = await serve(
        printer=PrinterConfig("network", f"127.0.0.1:{paper.port}"),
        dossiers=DossierConfig(source="file", service="R", file=str(tmp_path / "ho-so.csv")),
        tickets=Tickets(one_each=True, per_person=5),
        bookings=Bookings(public=True, weekdays=[1, 2, 3, 4, 5, 6, 7]),
    )
    await hall.server.desk.started()
    yield hall
    await paper.stop()


async def day(hall: Running) -> list[str]:
    """Every command that takes words or codes, with words and codes. Returns the tokens that tickets got."""
    kiosk, counter, boss = await hall.door("kiosk"), await hall.door("counter"), await hall.door("supervisor")
    await hall.server.entrance.accounts.create_user(f"{OFFICER}-{hall.hall}", "a-long-password", "counter", hall.hall)
    tokens = []

    async def issue(**args: Any) -> str:
        made = (await kiosk.do("issue", **args)).result
        tokens.append(made["token"])
        await kiosk.ask("POST", f"{kiosk.api}/print", json={"token": made["token"]})
        return str(made["ticket"]["label"])

    async def act(name: str, **args: Any) -> None:
        assert (await counter.do(name, **args)).status == 200, name

    for code, check in itertools.product(CODES, (None, CHECK, "XXXX")):
        await kiosk.ask("POST", f"{kiosk.api}/lookup", json={"code": code, **({"check": check} if check else {})})
    ready = await issue(service="R", dossier=CODES[0], ready=True)
    assert (await kiosk.do("issue", service="R", dossier=CODES[0].lower())).code == "has_ticket"
    first = await issue(service="A", person=SCANS[0])
    assert (await kiosk.do("issue", service="A", person=SCANS[0])).code == "has_ticket"
    await issue(service="A", person=SCANS[1], priority="aged")
    gone = await issue(service="H", person=SCANS[2])
    for _ in range(3):
        await issue(service="A")
    soon = int(time.time() * 1000) + 3_600_000
    booked = await boss.do("book", service="H", at=soon, person=PHONES[0])
    assert booked.status == 200, booked.body
    await kiosk.do("check_in", booking=booked.result["booking"]["id"])

    await act("open_counter", counter="1")
    await act("open_counter", counter="2")
    await act("call", counter="2", ticket=first, reason=f"{NAMES[0]} {PHONES[0]} xin làm trước")
    await act("note", ticket=first, text=f"{NAMES[0]}, hồ sơ {CODES[2]}, bimat@example.org")
    await act("hold", counter="2", note=f"{NAMES[1]} đi photo {SCANS[0]}")
    await act("resume", ticket=first)
    await act("call_next", counter="2")
    await act("transfer", counter="2", service="H", note=f"{NAMES[2]}: {CODES[1]}")
    await act("cancel", ticket=gone, reason=f"{NAMES[1]} báo {PHONES[1]}")
    await act("call", counter="1", ticket=ready, reason=f"hẹn với {NAMES[2]}")
    await act("start", counter="1")
    await act("finish", counter="1", outcome=f"đã trả cho {NAMES[2]}")
    rated = await hall.nobody.do("rate", token=tokens[0], score=2, reasons=[f"cô {OFFICER} và {NAMES[0]}"])
    assert rated.status in (200, 400, 409)
    await act("call_next", counter="2")
    await act("recall", counter="2")
    return tokens


def addresses(hall: Running, tokens: list[str], voices: list[str]) -> list[str]:
    """Every address that a GET may go to, with what the public knows put in."""
    known = {
        "hall": [hall.hall],
        "token": [*tokens, "guess"],
        "label": ["A001"],
        "counter": ["1"],
        "id": voices or ["none"],
        "form": ["mp3"],
        "alarm": ["wait"],
    }
    found = []
    for resource in hall.server._runner.app.router.resources():  # type: ignore[union-attr]
        for route in resource:
            path = resource.canonical
            if route.method != "GET" or path.startswith(("/static", "/fonts", "/ws")):
                continue
            names = re.findall(r"{(\w+)}", path)
            for values in itertools.product(*(known.get(name, ["x"]) for name in names)):
                found.append(path.format(**dict(zip(names, values, strict=True))))
    return list(dict.fromkeys(found))


async def test_nothing_that_the_public_can_fetch_holds_personal_data(
    busy: Running, caplog: pytest.LogCaptureFixture
) -> None:
    since = (await busy.nobody.view())["at"]
    async with busy.nobody.screen() as screen:
        tokens = await day(busy)
        view = await busy.nobody.view()
        await screen.reach(view["at"])
        assert len(screen.events) > 20
        assert told(msgspec.json.encode([screen.view, screen.events]).decode()) is None
    events = await busy.nobody.events(since)
    assert len(events["events"]) > 20
    assert told(str(events)) is None

    voices = [event["voice"] for event in screen.events if event.get("voice")]
    assert voices
    open_, queries = 0, ("", "?format=json&since=" + since, "?service=A", "?lang=en")
    for path, query in itertools.product(addresses(busy, tokens, voices[:2]), queries):
        reply = await busy.nobody.ask("GET", path + query)
        open_ += reply.status == 200
        given = f"{reply.body.decode('utf-8', 'replace')} {dict(reply.headers)}"
        assert told(given) is None, f"{path}{query} tells {told(given)}"
    assert open_ > 30, "boards, view, events, phones' pages, figures, voice …"
    assert told(caplog.text) is None, "the log"


async def test_no_code_and_no_scan_is_kept_in_the_store(busy: Running) -> None:
    """What officers write down is kept for officers; what was scanned or looked up is not kept at all."""
    await day(busy)
    store, raw = busy.server.connection.client, []
    async for key in store.scan_iter(match=f"*{busy.hall}*"):
        match (await store.type(key)).decode():
            case "hash":
                raw.append(await store.hgetall(key))
            case "stream":
                raw.append(await store.xrange(key))
            case "string":
                raw.append(await store.get(key))
            case "set":
                raw.append(await store.smembers(key))
            case "list":
                raw.append(await store.lrange(key, 0, -1))
            case "zset":
                raw.append(await store.zrange(key, 0, -1))
            case other:
                raise AssertionError(f"{key!r} is a {other}")
    kept = str(raw)
    assert "A001" in kept
    # The notes of this day name the other codes and the first scan, and a booking its visitor by a hash.
    for secret in (CODES[0], *SCANS[1:]):
        assert not any(form in kept for form in forms(secret)), secret


def test_the_test_would_notice() -> None:
    assert told("… g22.99.09-260911-000731") == CODES[0]
    assert told('{"text": "Nguy\\u1ec5n V\\u0103n B\\u00ed M\\u1eadt"}') is not None or told(NAMES[0]) == NAMES[0]
    assert told("0912345678") == PHONES[0]
    assert told("A001 at counter 3") is None
