"""The rows of the table, what each must reach, and how it is shown."""

import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Goal:
    """A row: `must` and `aim` are limits of the value, from below where more is better."""

    name: str
    must: float
    aim: float
    more_is_better: bool
    unit: str = ""

    def meets(self, value: float, limit: float) -> bool:
        return value >= limit if self.more_is_better else value <= limit

    def limit(self, value: float) -> str:
        return f"{'≥' if self.more_is_better else '≤'} {value:g}{self.unit}"


GOALS: Final = {
    "issue_b": Goal("issue at 64 clients, one hall ÷ B", 1.1, 1.6, True),
    "call_b": Goal("call at 64 clients, one hall ÷ B", 1.1, 1.6, True),
    "issue_a": Goal("issue at 64 clients ÷ A", 0.30, 0.45, True),
    "call_a": Goal("call at 64 clients ÷ A", 0.30, 0.45, True),
    "one_p50": Goal("one client, p50 ÷ B's p50", 1.6, 1.2, False),
    "p99": Goal("64 clients issuing, p99 ÷ B's p99", 0.8, 0.5, False),
    "halls_b": Goal("148 halls in one process ÷ B", 0.9, 1.3, True),
    "two_servers": Goal("two servers on one hall ÷ one", 0.5, 0.8, True),
    "screens_10": Goal("press to the last of 10 screens, minus F", 6, 2, False, " ms"),
    "screens_100": Goal("press to the last of 100 screens, minus F", 6, 2, False, " ms"),
    "screens_1000": Goal("press to the last of 1,000 screens ÷ F", 1.6, 1.25, False),
    "memory_server": Goal("memory at 300 tickets, server", 90, 60, False, " MB"),
    "memory_store": Goal("memory at 300 tickets, store", 15, 10, False, " MB"),
    "second_start": Goal("second start to the first answer", 2, 1, False, " s"),
    "kill_server_lost": Goal("kill -9 of the server: lost or twice", 0, 0, False),
    "kill_server_back": Goal("kill -9 of the server: back after", 3, 1, False, " s"),
    "kill_store_lost": Goal("kill -9 of the store: lost or twice", 0, 0, False),
    "kill_store_back": Goal("kill -9 of the store: back after", 3, 1, False, " s"),
}


@dataclass
class Report:
    """What was measured so far."""

    rounds: int
    values: dict[str, float] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    """row -> the figures behind its value, for people"""
    troubles: dict[str, str] = field(default_factory=dict)
    """section -> why it could not be measured"""
    told: Callable[[str], None] = print

    def found(self, row: str, value: float, raw: str) -> None:
        self.values[row], self.raw[row] = value, raw
        self.told(f"{GOALS[row].name}: {value:.2f}{GOALS[row].unit}  ({raw})")

    @property
    def missed(self) -> list[str]:
        return [row for row, value in self.values.items() if not GOALS[row].meets(value, GOALS[row].must)]

    def plain(self) -> dict[str, Any]:
        """For programs."""
        rows = {
            row: asdict(GOALS[row])
            | {"value": value, "raw": self.raw[row], "meets_must": GOALS[row].meets(value, GOALS[row].must)}
            for row, value in self.values.items()
        }
        return {"machine": machine(), "rounds": self.rounds, "rows": rows, "troubles": self.troubles}

    def show(self, console: Console) -> None:
        """For people."""
        table = Table(title=f"hallsys on {machine()}, median of {self.rounds} rounds")
        for name in ("", "must", "aim", "measured", "", "figures"):
            table.add_column(name, justify="left" if name in ("", "figures") else "right", overflow="fold")
        for row, value in self.values.items():
            goal = GOALS[row]
            verdict = "aim" if goal.meets(value, goal.aim) else "ok" if goal.meets(value, goal.must) else "MISSED"
            colour = {"aim": "green", "ok": "yellow", "MISSED": "bold red"}[verdict]
            table.add_row(
                goal.name,
                goal.limit(goal.must),
                goal.limit(goal.aim),
                f"{value:.2f}{goal.unit}",
                f"[{colour}]{verdict}[/]",
                self.raw[row],
            )
        console.print(table)
        for section, trouble in self.troubles.items():
            console.print(f"[bold red]not measured:[/] {section}: {trouble}")


def machine() -> str:
    """The machine the figures were taken on."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{os.cpu_count()} cores of {model}, {platform.system()}, Python {platform.python_version()}"
