"""What the server and its forecasting process say to each other: MessagePack, each message after its length."""

from typing import Any, Final

import msgspec

from hallsys.core.advice import Advice, Memory, Rules
from hallsys.core.promises import Kept

LENGTH: Final = 4
"""Bytes before each message that say how long it is, big endian."""


class Job(msgspec.Struct, tag="play"):
    """A hall to play forward: `snapshot` but for its `today`, which is made of `record`, the running `day` as
    MessagePack. `past` are packed records of the last days, None when they are as last time; `ratios` the forecast's
    own record as it was kept, in the first job of a process; `tell`: that it is wanted again. `times` (s since
    midnight) are when to count the queue."""

    hall: str
    timezone: str
    snapshot: dict[str, Any]
    day: str
    record: bytes
    past: list[bytes] | None
    times: list[float]
    ratios: bytes = b""
    tell: bool = False


class AdviceJob(msgspec.Struct, tag="advise"):
    """What would help the hall as its last job had it. `memory` is what the last advice left, `later` what nobody wants
    to hear now."""

    hall: str
    rules: Rules
    memory: Memory
    later: list[str]


class WhatIfJob(msgspec.Struct, tag="whatif"):
    """A day that is planned: `plan` is its snapshot, `blocks` are (from, to, counters), seconds since midnight. `past`
    as in a job; None, too, where it was sent before."""

    hall: str
    timezone: str
    plan: dict[str, Any]
    blocks: list[tuple[float, float, list[str]]]
    tickets: int
    past: list[bytes] | None


class Answered(msgspec.Struct):
    """`trouble` is why there is nothing in an answer, in a line for the log."""

    trouble: str = ""


class Advised(Answered):
    """Times of the advice are seconds, ends seconds since midnight; `day` is the day that it is of."""

    advice: Advice | None = None
    memory: Memory = Memory()
    day: str = ""


class Imagined(Answered):
    """As `hallsys.core.forecast.whatif.WhatIf` has it; nothing at all (`known` false) where the days before are not
    known here yet."""

    known: bool = False
    hours: list[tuple[float, float, float, float, float]] = []
    longest: tuple[float, float] = (0.0, 0.0)
    ends: tuple[float, float] = (0.0, 0.0)
    left: float = 0.0
    nowhere: list[str] = []
    days: int = 0


class Played(Answered):
    """`waits` are (P50, P80) in s by what was asked; `queue` how many will wait at the times of the job, as P10, P50
    and P90; `kept` how the day's promises were; `ratios` the forecast's own record, where it was wanted."""

    waits: dict[str, tuple[float, float]] = {}
    queue: list[tuple[int, int, int]] = []
    kept: Kept | None = None
    ratios: bytes = b""


Task = Job | AdviceJob | WhatIfJob


_encode: Final = msgspec.msgpack.Encoder().encode


def message(content: Task | Answered) -> bytes:
    body = _encode(content)
    return len(body).to_bytes(LENGTH, "big") + body
