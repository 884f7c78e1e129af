"""Any hall, any commands in any order, any time between them: what is true after every single step."""

import re
from bisect import bisect
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hallsys.config import CounterConfig, HallConfig, Policy
from hallsys.core.days import today
from hallsys.core.lanes import line_of
from hallsys.core.model import AT_COUNTER, ENDED, RECENT, WAITING, Ticket
from hallsys.core.policy import WHY
from hallsys.core.state import HallState
from hallsys.errors import Refused
from tests.core.fairness import lane_of, may_call, rightful, starving, streak_after
from tests.core.rig import EIGHT, HOUR, MIN, Lanes, Rig, S, hall_config, lanes, service, snapshot

SERVICES = "AHN"
COUNTERS = "1234"
REFUSALS = {
    *("nobody_waiting", "counter_closed", "counter_busy", "nothing_called", "wrong_state", "too_few_calls", "too_late"),
    *("hall_closed", "service_closed", "limit_reached", "too_early"),
    *("unknown_service", "unknown_counter", "unknown_ticket", "bad_request"),
}

policies = st.builds(
    Policy,
    priority_calls=st.integers(1, 3),
    prefer_s=st.sampled_from([0, 60, 600]),
    starve_s=st.sampled_from([60, 600, 1800]),
    no_show_calls=st.integers(1, 2),
    reinstate_s=st.sampled_from([0, 600, 7200]),
    return_pause_s=st.sampled_from([0, 60]),
)


@st.composite
def halls(draw: st.DrawFn) -> HallConfig:
    """Up to three services and four counters; every service has a counter, as `hallsys check` wants it."""
    names = SERVICES[: draw(st.integers(1, 3))]
    services = [
        service(
            name, daily_limit=draw(st.sampled_from([None, None, None, 30])), open=name == "A" or draw(st.booleans())
        )
        for name in names
    ]
    takes = st.permutations(names).flatmap(lambda order: st.integers(1, len(order)).map(lambda n: "".join(order[:n])))
    counters = {name: draw(takes) for name in COUNTERS[: draw(st.integers(1, 4))]}
    counters["1"] = "".join(draw(st.permutations(names)))
    opens_itself = draw(st.booleans())
    return hall_config(counters, services, policy=draw(policies), auto_open=opens_itself)


picks = st.integers(0, 999)
PRESSES = ["call_next"] * 3 + ["transfer"] * 2 + ["call", "recall", "start", "finish", "no_show", "hold", "return"]
steps = st.sampled_from(PRESSES)


def _place(row: Ticket) -> tuple[int, int, str]:
    return (row.queued_at if row.front else row.booked or row.arrival, row.number, row.label)


class EveryHall(RuleBasedStateMachine):
    """`numbers` and `streaks` are kept here by looking on, never read back from the hall."""

    rig: Rig
    numbers: dict[str, list[int]]
    streaks: dict[str, int]

    @initialize(config=halls(), ended=st.sampled_from([0, 0, 40, RECENT + 3]))
    def begin(self, config: HallConfig, ended: int) -> None:
        self.rig = Rig(config, EIGHT)
        self.numbers, self.streaks = {}, {}
        for _ in range(ended):
            self._issue("A", None)
            self._do("call", counter="1", ticket=f"A{len(self.numbers['A']):03}", reason="test")
            self._do("finish", counter="1")
        self.rig.later(minutes=1)

    def _do(self, name: str, **arguments: Any) -> dict[str, Any] | None:
        """A command; None where the rules refuse it."""
        refusal = ""
        try:
            return self.rig.do(name, **arguments)
        except Refused as refused:
            refusal = refused.code
        assert refusal in REFUSALS
        return None

    def _ticket(self, pick: int, *states: str) -> str:
        """One of the day's tickets, rather one in the states where something can come of it."""
        tickets = {**self.rig.state.tickets, **self.rig.state.ended}
        wanted = sorted(label for label, row in tickets.items() if row.state in states)
        labels = wanted if wanted and pick % 8 else sorted(tickets)
        return labels[pick % len(labels)] if labels else "A001"

    def _service(self, pick: int) -> str:
        """One of the hall's services, seldom one that there is not."""
        services = sorted(self.rig.state.services)
        return services[pick % len(services)] if pick % 40 else "Z"

    def _counter(self, pick: int) -> str:
        """One of the hall's counters, seldom one that there is not."""
        counters = sorted(self.rig.state.counters)
        return counters[pick % len(counters)] if pick % 40 else "9"

    # -- time and settings ---------------------------------------------------------------------------------------

    @rule(
        ms=st.sampled_from(
            [1, S, 10 * S, 30 * S, 61 * S, 2 * MIN, 5 * MIN, 10 * MIN, 11 * MIN, 31 * MIN, 2 * HOUR, 14 * HOUR]
        )
    )
    def time_goes_by(self, ms: int) -> None:
        day = self.rig.state.hall["day"]
        self.rig.later(seconds=ms / S)
        if self.rig.state.hall["day"] != day:
            self.numbers, self.streaks = {}, {}
            self._officers_arrive()

    @rule(policy=policies, without_counter=st.booleans(), without_service=st.booleans())
    def settings_change(self, policy: Policy, without_counter: bool, without_service: bool) -> None:
        old = self.rig.state.config
        services = old.services[:1] if without_service else old.services
        left = {row.id for row in services}
        wanted = [
            CounterConfig(row.id, row.name + "'", [name for name in row.services if name in left] or ["A"])
            for row in (old.counters[:1] if without_counter else old.counters)
        ]
        self.rig.settle(msgspec.structs.replace(old, policy=policy, services=services, counters=wanted))
        self.streaks = {line: min(streak, policy.priority_calls) for line, streak in self.streaks.items()}

    @rule(then=st.sampled_from(["opens again", "stays closed", "a night", "a night"]), closed=st.booleans())
    def the_day_ends(self, then: str, closed: bool) -> None:
        if closed and self.rig.state.hall["open"]:
            self.rig.do("close_day")
            assert {row.state for row in self.rig.state.tickets.values()} <= ENDED
            assert {row.state for row in self.rig.state.counters.values()} == {"closed"}
            assert self.rig.refusal("close_day") == "wrong_state"
        if then == "a night":
            self.time_goes_by(24 * HOUR)
        if then != "stays closed":
            self.open_day()

    @precondition(lambda self: not self.rig.state.hall["open"])
    @rule()
    def open_day(self) -> None:
        day = self.rig.state.hall["day"]
        result = self._do("open_day")
        if result is not None:
            assert result["day"] == today(self.rig.state, self.rig.now)
            assert self.rig.state.hall["open"]
            if result["day"] != day:
                self.numbers, self.streaks = {}, {}
                assert not self.rig.state.tickets
                assert not self.rig.state.ended
        self._officers_arrive()

    def _officers_arrive(self) -> None:
        for name in self.rig.state.counters:
            self.rig.do("open_counter", counter=name)

    @precondition(lambda self: self.rig.state.hall["open"])
    @rule(seldom=st.integers(0, 3))
    def close_day(self, seldom: int) -> None:
        if not seldom:
            self.rig.do("close_day")
            assert {row.state for row in self.rig.state.tickets.values()} <= ENDED
            assert {row.state for row in self.rig.state.counters.values()} == {"closed"}

    # -- tickets -------------------------------------------------------------------------------------------------

    @rule(
        people=st.lists(
            st.tuples(picks, st.sampled_from([None, None, None, "aged", "merit", "tall"])), min_size=2, max_size=9
        )
    )
    def people_come(self, people: list[tuple[int, str | None]]) -> None:
        for pick, priority in people:
            self.rig.now += pick % 3 * S
            self._issue(self._service(pick), priority)

    def _issue(self, name: str, priority: str | None) -> None:
        result = self._do("issue", service=name, priority=priority)
        if result is not None:
            self._issued(result["ticket"])
            assert 0 <= result["ahead"] < sum(map(len, lanes(self.rig.state)[name].values()))

    def _issued(self, ticket: Ticket) -> None:
        self.numbers.setdefault(ticket.service, []).append(ticket.number)
        assert ticket.label == f"{ticket.service}{ticket.number:03}"
        assert ticket.arrival == ticket.issued_at == ticket.queued_at == self.rig.now

    @rule(pick=picks, hours=st.integers(-1, 30))
    def book_and_check_in(self, pick: int, hours: int) -> None:
        booked = self._do("book", service=self._service(pick), at=self.rig.now + hours * HOUR)
        if booked is not None:
            result = self._do("check_in", booking=booked["booking"].id)
            if result is not None:
                self._issued(result["ticket"])
                assert self.rig.refusal("check_in", booking=booked["booking"].id) == "wrong_state"

    @rule(pick=picks, name=st.sampled_from(["resume", "reinstate", "cancel"]))
    def somebody_comes_back_or_leaves(self, pick: int, name: str) -> None:
        states = {"resume": ["held"], "reinstate": ["no_show"], "cancel": ["waiting", "called", "held"]}
        self._do(name, ticket=self._ticket(pick, *states[name]), **({"reason": "test"} if name == "cancel" else {}))

    # -- counters ------------------------------------------------------------------------------------------------

    @rule(pick=picks, name=st.sampled_from(["open_counter"] * 5 + ["pause_counter", "close_counter"]))
    def turn_the_sign(self, pick: int, name: str) -> None:
        counter = self._counter(pick)
        if self._do(name, counter=counter) is not None:
            assert self.rig.counter(counter).state == {"o": "open", "p": "paused", "c": "closed"}[name[0]]

    @rule(pick=picks, presses=st.lists(st.tuples(steps, picks), min_size=3, max_size=12))
    def officers_work(self, pick: int, presses: list[tuple[str, int]]) -> None:
        for number, (step, more) in enumerate(presses):
            self.rig.now += more % 5 * S
            counter = self._counter(pick + number // 3)
            row = self.rig.state.counters.get(counter)
            if step not in ("call", "call_next") and row and not row.ticket and more % 8:
                self._call_next(counter)  # most presses need a ticket at hand
            self._press(step, counter, more)

    def _press(self, step: str, counter: str, pick: int) -> None:
        if step == "call_next":
            self._call_next(counter)
        elif step == "call":
            result = self._do("call", counter=counter, ticket=self._ticket(pick, "waiting"), reason="test")
            assert result is None or result["ticket"].why == "chosen"
        elif step == "transfer":
            self._transfer(counter, pick)
        elif self._do(step, counter=counter) is not None:
            assert (self.rig.counter(counter).ticket is None) == (step not in ("recall", "start"))

    def _call_next(self, counter: str) -> None:
        state, now = self.rig.state, self.rig.now
        row = state.counters.get(counter)
        at_hand = row and row.ticket
        waiting = may_call(state, row, now) if row else []
        rightly = rightful(state, row, now, self.streaks) if row else set()
        hungry = starving(state, waiting, now)
        rows = dict(state.tickets)
        result = self._do("call_next", counter=counter)
        if result is None:
            assert not (row and row.state == "open" and waiting), "somebody waits, and nobody is called"
            return
        called = result["ticket"]
        before = rows[called.label]
        assert called.label in rightly
        assert called.calls == 1
        assert result["why"].split()[0] in WHY
        if not before.front:
            line = line_of(before)
            self.streaks[line] = streak_after(state, self.streaks.get(line, 0), before)
            assert all(before.arrival <= ticket.arrival for ticket in hungry), (
                "somebody starves, and a later one is called"
            )
        if at_hand:
            assert self.rig.ticket(at_hand).state == "done"

    def _transfer(self, counter: str, pick: int) -> None:
        where = {"to_counter": self._counter(pick // 2)} if pick % 2 else {"service": self._service(pick // 2)}
        place = ("arrival", "front", "end")[pick % 3]
        row = self.rig.state.counters.get(counter)
        old = self.rig.state.tickets[row.ticket] if row and row.ticket else None
        result = self._do("transfer", counter=counter, place=place, **where)
        if result is not None and old is not None:
            moved = result["ticket"]
            assert (moved.label, moved.number, moved.issued_at) == (old.label, old.number, old.issued_at)
            assert moved.arrival == (self.rig.now if place == "end" else old.arrival)

    # -- what is always true -------------------------------------------------------------------------------------

    @invariant()
    def all_holds(self) -> None:
        self.numbers_have_no_gap_and_no_repeat()
        self.a_ticket_is_at_one_counter_and_both_say_so()
        self.lanes_hold_exactly_those_who_wait_in_order()
        self.the_view_has_the_fifty_that_ended_last()
        self.events_and_rows_tell_the_same()
        self.times_follow_one_another()
        self.every_call_has_a_sound_of_its_own()

    def numbers_have_no_gap_and_no_repeat(self) -> None:
        for name, numbers in self.numbers.items():
            assert numbers == list(range(1, len(numbers) + 1))
            line = self.rig.state.lines.get(name)
            assert (line.number if line else 0) == len(numbers)
        labels = {f"{name}{number:03}" for name, numbers in self.numbers.items() for number in numbers}
        assert labels == {*self.rig.state.tickets, *self.rig.state.ended}

    def a_ticket_is_at_one_counter_and_both_say_so(self) -> None:
        state = self.rig.state
        said_by_counters = {row.ticket: row.id for row in state.counters.values() if row.ticket}
        said_by_tickets = {row.label: row.counter for row in state.tickets.values() if row.state in AT_COUNTER}
        assert said_by_counters == said_by_tickets
        assert len(said_by_counters) == sum(1 for row in state.counters.values() if row.ticket)
        assert {state.counters[name].state for name in said_by_counters.values()} <= {"open"}

    def lanes_hold_exactly_those_who_wait_in_order(self) -> None:
        state = self.rig.state
        waiting = [row for row in state.tickets.values() if row.state == WAITING]
        wanted: Lanes = {}
        for row in sorted(waiting, key=_place):
            wanted.setdefault(line_of(row), {}).setdefault(lane_of(row, state.config), []).append(row.label)
        assert lanes(state) == wanted

    def the_view_has_the_fifty_that_ended_last(self) -> None:
        state = self.rig.state
        shown = sorted((row.ended_at, row.label) for row in state.tickets.values() if row.state in ENDED)
        assert shown == state.recent
        assert len(shown) == min(RECENT, len(shown) + len(state.ended))
        assert not set(state.tickets) & set(state.ended)
        for row in state.ended.values():
            assert row.state in ENDED
            assert (row.ended_at or 0) <= state.recent[0][0]

    def events_and_rows_tell_the_same(self) -> None:
        state = self.rig.state
        assert self.rig.view == state.view()
        fresh = snapshot(HallState(state.config, state.tables))
        assert fresh[:2] == snapshot(state)[:2]
        assert fresh[2] == state.recent

    def times_follow_one_another(self) -> None:
        for row in (*self.rig.state.tickets.values(), *self.rig.state.ended.values()):
            assert row.issued_at <= row.arrival <= row.queued_at <= self.rig.now
            times = [time for time in (row.called_at, row.started_at, row.ended_at) if time is not None]
            assert times == sorted(times)
            assert bisect(times, self.rig.now) == len(times)
            assert (row.ended_at is not None) == (row.state in ENDED)
            if row.state == WAITING:
                assert (row.counter, row.calls, times) == (None, 0, [])
            elif row.state in AT_COUNTER:
                assert row.queued_at <= times[0]
                assert row.calls >= 1
            assert row.state != "serving" or row.started_at is not None

    def every_call_has_a_sound_of_its_own(self) -> None:
        for event in self.rig.events:
            assert (event.voice is not None) == (event.kind in ("called", "recalled"))
        spoken = [event.voice for event in self.rig.events if event.voice is not None]
        assert all(re.fullmatch(r"\w+-\w+-[0-9a-f]{6}", voice) for voice in spoken)
        self.rig.events.clear()


EveryHall.TestCase.settings = settings(stateful_step_count=40, max_examples=2 * settings().max_examples)
TestEveryHall = EveryHall.TestCase

DAY = [EveryHall.people_come] * 5 + [EveryHall.officers_work] * 9 + [EveryHall.somebody_comes_back_or_leaves] * 3
DAY += [EveryHall.time_goes_by] * 2 + [EveryHall.turn_the_sign, EveryHall.book_and_check_in]


@pytest.mark.parametrize("seed", range(25))
def test_a_full_day(seed: int) -> None:
    """Hypothesis looks for short stories; this is a long one, with many waiting and many ended."""
    random = Random(seed)
    hall = EveryHall()
    hall.begin(hall_config(policy=Policy(prefer_s=300, starve_s=1200), auto_open=False), 0)
    for _ in range(150):
        step = random.choice(DAY)
        pick = random.randrange(1000)
        if step is EveryHall.people_come:
            kinds = random.choices([None, "aged", "merit"], [6, 2, 1], k=random.randint(1, 8))
            hall.people_come([(random.randrange(1000), kind) for kind in kinds])
        elif step is EveryHall.officers_work:
            presses = [(random.choice(PRESSES), random.randrange(1000)) for _ in range(random.randint(3, 12))]
            hall.officers_work(pick, presses)
        elif step is EveryHall.somebody_comes_back_or_leaves:
            hall.somebody_comes_back_or_leaves(pick, random.choice(["resume", "resume", "reinstate", "cancel"]))
        elif step is EveryHall.time_goes_by:
            hall.time_goes_by(random.choice([1, 20 * S, 61 * S, 4 * MIN]))
        elif step is EveryHall.turn_the_sign:
            hall.turn_the_sign(pick, random.choice(["open_counter", "open_counter", "pause_counter"]))
        else:
            hall.book_and_check_in(pick, 1)
        hall.all_holds()
    assert len(hall.rig.state.ended) > 0, "too quiet a day to show anything"
