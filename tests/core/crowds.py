"""Any crowd before any counter: states put together row by row, no command between a test and the rules."""

from typing import Any

from hypothesis import strategies as st

from hallsys.config import HallConfig, Policy, Tickets
from hallsys.core.model import WAITING, Condition, Counter, Line, Ticket
from hallsys.core.state import HallState
from tests.core.rig import EIGHT, MIN, hall_config

NOW = EIGHT + 120 * MIN
SERVICES = "AHN"
GROUPS = ("land", "hall")
NEVER = 86_400
"""A starvation limit that no test reaches, in seconds."""

minutes_ago = st.integers(-1, 12).map(lambda tens: NOW - tens * 5 * MIN)
"""Few values, so that times are often equal."""


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


@st.composite
def waiting(draw: st.DrawFn, number: int, services: str = SERVICES) -> Ticket:
    """Somebody who waits, in any lane of any line."""
    where = draw(st.sampled_from(["", "", "", "counter", "group"]))
    arrival = min(draw(minutes_ago), NOW)
    return ticket(
        number,
        draw(st.sampled_from(services)),
        priority=draw(st.sampled_from([None, None, "aged", "merit"])),
        arrival=arrival,
        queued_at=min(NOW, arrival + draw(st.integers(0, 20)) * MIN),
        front=draw(st.sampled_from([None] * 7 + ["returned", "front"])),
        to_counter=draw(st.sampled_from(["1", "2"])) if where == "counter" else None,
        to_group=draw(st.sampled_from(GROUPS)) if where == "group" else None,
        not_before=draw(st.one_of(st.none(), st.none(), minutes_ago)),
        booked=draw(st.one_of(st.none(), st.none(), st.none(), minutes_ago)),
        dossiers=draw(st.sampled_from([1, 1, 2, 5])),
    )


@st.composite
def halls(draw: st.DrawFn, starve: st.SearchStrategy[int] | None = None) -> HallConfig:
    """Rules of every kind; which counters there are does not matter here."""
    policy = Policy(
        priority_calls=draw(st.integers(1, 3)),
        prefer_s=draw(st.sampled_from([0, 600, 1800])),
        starve_s=draw(starve if starve is not None else st.sampled_from([1500, 3000, NEVER])),
    )
    many = Tickets(many_from=draw(st.sampled_from([0, 2, 5])), many_every=draw(st.integers(1, 3)))
    return hall_config({"1": SERVICES}, policy=policy, tickets=many)


@st.composite
def crowds(
    draw: st.DrawFn, config: st.SearchStrategy[HallConfig] | None = None, services: str = SERVICES, most: int = 14
) -> HallState:
    rules = draw(config if config is not None else halls())
    tickets = [draw(waiting(number, services)) for number in range(1, 1 + draw(st.integers(0, most)))]
    keys = [*services, "@1", "@2", *(f"#{group}" for group in GROUPS)]
    lines = {
        key: Line(20, draw(st.integers(0, rules.policy.priority_calls)), draw(st.integers(0, rules.tickets.many_every)))
        for key in keys
    }
    return state_of(rules, tickets, lines)


conditions = st.one_of(
    st.builds(Condition, wait_over_s=st.sampled_from([600, 1500]), idle=st.booleans()), st.just(Condition(idle=True))
)


@st.composite
def counters(draw: st.DrawFn, state: HallState) -> Counter:
    """A counter of every kind, which may just have sent somebody back."""
    order = draw(st.permutations(SERVICES))[: draw(st.integers(1, 3))]
    helped = draw(st.lists(st.sampled_from(order), max_size=2))
    return counter(
        "".join(order),
        conditions={name: draw(conditions) for name in helped},
        weights={name: draw(st.integers(1, 5)) for name in order} if draw(st.integers(0, 3)) == 3 else {},
        mode=draw(st.sampled_from(["all", "all", "ordinary", "priority", "booked"])),
        groups=draw(st.lists(st.sampled_from(GROUPS), unique=True)),
        returned=draw(st.sampled_from([None, *sorted(state.tickets)])),
    )


@st.composite
def moments(draw: st.DrawFn) -> tuple[HallState, Counter]:
    """A crowd, and the counter that presses "next" at `NOW`."""
    state = draw(crowds())
    return state, draw(counters(state))
