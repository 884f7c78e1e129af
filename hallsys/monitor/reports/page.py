"""What the page of reports shows, in the words and figures of its reader.

Its charts are drawn by the server: bars that stand in the table beside the numbers they mean, and a heat map that is a
table itself. So nothing is in a picture that is not in words, and a page without a script prints as it is seen.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from hallsys.core.report import COUNTS, Report
from hallsys.monitor.reports.count import Answer, Span
from hallsys.monitor.reports.question import Days
from hallsys.monitor.reports.table import COLUMNS, Column, Row, cells

Words = Callable[..., str]
_DARK: Final = 4
"""From this level of the heat map on the figures are light."""
_LEVELS: Final = 5
_SHORT: Final = 300
"""s; where nobody waits longer nothing is dark."""
_THIN: Final = "\u202f"
_EVEN: Final = 0.05
"""What is less apart is shown as the same figure."""


class Figure(NamedTuple):
    """One of the six. `way` is `up`, `down`, `same` or `none` where there is nothing to compare with."""

    name: str
    value: str
    way: str
    change: str


class Cell(NamedTuple):
    """A field of the heat map: minutes, and how dark it is; None where nobody waited."""

    text: str
    level: int | None

    @property
    def strong(self) -> bool:
        return self.level is not None and self.level >= _DARK


class Told(NamedTuple):
    """How a service's promises were kept, in words and figures."""

    name: str
    promises: str
    by_p80: str
    by_p50: str
    error: str
    bias: str


def shown(
    answer: Answer,
    rows: list[Row],
    heat: dict[str, int],
    services: list[Row],
    reasons: dict[str, dict[str, int]],
    lang: str,
    say: Words,
) -> dict[str, Any]:
    """What the template fills in. `services` are the rows by service, whatever the report is grouped by; `reasons` as
    `reasons_of` has them."""
    scores = answer.now.total.scores
    hours = sorted({key.split()[1] for key in heat})
    return {
        "answer": answer,
        "figures": _figures(answer, lang, say),
        "hours": hours,
        "heat": _heat(heat, hours, lang, say),
        "rated": sum(scores),
        "rated_words": number(sum(scores), lang, 0),
        "scores": [
            (name, part, number(100 * part / sum(scores), lang, 0))
            for name, part in (("good", scores[3] + scores[4]), ("fair", scores[2]), ("bad", scores[0] + scores[1]))
        ]
        if sum(scores)
        else [],
        "others": [(name, number(getattr(answer.now.total, name), lang, 0)) for name in COUNTS[1:]],
        "lines": [_line(row, rows, lang) for row in rows],
        "told": [_told(row, lang, say) for row in services if row.cells["promises"]],
        "reasons": {name: _counted(given, lang) for name, given in reasons.items()},
        "columns": [column.name for column in COLUMNS],
        "cells": [_cells(row, lang) for row in (*rows, Row(say("reports.total"), cells(answer.now.total)))],
        "heading": _heading(answer.now, say),
        "compared": _compared(answer, say),
        "limit": answer.limit // 60,
        "day": lambda iso: day(date.fromisoformat(iso)),
    }


def _figures(answer: Answer, lang: str, say: Words) -> list[Figure]:
    now, before = answer.now, answer.before

    def figure(name: str, of: Callable[[Report], float | None], unit: str, digits: int, change_unit: str) -> Figure:
        value, earlier = of(now.total), of(before.total) if before.total.issued else None
        title = say(f"reports.fig.{name}", limit=answer.limit // 60)
        if value is None:
            return Figure(title, "–", "none", "")
        text = _with(unit, number(value, lang, digits), say)
        if earlier is None:
            return Figure(title, text, "none", say("reports.no_before"))
        apart = round(value - earlier, digits)
        if not apart:
            return Figure(title, text, "same", say("reports.same"))
        size = _with(change_unit, number(abs(apart), lang, digits), say)
        return Figure(title, text, "up" if apart > 0 else "down", say(f"reports.{_way(apart)}", n=size))

    def share(part: Callable[[Report], int], whole: Callable[[Report], int]) -> Callable[[Report], float | None]:
        return lambda report: 100 * part(report) / whole(report) if whole(report) else None

    return [
        figure("issued", lambda r: float(r.issued), "", 0, ""),
        figure("wait_p50", lambda r: r.waits.p50 / 60 if r.waits.count else None, "minutes", 1, "minutes"),
        figure("wait_p90", lambda r: r.waits.p90 / 60 if r.waits.count else None, "minutes", 1, "minutes"),
        figure("within_share", share(lambda r: r.waits.within, lambda r: r.waits.count), "percent", 0, "points"),
        figure("no_shows", share(lambda r: r.no_shows, lambda r: r.issued), "percent", 1, "points"),
        figure("by_p80", share(lambda r: r.promises.by_p80, lambda r: r.promises.count), "percent", 0, "points"),
    ]


def _month(span: Span) -> str | None:
    """`8/2026` where the days are a whole calendar month."""
    days = Days(date.fromisoformat(span.first), date.fromisoformat(span.last))
    return f"{days.first.month}/{days.first.year}" if days.is_month else None


def _heading(span: Span, say: Words) -> str:
    month = _month(span)
    if month is not None:
        return say("reports.of_month", month=month)
    first, last = (day(date.fromisoformat(each)) for each in (span.first, span.last))
    return say("reports.of_day", day=first) if first == last else say("reports.span", first=first, last=last)


def _compared(answer: Answer, say: Words) -> str:
    before, month = answer.before, _month(answer.before)
    if month is not None and _month(answer.now) is not None:
        return say("reports.compared_month", month=month, days=answer.now.days)
    first, last = (day(date.fromisoformat(each)) for each in (before.first, before.last))
    return say("reports.compared", first=first, last=last, days=answer.now.days)


def _told(row: Row, lang: str, say: Words) -> Told:
    known = {name: value or 0.0 for name, value in row.cells.items()}
    bias = known["promise_bias"]
    side = "even" if abs(bias) < _EVEN else "late" if bias > 0 else "early"
    return Told(
        str(row.key),
        number(known["promises"], lang, 0),
        f"{number(100 * known['by_p80'], lang, 0)} %",
        f"{number(100 * known['by_p50'], lang, 0)} %",
        number(known["promise_error"] / 60, lang, 1),
        say(f"reports.bias.{side}", n=number(abs(bias), lang, 1)),
    )


def _counted(reasons: dict[str, int], lang: str) -> list[tuple[str, str]]:
    return [(reason, number(times, lang, 0)) for reason, times in reasons.items()]


def _cells(row: Row, lang: str) -> tuple[str, list[str]]:
    """All figures of a group: durations in minutes."""

    def text(column: Column) -> str:
        value = row.cells[column.name]
        if value is None:
            return "–"
        match column.kind:
            case "count":
                return number(value, lang, 0)
            case "seconds":
                return number(value / 60, lang, 1)
            case "share":
                return f"{number(100 * value, lang, 0)} %"
            case "minutes" | "score":
                return number(value, lang, 1 if column.kind == "minutes" else 2).replace("-", "−")

    return day(row.key) if isinstance(row.key, date) else row.key, [text(column) for column in COLUMNS]


def _way(apart: float) -> str:
    return "more" if apart > 0 else "less"


def _with(unit: str, text: str, say: Words) -> str:
    return say(f"reports.{unit}", n=text) if unit else text


def _heat(middles: dict[str, int], hours: list[str], lang: str, say: Words) -> list[tuple[str, list[Cell]]]:
    """The week by hours; `middles` are the middle waits by weekday and hour, in seconds."""
    most = max(_SHORT, *middles.values()) if middles else _SHORT

    def cell(key: str) -> Cell:
        seconds = middles.get(key)
        if seconds is None:
            return Cell("–", None)
        return Cell(number(seconds / 60, lang, 0), min(_LEVELS, seconds * (_LEVELS + 1) // most))

    weekdays = sorted({key.split()[0] for key in middles})
    return [(say(f"reports.weekday.{each}"), [cell(f"{each} {hour}") for hour in hours]) for each in weekdays]


def _line(row: Row, rows: list[Row], lang: str) -> dict[str, Any]:
    found = row.cells
    most = max((other.cells["issued"] or 0 for other in rows), default=0) or 1

    def minutes(name: str) -> str:
        value = found[name]
        return "–" if value is None else number(value / 60, lang, 1)

    issued = found["issued"] or 0
    within = found["within_share"]
    return {
        "name": day(row.key) if isinstance(row.key, date) else row.key,
        "issued": number(issued, lang, 0),
        "bar": f"{100 * issued / most:.1f}%",
        "p50": minutes("wait_p50"),
        "p90": minutes("wait_p90"),
        "service": minutes("service_p50"),
        "within": "–" if within is None else f"{number(100 * within, lang, 0)} %",
        "no_shows": f"{number(100 * (found['no_shows'] or 0) / issued, lang, 1)} %" if issued else "–",
    }


def number(value: float, lang: str, digits: int) -> str:
    """3 146 and 7,6 in Vietnamese, 3,146 and 7.6 in English."""
    text = f"{value:,.{digits}f}"
    return text if lang == "en" else text.replace(",", _THIN).replace(".", ",")


def day(which: date) -> str:
    """23/11/2026."""
    return f"{which:%d/%m/%Y}"
