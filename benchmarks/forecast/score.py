"""A forecast held against what happened: errors, pinball losses and coverage, each against the best baseline."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.forecast.baselines import Baselines

LEVEL = 0.8


@dataclass
class Sheet:
    """Promises and what became of them: rows of (p50, p80, baselines…), and the waits."""

    said: list[list[float]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    pending: list[tuple[str, float, list[float]]] = field(default_factory=list)

    def note(self, number: str, now: float, values: list[float]) -> None:
        self.pending.append((number, now, values))

    def close_day(self, calls: dict[str, list[float]]) -> None:
        for number, now, values in self.pending:
            later = [t for t in calls.get(number, ()) if t >= now]
            if later:
                self.said.append(values)
                self.waits.append(min(later) - now)
        self.pending.clear()

    def add(self, other: "Sheet") -> None:
        self.said += other.said
        self.waits += other.waits


@dataclass(frozen=True)
class Figures:
    count: int
    mae: float
    mae_ratio: float
    best_mae: str
    pinball_ratio: float
    best_pinball: str
    by_p80: float
    by_p50: float
    bias: float
    maes: dict[str, float]

    def row(self) -> dict[str, Any]:
        return dict(vars(self))


def figures(sheet: Sheet) -> Figures:
    said, waits = np.array(sheet.said), np.array(sheet.waits)
    p50, p80 = said[:, 0], said[:, 1]
    maes, losses = {}, {}
    for column, name in enumerate(Baselines.NAMES, start=2):
        maes[name] = float(np.abs(said[:, column] - waits).mean())
        losses[name] = generous(said[:, column], waits)
    best_mae, best_loss = min(maes, key=maes.__getitem__), min(losses, key=losses.__getitem__)
    mae = float(np.abs(p50 - waits).mean())
    return Figures(
        count=len(waits),
        mae=mae,
        mae_ratio=mae / maes[best_mae],
        best_mae=best_mae,
        pinball_ratio=pinball(p80, waits) / losses[best_loss],
        best_pinball=best_loss,
        by_p80=float((waits <= p80).mean() * 100),
        by_p50=float((waits <= p50).mean() * 100),
        bias=float((p50 - waits).mean()),
        maes=maes,
    )


def pinball(said: Any, waits: Any) -> float:
    over = waits - said
    return float(np.maximum(LEVEL * over, (LEVEL - 1) * over).mean())


def generous(said: Any, waits: Any) -> float:
    """A baseline's loss at 0.8 with the factor that suits it best, found in hindsight: baselines give no width."""
    return min(pinball(said * factor, waits) for factor in np.arange(0.6, 3.01, 0.1))
