"""What a forecast must beat: the rules of thumb of the literature and of the trade, from the same snapshot.

Each gives the seconds still to wait. Rules that know a whole wait give what is left of it.
"""

from collections import defaultdict
from typing import Any

FALLBACK_S = 600.0


class Baselines:
    """LES, HOL, queue length (own service; all that share a counter) x mean / able counters, EWMA, weekday and hour."""

    NAMES = ("LES", "HOL", "queue", "queue shared", "EWMA", "weekday hour")
    ALPHA = 0.2

    def __init__(self) -> None:
        self.day = -1
        self.hours: dict[tuple[Any, ...], list[float]] = {}
        self.means: dict[str, float] = {}

    def waits(self, snapshot: dict[str, Any], history: dict[str, Any]) -> dict[str, dict[str, float]]:
        """By name, by ticket."""
        if snapshot["day"] != self.day:
            self._learn(history)
            self.day, self.read = snapshot["day"], 0
            self.last: dict[str, float] = {}
            self.smooth: dict[str, float] = {}
            self.all_last = self.all_smooth = FALLBACK_S / 2
            self.sums: dict[str, list[float]] = {}
            self.served = 0
        self._follow(snapshot["today"])
        found: dict[str, dict[str, float]] = {name: {} for name in self.NAMES}
        lines = defaultdict(list)
        for ticket in snapshot["waiting"]:
            lines[ticket["service"]].append(ticket)
        staffed = [counter for counter in snapshot["counters"] if counter["status"] == "open"]
        for number in snapshot["ask"]:
            ticket = next(row for row in snapshot["waiting"] if row["id"] == number)
            for name, wait in self._one(ticket, snapshot, lines, staffed).items():
                found[name][number] = max(0.0, wait)
        return found

    def _one(self, ticket: Any, snapshot: Any, lines: Any, staffed: Any) -> dict[str, float]:
        service, now = ticket["service"], snapshot["now"]
        waited = now - ticket["queued"]
        head = min(row["queued"] for row in lines[service])
        able = [counter for counter in staffed if service in counter["serves"]]
        shared = {letter for counter in able for letter in counter["serves"]} | {service}
        own = sum(_before(row, ticket) for row in lines[service]) + 1
        rivals = sum(_before(row, ticket) for letter in shared for row in lines[letter]) + 1
        mean, count = self._mean(service), max(1, len(able))
        hour = int(now // 3600)
        usual = (
            self.hours.get((snapshot["weekday"], hour, service))
            or self.hours.get((snapshot["weekday"], hour))
            or [FALLBACK_S]
        )
        return {
            "LES": self.last.get(service, self.all_last) - waited,
            "HOL": (now - head) - waited if head < ticket["queued"] else self.last.get(service, self.all_last) - waited,
            "queue": own * mean / count,
            "queue shared": rivals * mean / count,
            "EWMA": self.smooth.get(service, self.all_smooth) - waited,
            "weekday hour": sum(usual) / len(usual) - waited,
        }

    def _learn(self, history: dict[str, Any]) -> None:
        self.hours = defaultdict(list)
        times = defaultdict(list)
        for day in history["days"]:
            for _, _, service, _, _, queued, waited in day["calls"]:
                hour = int(queued // 3600)
                self.hours[day["weekday"], hour, service].append(waited)
                self.hours[day["weekday"], hour].append(waited)
            for row in day["services"]:
                times[row["service"]].append(row["done"] - row["called"])
                times[""].append(row["done"] - row["called"])
        self.means = {service: sum(values) / len(values) for service, values in times.items()}
        self.counts = {service: len(values) for service, values in times.items()}

    def _follow(self, today: dict[str, Any]) -> None:
        for _, _, service, _, _, _, waited in today["calls"][self.read :]:
            self.last[service] = self.all_last = waited
            before = self.smooth.get(service, self.all_smooth)
            self.smooth[service] = before + self.ALPHA * (waited - before)
            self.all_smooth += self.ALPHA * (waited - self.all_smooth)
        self.read = len(today["calls"])
        for row in today["services"][self.served :]:
            for key in (row["service"], ""):
                total = self.sums.setdefault(key, [0.0, 0.0])
                total[0] += row["done"] - row["called"]
                total[1] += 1
        self.served = len(today["services"])

    def _mean(self, service: str) -> float:
        for key in (service, ""):
            past, (total, count) = self.counts.get(key, 0), self.sums.get(key, [0.0, 0.0])
            if past + count >= 3:
                return (self.means.get(key, 0.0) * past + total) / (past + count)
        return FALLBACK_S


def _before(row: dict[str, Any], ticket: dict[str, Any]) -> bool:
    if row["id"] == ticket["id"]:
        return False
    ranks = {"return": 0, "priority": 1, "ordinary": 2}
    return bool((ranks[row["lane"]], row["since"]) < (ranks[ticket["lane"]], ticket["since"]))
