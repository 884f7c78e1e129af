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


OUTCOMES: Final = (
    ("received", "Đã tiếp nhận", "Received"),
    ("completed", "Đã trả kết quả", "Completed"),
    ("to_amend", "Cần bổ sung", "To be amended"),
)


def make_hall_toml(
    counters: int, services: int = len(SERVICES), *, hall: str = "phutho", voice: bool = True, rules: bool = False
) -> str:
    """The text of a `hall.toml` with so many counters ("1", "2", …) and the first so many services of a ward.

    Together the counters serve everything; there are no opening hours to enforce. With `rules` it has what a hall may
    have besides: groups, outcomes that are asked for, conditions, weights and a counter for priority visitors, a lane
    for many dossiers, bookings whose slot is lost at once. Raises ValueError for a size that no hall has.
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
        counter = ["", "[[counters]]", f'id = "{number + 1}"', f'name = "Quầy {number + 1}"', f"services = [{listed}]"]
        lines += _special(counter, number, taken, services) if rules else counter
    for kind, vi, en in PRIORITIES:
        lines += ["", "[[priorities]]", f'id = "{kind}"', f'name = {{ vi = "{vi}", en = "{en}" }}']
    if rules:
        lines += ["", "[[groups]]", 'id = "front"', 'name = { vi = "Tiếp nhận", en = "Front" }']
        for outcome, vi, en in OUTCOMES:
            lines += ["", "[[outcomes]]", f'id = "{outcome}"', f'name = {{ vi = "{vi}", en = "{en}" }}']
        lines += ["", "[policy]", "outcome_required = true"]
        lines += ["", "[tickets]", "many_from = 5", "", "[bookings]", "late_s = 0"]
    if not voice:
        lines += ["", "[voice]", "enabled = false"]
    return "\n".join(lines) + "\n"


def _special(lines: list[str], number: int, taken: list[str], services: int) -> list[str]:
    """A counter's own rules, so that every kind is in use among any five of them."""
    others = [letter for letter, *_ in SERVICES[:services] if letter not in taken]
    match number % 5:
        case 0:
            return [*lines, 'groups = ["front"]']
        case 1:
            return [*lines, f"weights = {{ {taken[0]} = 2 }}"]
        case 2 if others:
            listed = ", ".join(f'"{letter}"' for letter in taken)
            helps = f'{{ service = "{others[0]}", idle = true }}'
            late = f', {{ service = "{others[-1]}", wait_over_s = 600 }}' if len(others) > 1 else ""
            return [*lines[:-1], f"services = [{listed}, {helps}{late}]"]
        case 3:
            return [*lines, 'groups = ["front"]', f"weights = {{ {taken[-1]} = 3 }}"]
        case 4 if number > services:
            return [*lines, 'mode = "priority"']
        case _:
            return lines
