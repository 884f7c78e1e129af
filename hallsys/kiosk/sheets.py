"""Tables that people bring: CSV as any office program writes it, or XLSX. Rows come with their line, for messages."""

import codecs
import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import python_calamine

from hallsys.config import Words

_SEPARATORS: Final = ";,\t|"


class Row(NamedTuple):
    """One row of a table: the line where it stands, counted from 1 as office programs do, and its cells by column."""

    line: int
    cells: dict[str, str]


class BadSheet(Exception):
    """A file that cannot be read as a table. `words` say what to do."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(vi, en)


def rows_of(
    file: Path,
    columns: Mapping[str, Sequence[str]],
    required: Iterable[str] = (),
    counted: Callable[[int], None] = lambda lines: None,
) -> Iterator[Row]:
    """The rows below the heading. `columns` gives for each wanted column the headings it may have; case, accents and
    spaces do not count. Cells are text without spaces around, dates `2026-09-21`; missing columns are empty. `counted`
    is told how many lines there are, before the first is read.

    Raises BadSheet when the file cannot be read, or a required column is not in it.
    """
    office = file.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods")
    lines = (_xlsx if office else _csv)(file, counted)
    for _, heading in lines:
        if any(heading):
            places = _places(heading, columns, required)
            break
    else:
        raise BadSheet(f"{file.name}: tệp trống; hãy xuất lại", f"{file.name}: the file is empty; export it again")
    for line, cells in lines:
        if any(cells):
            yield Row(line, {name: cells[at] if at < len(cells) else "" for name, at in places.items()})


def fold(text: str) -> str:
    """Letters and figures alone, without marks: `Mã hồ sơ` and `MA HO SO` are `mahoso`."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if letter.isalnum() and not unicodedata.combining(letter))


def _places(heading: list[str], columns: Mapping[str, Sequence[str]], required: Iterable[str]) -> dict[str, int]:
    found = {fold(name): at for at, name in reversed(list(enumerate(heading)))}
    places = {}
    for column, names in columns.items():
        at = next((found[fold(name)] for name in names if fold(name) in found), None)
        if at is not None:
            places[column] = at
        elif column in required:
            shown = ", ".join(name for name in heading if name)
            raise BadSheet(
                f"không có cột “{names[0]}”; các cột trong tệp: {shown}",
                f"no column “{names[0]}”; the file has: {shown}",
            )
    return places


def _csv(file: Path, counted: Callable[[int], None]) -> Iterator[tuple[int, list[str]]]:
    text = _text(file)
    counted(text.count("\n"))
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadSheet(
            f"{file.name}, dòng {reader.line_num}: không đọc được ({error}); hãy lưu lại dạng CSV UTF-8",
            f"{file.name}, line {reader.line_num}: cannot be read ({error}); save it as CSV UTF-8",
        ) from None


def _text(file: Path) -> str:
    """UTF-8, or UTF-16 as some office programs save it. Windows-1258 is not guessed: it would read names wrongly."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadSheet(
            f"{file.name}: không mở được ({error.strerror}); hãy kiểm tra quyền đọc",
            f"{file.name}: cannot be opened ({error.strerror}); check its permissions",
        ) from None
    encoding = "utf-16" if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadSheet(
            f"{file.name}, dòng {line}: không phải UTF-8; hãy lưu lại dạng CSV UTF-8",
            f"{file.name}, line {line}: not UTF-8; save it as CSV UTF-8",
        ) from None


def _xlsx(file: Path, counted: Callable[[int], None]) -> Iterator[tuple[int, list[str]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(file)
        sheet = book.get_sheet_by_index(0)
        rows = sheet.iter_rows()
    except (python_calamine.CalamineError, OSError, IndexError) as error:
        raise BadSheet(
            f"{file.name}: không đọc được bảng tính ({error}); hãy lưu lại dạng .xlsx",
            f"{file.name}: the workbook cannot be read ({error}); save it again as .xlsx",
        ) from None
    counted(sheet.total_height)
    for line, cells in enumerate(rows, 1):
        yield line, [_cell(cell) for cell in cells]


def _cell(value: Any) -> str:
    """A cell as text: whole numbers without `.0`, dates in ISO 8601."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value).strip()
