"""What the page of reports shows, in the words and figures of its reader.

Its charts are drawn by the server: bars that stand in the table beside the numbers they mean, and a heat map that is a
table itself. So nothing is in a picture that is not in words, and a page without a script prints as it is seen.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from hallsys.config import HallConfig
from hallsys.core.report import COUNTS, Report
from hallsys.monitor.reports.count import Answer
from hallsys.monitor.reports.table import Row

Words = Callable[..., str]
_DARK: Final = 4
"""From this level of the heat map on the figures are light."""
_LEVELS: Final = 5
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


def shown(
    answer: Answer, rows: list[Row], heat: dict[str, Report], hall: HallConfig, lang: str, say: Words
) -> dict[str, Any]:
    """What the template fills in."""
    scores = answer.now.total.scores
    middles = {key: group.waits.p50 for key, group in heat.items() if group.waits.count}
    hours = sorted({key.split()[1] for key in middles})
    return {
        "answer": answer,
        "figures": _figures(answer, lang, say),
        "hours": hours,
        "heat": _heat(middles, hours, lang, say),
        "rated": sum(scores),
        "scores": [
            (name, part, number(100 * part / sum(scores), lang, 0))
            for name, part in (("good", scores[3] + scores[4]), ("fair", scores[2]), ("bad", scores[0] + scores[1]))
        ]
        if sum(scores)
        else [],
        "others": [(name, number(getattr(answer.now.total, name), lang, 0)) for name in COUNTS[1:]],
        "lines": [_line(row, rows, lang) for row in rows],
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
        apart = value - earlier
        if abs(apart) < _EVEN:
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
        figure("service_p50", lambda r: r.services.p50 / 60 if r.services.count else None, "minutes", 1, "minutes"),
    ]


def _way(apart: float) -> str:
    return "more" if apart > 0 else "less"


def _with(unit: str, text: str, say: Words) -> str:
    return say(f"reports.{unit}", n=text) if unit else text


def _heat(middles: dict[str, int], hours: list[str], lang: str, say: Words) -> list[tuple[str, list[Cell]]]:
    """The week by hours; `middles` are the middle waits by weekday and hour, in seconds."""
    most = max(middles.values(), default=0) or 1

    def cell(key: str) -> Cell:
        seconds = middles.get(key)
        if seconds is None:
            return Cell("–", None)
        return Cell(number(seconds / 60, lang, 0), min(_LEVELS, seconds * (_LEVELS + 1) // most))

    weekdays = sorted({key.split()[0] for key in middles})
    return [(say(f"reports.weekday.{each}"), [cell(f"{each} {hour}") for hour in hours]) for each in weekdays]


def _line(row: Row, rows: list[Row], lang: str) -> dict[str, Any]:
    cells = row.cells
    most = max((other.cells["issued"] or 0 for other in rows), default=0) or 1

    def minutes(name: str) -> str:
        value = cells[name]
        return "–" if value is None else number(value / 60, lang, 1)

    issued = cells["issued"] or 0
    within = cells["within_share"]
    return {
        "name": day(row.key) if isinstance(row.key, date) else row.key,
        "issued": number(issued, lang, 0),
        "bar": f"{100 * issued / most:.1f}%",
        "p50": minutes("wait_p50"),
        "p90": minutes("wait_p90"),
        "service": minutes("service_p50"),
        "within": "–" if within is None else f"{number(100 * within, lang, 0)} %",
        "no_shows": f"{number(100 * (cells['no_shows'] or 0) / issued, lang, 1)} %" if issued else "–",
    }


def number(value: float, lang: str, digits: int) -> str:
    """3 146 and 7,6 in Vietnamese, 3,146 and 7.6 in English."""
    text = f"{value:,.{digits}f}"
    return text if lang == "en" else text.replace(",", _THIN).replace(".", ",")


def day(which: date) -> str:
    """23/11/2026."""
    return f"{which:%d/%m/%Y}"
