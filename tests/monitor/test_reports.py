"""Reports over the API: the figures, the days beside them, the tables opened again, who may ask and for what."""

import csv
import io
import zipfile
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from python_calamine import CalamineWorkbook

from hallsys.core.history import DayRecord
from hallsys.core.report import Report, report
from hallsys.monitor.reports.question import Days
from hallsys.monitor.reports.table import COLUMNS
from hallsys.store.past import Past
from tests.monitor.days import made_day, made_days
from tests.running import JSON, Door, Running, Serve

TZ = "Asia/Ho_Chi_Minh"
LIMIT = 900
SUMMER = {"from": "2026-08-01", "to": "2026-08-31"}


async def keep(server: Running, days: list[Any]) -> None:
    past = Past(server.hall, server.server.connection)
    for day in days:
        await past.keep(day)


@pytest.fixture
async def boss(server: Running) -> Door:
    await keep(server, made_days(date(2026, 7, 1), 62, 40))
    return await server.door("supervisor")


async def asked(door: Door, **query: str) -> JSON:
    reply = await door.get("/reports", **query)
    assert reply.status == 200, reply.body
    found: JSON = reply.json
    return found


def plain(figures: Report) -> Any:
    return msgspec.to_builtins(figures)


async def test_a_month_by_service_with_the_month_before(boss: Door) -> None:
    found = await asked(boss, **SUMMER)
    days = made_days(date(2026, 7, 1), 62, 40)
    july, august = days[:23], days[23:]
    total, groups = report(august, "service", TZ, LIMIT)
    assert (found["by"], found["limit"]) == ("service", LIMIT)
    assert found["now"] == {"first": "2026-08-01", "last": "2026-08-31", "days": 21, "total": plain(total)}
    assert found["groups"] == {name: plain(group) for name, group in groups.items()}
    before = report(july, "all", TZ, LIMIT)[0]
    assert found["before"] == {"first": "2026-07-01", "last": "2026-07-31", "days": 23, "total": plain(before)}


@pytest.mark.parametrize("by", ["day", "hour", "weekday", "weekday_hour", "counter", "officer", "priority"])
async def test_every_grouping_adds_up(boss: Door, by: str) -> None:
    found = await asked(boss, **SUMMER, by=by)
    for name in ("issued", "served", "no_shows", "holds", "out_of_order"):
        assert sum(group[name] for group in found["groups"].values()) == found["now"]["total"][name]
    assert sum(group["waits"]["count"] for group in found["groups"].values()) == found["now"]["total"]["waits"]["count"]


async def test_a_day_on_which_nobody_came_is_none(server: Running) -> None:
    """A hall that opens by itself does so on Sundays, too."""
    await keep(server, [made_day(date(2026, 8, 3), 5), DayRecord("2026-08-09"), DayRecord("2026-07-05")])
    door = await server.door("supervisor", hall=None)
    for by in ("day", "hall"):
        found = await asked(door, **SUMMER, by=by)
        assert (found["now"]["days"], found["before"]["days"]) == (1, 0)


async def test_today_counts_as_far_as_it_has_come(server: Running) -> None:
    admin = await server.door("admin")
    await admin.do("open_counter", counter="2")
    for _ in range(3):
        await admin.do("issue", service="A")
    await admin.do("call_next", counter="2")
    found = await asked(admin, by="counter")
    assert (found["now"]["total"]["issued"], found["now"]["days"]) == (3, 1)
    assert {name: group["issued"] for name, group in found["groups"].items()} == {"": 2, "2": 1}
    await admin.do("call_next", counter="2")
    found = await asked(admin, by="day")
    assert found["groups"][found["now"]["last"]]["served"] == 1


async def test_a_server_that_starts_anew_says_the_same(server: Running, serve: Serve) -> None:
    admin = await server.door("admin")
    await admin.do("open_counter", counter="2")
    for _ in range(5):
        await admin.do("issue", service="A")
        await admin.do("call_next", counter="2")
    said = await asked(admin, by="counter")
    other = await serve(hall=server.hall)
    assert await asked(await other.door("admin"), by="counter") == said
    assert said["now"]["total"]["served"] == 4


async def test_days_without_anything(boss: Door) -> None:
    found = await asked(boss, **{"from": "2020-01-01", "to": "2020-01-05"})
    assert (found["now"]["days"], found["now"]["total"]["issued"], found["groups"]) == (0, 0, {})
    for form in ("csv", "xlsx"):
        assert (await boss.get("/reports", **{"from": "2020-01-01", "to": "2020-01-05", "format": form})).status == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-13-01"}, "from"),
        ({"from": "20260801"}, "from"),
        ({"to": "hôm qua"}, "to"),
        ({"from": "2026-08-31", "to": "2026-08-01"}, "to"),
        ({"from": "2000-01-01", "to": "2026-08-01"}, "from"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "from"),
        ({"by": "moon"}, "by"),
        ({"format": "pdf"}, "format"),
    ],
)
async def test_a_question_that_is_not_understood_names_its_field(boss: Door, query: JSON, field: str) -> None:
    reply = await boss.get("/reports", **query)
    assert reply.refusal == (400, "bad_request")
    assert reply.json["error"]["field"] == field


async def test_who_may_ask(server: Running) -> None:
    for role, status in (("supervisor", 200), ("admin", 200), ("counter", 403), ("kiosk", 403), ("display", 403)):
        assert (await (await server.door(role)).get("/reports")).status == status
    assert (await server.nobody.get("/reports")).refusal == (401, "unauthorized")
    assert (await (await server.door("admin", hall="elsewhere")).get("/reports")).status == 403
    mine = await (await server.door("supervisor")).get("/reports", by="hall")
    assert (mine.refusal, mine.json["error"]["field"]) == ((403, "forbidden"), "by")


async def test_several_halls_side_by_side(server: Running) -> None:
    days = made_days(date(2026, 8, 1), 31, 20)
    await keep(server, days)
    all_halls = await server.door("supervisor", hall=None)
    found = await asked(all_halls, **SUMMER, by="hall")
    total, _ = report(days, "all", TZ, LIMIT)
    assert found["groups"] == {server.hall: plain(total)}
    assert found["now"]["total"] == plain(total)
    page = await all_halls.ask("GET", f"/halls/{server.hall}/reports", params={**SUMMER, "by": "hall", "lang": "en"})
    assert (page.status, '<option value="hall" selected>' in page.body.decode()) == (200, True)
    mine = await server.door("supervisor")
    page = await mine.ask("GET", f"/halls/{server.hall}/reports", params={**SUMMER, "by": "hall"})
    assert page.status == 403
    assert '<option value="hall"' not in (await mine.ask("GET", f"/halls/{server.hall}/reports")).body.decode()


async def test_promises_and_reasons_are_in_the_tables(boss: Door) -> None:
    want = (await asked(boss, **SUMMER))["now"]["total"]
    reply = await boss.get("/reports", **SUMMER, format="xlsx", lang="en")
    book = CalamineWorkbook.from_filelike(io.BytesIO(reply.body))
    reasons: Any = book.get_sheet_by_name("Reasons").to_python()
    counts = {row[0]: row[1] for row in reasons if isinstance(row[1], float)}
    assert counts.pop("Long wait") == want["score_why"].pop("wait")  # of the hall's settings; others as they were said
    assert counts == want["chosen_why"] | want["score_why"]
    plainly = (await boss.get("/reports", **SUMMER, format="csv", lang="en")).body.decode("utf-8-sig")
    heading, *_, total = csv.reader(io.StringIO(plainly))
    found = dict(zip(heading, total, strict=True))
    told = want["promises"]
    assert int(found["Promises"]) == told["count"] > 0
    assert float(found["Called by P80"]) == pytest.approx(told["by_p80"] / told["count"], abs=1e-4)
    assert float(found["Bias (above 0: waited longer) (min)"]) == pytest.approx(told["bias"] / 60, abs=1e-3)


async def test_the_csv_says_what_the_api_says(boss: Door) -> None:
    reply = await boss.get("/reports", **SUMMER, format="csv", lang="en")
    assert reply.headers["Content-Disposition"].endswith('-2026-08-01-2026-08-31-service.csv"')
    found = list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"))))
    want = await asked(boss, **SUMMER)
    assert found[0][:2] == ["Service", "Tickets"]
    assert "Middle wait (P50) (s)" in found[0]
    place = {column.name: at for at, column in enumerate(COLUMNS, 1)}
    for line, group in zip(found[1:], [*want["groups"].values(), want["now"]["total"]], strict=True):
        assert int(line[place["issued"]]) == group["issued"]
        assert int(line[place["wait_p90"]]) == group["waits"]["p90"]
        assert float(line[place["within_share"]]) == pytest.approx(
            group["waits"]["within"] / group["waits"]["count"], abs=1e-4
        )
    assert found[-1][0] == "Total"


async def test_the_workbook_opened_again(boss: Door) -> None:
    reply = await boss.get("/reports", **SUMMER, by="day", format="xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(reply.body))
    assert book.sheet_names == ["Số liệu", "Lý do", "Thông tin"]
    heading, *lines, total = book.get_sheet_by_index(0).to_python()
    want = await asked(boss, **SUMMER, by="day")
    assert heading[:2] == ["Ngày", "Số lượt"]
    assert [line[0] for line in lines] == [date.fromisoformat(day) for day in want["groups"]]
    place = {column.name: at for at, column in enumerate(COLUMNS, 1)}
    for line, group in zip([*lines, total], [*want["groups"].values(), want["now"]["total"]], strict=True):
        assert line[place["issued"]] == group["issued"]
        assert line[place["within_share"]] == pytest.approx(group["waits"]["within"] / group["waits"]["count"])
        p90 = line[place["wait_p90"]]
        seconds = p90.total_seconds() if isinstance(p90, timedelta) else (p90.hour * 60 + p90.minute) * 60 + p90.second
        assert seconds == pytest.approx(group["waits"]["p90"], abs=1)
    about = dict(book.get_sheet_by_index(2).to_python())
    assert (about["Từ ngày"], about["Đến ngày"]) == (date(2026, 8, 1), date(2026, 8, 31))


async def test_totals_of_a_workbook_are_formulas_and_names_never_are(server: Running) -> None:
    await keep(server, [made_day(date(2026, 8, 3), 30, officer='=HYPERLINK("http://x")')])
    door = await server.door("supervisor")
    reply = await door.get("/reports", **SUMMER, by="officer", format="xlsx")
    with zipfile.ZipFile(io.BytesIO(reply.body)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        strings = packed.read("xl/sharedStrings.xml").decode()
    assert sheet.count("<f>") == len([column for column in COLUMNS if column.kind == "count" or column.weight])
    assert "SUM(B2)" in sheet
    assert "HYPERLINK" not in sheet
    assert "HYPERLINK" in strings
    table = (await door.get("/reports", **SUMMER, by="officer", format="csv")).body.decode("utf-8-sig")
    assert "'=HYPERLINK" in table


@pytest.mark.parametrize(
    ("days", "before"),
    [
        (("2026-08-01", "2026-08-31"), ("2026-07-01", "2026-07-31")),
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-08-10", "2026-08-16"), ("2026-08-03", "2026-08-09")),
        (("2026-08-01", "2026-08-30"), ("2026-07-02", "2026-07-31")),
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (("2026-08-03", "2026-08-03"), ("2026-08-02", "2026-08-02")),
    ],
)
def test_the_days_before(days: tuple[str, str], before: tuple[str, str]) -> None:
    first, last = map(date.fromisoformat, days)
    assert Days(first, last).before == Days(*map(date.fromisoformat, before))
