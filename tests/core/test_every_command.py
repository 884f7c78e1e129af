"""Any hall, every command, whoever gives it, in any order: nothing breaks, and what is taken back was never."""

from random import Random
from typing import Any, Final

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hallsys.config import CounterConfig, HallConfig, Helps, Named, Policy, Words, Zone
from hallsys.core.commands import COMMANDS
from hallsys.core.model import AT_COUNTER
from hallsys.errors import Refused
from hallsys.hallvisits import Bookings, Tickets
from tests.core.rig import EIGHT, MIN, Rig, S, hall_config, lanes
from tests.core.truths import everything_agrees, rows

OFFICERS: Final = ("lan.tran", "minh.le", None)
PERSONS: Final = ("9e1f-hash", "77ab-hash", "")
TICKET: Final = {"wrong_state", "unknown_ticket"}
COUNTER: Final = {"unknown_counter", "counter_taken", "sign_in_first"}
ALIVE: Final = {"waiting", "called", "serving", "held"}
ISSUE: Final = {"hall_closed", "service_closed", "limit_reached", "unknown_service", "bad_request"}
END: Final = {"outcome_needed", "unknown_outcome", "unknown_service"}
REFUSED: Final[dict[str, set[str]]] = {
    "issue": {*ISSUE, "has_ticket"},
    "cancel": TICKET,
    "open_counter": COUNTER,
    "pause_counter": {*COUNTER, "counter_closed", "counter_busy"},
    "close_counter": {*COUNTER, "counter_busy"},
    "call_next": {*COUNTER, *END, "counter_closed", "nobody_waiting", "nothing_called"},
    "call": {*COUNTER, *TICKET, "counter_closed", "counter_busy"},
    "recall": {*COUNTER, "nothing_called"},
    "start": {*COUNTER, "nothing_called", "wrong_state"},
    "finish": {*COUNTER, *END, "nothing_called"},
    "no_show": {*COUNTER, "nothing_called", "wrong_state", "too_few_calls"},
    "hold": {*COUNTER, "nothing_called"},
    "return": {*COUNTER, "nothing_called"},
    "transfer": {*COUNTER, "nothing_called", "unknown_service", "unknown_group"},
    "resume": TICKET,
    "reinstate": {*TICKET, "hall_closed", "too_late"},
    "late": {*TICKET, "limit_reached"},
    "book": {"unknown_service", "bad_request", "limit_reached"},
    "check_in": {*ISSUE, "unknown_booking", "wrong_state", "too_early"},
    "cancel_booking": {"unknown_booking", "wrong_state"},
    "rate": TICKET,
    "rate_here": {*TICKET, "unknown_counter", "already_rated", "too_late"},
    "undo": {*COUNTER, "nothing_to_undo", "counter_closed"},
    "walk_in": {*COUNTER, *ISSUE, "counter_closed", "counter_busy"},
    "note": {"unknown_ticket"},
    "assign_counter": {*COUNTER, "unknown_service"},
    "sign_on": {*COUNTER, "counter_busy"},
    "sign_off": {*COUNTER, "counter_busy"},
    "ask_help": COUNTER,
    "notice": {*COUNTER, "unknown_zone"},
    "end_notice": {"unknown_notice"},
    "set_screen": {*COUNTER, "unknown_zone"},
    "expire": {*TICKET, "too_early"},
    "open_day": {"wrong_state"},
    "close_day": {"wrong_state"},
}
"""What each command may be refused with; anything else is a bug."""
LIVELY: Final = ["issue"] * 6 + ["call_next"] * 6 + ["start", "finish", "undo", "hold", "resume"] * 2
OFTEN: Final = [*LIVELY, *(name for name in COMMANDS if name not in ("open_day", "close_day")), "open_counter"]


@st.composite
def halls(draw: st.DrawFn) -> HallConfig:
    """A hall with all that the settings know."""
    counters = [
        CounterConfig("1", "1", ["A", "H"], groups=["g"]),
        CounterConfig("2", "2", ["H", Helps("A", wait_over_s=60)], mode=draw(st.sampled_from(["all", "ordinary"]))),
        CounterConfig("3", "3", ["A", "H"], weights={"A": 2, "H": 1}, groups=["g"]),
    ]
    named = [Named("g", Words("Nhóm", "Group"))]
    policy = Policy(
        starve_s=draw(st.sampled_from([60, 1800])),
        no_show_calls=draw(st.integers(1, 2)),
        undo_s=draw(st.sampled_from([0, 10, 60])),
        held_expire_s=draw(st.sampled_from([0, 120])),
        waiting_expire_s=draw(st.sampled_from([0, 600])),
        outcome_required=draw(st.booleans()),
        sign_in=draw(st.booleans()),
    )
    config = hall_config(
        {"1": "AH"},
        policy=policy,
        groups=named,
        outcomes=draw(st.sampled_from([[], named])),
        zones=[Zone("z", Words("Khu", "Zone"), ["1"])],
        tickets=Tickets(one_each=draw(st.booleans()), per_person=draw(st.integers(0, 3)), many_from=3, many_every=2),
        bookings=Bookings(early_s=600, late_s=60),
    )
    return msgspec.structs.replace(config, counters=counters)


class EveryCommand(RuleBasedStateMachine):
    rig: Rig

    @initialize(config=halls(), ended=st.sampled_from([0, 0, 48]))
    def begin(self, config: HallConfig, ended: int) -> None:
        self.rig = Rig(config, EIGHT)
        for _ in range(ended):
            self.rig.do("cancel", ticket=self.rig.issue("A", after=0))
        self.rig.later(seconds=1)

    @rule(names=st.lists(st.sampled_from(OFTEN), min_size=4, max_size=16), seed=st.integers(0, 2**32))
    def people_press(self, names: list[str], seed: int) -> None:
        random = Random(seed)
        for name in names:
            self.give(name, random)

    @rule(name=st.sampled_from(["open_day", "close_day"]), seed=st.integers(0, 2**32), seldom=st.integers(0, 3))
    def the_day_turns(self, name: str, seed: int, seldom: int) -> None:
        if not seldom:
            self.give(name, Random(seed))

    @rule(ms=st.sampled_from([S, 5 * S, 65 * S, 10 * MIN, 24 * 60 * MIN]))
    def time_goes_by(self, ms: int) -> None:
        day = self.rig.state.hall["day"]
        self.rig.later(seconds=ms / S)
        if self.rig.state.hall["day"] != day:
            state = self.rig.state
            assert not any(state.tables[name] for name in ("tickets", "ended", "lines", "shares", "desks", "persons"))
            assert not any(state.tables[name] for name in ("ratings", "visits"))
            assert not state.hall.get("notices")
            for counter in state.counters.values():
                assert (counter.state, counter.ticket, counter.returned) == ("closed", None, None)
                assert (counter.did, counter.asks, counter.until, counter.assigned) == (None, None, None, False)
        self.rig.by(None, "admin")
        for name in self.rig.state.counters:
            self.rig.do("open_counter", counter=name)

    @rule(name=st.sampled_from(["call_next"] * 3 + ["call", "finish", "no_show"]), seed=st.integers(0, 2**32))
    def a_press_is_taken_back_at_once(self, name: str, seed: int) -> None:
        random, state = Random(seed), self.rig.state
        self.rig.now += random.choice([0, 0, S])
        before, waiting, recent = rows(state), lanes(state), list(state.recent)
        arguments = self.arguments(name, random)
        if self.give(name, random, **arguments) and state.config.policy.undo_s:
            self.rig.by(None, "admin")
            rated = any(rating.at >= self.rig.now for rating in state.ratings.values())
            if not rated:
                self.rig.do("undo", counter=arguments["counter"])
                assert rows(state) == before
                assert (lanes(state), state.recent) == (waiting, recent)

    def give(self, name: str, random: Random, **arguments: Any) -> bool:
        """One command by somebody; whether it was done."""
        self.rig.now += random.choice([0, S, 3 * S])
        self.rig.by(random.choice(OFFICERS), random.choice(["counter", "supervisor"]), random.choice(PERSONS))
        arguments = arguments or self.arguments(name, random)
        try:
            if name == "rate":
                self.rig.rate(arguments["ticket"], 4)
            else:
                self.rig.do(name, **arguments)
        except Refused as caught:
            refused = caught.code
        else:
            return True
        assert refused in REFUSED[name], f"{name} is refused {refused}"
        return False

    def arguments(self, name: str, random: Random) -> dict[str, Any]:
        """Something to ask for, mostly what may be asked for now."""
        counters, service = self.rig.state.counters, random.choice("AAAHHZ"[: random.choice([5, 5, 5, 6])])
        rows = {**self.rig.state.tickets, **self.rig.state.ended}
        fit = {
            "late": {"waiting"},
            "rate_here": {"done"},
            "resume": {"held"},
            "reinstate": {"no_show"},
            "expire": {"held"},
            "call": {"waiting"},
        }
        live = [label for label, row in rows.items() if row.state in fit.get(name, ALIVE)]
        label = random.choice(live if live and random.random() < 0.8 else [*rows, "A777"])
        busy = [row.counter for row in rows.values() if row.state in AT_COUNTER]
        counter = random.choice(busy if busy and random.random() < 0.7 else [*counters, "9"] * 2 + [*counters] * 3)
        at = {"counter": counter}
        ends: dict[str, Any] = random.choice(
            [{"outcome": "g"}, {"outcome": "g", "delivered": ["A"]}, {}, {"outcome": "free"}]
        )
        where: dict[str, Any] = random.choice(
            [{"service": service}, {"to_counter": random.choice("123")}, {"to_group": "g"}]
        )
        delay: dict[str, Any] = random.choice([{}, {"after": 1, "note": "n"}])
        notices = [*self.rig.state.hall.get("notices", {}), "X"]
        more: dict[str, Any] = random.choice([{}, {}, {"then": ["H"]}, {"then": ["A", "H"]}, {"dossiers": 5}])
        told: dict[str, dict[str, Any]] = {
            "issue": {"service": service, "priority": random.choice([None, None, "aged"]), **more},
            "call_next": at | (ends if counter in busy else {}),
            "finish": at | ends,
            "call": {**at, "ticket": label, "reason": "r"},
            "pause_counter": at | random.choice([{}, {"minutes": 10, "reason": "lunch"}]),
            "hold": at | random.choice([{}, {"note": "giấy"}]),
            "transfer": {**at, **where, "place": random.choice(["arrival", "front", "end"]), **delay},
            "book": {"service": service, "at": self.rig.now + random.choice([-1, 1, 300, 9999]) * S},
            "rate_here": {
                "counter": (rows[label].counter if label in rows else None) or counter,
                "ticket": label,
                "score": 2,
            },
            "cancel_booking": {"booking": random.choice([*self.rig.state.bookings, "X"])},
            "check_in": {"booking": random.choice([*self.rig.state.bookings, "X"])},
            "walk_in": {**at, "service": service},
            "note": {"ticket": label, "text": "t"},
            "assign_counter": at | random.choice([{}, {"services": ["H"]}, {"mode": "priority"}]),
            "sign_on": {**at, "take_over": random.random() < 0.3},
            "ask_help": at | random.choice([{}, {"kind": "technical"}]),
            "notice": {"text": "t", **random.choice([{}, at, {"zone": "z", "speak": True}])},
            "end_notice": {"notice": random.choice(notices)},
            "set_screen": {"screen": random.choice("ab"), "name": "n", **random.choice([{}, at, {"zone": "z"}])},
            "open_day": {},
            "close_day": {},
        }
        if name in ("cancel", "resume", "reinstate", "late", "expire", "rate"):
            return {"ticket": label}
        return told.get(name, at)

    @invariant()
    def all_holds(self) -> None:
        state = self.rig.state
        everything_agrees(state, self.rig.now)
        assert self.rig.view == state.view()
        told = repr([(event.kind, event.changes, event.voice) for event in self.rig.events])
        assert not any(secret in told for secret in (*OFFICERS[:2], *PERSONS[:2]))
        self.rig.events.clear()
        officers = [desk.officer for desk in state.desks.values()]
        assert len(officers) == len(set(officers)), "an officer holds two counters"
        for person in state.persons.values():
            assert len(person.labels) <= (state.config.tickets.per_person or 999)


EveryCommand.TestCase.settings = settings(stateful_step_count=30)
TestEveryCommand = EveryCommand.TestCase


def test_each_command_is_given_and_both_done_and_refused() -> None:
    """What this file gives is worth giving: every command comes through, and most of their refusals come up."""
    done, refused = set[str](), set[str]()
    for seed in range(40):
        random = Random(seed)
        hall = EveryCommand()
        policy = Policy(held_expire_s=120, waiting_expire_s=600, sign_in=seed % 2 > 0)
        config = hall_config({"1": "AH", "2": "HA", "3": "AH"}, policy=policy, groups=[Named("g", Words("g", "g"))])
        hall.begin(msgspec.structs.replace(config, zones=[Zone("z", Words("Khu", "Zone"), ["1"])]), 0)
        for step in range(150):
            if step % 25 == 0:
                hall.time_goes_by(3 * MIN)
            name = random.choice([*OFTEN, "close_day", "open_day", "open_day"])
            (done if hall.give(name, random) else refused).add(name)
    assert done == set(COMMANDS)
    assert refused >= set(COMMANDS) - {"set_screen"}


def test_the_table_of_refusals_names_every_command() -> None:
    assert set(REFUSED) == set(COMMANDS)
