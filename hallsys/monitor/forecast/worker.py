"""The forecasting process: reads jobs from standard input, answers on standard output, ends when the server does.

Started by `process.py` as `python -m hallsys.monitor.forecast.worker`: what a forecast costs, commands do not pay.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import Any, BinaryIO, Final

import msgspec

from hallsys.core.advice import Option, advise
from hallsys.core.forecast import evaluate, queue_ahead, read_scene
from hallsys.core.forecast.prospect import Change, Prospect, Prospects
from hallsys.core.forecast.record import packed, unpacked
from hallsys.core.forecast.whatif import Block, what_if
from hallsys.core.history import DayRecord
from hallsys.core.promises import kept
from hallsys.core.snapshot import today
from hallsys.monitor.forecast.wire import (
    LENGTH,
    AdviceJob,
    Advised,
    Answered,
    Imagined,
    Job,
    Played,
    Task,
    WhatIfJob,
    message,
)
from hallsys.store.past import unpack_record

COURTESY: Final = 10
"""Commands go before forecasts where there are few cores."""

_decode: Final = msgspec.msgpack.Decoder(Task).decode
_record: Final = msgspec.msgpack.Decoder(DayRecord).decode


class Player:
    """What is known of each hall from one job to the next."""

    def __init__(self) -> None:
        self._memos: dict[str, dict[str, Any]] = {}
        self._past: dict[str, dict[str, Any]] = {}
        self._plans: dict[str, dict[str, Any]] = {}
        self._last: dict[str, tuple[str, dict[str, Any]]] = {}

    def do(self, task: Task) -> Answered:
        if isinstance(task, Job):
            return self.play(task)
        return self.advise(task) if isinstance(task, AdviceJob) else self.imagine(task)

    def play(self, job: Job) -> Played:
        self._learn(job)
        history, memo = self._past.get(job.hall), self._memos.setdefault(job.hall, {})
        if job.ratios and "ratios" not in memo:
            memo["ratios"] = unpacked(job.ratios)
        record = _record(job.record)
        if record.day != job.day:  # read between two days
            record = DayRecord(job.day)
        snapshot = {**job.snapshot, "today": today(job.timezone, record)}
        self._last[job.hall] = job.day, snapshot
        waits = evaluate(snapshot, history, memo)
        queue: list[tuple[int, int, int]] = []
        if job.times:
            counts = queue_ahead(read_scene(snapshot, memo), history, memo, job.times)
            queue = [_spread(sorted(column)) for column in counts.T.tolist()]
        return Played(waits=waits, queue=queue, kept=kept(record), ratios=packed(memo) if job.tell else b"")

    def advise(self, job: AdviceJob) -> Advised:
        """What would help the hall as it was last played; nothing where it has not been."""
        if job.hall not in self._last:
            return Advised()
        day, snapshot = self._last[job.hall]
        memo = self._memos[job.hall]
        prospects = Prospects(read_scene(snapshot, memo), self._past.get(job.hall), memo)

        def look(option: Option | None) -> Prospect:
            if option is None:
                return prospects.of()
            status = "closed" if option.kind == "close" else "open"
            return prospects.of(Change(option.counter, status, option.serves))

        advice, memory = advise(snapshot, look, job.rules, job.memory, job.later)
        return Advised(advice=advice, memory=memory, day=day)

    def imagine(self, job: WhatIfJob) -> Imagined:
        """What would become of a planned day."""
        self._learn(job)
        if job.hall not in self._past:
            return Imagined()
        memo = self._plans.setdefault(job.hall, {})
        blocks = [Block(*block) for block in job.blocks]
        found = what_if(job.plan, blocks, job.tickets, self._past[job.hall], memo)
        return Imagined(
            known=True,
            hours=[(*hour,) for hour in found.hours],
            longest=found.longest,
            ends=found.ends,
            left=found.left,
            nowhere=found.nowhere,
            days=found.days,
        )

    def _learn(self, job: Job | WhatIfJob) -> None:
        if job.past is not None:
            days = [today(job.timezone, unpack_record(packed)) for packed in job.past]
            self._past[job.hall] = {"days": [day for day in days if day["arrivals"]]}

    def forget(self, hall: str) -> None:
        """What was learnt of a hall may be what its forecast stumbled over."""
        self._memos.pop(hall, None)
        self._plans.pop(hall, None)
        self._last.pop(hall, None)


def _spread(counts: list[int]) -> tuple[int, int, int]:
    """P10, P50 and P90."""
    low, middle, high = (counts[len(counts) * percent // 100] for percent in (10, 50, 90))
    return low, middle, high


def work(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Until the other side closes."""
    player = Player()
    while len(length := jobs.read(LENGTH)) == LENGTH:
        task = _decode(jobs.read(int.from_bytes(length, "big")))
        answer: Answered
        try:
            answer = player.do(task)
        except Exception as error:  # noqa: BLE001  (the server says it in its log; other halls go on)
            player.forget(task.hall)
            answer = Answered(trouble=f"{type(error).__name__}: {error}")
        answers.write(message(answer))
        answers.flush()


def main() -> None:
    # Ctrl-C reaches the whole terminal; the server decides when this ends, by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(COURTESY)
    # The server may be gone; closing writes once more what could not be written.
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints must not end up between two answers
        work(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
