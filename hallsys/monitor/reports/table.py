"""A report as rows and columns: what the page, the CSV and the workbook have in common."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from hallsys.config import HallConfig, Words
from hallsys.core.report import COUNTS, Report
from hallsys.live.staff import plain_cell
from hallsys.monitor.reports.count import Answer

Say = Callable[[str], str]
"""A message in the reader's language."""
Kind = Literal["count", "seconds", "minutes", "share", "score"]
"""`minutes` may be below zero, which no spreadsheet shows as a time."""


class Column(NamedTuple):
    """A column of figures. `weight` names the column whose counts a mean or a share is of."""

    name: str
    kind: Kind
    weight: str = ""


COLUMNS: Final = (
    *(Column(name, "count") for name in COUNTS),
    Column("waits", "count"),
    Column("wait_mean", "seconds", "waits"),
    *(Column(f"wait_{name}", "seconds") for name in ("p50", "p90", "p95", "longest")),
    Column("within", "count"),
    Column("within_share", "share", "waits"),
    Column("services", "count"),
    Column("service_mean", "seconds", "services"),
    *(Column(f"service_{name}", "seconds") for name in ("p50", "p90", "p95", "longest")),
    Column("ratings", "count"),
    Column("rating_mean", "score", "ratings"),
    Column("promises", "count"),
    Column("by_p80", "share", "promises"),
    Column("by_p50", "share", "promises"),
    Column("promise_error", "seconds", "promises"),
    Column("promise_bias", "minutes", "promises"),
)


class Row(NamedTuple):
    """A group with its figures by column; None where nothing was measured. `key` is a date where it is a day."""

    key: str | date
    cells: dict[str, float | None]


def rows(answer: Answer, config: HallConfig, configs: Mapping[str, HallConfig], lang: str, say: Say) -> list[Row]:
    """The groups in the order in which they are shown, named in the reader's language."""
    if answer.by == "day":
        return [Row(date.fromisoformat(key), cells(group)) for key, group in answer.groups.items()]
    return [
        Row(name_of(answer.by, key, config, configs, lang, say), cells(group)) for key, group in answer.groups.items()
    ]


def cells(report: Report) -> dict[str, float | None]:
    """The figures of a group by column."""
    waits, services, ratings = report.waits, report.services, sum(report.scores)
    found: dict[str, float | None] = {name: getattr(report, name) for name in COUNTS}
    found |= {"waits": waits.count, "within": waits.within, "services": services.count, "ratings": ratings}
    for prefix, spread in (("wait", waits), ("service", services)):
        for name in ("mean", "p50", "p90", "p95", "longest"):
            found[f"{prefix}_{name}"] = getattr(spread, name) if spread.count else None
    found["within_share"] = waits.within / waits.count if waits.count else None
    points = sum(score * count for score, count in enumerate(report.scores, 1))
    found["rating_mean"] = points / ratings if ratings else None
    told = report.promises
    found |= {"promises": told.count, "promise_error": None, "promise_bias": None, "by_p80": None, "by_p50": None}
    if told.count:
        found |= {"by_p80": told.by_p80 / told.count, "by_p50": told.by_p50 / told.count}
        found |= {"promise_error": told.error, "promise_bias": told.bias / 60}
    return found


def name_of(by: str, key: str, config: HallConfig, configs: Mapping[str, HallConfig], lang: str, say: Say) -> str:
    """A group's name. What the hall's settings do not name any more keeps its id."""
    if by in ("weekday", "weekday_hour"):
        weekday, _, hour = key.partition(" ")
        return f"{say(f'reports.weekday.{weekday}')} {hour}{':00' if hour else ''}".strip()
    if by == "hour":
        return f"{key}:00"
    if not key:
        return say(f"reports.none.{by}")
    if by == "counter":
        return {counter.id: counter.name for counter in config.counters}.get(key, key)
    named: dict[str, dict[str, Words]] = {
        "service": {each.id: each.name for each in config.services},
        "priority": {each.id: each.name for each in config.priorities},
        "hall": {name: each.name for name, each in configs.items()},
    }
    words = named.get(by, {}).get(key)
    return key if words is None else str(getattr(words, lang))


def reasons_of(report: Report, config: HallConfig, lang: str) -> dict[str, dict[str, int]]:
    """Why calls were out of order, and what ratings were for, by the name of a column; those of the settings in the
    reader's language, others in the words in which they were given."""
    named = {each.id: getattr(each, lang) for each in config.ratings.reasons}
    rated = Counter[str]()
    for reason, times in report.score_why.items():  # somebody's own words may be those of the settings
        rated[named.get(reason, reason)] += times
    return {"chosen_why": report.chosen_why, "score_why": rated}


def as_csv(answer: Answer, found: list[Row], say: Say) -> bytes:
    """The rows and a last one with the whole; durations in seconds, shares from 0 to 1."""
    text = io.StringIO()
    text.write("\ufeff")  # without it Excel takes Vietnamese for another character set
    out = csv.writer(text)
    units = {kind: f" ({say(f'reports.unit.{kind}')})" for kind in ("seconds", "minutes")}
    out.writerow(
        [say(f"reports.by.{answer.by}"), *(say(f"reports.col.{c.name}") + units.get(c.kind, "") for c in COLUMNS)]
    )
    for row in [*found, Row(say("reports.total"), cells(answer.now.total))]:
        out.writerow([plain_cell(row.key), *(_plain(row.cells[column.name]) for column in COLUMNS)])
    return text.getvalue().encode()


def _plain(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.4f}"
