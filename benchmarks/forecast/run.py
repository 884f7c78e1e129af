"""One hall lived through: days of history first, then days that are forecast."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.forecast.baselines import Baselines
from benchmarks.forecast.hall import Day, Snapshot, working_hall
from benchmarks.forecast.plan import Hall, draw_hall
from benchmarks.forecast.score import Sheet
from hallsys.core.forecast import evaluate

HISTORY = 20


@dataclass(frozen=True)
class Case:
    """`slower` and `disobey` hold on the days that are forecast; history keeps the hall as it was. `drawn`: the hall as
    it was drawn, whether it copes or not."""

    load: int
    seed: int
    warm: int = HISTORY
    days: int = 4
    slower: float = 1.0
    disobey: float = 0.0
    drawn: bool = False

    @property
    def name(self) -> str:
        return f"{self.load} a day, hall {self.seed}"


def live(case: Case, tick: Callable[[], None] = lambda: None) -> Sheet:
    """Every promise of the forecast days, with the baselines' beside it."""
    hall = draw_hall(case.seed, case.load) if case.drawn else working_hall(case.seed, case.load)
    days = [Day(hall, day, case.seed).run() for day in range(case.warm)]
    sheet, baselines = Sheet(), Baselines()
    memo: dict[str, Any] = {}
    tried = hall.but(slower=case.slower, disobey=case.disobey)
    for day in range(case.warm, case.warm + case.days):
        history = {"days": days[-HISTORY:]}
        days.append(_forecast(tried, day, case.seed, history, memo, baselines, sheet))
        tick()
    return sheet


def _forecast(
    hall: Hall, day: int, seed: int, history: Any, memo: Any, baselines: Baselines, sheet: Sheet
) -> dict[str, Any]:
    def look(snapshot: Snapshot, fair: dict[str, float]) -> None:
        promised = evaluate(snapshot, history, memo)
        if not fair:
            return
        others = baselines.waits(snapshot, history)
        for number in fair:
            values = [*promised[number], *(others[name][number] for name in Baselines.NAMES)]
            sheet.note(number, snapshot["now"], values)

    played = Day(hall, day, seed, look)
    played.run()
    sheet.close_day(played.calls)
    return played.record
