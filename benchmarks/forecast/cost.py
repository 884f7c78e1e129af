"""What one refresh costs: 200 waiting, 100 futures, twenty days of history behind it."""

import time
from typing import Any

from benchmarks.forecast.hall import Day, Snapshot, working_hall
from hallsys.core.forecast import evaluate

WAITING = 200
ROUNDS = 15


def refresh_ms(seed: int = 1) -> tuple[float, float]:
    """Median CPU milliseconds of a refresh of everybody, and of the forecast of one ticket at its issue."""
    hall = working_hall(seed, 300)
    history = {"days": [Day(hall, day, seed).run() for day in range(20)]}
    seen: list[Snapshot] = []
    Day(hall.but(slower=1.6), 20, seed, lambda snapshot, _: seen.append(snapshot)).run()
    fullest = max(seen, key=lambda snapshot: len(snapshot["waiting"]))
    waiting = fullest["waiting"]
    crowd = [dict(waiting[k % len(waiting)], id=f"{k}") for k in range(WAITING)]
    snapshot = fullest | {"waiting": crowd, "ask": [ticket["id"] for ticket in crowd]}
    return _median(snapshot, history), _median(snapshot | {"ask": [crowd[-1]["id"]]}, history)


def _median(snapshot: Snapshot, history: Any) -> float:
    memo: dict[str, Any] = {}
    evaluate(snapshot, history, memo)
    times = []
    for step in range(ROUNDS):
        begin = time.process_time()
        evaluate(snapshot | {"now": snapshot["now"] + step}, history, memo)
        times.append(time.process_time() - begin)
    return sorted(times)[ROUNDS // 2] * 1000
