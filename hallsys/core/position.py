"""A position in a hall's sequence of events: `<epoch>-<seq>`, also the id of the stream entry."""

import re
from typing import Final, NamedTuple

_FORM: Final = re.compile(r"(0|[1-9]\d{0,18})-(0|[1-9]\d{0,18})", re.ASCII)


class Position(NamedTuple):
    """`seq` grows by one an event; a new epoch begins when a tail of events was lost."""

    epoch: int
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"

    def after(self, events: int) -> "Position":
        return Position(self.epoch, self.seq + events)

    @staticmethod
    def parse(text: str) -> "Position":
        """Raises ValueError on anything but two whole numbers joined by a dash."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"not a position: {text[:40]!r}")
        return Position(int(match[1]), int(match[2]))
