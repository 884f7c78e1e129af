"""The plan of a day: the seed decides it, and it has the shape of a ward's day."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.simulate.plan import AFTERNOON_S, CLOSING_S, NOON_S, Fate, Plan, make_plan

COUNTERS = {"1": ["A", "H"], "2": ["H", "N"], "3": ["R"], "4": ["A", "N", "R"], "5": ["A"]}
PRIORITIES = ["aged", "pregnant"]


def plan(tickets: int = 300, seed: int = 1, *, noon: bool = True) -> Plan:
    return make_plan(tickets, COUNTERS, PRIORITIES, seed, noon=noon)


def test_same_seed_same_day() -> None:
    assert plan() == plan()
    assert plan(seed=1).visitors != plan(seed=2).visitors


@given(st.integers(1, 700), st.integers(0, 10_000), st.booleans())
def test_any_day_is_complete_and_in_order(tickets: int, seed: int, noon: bool) -> None:
    """As many visitors as asked for, by arrival, within the day, for services that some counter takes."""
    day = plan(tickets, seed, noon=noon)
    times = [visitor.arrives for visitor in day.visitors]
    assert len(times) == tickets
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] < CLOSING_S
    services = {service for taken in COUNTERS.values() for service in taken}
    for visitor in day.visitors:
        assert visitor.service in services
        assert visitor.serve > 0
        assert (visitor.onward is not None) == (visitor.fate is Fate.TRANSFERRED)
        assert visitor.onward != visitor.service
        assert visitor.onward is None or visitor.onward in services


def test_burst_at_opening_and_quiet_at_noon() -> None:
    times = [visitor.arrives for visitor in plan(300).visitors]
    assert sum(time < 600 for time in times) == 60
    noon = sum(NOON_S <= time < AFTERNOON_S for time in times)
    morning_peak = sum(5_400 <= time < 9_900 for time in times)
    assert noon < 10 < 60 < morning_peak


@pytest.mark.parametrize("tickets", [60, 150, 300])
def test_everything_that_happens_in_a_hall_happens(tickets: int) -> None:
    fates = Counter(visitor.fate for visitor in plan(tickets).visitors)
    assert set(fates) == set(Fate)
    assert fates[Fate.SERVED] > tickets * 0.6
    assert {visitor.priority for visitor in plan(tickets).visitors} == {None, *PRIORITIES}


def test_officers_have_a_pace_and_breaks_of_their_own() -> None:
    officers = plan().officers
    assert [officer.counter for officer in officers] == list(COUNTERS)
    assert len({officer.pace for officer in officers}) == len(COUNTERS)
    assert all({"lunch", "break"} == {reason for *_, reason in officer.breaks} for officer in officers)
    assert all(begin < end for officer in officers for begin, end, _ in officer.breaks)
    at_noon = [o for o in officers if not any(b <= NOON_S + 1_800 < e for b, e, _ in o.breaks)]
    assert len(at_noon) == 1


def test_without_noon_nobody_goes_to_lunch() -> None:
    day = plan(noon=False)
    assert all(reason != "lunch" for officer in day.officers for *_, reason in officer.breaks)
    gaps = [b.arrives - a.arrives for a, b in zip(day.visitors, day.visitors[1:], strict=False)]
    assert max(gaps) < 1_800


def test_work_fits_into_the_day() -> None:
    """5,000 tickets at 30 counters are served faster, not for ever."""
    counters = {str(number): ["A", "H"] for number in range(30)}
    day = make_plan(5_000, counters, [], 1)
    work = sum(visitor.serve for visitor in day.visitors)
    assert work < 30 * (CLOSING_S - 2 * 3_600)


@pytest.mark.parametrize(("tickets", "counters"), [(0, COUNTERS), (10, {}), (10, {"1": []})])
def test_no_day_without_people_and_counters(tickets: int, counters: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_plan(tickets, counters, [], 1)


def test_hall_with_one_service_has_no_transfers() -> None:
    fates = {visitor.fate for visitor in make_plan(60, {"1": ["A"]}, [], 1).visitors}
    assert fates == set(Fate) - {Fate.TRANSFERRED}
