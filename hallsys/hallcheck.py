"""What a hall's settings must agree on beyond their types."""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hallsys.config import HallConfig
from hallsys.hallalarms import alarming
from hallsys.hallbooking import booking
from hallsys.hallcalling import DAY_S, calling
from hallsys.hallkiosk import MAIN, PrinterConfig
from hallsys.hallwording import wording

ID: Final = re.compile(r"[A-Za-z0-9_]{1,16}")
HALL_ID: Final = re.compile(r"[a-z0-9-]{1,32}")
_ADDRESS: Final = {
    "network": (re.compile(r"\S+:\d{1,5}"), "192.168.1.50:9100"),
    "usb": (re.compile(r"[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}"), "04b8:0e15"),
    "serial": (re.compile(r"/.+"), "/dev/ttyUSB0"),
    "file": (re.compile(r"/.+"), "/dev/usb/lp0"),
    "browser": (re.compile(r""), ""),
}
"""What a printer's address looks like, by its kind."""
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SHORT: Final = 13
"""Letters of a service's short name that fit on a board's tile."""


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
        *(Problem(*found) for found in calling(hall)),
        *_zones(hall),
        *_outcomes(hall),
        *_times(hall),
        *_numbers(hall),
        *(Problem(*found) for found in booking(hall)),
        *_voice(hall),
        *_dossiers(hall),
        *_printers(hall),
        *(Problem(*found) for found in wording(hall)),
        *(Problem(*found) for found in alarming(hall.alarms, hall.webhooks, *_known(hall))),
    ]


def _known(hall: HallConfig) -> tuple[list[str], list[str]]:
    return [service.id for service in hall.services], [counter.id for counter in hall.counters]


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
    yield from _ids("outcomes", [outcome.id for outcome in hall.outcomes])
    yield from _ids("groups", [group.id for group in hall.groups])


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
    series = [service.series or service.id for service in hall.services]
    for index, service in enumerate(hall.services):
        key = f"services[{index}]"
        if len(service.short.vi) > SHORT:
            yield Problem(
                f"{key}.short",
                f"tên ngắn `{service.short.vi}` dài {len(service.short.vi)} ký tự; bảng chỉ đủ chỗ cho {SHORT}",
                f"the short name `{service.short.vi}` is {len(service.short.vi)} long; boards have room for {SHORT}",
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


def _outcomes(hall: HallConfig) -> Iterator[Problem]:
    if hall.policy.outcome_required and not hall.outcomes:
        yield Problem(
            "policy.outcome_required",
            "bắt buộc ghi kết quả mà chưa có kết quả nào; hãy thêm [[outcomes]]",
            "an outcome is required and there are none; add [[outcomes]]",
        )


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
    policy, limits, tickets = hall.policy, hall.limits, hall.tickets
    ranges = {
        "keep_days": (hall.keep_days, 1, 36_500),
        "policy.priority_calls": (policy.priority_calls, 1, 20),
        "policy.prefer_s": (policy.prefer_s, 0, DAY_S),
        "policy.starve_s": (policy.starve_s, 60, DAY_S),
        "policy.no_show_calls": (policy.no_show_calls, 1, 10),
        "policy.reinstate_s": (policy.reinstate_s, 0, DAY_S),
        "policy.return_pause_s": (policy.return_pause_s, 0, 3600),
        "policy.undo_s": (policy.undo_s, 0, 60),
        "policy.held_expire_s": (policy.held_expire_s, 60, DAY_S),
        "policy.waiting_expire_s": (policy.waiting_expire_s, 0, DAY_S),
        "policy.idle_s": (policy.idle_s, 60, DAY_S),
        "policy.late_s": (policy.late_s, 60, 3600),
        "policy.late_times": (policy.late_times, 0, 9),
        "tickets.per_person": (tickets.per_person, 0, 99),
        "tickets.many_from": (tickets.many_from, 0, 999),
        "tickets.many_every": (tickets.many_every, 1, 99),
        "limits.warn": (limits.warn, 1, DAY_S),
        "advice.gain_s": (hall.advice.gain_s, 60, 7200),
        "voice.repeat": (hall.voice.repeat, 1, 3),
        "voice.stale_s": (hall.voice.stale_s, 5, 600),
    }
    for key, (value, least, most) in ranges.items():
        if not least <= value <= most:
            yield Problem(key, f"{value}: phải từ {least} đến {most}", f"{value}: must be {least} to {most}")
    if tickets.many_from == 1:
        yield Problem(
            "tickets.many_from",
            "1: ai cũng có ít nhất một hồ sơ; đặt từ 2, hoặc 0 để không có làn này",
            "1: everybody has one dossier at least; give 2 or more, or 0 for no such lane",
        )
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


def _dossiers(hall: HallConfig) -> Iterator[Problem]:
    dossiers = hall.dossiers
    if dossiers.source == "none":
        return
    if dossiers.service not in (service.id for service in hall.services):
        yield Problem(
            "dossiers.service",
            f"`{dossiers.service}` không có trong services; hãy ghi lĩnh vực trả kết quả, ví dụ R",
            f"`{dossiers.service}` is no service here; name the one where results are collected, such as R",
        )
    if dossiers.source == "file" and not dossiers.file:
        yield Problem(
            "dossiers.file",
            "chưa ghi tệp hoặc thư mục xuất từ hệ thống của tỉnh",
            "name the file, or the folder of exports from the province's system",
        )
    if dossiers.source == "http" and not dossiers.url.startswith(("http://", "https://")):
        yield Problem(
            "dossiers.url",
            "phải bắt đầu bằng http:// hoặc https://; `{code}` đứng chỗ mã hồ sơ",
            "must begin with http:// or https://; `{code}` stands for the dossier's code",
        )
    for name in ("code", "status"):
        if name not in dossiers.columns:
            yield Problem(
                "dossiers.columns",
                f"thiếu `{name}`; cần ít nhất code và status",
                f"`{name}` is missing; code and status are needed",
            )
    for words, number in dossiers.statuses.items():
        if not 1 <= number <= 10:
            yield Problem(
                "dossiers.statuses",
                f"{words}: {number}; trạng thái theo quy định là 1 đến 10",
                f"{words}: {number}; the national statuses are 1 to 10",
            )
    if not (0.1 <= dossiers.timeout_s <= 30 and 0 <= dossiers.cache_s <= 3600):
        yield Problem(
            "dossiers",
            "timeout_s phải từ 0.1 đến 30, cache_s từ 0 đến 3600",
            "timeout_s must be 0.1 to 30, cache_s 0 to 3600",
        )


def _printers(hall: HallConfig) -> Iterator[Problem]:
    if hall.printer is not None:
        yield from _printer("printer", hall.printer)
    yield from _ids("printers", [printer.id for printer in hall.printers])
    named: set[str] = set()
    for index, printer in enumerate(hall.printers):
        key = f"printers[{index}]"
        yield from _printer(key, printer)
        if printer.id == MAIN:
            yield Problem(
                f"{key}.id", f"`{MAIN}` là máy in ở [printer]; hãy đặt mã khác", f"`{MAIN}` is [printer]; give another"
            )
        for kiosk in named & set(printer.kiosks):
            yield Problem(
                f"{key}.kiosks",
                f"máy lấy số `{kiosk}` đã có máy in khác; hãy ghi mỗi máy một lần",
                f"the kiosk `{kiosk}` has another printer already; name each once",
            )
        named |= set(printer.kiosks)


def _printer(key: str, printer: PrinterConfig) -> Iterator[Problem]:
    shape, example = _ADDRESS[printer.kind]
    if not shape.fullmatch(printer.address):
        yield Problem(
            f"{key}.address",
            f"`{printer.address}` không phải địa chỉ máy in loại {printer.kind}; ví dụ {example or 'để trống'}",
            f"`{printer.address}` is no address of a {printer.kind} printer; for example {example or 'none at all'}",
        )
    if "number" not in printer.layout:
        yield Problem(
            f"{key}.layout", "phiếu phải có số; hãy thêm number", "a ticket must carry its number; add number"
        )
    if not 1 <= printer.patience_s <= 60:
        yield Problem(f"{key}.patience_s", "phải từ 1 đến 60", "must be 1 to 60")
