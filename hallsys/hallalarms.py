"""How a hall is alarmed: its rules, when they are told again, and to whom outside."""

import re
from collections.abc import Collection, Iterator
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

import msgspec

Kind = Literal["wait", "queue", "forecast", "idle", "deaf", "printer", "dossiers", "screen", "store"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Severity = Literal["warn", "alarm", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
Event = Literal["raised", "worse", "again", "acknowledged", "over"]

_SECRET: Final = re.compile(r"env:[A-Za-z_]\w*|file:/.+")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_OF_SERVICES: Final = ("wait", "queue", "forecast")
_MOST: Final = 86_400
"""s, and people"""


class AlarmRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs from the usual for one kind of alarm, of everything or of some services, counters, zones, printers
    or screens. `warn`, `alarm` and `critical` are what the figure has to reach: people for `queue`, else seconds; 0:
    never, None: as usual."""

    kind: Kind
    of: list[str] = msgspec.field(default_factory=list)
    on: bool = True
    warn: int | None = None
    alarm: int | None = None
    critical: int | None = None
    repeat_s: int | None = None


class AlarmsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first of `rules` that fits an alarm counts. Nobody acknowledged it: told again every `repeat_s` (0: never).
    Over after `over_s` below the limit. In `quiet_hours` alarms are shown, and told when the hours end."""

    on: bool = True
    repeat_s: int = 600
    over_s: int = 60
    quiet_hours: list[tuple[str, str]] = msgspec.field(default_factory=list)
    rules: list[AlarmRule] = msgspec.field(default_factory=list)


class Webhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told outside of the hall. `secret` (and `url`, where it is one itself) are named, not written down:
    `env:NAME` or `file:/path`."""

    id: str
    url: str
    secret: str
    kinds: list[Kind] = msgspec.field(default_factory=list)
    severity: Severity = "alarm"
    events: list[Event] = msgspec.field(default_factory=lambda: [*get_args(Event)])
    give_up_s: int = 86_400
    timeout_s: float = 10.0


def alarming(
    alarms: AlarmsConfig, webhooks: list[Webhook], services: Collection[str], counters: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """What has to be mended: the key in the file, and the words for it in Vietnamese and English."""
    yield from _ranges({"alarms.repeat_s": (alarms.repeat_s, 0, _MOST), "alarms.over_s": (alarms.over_s, 0, 3600)})
    for start, end in alarms.quiet_hours:
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end) and start != end):
            yield (
                "alarms.quiet_hours",
                f'["{start}", "{end}"]: giờ viết dạng HH:MM, hai giờ khác nhau; ví dụ ["18:00", "06:30"]',
                f'["{start}", "{end}"]: two different times as HH:MM; for example ["18:00", "06:30"]',
            )
    for index, rule in enumerate(alarms.rules):
        yield from _rule(f"alarms.rules[{index}]", rule, services, counters)
    for index, hook in enumerate(webhooks):
        yield from _webhook(f"webhooks[{index}]", hook, [other.id for other in webhooks[:index]])


def _rule(
    key: str, rule: AlarmRule, services: Collection[str], counters: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    known = services if rule.kind in _OF_SERVICES else counters if rule.kind == "idle" else rule.of
    for name in rule.of:
        if name not in known:
            yield (
                f"{key}.of",
                f"không có `{name}`; có thể dùng: {', '.join(sorted(known))}",
                f"there is no `{name}`; there are: {', '.join(sorted(known))}",
            )
    names = ("warn", "alarm", "critical", "repeat_s")
    given = {f"{key}.{name}": value for name in names if (value := getattr(rule, name)) is not None}
    yield from _ranges({name: (value, 0, _MOST) for name, value in given.items()})
    steps = [step for step in (rule.warn, rule.alarm, rule.critical) if step]
    if steps != sorted(steps):
        yield (key, "phải warn ≤ alarm ≤ critical; số 0 là không dùng", "warn ≤ alarm ≤ critical is wanted; 0 is never")


def _webhook(key: str, hook: Webhook, others: list[str]) -> Iterator[tuple[str, str, str]]:
    if not re.fullmatch(r"[A-Za-z0-9_]{1,16}", hook.id) or hook.id in others:
        yield (
            f"{key}.id",
            f"mã `{hook.id}` chỉ được gồm A-Z, a-z, 0-9 và _, dài nhất 16 ký tự, không trùng mã khác",
            f"the id `{hook.id}` may hold A-Z, a-z, 0-9 and _, at most 16 characters, and is no other's",
        )
    if not _SECRET.fullmatch(hook.url) and not _is_address(hook.url):
        yield (
            f"{key}.url",
            "phải là http(s)://máy/đường-dẫn, không có tên và mật khẩu; hoặc env:TÊN, file:/đường-dẫn",
            "must be http(s)://host/path without user and password; or env:NAME, file:/path",
        )
    if not _SECRET.fullmatch(hook.secret):
        yield (
            f"{key}.secret",
            "khóa bí mật không được nằm trong tệp này; hãy ghi env:TÊN (biến môi trường) hoặc file:/đường-dẫn",
            "the secret may not stand in this file; give env:NAME (an environment variable) or file:/path",
        )
    if not (1 <= hook.give_up_s <= 30 * 86_400 and 0.1 <= hook.timeout_s <= 60):
        yield (
            key,
            "give_up_s phải từ 1 đến 2592000, timeout_s từ 0.1 đến 60",
            "give_up_s must be 1 to 2592000, timeout_s 0.1 to 60",
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _ranges(ranges: dict[str, tuple[int, int, int]]) -> Iterator[tuple[str, Any, Any]]:
    for key, (value, least, most) in ranges.items():
        if not least <= value <= most:
            yield key, f"{value}: phải từ {least} đến {most}", f"{value}: must be {least} to {most}"
