"""A hall without a server: commands go through the parser and the decider, and every step is held to what all keep."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from hallsys.config import CounterConfig, HallConfig, Named, ServiceConfig, Words
from hallsys.core.commands import Command, parse
from hallsys.core.configure import configure
from hallsys.core.days import must_open
from hallsys.core.decide import decide
from hallsys.core.decision import Decision, Event
from hallsys.core.lanes import line_of
from hallsys.core.model import PUBLIC, ROWS, WAITING, Changes, Counter, Ticket, TypedChanges
from hallsys.core.state import HallState, apply
from hallsys.errors import Refused
from hallsys.texts import LANGUAGES, Texts

S = 1000
MIN = 60 * S
HOUR = 60 * MIN
EIGHT = 1_795_395_600_000
"""2026-11-23 08:00 in Viet Nam, a Monday."""

Lanes = dict[str, dict[str, list[str]]]
"""line -> lane -> labels"""


def service(name: str, **more: Any) -> ServiceConfig:
    return ServiceConfig(name, Words(f"Lĩnh vực {name}", f"Service {name}"), Words(name, name), **more)


def hall_config(
    counters: Mapping[str, str] | None = None, services: Sequence[ServiceConfig] | None = None, **more: Any
) -> HallConfig:
    """A hall of services named by one letter; `counters` says which of them each counter takes, preferred first."""
    counters = counters or {"1": "A", "2": "AH", "3": "HA"}
    taken = dict.fromkeys("".join(counters.values()))
    return HallConfig(
        id="phutho",
        name=Words("Phường Phú Thọ", "Phú Thọ ward"),
        province=Words("tỉnh Phú Thọ", "Phú Thọ province"),
        services=list(services) if services else [service(name) for name in taken],
        counters=[CounterConfig(name, f"Quầy {name}", list(takes)) for name, takes in counters.items()],
        priorities=[Named(kind, Words(kind, kind)) for kind in ("aged", "merit")],
        **more,
    )


class Rig:
    """One hall and its clock (`now`, ms). What a follower of the public events knows is kept in `view`; `who` gives the
    commands: `officer`, `role`, `person` as `decide` takes them."""

    def __init__(self, config: HallConfig | None = None, now: int = EIGHT, *, opened: bool = True) -> None:
        self.now = now
        self.view: dict[str, dict[str, Any]] = {table: {} for table in PUBLIC}
        self.events: list[Event] = []
        self.who: dict[str, Any] = {}
        self._codes = 0
        self.state = HallState(config or hall_config())
        self.settle(self.state.config)
        if opened:
            self.do("open_day")
            for name in self.state.counters:
                self.do("open_counter", counter=name)

    def settle(self, config: HallConfig) -> None:
        """The server starts again, with these settings."""
        self.state = HallState(config, self.state.tables)
        difference = configure(self.state, self.now)
        if difference is not None:
            self._take(difference)
        assert configure(self.state, self.now) is None

    def do(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Carry out a command. Raises Refused, having changed nothing."""
        command = parse(name, msgspec.json.encode(arguments))
        before = snapshot(self.state)
        try:
            decision = self._decide(command)
        except Refused as refused:
            assert snapshot(self.state) == before, "a refused command changed the hall"
            for language in LANGUAGES:
                Texts.load().refusal(language, refused)  # a KeyError where its words lack something
            raise
        assert snapshot(self.state) == before, "deciding changed the hall"
        told = decision.events[-1].changes
        for row in decision.result.values():  # a repeated command is answered from the rows that its last event told
            assert not isinstance(row, Ticket) or told["tickets"][row.label] == row
            assert not isinstance(row, Counter) or told["counters"][row.id] == row
        self._take(decision)
        return decision.result

    def refusal(self, name: str, /, **arguments: Any) -> str:
        """The code with which a command is refused, and after a space the field to mend, if one is named."""
        with pytest.raises(Refused) as caught:
            self.do(name, **arguments)
        return f"{caught.value.code} {caught.value.field}" if caught.value.field else caught.value.code

    def by(self, officer: str | None = None, role: str = "counter", person: str = "") -> "Rig":
        """From now on the commands are given by a device's officer, a program, or for somebody who was scanned."""
        self.who = {"officer": officer, "role": role, "person": person}
        return self

    def later(self, *, seconds: float = 0, minutes: float = 0) -> None:
        """Let time go by; a hall that opens by itself does so at midnight."""
        self.now += int(seconds * S + minutes * MIN)
        if self.state.hall["day"] and must_open(self.state, self.now):
            self.do("open_day")

    # -- shorter words for what most tests do --------------------------------------------------------------------

    def issue(self, service: str = "A", priority: str | None = None, *, after: float = 1) -> str:
        """Somebody takes a number, `after` seconds; its label."""
        self.later(seconds=after)
        label: str = self.do("issue", service=service, priority=priority)["ticket"].label
        return label

    def call(self, counter: str = "1") -> str:
        """Press "next" at a counter; the label of whoever is called."""
        label: str = self.do("call_next", counter=counter)["ticket"].label
        return label

    def calls(self, counter: str, times: int) -> list[str]:
        return [self.call(counter) for _ in range(times)]

    def serve(self, times: int, service: str = "A", counter: str = "1") -> list[str]:
        """Some visits from the kiosk to the end."""
        labels = []
        for _ in range(times):
            labels.append(self.issue(service))
            self.do("call", counter=counter, ticket=labels[-1], reason="test")
            self.do("finish", counter=counter)
        return labels

    def ticket(self, label: str) -> Ticket:
        return self.state.tickets.get(label) or self.state.ended[label]

    def counter(self, name: str) -> Counter:
        return self.state.counters[name]

    @property
    def kinds(self) -> list[str]:
        """The kinds of all events so far."""
        return [event.kind for event in self.events]

    def rate(self, label: str, score: int, reasons: list[str] | None = None) -> Decision:
        """A rating by the holder of a ticket's token; which ticket that is, is found outside of core."""
        command = parse("rate", msgspec.json.encode({"token": "t", "score": score, "reasons": reasons}))
        decision = decide(self.state, command, self.now, label=label)
        self._take(decision)
        return decision

    # ------------------------------------------------------------------------------------------------------------

    def _decide(self, command: Command) -> Decision:
        self._codes += 1
        return decide(self.state, command, self.now, code=f"CODE{self._codes}", **self.who)

    def _take(self, decision: Decision) -> None:
        assert decision.events
        before = snapshot(self.state)
        undo: list[Changes] = []
        for event in decision.events:
            assert set(event.changes) <= set(PUBLIC)
            assert set(event.private) <= set(ROWS) - set(PUBLIC)
            undo += [apply(self.state, through_json(event.changes)), apply(self.state, through_json(event.private))]
            fold(self.view, event.changes)
        after = snapshot(self.state)
        for changes in reversed(undo):
            apply(self.state, changes)
        assert snapshot(self.state) == before, "undo did not restore the hall"
        for event in decision.events:
            apply(self.state, event.changes)
            apply(self.state, event.private)
        assert snapshot(self.state) == after
        self.events += decision.events


def snapshot(state: HallState) -> tuple[dict[str, dict[str, Any]], Lanes, list[tuple[int, str]]]:
    """Everything that a state holds, fit to be compared later: rows are frozen, tables and lanes are copied."""
    return {table: dict(rows) for table, rows in state.tables.items()}, lanes(state), list(state.recent)


def lanes(state: HallState) -> Lanes:
    """The lanes that are not empty, as labels by line."""
    lines = {*state.services, *(f"@{name}" for name in state.counters)}
    lines |= {line_of(ticket) for ticket in state.tickets.values() if ticket.state == WAITING}
    found: Lanes = {}
    for line in sorted(lines):
        for name, lane in state.lanes.of(line)._asdict().items():
            if lane:
                found.setdefault(line, {})[name] = [place[2] for place in lane]
    return found


def through_json(changes: Changes) -> Changes:
    """Changes as they come back from the store; they must be what they were."""
    back = msgspec.json.decode(msgspec.json.encode(changes), type=TypedChanges).plain()
    assert back == changes
    return back


def fold(view: dict[str, dict[str, Any]], changes: Changes) -> None:
    """What every follower does (PROTOCOL, WebSocket)."""
    for table, rows in changes.items():
        for key, row in rows.items():
            if row is None:
                view[table].pop(key, None)
            else:
                view[table][key] = row
