"""What the server and its forecasting process say to each other: MessagePack, each message after its length."""

from typing import Any, Final

import msgspec

from hallsys.core.promises import Kept

LENGTH: Final = 4
"""Bytes before each message that say how long it is, big endian."""


class Job(msgspec.Struct):
    """A hall to play forward: `snapshot` but for its `today`, which is made of `record`, the running `day` as
    MessagePack. `past` are packed records of the last days, None when they are as last time. `times` (s since midnight)
    are when to count the queue."""

    hall: str
    timezone: str
    snapshot: dict[str, Any]
    day: str
    record: bytes
    past: list[bytes] | None
    times: list[float]


class Played(msgspec.Struct):
    """`waits` are (P50, P80) in s by what was asked; `queue` how many will wait at the times of the job, as P10, P50
    and P90; `kept` how the day's promises were; `trouble` why there is nothing of it, in a line for the log."""

    waits: dict[str, tuple[float, float]] = {}
    queue: list[tuple[int, int, int]] = []
    kept: Kept | None = None
    trouble: str = ""


_encode: Final = msgspec.msgpack.Encoder().encode


def message(content: Job | Played) -> bytes:
    body = _encode(content)
    return len(body).to_bytes(LENGTH, "big") + body
