"""The list of procedures and its search, on the sample that comes with the program."""

import string
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from hallsys.config import HallConfig
from hallsys.hallfile import load_halls
from hallsys.kiosk.procedures import Procedures, Trouble, load_procedures
from hallsys.kiosk.sheets import BadSheet, fold
from hallsys.resources import resource

HALL: HallConfig = load_halls()["phutho"]
SERVICES = {service.id: service.name.vi for service in HALL.services}
SAMPLE, LEFT_OUT = load_procedures(resource("samples/procedures.csv"), SERVICES)
LIST = Procedures(SAMPLE)


def test_the_sample_is_read_whole() -> None:
    assert LEFT_OUT == []
    assert len(SAMPLE) > 60
    assert {procedure.service for procedure in SAMPLE} <= set(SERVICES)
    birth = next(procedure for procedure in SAMPLE if procedure.code == "1.001193")
    assert (birth.name, birth.service, birth.papers[1]) == ("Đăng ký khai sinh", "H", "Giấy chứng sinh (bản chính)")
    assert len({procedure.code for procedure in SAMPLE}) == len(SAMPLE)


@pytest.mark.parametrize(
    "query", ["khai sinh", "khaisinh", "KHAI SINH", "khai sịnh", "Khai  sinh", "đăng ký khai sinh"]
)
def test_accents_spaces_and_capitals_do_not_count(query: str) -> None:
    assert LIST.search(query)[0].name == "Đăng ký khai sinh"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sao y", "Chứng thực bản sao từ bản chính giấy tờ, văn bản"),
        ("so do", "Đăng ký đất đai, cấp giấy chứng nhận quyền sử dụng đất lần đầu"),
        ("giấy độc thân", "Cấp giấy xác nhận tình trạng hôn nhân"),
        ("1.000656", "Đăng ký khai tử"),
        ("hon ket dang", "Đăng ký kết hôn"),
        ("dang ky ket hoon", "Đăng ký kết hôn"),
        ("chứng thật di chúc", "Chứng thực di chúc"),
    ],
)
def test_people_find_what_they_mean(query: str, name: str) -> None:
    assert name in [procedure.name for procedure in LIST.search(query)[:3]]


def test_nothing_is_found_for_nothing() -> None:
    assert LIST.search("") == LIST.search(" - ") == LIST.search("qqqqqqq") == []


@given(st.sampled_from(SAMPLE), st.data())
def test_every_procedure_is_found_by_any_part_of_its_name(procedure: object, data: st.DataObject) -> None:
    name = procedure.name  # type: ignore[attr-defined]
    words = name.split()
    first = data.draw(st.integers(0, len(words) - 1))
    part = " ".join(words[first : data.draw(st.integers(first + 1, len(words)))])
    if len(fold(part)) < 4:
        return
    found = LIST.search(part, most=len(SAMPLE))
    assert procedure in found
    assert found == LIST.search(unicodedata.normalize("NFD", part).upper(), most=len(SAMPLE))


@given(st.text(string.printable, max_size=60))
def test_any_query_is_answered(query: str) -> None:
    assert len(LIST.search(query, most=5)) <= 5


def test_a_broken_row_is_told_by_its_line_and_the_rest_is_there(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "\ufeffTÊN THỦ TỤC,dich vu,Giấy tờ\nĐăng ký X,Hộ tịch,một|hai\n,H,\nĐăng ký Y,Z,\n\nĐăng ký W,a,\n", "utf-8"
    )
    found, troubles = load_procedures(file, SERVICES)
    assert [(p.name, p.service, p.papers) for p in found] == [
        ("Đăng ký X", "H", ["một", "hai"]),
        ("Đăng ký W", "A", []),
    ]
    assert troubles == [Trouble(3, "Tên thủ tục", ""), Trouble(4, "Quầy", "Z")]


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, ["Mã", "Tên thủ tục", "Dịch vụ", "Thành phần hồ sơ", "Thời hạn"])
        sheet.write_row(2, 0, ["1.1", "Đăng ký X", "H", "- một\n- hai", 3])
        sheet.write_row(4, 0, ["1.2", "Đăng ký Y", "?", "", 3])
    found, troubles = load_procedures(file, SERVICES)
    assert [(p.code, p.name, p.papers, p.days) for p in found] == [("1.1", "Đăng ký X", ["một", "hai"], "3")]
    assert troubles == [Trouble(5, "Quầy", "?")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"x;y\n1;2\n", "no column"),
        ("a.csv", "Tên thủ tục;Quầy\nĐ".encode("cp1258", "replace") + b"\xff", "not UTF-8"),
        ("a.xlsx", b"PK nothing", "cannot be read"),
    ],
)
def test_a_file_that_is_no_list_says_what_to_do(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(BadSheet, match=said) as caught:
        load_procedures(file, SERVICES)
    assert caught.value.words.vi


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSheet, match="cannot be opened"):
        load_procedures(tmp_path / "none.csv", SERVICES)
