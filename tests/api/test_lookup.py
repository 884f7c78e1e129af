"""A dossier's code is answered, and is found nowhere afterwards."""

import logging
from pathlib import Path

import pytest

from hallsys.hallkiosk import DossierConfig
from tests.running import Reply, Running, Serve

READY, WAITING, CHECKED = "G22.99.09-260911-0007", "G22.99.09-260915-0048", "G22.99.09-260916-0050"
EXPORT = f"""Mã hồ sơ;Trạng thái;Ngày hẹn trả;Mã kiểm tra
{READY};Đã xử lý xong;21/09/2026;
{WAITING};Đang xử lý;25/09/2026;
{CHECKED};Đã xử lý xong;22/09/2026;7K2M
"""


@pytest.fixture
async def looked(serve: Serve, tmp_path: Path) -> Running:
    """A server whose hall has an export, read."""
    file = tmp_path / "ho-so.csv"
    file.write_text(EXPORT, "utf-8")
    running = await serve(dossiers=DossierConfig("file", "R", str(file)))
    await running.server.desk.started()
    return running


async def ask(running: Running, role: str = "kiosk", **body: str) -> Reply:
    door = await running.door(role)
    return await door.ask("POST", f"{door.api}/lookup", json=body)


async def test_what_a_citizen_is_told(looked: Running) -> None:
    assert (await ask(looked, code=READY)).json == {
        "found": "ready",
        "status": 9,
        "words": {"vi": "Đã xử lý xong", "en": "Done"},
        "due": "2026-09-21",
    }
    waiting = (await ask(looked, code=f" {WAITING.lower().replace('-', '–')} ")).json
    assert (waiting["found"], waiting["status"], waiting["due"]) == ("not_ready", 4, "2026-09-25")
    assert (await ask(looked, code="G22.99.09-260911-0008")).json == {"found": "unknown"}
    assert (await ask(looked, code="xin chào")).json == {"found": "unknown"}


async def test_the_check_code_is_asked_for_and_few_are_tried(looked: Running) -> None:
    assert (await ask(looked, code=CHECKED)).json == {"found": "check_needed"}
    assert (await ask(looked, code=CHECKED, check="7k2m")).json["found"] == "ready"
    for _ in range(4):
        assert (await ask(looked, code=CHECKED, check="AAAA")).json == {"found": "check_wrong"}
    refused = await ask(looked, code=CHECKED, check="7K2M")
    assert refused.refusal == (429, "too_many")
    assert int(refused.headers["Retry-After"]) > 60


async def test_one_device_asks_for_few_codes(looked: Running) -> None:
    door = await looked.door("kiosk")
    for number in range(30):
        reply = await door.ask("POST", f"{door.api}/lookup", json={"code": f"G22.99.09-260911-{number:04}"})
        assert reply.status == 200
    assert (await door.ask("POST", f"{door.api}/lookup", json={"code": READY})).refusal == (429, "too_many")


async def test_who_may_ask(looked: Running) -> None:
    assert (await ask(looked, "display", code=READY)).refusal == (403, "forbidden")
    nobody = looked.nobody
    assert (await nobody.ask("POST", f"{nobody.api}/lookup", json={"code": READY})).refusal == (401, "unauthorized")
    assert (await ask(looked, cod=READY)).refusal == (400, "bad_request")


async def test_a_hall_without_a_source_knows_no_code(server: Running) -> None:
    assert (await ask(server, code=READY)).json == {"found": "unknown"}


async def test_a_code_is_found_nowhere_afterwards(looked: Running, caplog: pytest.LogCaptureFixture) -> None:
    """Log, events, view, metrics, the whole store: none holds the code or the part of it that is somebody's."""
    caplog.set_level(logging.DEBUG)
    kiosk = await looked.door("kiosk")
    async with kiosk.screen() as screen:
        for code, check in ((READY, None), (CHECKED, "7K2M"), (CHECKED, "AAAA"), ("G22.99.09-260911-9999", None)):
            body = {"code": code, **({"check": check} if check else {})}
            await kiosk.ask("POST", f"{kiosk.api}/lookup", json=body)
        made = await kiosk.do("issue", service="R", dossier=READY)
        assert made.result["ticket"]["label"] == "R001"
        broken = await kiosk.ask("POST", f"{kiosk.api}/lookup", json={"code": READY, READY: 1})
        assert broken.status == 400
        await screen.reach(made.json["at"])
        seen = [str(screen.view), str(screen.events), str(made.json)]
    supervisor = await looked.door("supervisor")
    for path in ("/view", "/tickets", "/audit", "/stats"):
        seen.append((await supervisor.get(path)).body.decode())
    seen += [(await looked.nobody.ask("GET", "/metrics")).body.decode(), caplog.text, await everything(looked)]
    for text in seen:
        for code in (READY, WAITING, CHECKED):
            assert code not in text
            assert code.partition("-")[2] not in text
    assert "R001" in seen[-1]


async def everything(running: Running) -> str:
    """All keys and values that the store holds of the hall, as far as they are text."""
    client = running.server.connection.client
    found = []
    async for key in client.scan_iter(f"*{running.hall}*", count=1000):
        found.append(str(key))
        kind = (await client.execute_command("TYPE", key)).decode()
        ask = {"hash": "HGETALL", "string": "GET", "set": "SMEMBERS"}.get(kind)
        if ask is None:
            ask = {"zset": "ZRANGE", "list": "LRANGE", "stream": "XRANGE"}[kind]
            edges = ("-", "+") if kind == "stream" else (0, -1)
            found.append(str(await client.execute_command(ask, key, *edges)))
        else:
            found.append(str(await client.execute_command(ask, key)))
    return "\n".join(found)
