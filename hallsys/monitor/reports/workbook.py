"""A report as an Excel workbook, the only door to XlsxWriter: real dates, times and percentages, and totals that are
formulas, so that they go on being right when somebody filters or mends a row."""

import io
from datetime import date, datetime
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range

from hallsys.monitor.reports.count import Answer
from hallsys.monitor.reports.table import COLUMNS, Column, Row, Say, cells

_FORMATS: Final = {"count": "#,##0", "seconds": "[h]:mm:ss", "minutes": "0.0", "share": "0.0%", "score": "0.00"}
_A_DAY: Final = 86_400
"""Seconds; a spreadsheet counts time in days."""


def as_xlsx(answer: Answer, found: list[Row], reasons: dict[str, dict[str, int]], say: Say, hall: str) -> bytes:
    """A sheet with the groups and their total, one with the reasons that people gave, and one that says what it is
    about."""
    file = io.BytesIO()
    # Texts are never taken for a formula or a link: an officer's name might begin with one.
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, plain) as book:
        _figures(book, answer, found, say)
        _reasons(book, reasons, say)
        _about(book, answer, say, hall)
    return file.getvalue()


def _figures(book: Any, answer: Answer, found: list[Row], say: Say) -> None:
    sheet = book.add_worksheet(say("reports.sheet.figures"))
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
    looks = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    strong = {kind: book.add_format({"num_format": form, "bold": True, "top": 1}) for kind, form in _FORMATS.items()}
    sheet.write_string(0, 0, say(f"reports.by.{answer.by}"), bold)
    for at, column in enumerate(COLUMNS, 1):
        sheet.write_string(0, at, say(f"reports.col.{column.name}"), bold)
    for line, row in enumerate(found, 1):
        if isinstance(row.key, date):
            sheet.write_datetime(line, 0, datetime(row.key.year, row.key.month, row.key.day), day)  # noqa: DTZ001
        else:
            sheet.write_string(line, 0, row.key)
        for at, column in enumerate(COLUMNS, 1):
            value = row.cells[column.name]
            if value is not None:
                sheet.write_number(line, at, _number(column, value), looks[column.kind])
    total = len(found) + 1
    sheet.write_string(total, 0, say("reports.total"), bold)
    whole = cells(answer.now.total)
    for at, column in enumerate(COLUMNS, 1):
        value = whole[column.name]
        if value is None:
            continue
        formula = _formula(column, len(found)) if found else None
        if formula is None:  # a percentile of the whole cannot be made of those of its parts
            sheet.write_number(total, at, _number(column, value), strong[column.kind])
        else:
            sheet.write_formula(total, at, formula, strong[column.kind], _number(column, value))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(COLUMNS), 12)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _number(column: Column, value: float) -> float:
    return value / _A_DAY if column.kind == "seconds" else value


def _formula(column: Column, groups: int) -> str | None:
    names = [each.name for each in COLUMNS]

    def cells_of(name: str) -> str:
        at = names.index(name) + 1
        return str(xl_range(1, at, groups, at))

    if column.kind == "count":
        return f"=SUM({cells_of(column.name)})"
    if not column.weight:
        return None
    return f"=SUMPRODUCT({cells_of(column.name)},{cells_of(column.weight)})/SUM({cells_of(column.weight)})"


def _reasons(book: Any, reasons: dict[str, dict[str, int]], say: Say) -> None:
    sheet = book.add_worksheet(say("reports.sheet.reasons"))
    bold = book.add_format({"bold": True, "bottom": 1})
    line = 0
    for name, given in reasons.items():
        sheet.write_string(line, 0, say(f"reports.{name}"), bold)
        sheet.write_string(line, 1, say("reports.times"), bold)
        for line, (reason, times) in enumerate(given.items(), line + 1):  # noqa: B020
            sheet.write_string(line, 0, reason)
            sheet.write_number(line, 1, times)
        line += 2
    sheet.set_column(0, 0, 48)


def _about(book: Any, answer: Answer, say: Say, hall: str) -> None:
    sheet = book.add_worksheet(say("reports.sheet.about"))
    day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
    rows: list[tuple[str, str | int | date]] = [
        (say("reports.about.hall"), hall),
        (say("reports.about.from"), date.fromisoformat(answer.now.first)),
        (say("reports.about.to"), date.fromisoformat(answer.now.last)),
        (say("reports.about.days"), answer.now.days),
        (say("reports.about.limit"), answer.limit // 60),
    ]
    for line, (name, value) in enumerate(rows):
        sheet.write_string(line, 0, name)
        if isinstance(value, date):
            sheet.write_datetime(line, 1, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
        elif isinstance(value, int):
            sheet.write_number(line, 1, value)
        else:
            sheet.write_string(line, 1, value)
    sheet.set_column(0, 1, 36)
