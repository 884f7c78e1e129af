"""Any crowd before any counter: states put together row by row, no command between a test and the rules."""

from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from hallsys.config import HallConfig, Policy
from hallsys.core.model import WAITING, Condition, Counter, Line, Ticket
from hallsys.core.state import HallState
from hallsys.hallvisits import Tickets
from tests.core.rig import EIGHT, MIN, hall_config

NOW = EIGHT + 120 * MIN
SERVICES = "AHN"
GROUPS = ("land", "hall")
NEVER = 86_400
"""A starvation limit that no test reaches, in seconds."""

T = TypeVar("T")


def ticket(number: int, service: str = "A", **fields: Any) -> Ticket:
    """One who waits."""
    arrival = fields.get("arrival", NOW)
    row = {
        "priority": None,
        "arrival": arrival,
        "issued_at": arrival,
        "queued_at": arrival,
        "front": None,
        "to_counter": None,
        **fields,
    }
    return Ticket(
        label=f"{service}{number:03}",
        service=service,
        number=number,
        state=WAITING,
        counter=None,
        called_at=None,
        started_at=None,
        ended_at=None,
        calls=0,
        why=None,
        **row,
    )


def counter(services: str = "A", name: str = "1", **fields: Any) -> Counter:
    row = {"name": name, "state": "open", "ticket": None, "since": EIGHT, "reason": None, "returned": None, **fields}
    return Counter(id=name, services=list(services), **row)


def state_of(config: HallConfig, tickets: list[Ticket], lines: dict[str, Line] | None = None) -> HallState:
    return HallState(config, {"tickets": {row.label: row for row in tickets}, "lines": lines or {}})


class Dice(Random):
    """Hypothesis gives the seed, this the rest: a crowd of twenty costs it hundreds of draws, this one."""

    def minutes_ago(self) -> int:
        """Few values, so that times are often equal."""
        return NOW - self.randint(-1, 12) * 5 * MIN

    def maybe(self, one_in: int, value: T) -> T | None:
        return value if self.randrange(one_in) == 0 else None

    def hall(self, starve: bool = True) -> HallConfig:
        """Rules of every kind; which counters there are does not matter here."""
        policy = Policy(
            priority_calls=self.randint(1, 3),
            prefer_s=self.choice([0, 600, 1800]),
            starve_s=self.choice([1500, 3000, NEVER]) if starve else NEVER,
        )
        many = Tickets(many_from=self.choice([0, 2, 5]), many_every=self.randint(1, 3))
        return hall_config({"1": SERVICES}, policy=policy, tickets=many)

    def waiting(self, number: int, services: str) -> Ticket:
        """Somebody who waits, in any lane of any line."""
        where = self.choice(["", "", "", "counter", "group"])
        arrival = min(self.minutes_ago(), NOW)
        return ticket(
            number,
            self.choice(services),
            priority=self.choice([None, None, "aged", "merit"]),
            arrival=arrival,
            queued_at=min(NOW, arrival + self.randint(0, 20) * MIN),
            front=self.maybe(9, self.choice(["returned", "front"])),
            to_counter=self.choice(["1", "2"]) if where == "counter" else None,
            to_group=self.choice(GROUPS) if where == "group" else None,
            not_before=self.maybe(4, self.minutes_ago()),
            booked=self.maybe(5, self.minutes_ago()),
            dossiers=self.choice([1, 1, 2, 5]),
        )

    def crowd(self, rules: HallConfig, services: str = SERVICES) -> HallState:
        tickets = [self.waiting(number, services) for number in range(1, 1 + self.randint(0, 14))]
        keys = [*services, "@1", "@2", *(f"#{group}" for group in GROUPS)]
        turns, every = rules.policy.priority_calls, rules.tickets.many_every
        lines = {key: Line(20, self.randint(0, turns), self.randint(0, every)) for key in keys}
        return state_of(rules, tickets, lines)

    def condition(self) -> Condition:
        wait = self.maybe(2, self.choice([600, 1500]))
        return Condition(wait, idle=wait is None or self.random() < 0.5)

    def counter(self, state: HallState) -> Counter:
        """A counter of every kind, which may just have sent somebody back."""
        order = self.sample(SERVICES, self.randint(1, 3))
        return counter(
            "".join(order),
            conditions={name: self.condition() for name in order if self.random() < 0.3},
            weights={name: self.randint(1, 5) for name in order} if self.random() < 0.25 else {},
            mode=self.choice(["all", "all", "ordinary", "priority", "booked"]),
            groups=self.sample(GROUPS, self.randint(0, 2)),
            returned=self.choice([None, *sorted(state.tickets)]),
        )


dice = st.integers(0, 2**48).map(Dice)


def _moment(dice: Dice) -> tuple[HallState, Counter]:
    state = dice.crowd(dice.hall())
    return state, dice.counter(state)


moments = dice.map(_moment)
"""A crowd, and the counter that presses "next" at `NOW`."""

queues = dice.map(lambda dice: dice.crowd(dice.hall(starve=False), "A"))
"""A crowd of one service in which nobody waits too long."""
