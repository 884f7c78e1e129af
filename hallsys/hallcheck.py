"""What a hall's settings must agree on beyond their types, and what they come to in plain words."""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hallsys.config import HallConfig
from hallsys.hallwording import wording

ID: Final = re.compile(r"[A-Za-z0-9_]{1,16}")
HALL_ID: Final = re.compile(r"[a-z0-9-]{1,32}")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SHORT: Final = 13
"""Letters of a service's short name that fit on a board's tile."""
CLEAR_LETTERS: Final = frozenset("AMNSXQ")
"""Letters that listeners told apart when a synthetic voice spoke them; the others rhyme or blur."""
DAY_S: Final = 86_400


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend: the key in the file, and the words for it."""

    key: str
    vi: str
    en: str


def problems(hall: HallConfig) -> list[Problem]:
    """Everything that keeps this hall from working; empty when it is well."""
    return [
        *_names(hall),
        *_services(hall),
        *_counters(hall),
        *_times(hall),
        *_numbers(hall),
        *_voice(hall),
        *(Problem(*found) for found in wording(hall)),
    ]


def _names(hall: HallConfig) -> Iterator[Problem]:
    if not HALL_ID.fullmatch(hall.id):
        yield Problem(
            "id",
            f"mã sảnh `{hall.id}` chỉ được gồm a-z, 0-9 và dấu -, dài nhất 32 ký tự; ví dụ phutho",
            f"the hall's id `{hall.id}` may hold a-z, 0-9 and -, at most 32 characters; for example phutho",
        )
    yield from _ids("services", [service.id for service in hall.services])
    yield from _ids("counters", [counter.id for counter in hall.counters])
    yield from _ids("priorities", [kind.id for kind in hall.priorities])


def _ids(table: str, ids: list[str]) -> Iterator[Problem]:
    for index, given in enumerate(ids):
        key = f"{table}[{index}].id"
        if not ID.fullmatch(given):
            yield Problem(
                key,
                f"mã `{given}` chỉ được gồm A-Z, a-z, 0-9 và _, dài nhất 16 ký tự",
                f"the id `{given}` may hold A-Z, a-z, 0-9 and _, at most 16 characters",
            )
        if (first := ids.index(given)) < index:
            yield Problem(
                key,
                f"mã `{given}` đã dùng ở {table}[{first}]; hãy đặt mã khác",
                f"the id `{given}` is taken by {table}[{first}]; give another",
            )


def _services(hall: HallConfig) -> Iterator[Problem]:
    if not hall.services:
        yield Problem("services", "chưa có lĩnh vực nào; hãy thêm [[services]]", "no service yet; add [[services]]")
    taken = {name for counter in hall.counters for name in counter.takes}
    series = [service.series or service.id for service in hall.services]
    for index, service in enumerate(hall.services):
        key = f"services[{index}]"
        if len(service.short.vi) > SHORT:
            yield Problem(
                f"{key}.short",
                f"tên ngắn `{service.short.vi}` dài {len(service.short.vi)} ký tự; bảng chỉ đủ chỗ cho {SHORT}",
                f"the short name `{service.short.vi}` is {len(service.short.vi)} long; boards have room for {SHORT}",
            )
        if service.id not in taken:
            yield Problem(
                f"{key}.id",
                f"không quầy nào nhận lĩnh vực `{service.id}`; hãy thêm vào services của một quầy",
                f"no counter takes the service `{service.id}`; add it to a counter's services",
            )
        if service.daily_limit is not None and service.daily_limit < 1:
            yield Problem(
                f"{key}.daily_limit",
                "hạn mức mỗi ngày phải từ 1; muốn ngừng nhận thì đặt open = false",
                "the daily limit is 1 or more; to take none, set open = false",
            )
        for other in range(index):
            if _clash(series[index], series[other]):
                yield Problem(
                    f"{key}.series",
                    f"dãy số `{series[index]}` trùng với `{series[other]}` của `{hall.services[other].id}`: "
                    "hai người có thể cầm cùng một số; hãy đổi chữ",
                    f"the series `{series[index]}` clashes with `{series[other]}` of `{hall.services[other].id}`: "
                    "two people could hold one number; change it",
                )


def _clash(one: str, other: str) -> bool:
    """Whether two series can make the same label: `A` and `A1` do, with A1 + 001 and A + 1001."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and (long == short or long[len(short) :].isdigit())


def _counters(hall: HallConfig) -> Iterator[Problem]:
    if not hall.counters:
        yield Problem("counters", "chưa có quầy nào; hãy thêm [[counters]]", "no counter yet; add [[counters]]")
    known = {service.id for service in hall.services}
    for index, counter in enumerate(hall.counters):
        key = f"counters[{index}].services"
        if not counter.takes:
            yield Problem(
                key,
                f"quầy `{counter.id}` chưa nhận lĩnh vực nào; hãy liệt kê ít nhất một",
                f"counter `{counter.id}` takes no service; list one at least",
            )
        for name in dict.fromkeys(counter.takes):
            if name not in known:
                yield Problem(
                    key,
                    f"quầy `{counter.id}` nhận lĩnh vực `{name}` không có; các lĩnh vực: {', '.join(sorted(known))}",
                    f"counter `{counter.id}` takes an unknown service `{name}`; there are: {', '.join(sorted(known))}",
                )
            if counter.takes.count(name) > 1:
                yield Problem(key, f"`{name}` lặp lại; hãy xóa bớt", f"`{name}` is listed twice; remove one")


def _times(hall: HallConfig) -> Iterator[Problem]:
    try:
        ZoneInfo(hall.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Problem(
            "timezone",
            f"không có múi giờ `{hall.timezone}`; ở Việt Nam là Asia/Ho_Chi_Minh",
            f"no time zone `{hall.timezone}`; in Viet Nam it is Asia/Ho_Chi_Minh",
        )
    yield from _spans("hours", hall.hours)
    if hall.enforce_hours and not hall.hours:
        yield Problem(
            "enforce_hours",
            "bắt buộc giờ làm việc mà chưa ghi giờ; hãy thêm hours",
            "hours are to be enforced and there are none; add hours",
        )
    for index, service in enumerate(hall.services):
        yield from _spans(f"services[{index}].hours", service.hours or [])


def _spans(key: str, spans: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    last = ""
    for start, end in spans:
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end)):
            yield Problem(
                key,
                f'["{start}", "{end}"]: giờ viết dạng HH:MM, từ 00:00 đến 23:59; ví dụ ["07:30", "11:30"]',
                f'["{start}", "{end}"]: times are HH:MM, 00:00 to 23:59; for example ["07:30", "11:30"]',
            )
            return
        if not last <= start < end:
            yield Problem(
                key,
                f'["{start}", "{end}"]: các khoảng giờ phải theo thứ tự và không chồng nhau; hãy sắp lại',
                f'["{start}", "{end}"]: spans must be in order and must not overlap; put them right',
            )
        last = end


def _numbers(hall: HallConfig) -> Iterator[Problem]:
    policy, limits = hall.policy, hall.limits
    ranges = {
        "policy.priority_calls": (policy.priority_calls, 1, 20),
        "policy.prefer_s": (policy.prefer_s, 0, DAY_S),
        "policy.starve_s": (policy.starve_s, 60, DAY_S),
        "policy.no_show_calls": (policy.no_show_calls, 1, 10),
        "policy.reinstate_s": (policy.reinstate_s, 0, DAY_S),
        "policy.return_pause_s": (policy.return_pause_s, 0, 3600),
        "limits.warn": (limits.warn, 1, DAY_S),
        "voice.repeat": (hall.voice.repeat, 1, 3),
        "voice.stale_s": (hall.voice.stale_s, 5, 600),
    }
    for key, (value, least, most) in ranges.items():
        if not least <= value <= most:
            yield Problem(key, f"{value}: phải từ {least} đến {most}", f"{value}: must be {least} to {most}")
    if not limits.warn <= limits.alarm <= limits.ceiling:
        yield Problem(
            "limits",
            f"phải warn ≤ alarm ≤ ceiling, đang là {limits.warn}, {limits.alarm}, {limits.ceiling}",
            f"warn ≤ alarm ≤ ceiling is wanted, these are {limits.warn}, {limits.alarm}, {limits.ceiling}",
        )


def _voice(hall: HallConfig) -> Iterator[Problem]:
    if not hall.voice.languages:
        yield Problem("voice.languages", 'phải là ["vi"], ["en"] hoặc cả hai', 'must be ["vi"], ["en"] or both')
    for key, spans in (("voice.quiet_hours", hall.voice.quiet_hours), ("voice.volume", hall.voice.volume)):
        for start, end, *loud in spans:
            if not (_TIME.fullmatch(start) and _TIME.fullmatch(end) and start != end):
                yield Problem(
                    key,
                    f'["{start}", "{end}"]: giờ viết dạng HH:MM, hai giờ khác nhau; ví dụ ["11:30", "13:30"]',
                    f'["{start}", "{end}"]: two different times as HH:MM; for example ["11:30", "13:30"]',
                )
            if loud and not 0 <= loud[0] <= 100:
                yield Problem(key, f"{loud[0]}: âm lượng từ 0 đến 100", f"{loud[0]}: the volume is 0 to 100")


def _zones(hall: HallConfig) -> Iterator[Problem]:
    yield from _ids("zones", [zone.id for zone in hall.zones])
    known, taken = {counter.id for counter in hall.counters}, dict[str, str]()
    for index, zone in enumerate(hall.zones):
        key = f"zones[{index}].counters"
        for name in zone.counters:
            if name not in known:
                yield Problem(
                    key,
                    f"khu `{zone.id}` có quầy `{name}` không tồn tại; các quầy: {', '.join(sorted(known))}",
                    f"the zone `{zone.id}` has an unknown counter `{name}`; there are: {', '.join(sorted(known))}",
                )
            if name in taken:
                yield Problem(
                    key,
                    f"quầy `{name}` đã thuộc khu `{taken[name]}`; mỗi quầy chỉ thuộc một khu",
                    f"counter `{name}` is in the zone `{taken[name]}` already; a counter is in one zone only",
                )
            taken[name] = zone.id


def explain(hall: HallConfig, language: str = "vi") -> list[str]:
    """What this hall comes to, in lines for `hallsys check`; the last ones are advice, and begin with `!`."""
    return _explain_vi(hall) if language == "vi" else _explain_en(hall)


def _explain_vi(hall: HallConfig) -> list[str]:
    hours = ", ".join(f"{start}–{end}" for start, end in hall.hours) or "không ghi"
    lines = [
        f"{hall.name.vi}, {hall.province.vi} ({hall.id})",
        f"Giờ làm việc: {hours}; {'ngoài giờ không lấy số' if hall.enforce_hours else 'chỉ ghi trên màn hình'}",
        f"Ưu tiên: {hall.policy.priority_calls} lượt, rồi 1 lượt thường; lâu nhất {hall.policy.starve_s // 60} phút",
        *(f"Quầy {c.id} ({c.name}): {' → '.join(c.takes)}" for c in hall.counters),
    ]
    lines += [f"! Chỉ quầy {only} nhận {name}: quầy ấy nghỉ thì không ai nhận" for name, only in _single(hall)]
    if blurred := _blurred(hall):
        lines.append(
            f"! Giọng máy đọc các chữ {', '.join(blurred)} khó nghe; nên ghi âm, hoặc đặt voice.letters = false"
        )
    return lines


def _explain_en(hall: HallConfig) -> list[str]:
    hours = ", ".join(f"{start}–{end}" for start, end in hall.hours) or "not given"
    lines = [
        f"{hall.name.en}, {hall.province.en} ({hall.id})",
        f"Hours: {hours}; {'no tickets outside them' if hall.enforce_hours else 'shown only'}",
        f"Priority: {hall.policy.priority_calls} calls, then 1 ordinary; {hall.policy.starve_s // 60} min at the most",
        *(f"Counter {c.id} ({c.name}): {' → '.join(c.takes)}" for c in hall.counters),
    ]
    lines += [f"! Only counter {only} takes {name}: nobody does while it rests" for name, only in _single(hall)]
    if blurred := _blurred(hall):
        lines.append(
            f"! The letters {', '.join(blurred)} are hard to hear; record a voice, or set voice.letters = false"
        )
    return lines


def _single(hall: HallConfig) -> list[tuple[str, str]]:
    """Services that one counter alone takes, with that counter."""
    takers = {s.id: [c.id for c in hall.counters if s.id in c.takes] for s in hall.services}
    return [(name, counters[0]) for name, counters in takers.items() if len(counters) == 1]


def _blurred(hall: HallConfig) -> list[str]:
    if not (hall.voice.enabled and hall.voice.letters):
        return []
    return [s.series or s.id for s in hall.services if not set(s.series or s.id) <= CLEAR_LETTERS]
