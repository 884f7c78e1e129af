"""The way out: every day as plain files, the same as what the store holds."""

import csv
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from hallsys.store.export import export
from tests.child import hallsys, serving
from tests.pages.conftest import admin_token
from tests.pages.station import Hall
from tests.store.desk import Desk, desk, new_hall
from tests.store.test_audit import DAY, LAN, Clock, audit_of, here, today_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def hall(valkey_url: str, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(new_hall(), valkey_url, clock=clock) as it:
        yield it


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


async def test_every_day_as_it_was(hall: Desk, clock: Clock, tmp_path: Path) -> None:
    await hall.do("open_counter", counter="1", by=LAN)
    for _ in range(2):
        await hall.issue()
    await hall.do("call_next", counter="1", by=LAN)
    await hall.do("hold", counter="1", note="=1+1", by=LAN)
    day = today_of(hall)
    was = await audit_of(hall).record(here(hall))
    clock.ahead = DAY
    await hall.issue()
    told: list[tuple[int, int]] = []
    assert await export(hall.connection, hall.config, tmp_path, lambda done, total: told.append((done, total))) == 2
    assert told == [(0, 2), (2, 2)]
    tickets, waits, legs = (table(tmp_path / day / f"{name}.csv") for name in ("tickets", "waits", "legs"))
    assert [(row["label"], row["state"], row["score"]) for row in tickets] == [
        (visit.label, "expired", "0") for visit in was.visits
    ]  # nobody closed the day
    assert [datetime.fromisoformat(row["issued"]).timestamp() * 1000 for row in tickets] == [
        visit.issued for visit in was.visits
    ]
    assert [(row["ticket"], row["called"] != "") for row in waits] == [("A001", True), ("A002", False)]
    assert [(row["ticket"], row["counter"], row["outcome"]) for row in legs] == [("A001", "1", "held")]
    audit = table(tmp_path / day / "audit.csv")
    assert [(row["kind"], row["note"]) for row in audit][-1] == ("held", "'=1+1")
    rows = json.loads((tmp_path / day / "rows.json").read_text())
    assert "A001" in json.dumps(rows)
    assert [row["label"] for row in table(tmp_path / today_of(hall) / "tickets.csv")] == ["A001"]


async def test_the_command(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "out"
    async with serving(data) as child:
        hall = Hall(await child.ready(), await admin_token(data))
        await hall.do("issue", service="A")
        done = await hallsys(data, "export", str(folder), "--hall", "phutho")
        assert (done.code, done.out) == (0, ""), done.err
    days = [path.name for path in folder.iterdir() if path.is_dir()]
    assert [row["label"] for row in table(folder / days[0] / "tickets.csv")] == ["A001"]
    assert "waits.csv" in (folder / "README.txt").read_text("utf-8")
    again = await hallsys(data, "export", str(folder), "--hall", "phutho")
    assert (again.code, "is not empty" in again.err) == (1, True)
    nowhere = await hallsys(data, "export", str(tmp_path / "new"), "--hall", "nowhere")
    assert nowhere.code == 1
    assert not (tmp_path / "new").exists()
