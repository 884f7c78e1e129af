"""What counters, groups and services must agree on, so that everybody who takes a number can be called."""

from collections.abc import Iterator
from typing import Final

from hallsys.config import CounterConfig, HallConfig, Helps

DAY_S: Final = 86_400
HEAVIEST: Final = 100
_KINDS: Final = {
    "ordinary": ("khách thường", "ordinary visitors"),
    "priority": ("khách ưu tiên", "priority visitors"),
    "booked": ("khách hẹn giờ", "booked visitors"),
}

Found = Iterator[tuple[str, str, str]]
"""Key, and what is wrong with it in Vietnamese and in English."""


def calling(hall: HallConfig) -> Found:
    """Everything that keeps the counters from calling everybody."""
    if not hall.counters:
        yield "counters", "chưa có quầy nào; hãy thêm [[counters]]", "no counter yet; add [[counters]]"
    for index, counter in enumerate(hall.counters):
        yield from _takes(hall, counter, f"counters[{index}].services")
        yield from _weights(counter, f"counters[{index}].weights")
        yield from _member(hall, counter, f"counters[{index}].groups")
    for index, service in enumerate(hall.services):
        yield from _called(hall, service.id, f"services[{index}].id")
    for index, group in enumerate(hall.groups):
        if not any(group.id in counter.groups for counter in hall.counters):
            yield (
                f"groups[{index}].id",
                f"không quầy nào thuộc nhóm `{group.id}`; hãy thêm vào groups của một quầy, hoặc xóa nhóm",
                f"no counter is in the group `{group.id}`; add it to a counter's groups, or drop it",
            )


def _takes(hall: HallConfig, counter: CounterConfig, key: str) -> Found:
    known = [service.id for service in hall.services]
    if not counter.takes:
        yield (
            key,
            f"quầy `{counter.id}` chưa nhận lĩnh vực nào; hãy liệt kê ít nhất một",
            f"counter `{counter.id}` takes no service; list one at least",
        )
    for name in dict.fromkeys(counter.takes):
        if name not in known:
            there = ", ".join(sorted(known))
            yield (
                key,
                f"quầy `{counter.id}` nhận lĩnh vực `{name}` không có; các lĩnh vực: {there}",
                f"counter `{counter.id}` takes an unknown service `{name}`; there are: {there}",
            )
        if counter.takes.count(name) > 1:
            yield key, f"`{name}` lặp lại; hãy xóa bớt", f"`{name}` is listed twice; remove one"
    for helps in _helps(counter):
        if helps.wait_over_s is None and not helps.idle:
            yield (
                key,
                (
                    f"`{helps.service}` chưa có điều kiện; thêm wait_over_s = 600 hoặc idle = true, hoặc viết gọn "
                    f'"{helps.service}"'
                ),
                (
                    f"`{helps.service}` has no condition; add wait_over_s = 600 or idle = true, or write just "
                    f'"{helps.service}"'
                ),
            )
        if helps.wait_over_s is not None and not 1 <= helps.wait_over_s <= DAY_S:
            yield (
                key,
                f"wait_over_s = {helps.wait_over_s}: phải từ 1 đến {DAY_S} giây",
                f"wait_over_s = {helps.wait_over_s}: must be 1 to {DAY_S} seconds",
            )


def _weights(counter: CounterConfig, key: str) -> Found:
    for name, weight in counter.weights.items():
        if name not in counter.takes:
            yield (
                key,
                f"quầy `{counter.id}` không nhận lĩnh vực `{name}`; thêm vào services, hoặc xóa tỷ trọng này",
                f"counter `{counter.id}` does not take the service `{name}`; add it to services, or drop its weight",
            )
        if not 1 <= weight <= HEAVIEST:
            yield (
                key,
                f"{name} = {weight}: tỷ trọng phải từ 1 đến {HEAVIEST}; không muốn gọi thì bỏ khỏi services",
                f"{name} = {weight}: a weight is 1 to {HEAVIEST}; to call none, drop the service from services",
            )


def _member(hall: HallConfig, counter: CounterConfig, key: str) -> Found:
    known = [group.id for group in hall.groups]
    for name in dict.fromkeys(counter.groups):
        if name not in known:
            yield (
                key,
                f"không có nhóm `{name}`; hãy thêm [[groups]] với id ấy; các nhóm: {', '.join(known) or '–'}",
                f"there is no group `{name}`; add [[groups]] with that id; there are: {', '.join(known) or '–'}",
            )
        if counter.groups.count(name) > 1:
            yield key, f"`{name}` lặp lại; hãy xóa bớt", f"`{name}` is listed twice; remove one"


def _called(hall: HallConfig, service: str, key: str) -> Found:
    """Each kind of visitor needs a counter that takes the service without condition: a condition that never comes true
    would leave somebody there for the day."""
    takers = [counter for counter in hall.counters if service in counter.takes]
    if not takers:
        yield (
            key,
            f"không quầy nào nhận lĩnh vực `{service}`; hãy thêm vào services của một quầy",
            f"no counter takes the service `{service}`; add it to a counter's services",
        )
        return
    modes = {counter.mode for counter in takers if service in always(counter)}
    if not modes:
        yield (
            key,
            f"các quầy chỉ nhận `{service}` có điều kiện; hãy để một quầy nhận không điều kiện",
            f"counters take `{service}` under conditions only; let one take it without",
        )
        return
    for kind, (vi, en) in _KINDS.items():
        if not modes & {"all", kind} and (kind != "priority" or hall.priorities):
            yield (
                key,
                f'không quầy nào gọi {vi} của `{service}`; hãy để một quầy có mode = "all" hoặc "{kind}"',
                f'no counter calls {en} of `{service}`; give one the mode = "all" or "{kind}"',
            )


def always(counter: CounterConfig) -> list[str]:
    """The services that a counter takes without condition."""
    return [entry for entry in counter.services if isinstance(entry, str)]


def _helps(counter: CounterConfig) -> list[Helps]:
    return [entry for entry in counter.services if isinstance(entry, Helps)]
