"""Dossiers from an exported file: what is found, what is left out, and that no code stays behind."""

import gc
import logging
import os
from pathlib import Path

import pytest
import xlsxwriter

from hallsys.hallkiosk import DossierConfig
from hallsys.kiosk.dossiers.answer import STATUSES, Dossier, NoSource, day_of, status_of
from hallsys.kiosk.dossiers.file import Broken, FileSource, read_file

HEAD = "Mã hồ sơ;Trạng thái;Ngày hẹn trả;Mã kiểm tra\n"
CODE = "G22.99.08-260921-896048"


def config(path: Path, **more: object) -> DossierConfig:
    return DossierConfig(source="file", file=str(path), **more)  # type: ignore[arg-type]


def written(folder: Path, text: str, name: str = "a.csv", time: int | None = None) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    if time is not None:
        os.utime(file, (time, time))
    return file


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9", 9),
        ("Đã xử lý xong", 9),
        ("da xu ly xong", 9),
        ("ĐANG XỬ LÝ", 4),
        ("xong rồi", 9),
        ("?", None),
        ("11", None),
    ],
)
def test_a_status_is_known_by_number_and_words(text: str, number: int | None) -> None:
    assert status_of(text, {"Xong rồi": 9}) == number


def test_every_national_status_is_known_by_its_words() -> None:
    assert {number: status_of(vi, {}) for number, (vi, _) in STATUSES.items()} == {n: n for n in range(1, 11)}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/09/2026", "2026-09-25"),
        ("5-9-2026 17:00", "2026-09-05"),
        ("2026-09-25T10:00:00Z", "2026-09-25"),
        ("trước 25.09.2026", "2026-09-25"),
        ("sớm", None),
        ("", None),
    ],
)
def test_a_promised_day_is_read(text: str, day: str | None) -> None:
    assert day_of(text) == day


async def test_what_stands_in_the_file_is_answered(tmp_path: Path) -> None:
    written(tmp_path, HEAD + "g22.99.08 – 260921 – 896048;Đã xử lý xong;25/09/2026;\nH62-201105-0004;4;;ab12\n")
    source = FileSource(config(tmp_path))
    assert await source.find(CODE) == "unavailable"
    await source.look()
    assert await source.find(CODE) == Dossier(9, "2026-09-25")
    assert Dossier(9).ready
    assert not Dossier(10).ready
    assert await source.find("H62-201105-0004") == "check_needed"
    assert await source.find("H62-201105-0004", "AB13") == "check_wrong"
    assert await source.find("H62-201105-0004", " aB12 ") == Dossier(4)
    assert await source.find("H62-201105-0005") == "unknown"
    assert await NoSource().find(CODE) == "unknown"


async def test_the_newest_file_counts_and_a_bad_one_takes_nothing_away(tmp_path: Path) -> None:
    written(tmp_path, HEAD + f"{CODE};4;;\n", "old.csv", 1_000)
    source = FileSource(config(tmp_path))
    await source.look()
    written(tmp_path, HEAD + f"{CODE};9;;\n", "new.csv", 2_000)
    await source.look()
    assert await source.find(CODE) == Dossier(9)
    written(tmp_path, "x;y\n1;2\n", "newest.csv", 3_000)
    await source.look()
    assert await source.find(CODE) == Dossier(9)
    assert "no column" in (source.trouble or "")
    written(tmp_path, HEAD + f"{CODE};10;;\n", "newest.csv", 4_000)
    await source.look()
    assert (await source.find(CODE), source.trouble) == (Dossier(10), None)


async def test_an_empty_folder_says_so_and_never_raises(tmp_path: Path) -> None:
    source = FileSource(config(tmp_path / "none"))
    await source.start()
    assert source.trouble
    assert await source.find(CODE) == "unavailable"
    await source.close()


def test_broken_rows_are_told_by_line_and_the_rest_is_read(tmp_path: Path) -> None:
    text = HEAD + f"{CODE};9;;\nxyz;9;;\n\nA.B-260921-0001;bay;;\nA.B-260921-0002;9;mai;\nA.B-260921-0003;9;;\n"
    seen: list[int] = []
    imported = read_file(written(tmp_path, text), config(tmp_path), seen.append)
    assert (len(imported.known), imported.rows, imported.broken_count) == (2, 5, 3)
    assert imported.broken == [Broken(3, "Mã hồ sơ"), Broken(5, "Trạng thái"), Broken(6, "Ngày hẹn trả")]
    assert seen == [5]


def test_columns_are_named_by_the_hall_and_a_workbook_will_do(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["STT", "Số hồ sơ", "Tình trạng", "Hẹn"])
        sheet.write_row(1, 0, [1, CODE, "Hoàn thành"])
        sheet.write_datetime(
            1, 3, __import__("datetime").datetime(2026, 9, 25), book.add_format({"num_format": "dd/mm/yyyy"})
        )
    columns = {"code": "số hồ sơ", "status": "tình trạng", "due": "hẹn"}
    imported = read_file(file, config(file, columns=columns, statuses={"hoàn thành": 9}))
    assert imported.known.find(CODE, None) == Dossier(9, "2026-09-25")


async def test_no_code_stays_in_memory_or_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tail = "896048"
    written(tmp_path, HEAD + f"{CODE};9;;\nbad-{tail};9;;\n")
    source = FileSource(config(tmp_path))
    await source.look()
    assert tail not in caplog.text
    gc.collect()
    index = source.report.known if source.report else None
    held = [*gc.get_referents(index), source.report]
    assert tail not in repr([gc.get_referents(one) for one in held])


def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    text = HEAD + "".join(f"G22.99.{n % 90:02}-260921-{n:06};{n % 10 + 1};25/09/2026;\n" for n in range(100_000))
    seen: list[int] = []
    imported = read_file(written(tmp_path, text), config(tmp_path), seen.append)
    assert len(imported.known) == 100_000
    assert seen == sorted(seen)
    assert len(seen) > 40
    assert imported.known.find("G22.99.17-260921-098027", None) == Dossier(8, "2026-09-25")
