"""What a hall's bookings, ratings and numbers by phone must keep to."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from hallsys.config import HallConfig

DAY_S: Final = 86_400

Found = Iterator[tuple[str, str, str]]
"""Key, and what is wrong with it in Vietnamese and in English."""


def booking(hall: HallConfig) -> Found:
    """Everything that is wrong with them."""
    rules, phone = hall.bookings, hall.phone
    ranges = {
        "bookings.early_s": (rules.early_s, 0, DAY_S),
        "bookings.late_s": (rules.late_s, 0, DAY_S),
        "bookings.days": (rules.days, 0, 60),
        "bookings.slot_min": (rules.slot_min, 5, 240),
        "bookings.minutes": (rules.minutes, 1, 240),
        "bookings.share": (rules.share, 1, 100),
        "bookings.per_person": (rules.per_person, 1, 99),
        "ratings.ask_s": (hall.ratings.ask_s, 5, 300),
        "phone.code_s": (phone.code_s, 60, 900),
        "phone.most": (phone.most, 1, 999),
        **{f"bookings.places.{service}": (count, 0, 999) for service, count in rules.places.items()},
    }
    for key, (value, least, most) in ranges.items():
        if not least <= value <= most:
            yield key, f"{value}: phải từ {least} đến {most}", f"{value}: must be {least} to {most}"
    for day in rules.weekdays:
        if not 1 <= day <= 7:
            yield "bookings.weekdays", f"{day}: từ 1 (thứ Hai) đến 7", f"{day}: 1 (Monday) to 7"
    known = {service.id for service in hall.services}
    for service in rules.places.keys() - known:
        yield "bookings.places", f"không có lĩnh vực `{service}`", f"there is no service `{service}`"
    for text in rules.closed:
        if not _is_date(text):
            yield "bookings.closed", f'`{text}`: viết dạng "2026-09-02"', f'`{text}`: write it as "2026-09-02"'
    if rules.public and not (hall.hours or any(service.hours for service in hall.services)):
        yield "bookings.public", "chưa ghi giờ làm việc; hãy thêm hours", "there are no hours to book; add hours"
    reasons = [reason.id for reason in hall.ratings.reasons]
    if len(set(reasons)) < len(reasons):
        yield "ratings.reasons", "có mã lặp lại; mỗi lý do một mã", "an id stands twice; give each reason its own"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
