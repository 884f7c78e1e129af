"""What stands on each kind of ticket, in both languages, and what does not."""

from typing import Any

import msgspec
import pytest

from hallsys.core.model import Ticket
from hallsys.hallfile import load_halls
from hallsys.hallkiosk import PrinterConfig
from hallsys.kiosk.printing.paper import Boxes, Item, Number, Square, Text, draw
from hallsys.kiosk.printing.sheets import LONGEST, papers, trial
from hallsys.kiosk.printing.ticket import Printed, blocks
from hallsys.kiosk.procedures import Procedure

HALL = load_halls(None)["phutho"]
PRINTER = PrinterConfig("network", "127.0.0.1:9100")
AT = 1_790_044_927_000
"""22/09/2026, 09:42:07 in the hall."""
URL = "http://192.168.1.10:8080/t/phutho.Jx8sK3jd92kdlLkd83jsA1"


def row(**more: Any) -> Ticket:
    ticket = Ticket(
        *("A025", "A", 25, None, "waiting", None, AT, AT, AT, None, None, None, 0, None, None, None),
        promised=(900, 1500),
    )
    return msgspec.structs.replace(ticket, **more)


def said(ticket: Ticket, language: Any = "vi", *, ahead: int | None = 12, url: str | None = URL, after: int = 0) -> str:
    """Every word of the ticket, in order."""
    found = blocks(HALL, PRINTER, Printed(ticket, ahead, ["2", "3"], url, AT + after), language)
    assert draw(found, 58).width == 384
    return " | ".join(map(words, found))


def words(block: Any) -> str:
    match block:
        case Text() | Item():
            return block.words
        case Number():
            return block.label
        case Boxes():
            return " | ".join(f"{name}: {value}" for name, value in block.boxes)
        case Square():
            return " | ".join([block.data, *block.words])
    return "-"


def test_an_ordinary_ticket_says_number_service_counter_people_wait_and_time() -> None:
    assert said(row()) == (
        "Trung tâm Phục vụ hành chính công phường Phú Thọ | Tỉnh Phú Thọ | - | SỐ THỨ TỰ | A025 | Chứng thực | "
        f"Quầy: 2 hoặc 3 | Còn chờ trước: 12 người | {URL} | Khoảng 15–25 phút. | "
        "Quét mã để xem số trên điện thoại. | - | Thời gian in vé 22/09/2026 - 09:42:07 | Trân trọng cảm ơn ông/bà"
    )


@pytest.mark.parametrize(
    ("more", "vi", "en"),
    [
        ({"priority": "aged"}, "Ưu tiên: Người cao tuổi (từ 75 tuổi)", "Priority: Aged 75 or over"),
        ({"ready": True}, "Đã có kết quả, mời đến nhận", "Your result is ready to collect"),
        ({"booked": AT + 1_080_000}, "Đã đặt lịch lúc 10:00", "Booked for 10:00"),
        ({"then": ("H", "R")}, "Tiếp theo: Hộ tịch, Trả kết quả", "Then: Civil status, Collect a result"),
    ],
)
def test_what_is_special_about_a_ticket_stands_on_it(more: Any, vi: str, en: str) -> None:
    assert vi in said(row(**more))
    assert en in said(row(**more), "en")
    assert vi not in said(row())


def test_without_a_page_for_the_phone_the_wait_stands_by_itself() -> None:
    text = said(row(), url=None)
    assert "Khoảng 15–25 phút |" in text
    assert "Quét mã" not in text


def test_a_copy_that_is_made_later_does_not_repeat_what_was_foretold_then() -> None:
    assert "phút" in said(row(), after=59_000)
    assert "phút" not in said(row(), after=61_000)


def test_nobody_is_told_both_that_somebody_is_before_them_and_that_there_is_no_wait() -> None:
    assert "Không phải chờ" in said(row(promised=(0, 10)), ahead=0)
    assert "Không phải chờ" not in said(row(promised=(0, 10)), ahead=1)


def test_a_list_of_papers_has_them_all_however_many() -> None:
    many = [f"Giấy tờ thứ {number}, bản sao có chứng thực của cơ quan có thẩm quyền" for number in range(1, 31)]
    found = papers(HALL, Procedure("1.001", "Cấp giấy phép xây dựng", "X", papers=many, fee="75.000 đồng"), "X", "vi")
    text = " | ".join(map(words, found))
    assert all(paper in text for paper in many)
    assert "75.000 đồng" in text
    assert "lấy số X" in text
    assert draw(found, 58, LONGEST).height < LONGEST


def test_a_test_print_has_no_number() -> None:
    found = trial(HALL, PRINTER, "main", None)
    assert "IN THỬ" in words(found[3])
    assert not [block for block in found if isinstance(block, Number)]
