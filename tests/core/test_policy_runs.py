"""Many calls one after another: what is shared out over a run, and what nobody can save up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.config import Policy
from hallsys.core.model import Condition, Counter, Share, Ticket
from hallsys.core.policy import choose
from hallsys.core.shares import shared
from hallsys.core.state import HallState, apply
from hallsys.hallvisits import Tickets
from tests.core.crowds import NEVER, counter, state_of, ticket
from tests.core.rig import EIGHT, MIN, hall_config

SERVICES = "AHNXKS"
weights_of_some = st.lists(st.integers(1, 100), min_size=2, max_size=6).map(
    lambda some: dict(zip(SERVICES, some, strict=False))
)


class Play:
    """People come and counters call; nobody needs any time at the counter."""

    def __init__(self, policy: Policy, tickets: Tickets | None = None) -> None:
        self.now = EIGHT
        self.number = 0
        self.state: HallState = state_of(hall_config({"1": SERVICES}, policy=policy, tickets=tickets or Tickets()), [])

    def comes(self, service: str = "A", priority: str | None = None, dossiers: int = 1) -> Ticket:
        self.number += 1
        self.now += 1000
        row = ticket(self.number, service, arrival=self.now, priority=priority, dossiers=dossiers)
        apply(self.state, {"tickets": {row.label: row}})
        return row

    def calls(self, at: Counter) -> Ticket | None:
        choice = choose(self.state, at, self.now)
        if choice is None:
            return None
        apply(self.state, {"tickets": {choice.ticket.label: None}, **choice.private})
        return choice.ticket

    def waiting(self, service: str = "A") -> list[Ticket]:
        return [row for row in self.state.tickets.values() if row.service == service]


# -- N priority calls, then one ordinary -----------------------------------------------------------------------------


@given(
    steps=st.lists(st.sampled_from(["p", "p", "o", "call 1", "call 2"]), max_size=80),
    turns=st.integers(1, 4),
    service=st.sampled_from(["A", "H"]),
)
def test_however_people_come_and_counters_call_the_turns_are_kept(steps: list[str], turns: int, service: str) -> None:
    play = Play(Policy(priority_calls=turns, starve_s=NEVER))
    at = {"call 1": counter(service, "1"), "call 2": counter("AH", "2")}
    passed = 0  # priority calls in a row, each of them while an ordinary visitor waited
    in_a_row = 0
    for step in steps:
        if step in ("p", "o"):
            play.comes(service, "aged" if step == "p" else None)
            continue
        both = {row.priority is None for row in play.waiting(service)} == {True, False}
        called = play.calls(at[step])
        if called is None:
            continue
        passed = passed + 1 if called.priority and both else 0
        assert passed <= turns
        assert not both or called.priority or in_a_row == turns, "ordinary out of turn"
        in_a_row = min(in_a_row + 1, turns) if called.priority else 0


# -- many dossiers ---------------------------------------------------------------------------------------------------


@given(
    steps=st.lists(st.sampled_from(["many", "one", "one", "urgent", "call", "call"]), max_size=80),
    every=st.integers(1, 4),
)
def test_one_with_many_dossiers_after_so_many_others_and_never_before_who_came_earlier(
    steps: list[str], every: int
) -> None:
    play = Play(Policy(starve_s=NEVER), Tickets(many_from=5, many_every=every))
    others = every
    for step in steps:
        if step != "call":
            play.comes("A", "aged" if step == "urgent" else None, 5 if step == "many" else 1)
            continue
        waiting = play.waiting()
        called = play.calls(counter("A"))
        if called is None:
            continue
        usual = [row for row in waiting if row.dossiers == 1]
        if called.dossiers == 1:
            others += 1
            continue
        assert not usual or others >= every
        assert all(row.priority or row.arrival > called.arrival for row in usual)
        others = 0


@given(every=st.integers(1, 5), people=st.integers(0, 30))
def test_with_others_coming_all_the_time_one_with_many_dossiers_still_has_turns(every: int, people: int) -> None:
    play = Play(Policy(starve_s=NEVER), Tickets(many_from=5, many_every=every))
    for _ in range(people):
        play.comes()
    for _ in range(4):
        play.comes(dossiers=9)
    order = ""
    for _ in range(people + 4 * (every + 1)):
        play.comes()
        called = play.calls(counter("A"))
        assert called is not None
        order += "m" if called.dossiers == 9 else "."
    turns = [at for at, one in enumerate(order) if one == "m"]
    assert len(turns) == 4
    assert turns[0] <= max(people, every)
    assert {later - earlier for earlier, later in pairwise(turns)} == {every + 1}


# -- weights ---------------------------------------------------------------------------------------------------------


@given(weights=weights_of_some, calls=st.integers(1, 150), start=st.integers(0, 149))
def test_calls_are_shared_out_by_weight_to_within_one(weights: dict[str, int], calls: int, start: int) -> None:
    """From when the same services have somebody waiting: within one call; in any stretch of that: within two."""
    total, share = sum(weights.values()), Share()
    counts = [dict.fromkeys(weights, 0)]
    for _ in range(calls):
        called, share = shared(share, weights)
        counts.append({**counts[-1], called: counts[-1][called] + 1})
    first = counts[min(start, calls)]
    for made, now in enumerate(counts):
        for service, weight in weights.items():
            assert abs(now[service] - made * weight / total) < 1
            stretch = made - min(start, calls)
            if stretch > 0:
                assert abs(now[service] - first[service] - stretch * weight / total) < 2


@given(weights=weights_of_some, calls=st.integers(1, 60))
def test_a_counter_with_weights_calls_in_that_proportion(weights: dict[str, int], calls: int) -> None:
    play = Play(Policy(starve_s=NEVER, prefer_s=0))
    for name in weights:
        play.comes(name)
        play.comes(name)
    counts = dict.fromkeys(weights, 0)
    at = counter("".join(weights), weights=weights)
    for made in range(1, calls + 1):
        called = play.calls(at)
        assert called is not None
        counts[called.service] += 1
        play.comes(called.service)
        for name, weight in weights.items():
            assert abs(counts[name] - made * weight / sum(weights.values())) < 1


@given(weights=weights_of_some, away=st.integers(1, 60), then=st.integers(1, 60))
def test_a_service_with_nobody_waiting_saves_nothing_up(weights: dict[str, int], away: int, then: int) -> None:
    absent = list(weights)[-1]
    there = {name: weight for name, weight in weights.items() if name != absent}
    share = Share()
    for _ in range(away):
        _, share = shared(share, there)
    taken = 0
    for made in range(1, then + 1):
        called, share = shared(share, weights)
        taken += called == absent
        assert taken - made * weights[absent] / sum(weights.values()) < 1


@given(
    weights=weights_of_some,
    present=st.lists(st.sets(st.sampled_from(SERVICES), min_size=1), min_size=1, max_size=60),
)
def test_only_who_waits_is_called_and_nothing_is_owed_in_sum(weights: dict[str, int], present: list[set[str]]) -> None:
    share = Share()
    for names in present:
        here = {name: weight for name, weight in weights.items() if name in names}
        if here:
            called, share = shared(share, here)
            assert called in here
            assert set(share.credit) == set(here)
            assert abs(sum(share.credit.values())) < 1e-6


@pytest.mark.parametrize(("credit", "called"), [(0.0, "A"), (-1e-15, "A"), (-1e-6, "H")])
def test_who_neither_owes_nor_is_owed_may_be_called_whatever_the_rounding(credit: float, called: str) -> None:
    share = Share({"A": credit, "H": 0.5, "N": -0.5 - credit})
    assert shared(share, {"A": 10, "H": 1, "N": 1})[0] == called


def test_a_weighted_counter_says_its_share_and_alone_it_needs_none() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("AH", weights={"A": 2})
    play.comes("A")
    play.comes("H")
    choice = choose(play.state, at, play.now)
    assert choice is not None
    assert choice.why == "share service=A weight=2"
    apply(play.state, {"tickets": {choice.ticket.label: None}, **choice.private})
    left = choose(play.state, at, play.now)
    assert left is not None
    assert left.why == "arrival"
    assert left.private["shares"] == {"1": Share()}


def test_a_weighted_counter_that_owes_nothing_writes_nothing_down() -> None:
    play = Play(Policy(starve_s=NEVER))
    play.comes("A")
    choice = choose(play.state, counter("AH", weights={"A": 2}), play.now)
    assert choice is not None
    assert "shares" not in choice.private


def test_a_service_without_a_weight_has_the_weight_one() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("AH", weights={"A": 2})
    for service in "AAAAHHHH":
        play.comes(service)
    called = [play.calls(at) for _ in range(6)]
    assert [row.service for row in called if row] == ["A", "H", "A", "A", "H", "A"]


def test_who_was_sent_to_a_weighted_counter_goes_first_and_costs_no_share() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("AH", weights={"A": 2})
    play.comes("A")
    play.comes("H")
    sent = ticket(9, "N", to_counter="1", arrival=play.now)
    apply(play.state, {"tickets": {sent.label: sent}})
    choice = choose(play.state, at, play.now)
    assert choice is not None
    assert (choice.ticket, choice.why) == (sent, "direct")
    assert "shares" not in choice.private


# -- conditions, groups: what an officer reads -----------------------------------------------------------------------


def test_a_service_is_helped_from_its_wait_on_in_the_order_of_preference() -> None:
    play = Play(Policy(starve_s=NEVER, prefer_s=0))
    first = counter("RH", conditions={"R": Condition(wait_over_s=600)})
    other = play.comes("R")
    own = play.comes("H")
    play.now = other.arrival + 599_999
    assert (choice := choose(play.state, first, play.now)) is not None
    assert choice.ticket == own
    play.now += 1
    assert (choice := choose(play.state, first, play.now)) is not None
    assert (choice.ticket, choice.why) == (other, "help minutes=10")


def test_a_service_is_helped_only_while_nobody_waits_for_the_counters_own() -> None:
    play = Play(Policy(starve_s=NEVER, prefer_s=0))
    at = counter("HN", conditions={"N": Condition(idle=True)}, groups=["land"])
    other = play.comes("N")
    assert (choice := choose(play.state, at, play.now)) is not None
    assert (choice.ticket, choice.why) == (other, "idle")
    sent = ticket(9, "A", to_group="land", arrival=play.now)
    apply(play.state, {"tickets": {sent.label: sent}})
    assert (choice := choose(play.state, at, play.now)) is not None
    assert (choice.ticket, choice.why) == (sent, "group name=land")


def test_a_long_wait_of_somebody_told_to_come_later_calls_for_no_help() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("HR", conditions={"R": Condition(wait_over_s=600)})
    later = ticket(1, "R", arrival=EIGHT - 60 * MIN, not_before=EIGHT + MIN)
    fresh = ticket(2, "R", arrival=EIGHT)
    apply(play.state, {"tickets": {row.label: row for row in (later, fresh)}})
    assert choose(play.state, at, EIGHT) is None
    assert (choice := choose(play.state, at, EIGHT + MIN)) is not None
    assert (choice.ticket, choice.why) == (later, "help minutes=61")


def test_a_visitor_who_is_booked_for_later_does_not_keep_a_counter_from_helping() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("HN", conditions={"N": Condition(idle=True)})
    early = ticket(1, "H", arrival=EIGHT, booked=EIGHT + 60 * MIN)
    apply(play.state, {"tickets": {early.label: early}})
    other = play.comes("N")
    assert [play.calls(at), play.calls(at)] == [other, early]


def test_somebody_who_is_back_keeps_a_counter_from_helping_even_those_who_are_back_longer() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("HN", conditions={"N": Condition(idle=True)})
    own = ticket(1, "H", arrival=EIGHT, queued_at=EIGHT + 2, front="returned")
    other = ticket(1, "N", arrival=EIGHT, queued_at=EIGHT + 1, front="returned")
    apply(play.state, {"tickets": {row.label: row for row in (own, other)}})
    assert [play.calls(at), play.calls(at)] == [own, other]


def test_the_longest_wait_of_a_service_may_be_of_somebody_who_came_back_last() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("HR", conditions={"R": Condition(wait_over_s=1200)})
    back_first = ticket(1, "R", arrival=EIGHT + 20 * MIN, queued_at=EIGHT + 21 * MIN, front="returned")
    back_last = ticket(2, "R", arrival=EIGHT, queued_at=EIGHT + 22 * MIN, front="returned")
    apply(play.state, {"tickets": {row.label: row for row in (back_first, back_last)}})
    play.now = EIGHT + 22 * MIN
    assert play.calls(at) == back_first


def test_a_helped_service_says_so_even_where_weights_decide() -> None:
    play = Play(Policy(starve_s=NEVER))
    at = counter("HR", conditions={"R": Condition(wait_over_s=60)}, weights={"R": 9})
    other = play.comes("R")
    play.comes("H")
    play.now += MIN
    choice = choose(play.state, at, play.now)
    assert choice is not None
    assert (choice.ticket, choice.why) == (other, "help minutes=1")
    assert "shares" in choice.private
