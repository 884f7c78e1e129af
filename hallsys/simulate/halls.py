"""Halls to try things on, of any size, as the text of a `hall.toml`."""

from typing import Final

SERVICES: Final = (
    ("A", "Chứng thực", "Certification"),
    ("H", "Hộ tịch", "Civil status"),
    ("N", "Đất đai", "Land"),
    ("X", "Xây dựng", "Construction"),
    ("K", "Kinh doanh", "Business"),
    ("S", "Bảo trợ", "Welfare"),
    ("Y", "Văn xã", "Social"),
    ("Q", "Nội vụ", "Internal"),
    ("R", "Trả kết quả", "Results"),
    ("T", "Trực tuyến", "Online help"),
)
PRIORITIES: Final = (
    ("aged", "Người cao tuổi", "Aged 75 or over"),
    ("disabled", "Người khuyết tật", "Disabled"),
    ("pregnant", "Phụ nữ mang thai", "Pregnant"),
    ("merit", "Người có công", "Person of merit"),
)
SHARED_BY: Final = 4
"""How many services one counter of a made-up hall takes; neighbours overlap, so that counters help one another."""


def make_hall_toml(counters: int, services: int = len(SERVICES), *, hall: str = "phutho", voice: bool = True) -> str:
    """The text of a `hall.toml` with so many counters ("1", "2", …) and the first so many services of a ward.

    Together the counters serve everything; there are no opening hours to enforce. Raises ValueError for a size that
    no hall has.
    """
    if not 1 <= services <= len(SERVICES):
        raise ValueError(f"1 to {len(SERVICES)} services, not {services}")
    if counters < 1:
        raise ValueError("a hall has at least one counter")
    # The fewer the counters, the more each has to take, lest a service is left without one.
    width = min(services, max(SHARED_BY, -(-services // counters)))
    lines = [
        f'id = "{hall}"',
        'name = { vi = "Trung tâm thử nghiệm", en = "Trial centre" }',
        'province = { vi = "tỉnh Phú Thọ", en = "Phú Thọ province" }',
        "open_reading = true",
    ]
    for letter, vi, en in SERVICES[:services]:
        words = f'{{ vi = "{vi}", en = "{en}" }}'
        lines += ["", "[[services]]", f'id = "{letter}"', f'series = "{letter}"', f"name = {words}", f"short = {words}"]
    for number in range(counters):
        first = number * services // counters if counters < services else number
        taken = [SERVICES[(first + step) % services][0] for step in range(width)]
        listed = ", ".join(f'"{letter}"' for letter in taken)
        lines += ["", "[[counters]]", f'id = "{number + 1}"', f'name = "Quầy {number + 1}"', f"services = [{listed}]"]
    for kind, vi, en in PRIORITIES:
        lines += ["", "[[priorities]]", f'id = "{kind}"', f'name = {{ vi = "{vi}", en = "{en}" }}']
    if not voice:
        lines += ["", "[voice]", "enabled = false"]
    return "\n".join(lines) + "\n"
