"""Advice: in the forecast's own futures it helps, or it is not given; and it does not flicker."""

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

import pytest

from hallsys.core.advice import SWITCH_S, Advice, Memory, Option, Rules, advise
from hallsys.core.forecast import read_scene
from hallsys.core.forecast.prospect import Change, Prospect, Prospects
from tests.core.test_forecast import counter, hall, past, ticket

RULES = Rules(600, 900, 300)
NOTHING = Memory()
NOW = 36_060.0


class Seen(NamedTuple):
    longest: Mapping[str, float]
    ends: float = 60_000.0


def played(snapshot: dict[str, Any]) -> Prospects:
    memo: dict[str, Any] = {}
    return Prospects(read_scene(snapshot, memo), past(), memo)


def asked(snapshot: dict[str, Any], memory: Memory = NOTHING, later: tuple[str, ...] = ()) -> tuple[Any, Memory]:
    prospects = played(snapshot)

    def look(option: Option | None) -> Prospect:
        if option is None:
            return prospects.of()
        return prospects.of(Change(option.counter, "closed" if option.kind == "close" else "open", option.serves))

    return advise(snapshot, look, RULES, memory, later)


def twice(snapshot: dict[str, Any], later: tuple[str, ...] = ()) -> Advice | None:
    """A new advice is given when it is found again."""
    first, memory = asked(snapshot, later=later)
    assert first is None
    found: Advice | None = asked(snapshot, memory, later)[0]
    return found


def crowded(people: int, *counters: Any) -> dict[str, Any]:
    waiting = [ticket(f"A{number:03d}", since=NOW - 60 * number) for number in range(people)]
    return hall(waiting, list(counters), now=NOW)


def test_a_closed_counter_is_opened_where_the_wait_is_long() -> None:
    found = twice(crowded(12, counter("1"), counter("2", "AH", status="closed")))
    assert found is not None
    assert (found.id, found.serves) == ("open 2 A", ["A", "H"])
    assert found.after < 0.75 * found.before
    assert found.before > RULES.alarm


def test_an_open_counter_is_asked_before_a_closed_one() -> None:
    found = twice(crowded(12, counter("1"), counter("2", "H"), counter("3", "A", status="closed")))
    assert found is not None
    assert (found.id, found.serves) == ("also 2 A", ["H", "A"])


def test_who_opens_takes_the_service_first_even_where_it_is_not_its_own() -> None:
    found = twice(crowded(12, counter("1"), counter("2", "H", status="closed")))
    assert found is not None
    assert (found.kind, found.serves) == ("open", ["A", "H"])


def test_with_enough_counters_there_is_nothing_to_say() -> None:
    busy = [counter(str(number), current={"id": "X", "service": "A", "called": NOW}) for number in range(1, 5)]
    assert twice(crowded(3, *busy, counter("9", status="closed"))) is None


def test_what_was_put_off_is_not_said_and_the_next_best_may_be() -> None:
    snapshot = crowded(12, counter("1"), counter("2", "H"), counter("3", "A", status="closed"))
    found = twice(snapshot, later=("also 2 A",))
    assert found is not None
    assert found.id == "open 3 A"
    assert twice(snapshot, later=("also 2 A", "open 3 A")) is None


def test_a_counter_that_nobody_needs_may_close() -> None:
    quiet = past(lasts=60.0)
    snapshot = hall([], [counter("1"), counter("2")], now=NOW)
    snapshot["today"]["services"] = [
        {"id": "A001", "service": "A", "counter": "1", "officer": "o1", "called": NOW - 90, "done": NOW - 60}
    ]
    memo: dict[str, Any] = {}
    prospects = Prospects(read_scene(snapshot, memo), quiet, memo)

    def look(option: Option | None) -> Prospect:
        return prospects.of(option and Change(option.counter, "closed", option.serves))

    _, memory = advise(snapshot, look, RULES, Memory())
    found, _ = advise(snapshot, look, RULES, memory)
    assert found is not None
    assert found.id == "close 2"
    assert found.after <= RULES.warn


@pytest.mark.parametrize("seed", range(12))
def test_it_helps_in_its_own_futures_and_the_same_hall_gets_the_same_advice(seed: int) -> None:
    rng = Random(seed)
    services = "AH"
    counters = [
        counter(
            str(number),
            "".join(rng.sample(services, rng.choice((1, 2)))),
            status=rng.choice(("open", "open", "closed", "paused")),
            since=NOW - rng.randrange(60, 5000),
        )
        for number in range(1, 5)
    ]
    waiting = [
        ticket(f"{number}", rng.choice(services), since=NOW - rng.randrange(0, 1500))
        for number in range(rng.randrange(4, 22))
    ]
    snapshot = hall(waiting, counters, now=NOW)
    first, memory = asked(snapshot)
    again = asked(snapshot)
    assert (first, memory) == again
    found, _ = asked(snapshot, memory)
    if found is None or found.kind == "close":
        return
    prospects = played(snapshot)
    before, after = prospects.of(), prospects.of(Change(found.counter, "open", tuple(found.serves)))
    gained = max(before.longest.values()) - max(after.longest.values())
    assert gained >= RULES.gain or before.ends - after.ends >= 900
    assert found.before == round(before.longest[found.service])
    assert found.after == round(after.longest[found.service])


def test_what_stands_is_kept_until_another_is_much_better_or_it_is_no_use() -> None:
    snapshot = crowded(0, counter("1", "B"), counter("2", "C", status="closed"), counter("3", "C", status="closed"))
    waits = {"open 2 A": 1000.0, "open 3 A": 1200.0, "also 1 A": 1990.0}

    def look(option: Option | None) -> Seen:
        return Seen({"A": 2000.0 if option is None else waits[option.id]})

    said = Memory("open 3 A")
    better, memory = advise(snapshot, look, RULES, said)
    assert better is not None
    assert (better.id, memory.said) == ("open 3 A", "open 3 A"), "200 s are no reason to change one's mind"
    waits["open 2 A"] = 1200.0 - SWITCH_S - 1
    kept, memory = advise(snapshot, look, RULES, said)
    assert kept is not None
    assert (kept.id, memory.seen) == ("open 3 A", "open 2 A")
    changed, memory = advise(snapshot, look, RULES, memory)
    assert changed is not None
    assert (changed.id, memory.said) == ("open 2 A", "open 2 A")
    waits |= dict.fromkeys(waits, 1600.0)
    still, _ = advise(snapshot, look, RULES, memory)
    assert still is not None, "less than it must gain to be given, enough to be kept"
    waits |= dict.fromkeys(waits, 1900.0)
    assert advise(snapshot, look, RULES, memory)[0] is None


def test_it_is_not_worth_it_where_others_pay_for_it() -> None:
    snapshot = crowded(0, counter("1", "B"))

    def look(option: Option | None) -> Seen:
        return Seen({"A": 2000.0, "B": 100.0} if option is None else {"A": 1200.0, "B": 1100.0})

    assert advise(snapshot, look, RULES, Memory("", "also 1 A"))[0] is None
