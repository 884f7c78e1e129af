"""Everything that is known of a hall's days, as plain files that any program reads.

One folder a day: `tickets.csv`, `waits.csv`, `legs.csv`, `counters.csv`, `audit.csv` and, where the day was archived,
`rows.json` with its rows as they stood at the end. Times are ISO 8601 with the hall's offset; nothing is left out that
the store holds of the day, and nothing is in it that a supervisor may not see.
"""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from hallsys.config import HallConfig
from hallsys.core.history import CounterChange, DayRecord, Leg, VisitRecord, Wait
from hallsys.store.audit import Audit, Line
from hallsys.store.batch import unpack_day
from hallsys.store.committer import Committer
from hallsys.store.connection import Connection
from hallsys.store.journal import Journal
from hallsys.store.past import Past, unpack_record

_TIMES: Final = frozenset({"issued", "ended", "queued", "called", "left", "started", "time"})
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

Progress = Callable[[int, int], None]
"""Told of days done and days to do."""


async def export(connection: Connection, hall: HallConfig, folder: Path, progress: Progress) -> int:
    """Write every day of a hall into `folder`, which is made; how many there are. Raises StoreDown, OSError."""
    journal, past = Journal(hall.id, connection, Committer(connection)), Past(hall.id, connection)
    audit, zone = Audit(journal, past, hall.timezone), ZoneInfo(hall.timezone)
    stamp, _ = await journal.load()
    today = await audit.record(stamp.at) if stamp else DayRecord("")
    kept = [day for day in await past.days() if day != today.day]
    total = len(kept) + bool(today.day)
    for done, day in enumerate(kept):
        progress(done, total)
        for packed in await past.packed([day]):
            _record(folder / day, unpack_record(packed), zone)
        _table(folder / day / "audit.csv", Line.__struct_fields__, await audit.past(day) or [], zone)
        archived = await journal.value(journal.keys.past(day))
        if archived is not None:
            (folder / day / "rows.json").write_text(json.dumps(unpack_day(archived), ensure_ascii=False, indent=1))
    if stamp and today.day:
        _record(folder / today.day, today, zone)
        _table(folder / today.day / "audit.csv", Line.__struct_fields__, await audit.today(stamp.at), zone)
    progress(total, total)
    return total


def _record(folder: Path, record: DayRecord, zone: ZoneInfo) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _table(folder / "tickets.csv", VisitRecord.__struct_fields__, record.visits, zone)
    for name, kind, rows in (("waits", Wait, record.waits), ("legs", Leg, record.legs)):
        # The index of a visit means nothing outside the record; its number does.
        fields = ("ticket", *kind.__struct_fields__[1:])
        named = [{**_fields(row, kind.__struct_fields__), "ticket": record.visits[row.visit].label} for row in rows]
        _table(folder / f"{name}.csv", fields, named, zone)
    _table(folder / "counters.csv", CounterChange._fields, record.counters, zone)


def _fields(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return row if isinstance(row, dict) else {name: getattr(row, name) for name in names}


def _table(file: Path, names: Sequence[str], rows: Iterable[Any], zone: ZoneInfo) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(names)
        for row in rows:
            cells = _fields(row, names)
            table.writerow([_cell(name, cells[name], zone) for name in names])


def _cell(name: str, value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if name in _TIMES:
        return datetime.fromtimestamp(value / 1000, zone).isoformat(timespec="milliseconds")
    if isinstance(value, list):
        return msgspec.json.encode(value).decode()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text  # no spreadsheet is to take a note for a formula
