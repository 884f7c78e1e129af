"""The window of known requests: a repeated key finds its first answer instead of being done again.

PROTOCOL promises both the last 10,000 commands and 24 hours, so an entry leaves only when it is past both.
"""

from typing import Final, NamedTuple

from hallsys.core.position import Position

COMMANDS: Final = 10_000
HOURS_24: Final = 24 * 3600 * 1000


class Known(NamedTuple):
    """Where a request's answer stands in the stream, what was asked, and when (ms)."""

    at: Position
    digest: str
    time: int


class Window:
    """Request keys in the order of their commits."""

    __slots__ = ("_known", "trimmed")

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self.trimmed: Position | None = None

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: str) -> Known | None:
        return self._known.get(key)

    def add(self, key: str, known: Known) -> None:
        """Remember a request, and forget those past both limits; `trimmed` is then the last position forgotten."""
        self._known[key] = known
        while len(self._known) > COMMANDS:
            oldest, value = next(iter(self._known.items()))
            if value.time > known.time - HOURS_24:
                return
            del self._known[oldest]
            self.trimmed = value.at
