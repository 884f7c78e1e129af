"""What is asked of a dossier source, and what it may answer."""

import re
from collections.abc import Mapping
from typing import Final, Literal, Protocol

import msgspec

from hallsys.kiosk.sheets import fold

STATUSES: Final = {
    1: ("Mới đăng ký", "Newly registered"),
    2: ("Được tiếp nhận", "Received"),
    3: ("Không được tiếp nhận", "Not accepted"),
    4: ("Đang xử lý", "Being processed"),
    5: ("Yêu cầu bổ sung giấy tờ", "More papers are needed"),
    6: ("Yêu cầu thực hiện nghĩa vụ tài chính", "A payment is due"),
    7: ("Công dân yêu cầu rút hồ sơ", "Withdrawn by the citizen"),
    8: ("Dừng xử lý", "Stopped"),
    9: ("Đã xử lý xong", "Done"),
    10: ("Đã trả kết quả", "Result handed over"),
}
"""The national statuses of a dossier (FACTS)."""
READY: Final = 9

_BY_WORDS: Final = {fold(vi): number for number, (vi, _) in STATUSES.items()}
_DATE: Final = re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})(?!\d)|(?P<iso>\d{4}-\d{2}-\d{2})")


class Dossier(msgspec.Struct, frozen=True):
    """What a source knows of one dossier: the national status, and the promised day as `2026-09-25`."""

    status: int
    due: str | None = None

    @property
    def ready(self) -> bool:
        return self.status == READY


Unknown = Literal["unknown", "check_needed", "check_wrong", "unavailable"]
"""Why there is no dossier to tell of: the source does not have it; it wants the check code printed on the slip; that
was wrong; it does not answer."""

Answer = Dossier | Unknown


class Source(Protocol):
    """Where dossiers are looked up. Never raises for what a citizen typed or a service did."""

    async def find(self, code: str, check: str | None = None) -> Answer:
        """The dossier of a folded code (`core.commands.fold_dossier`)."""
        ...

    @property
    def trouble(self) -> str | None:
        """What keeps it from answering, for the IT officer; None when it is well."""
        ...

    async def close(self) -> None: ...


class NoSource:
    """A hall without a source: every code is unknown, and everybody gets an ordinary ticket."""

    trouble = None

    async def find(self, code: str, check: str | None = None) -> Answer:
        return "unknown"

    async def close(self) -> None:
        pass


def status_of(text: str, more: Mapping[str, int]) -> int | None:
    """The national status that a cell or field means: its number, its words, or words of the hall's own (`more`)."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 3 and int(text) in STATUSES:
        return int(text)
    folded = fold(text)
    own = {fold(words): number for words, number in more.items()}
    return own.get(folded) or _BY_WORDS.get(folded)


def day_of(text: str) -> str | None:
    """A date as `2026-09-25` from `25/09/2026`, `25-9-2026 17:00` or ISO 8601; None when there is none in it."""
    found = _DATE.search(text)
    if found is None:
        return None
    if found["iso"]:
        return found["iso"]
    return f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}"
