"""What the play knows beyond the plain rules: calls out of turn, conditions and modes, a noon worked through."""

from random import Random
from typing import Any

import numpy as np
import pytest

from hallsys.core.forecast import evaluate, look_ahead, read_scene
from hallsys.core.forecast.disorder import passed
from hallsys.core.forecast.play import NEVER, NO_BREAK, ORDINARY, Crowd, Desks, Rules, play
from hallsys.core.forecast.reading import Call
from hallsys.core.forecast.whatif import Block, what_if
from tests.core.test_forecast import counter, hall, past, ticket

PEOPLE, FUTURES = 40, 50


def calls(share: float, people: int = 400) -> list[Call]:
    """A line of one service in which officers call anybody in a share of the cases."""
    rng, waiting, made = Random(3), [float(number * 20) for number in range(people)], []
    now = 2000.0
    while waiting:
        there = [joined for joined in waiting if joined <= now]
        if there:
            joined = rng.choice(there) if rng.random() < share else there[0]
            waiting.remove(joined)
            made.append(Call(now, f"A{joined}", "A", False, "new", joined))
        now += 20
    return made


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3])
def test_the_share_of_calls_out_of_turn_is_read_from_the_record(share: float) -> None:
    assert passed(calls(share)).share == pytest.approx(share, abs=0.05)


def test_who_waits_and_was_passed_counts_before_the_call() -> None:
    scene = read_scene(hall([ticket("A001", since=1000.0)], [counter()]), {})
    late = [Call(2000.0, "A002", "A", False, "new", 1500.0)]
    assert passed(late, scene.waiting).out == 1
    assert passed(late).out == 0


def played(share: float) -> np.ndarray[Any, Any]:
    """When each of a line is called that one counter takes a minute each, by future."""
    crowd = Crowd(
        np.full((FUTURES, PEOPLE), ORDINARY),
        np.tile(np.arange(PEOPLE, dtype=float), (FUTURES, 1)),
        np.ones(PEOPLE),
        1,
    )
    none = np.full((FUTURES, 1, 1), NO_BREAK)
    desks = Desks(
        np.array([[0]]), np.array([0]), np.full((FUTURES, 1), 100.0), np.ones((FUTURES, 1)), none, np.zeros(none.shape)
    )
    rng = np.random.default_rng(5)
    draws = rng.integers(0, 4, (200, FUTURES))
    rogue = rng.random((200, FUTURES)) < share
    wanted = np.ones(PEOPLE, dtype=bool)
    return play(crowd, desks, Rules(2, 600, 1e9), np.full((1, 4), 60.0), draws, 0.0, wanted, rogue=rogue)


def test_calls_out_of_turn_call_everybody_once_and_nobody_in_order() -> None:
    in_turn, anybody = played(0.0), played(1.0)
    assert (np.diff(in_turn, axis=1) > 0).all()
    assert (anybody < NEVER).all()
    assert (np.sort(anybody, axis=1) == in_turn).all(), "the counter is as fast, whoever it calls"
    place = anybody.argsort(axis=1).argsort(axis=1).mean(axis=0)
    assert place.min() > 0.3 * PEOPLE
    assert place.max() < 0.75 * PEOPLE


def test_a_hall_that_calls_out_of_turn_is_told_wider_ranges() -> None:
    waiting = [ticket(f"W{number}", since=35_000.0 + number) for number in range(12)]
    orderly, other = (
        hall(waiting, [counter(), counter("2")])
        | {"today": {"calls": [[c.at, c.id, c.service, False, "new", c.queued, 0] for c in calls(share)]}}
        for share in (0.0, 0.5)
    )

    def width(snapshot: dict[str, Any]) -> float:
        memo: dict[str, Any] = {}
        waits = look_ahead(read_scene(snapshot, memo), past(), memo).waits[:, 0]
        return float(np.quantile(waits, 0.9) - np.quantile(waits, 0.5))

    assert width(other) > 2 * width(orderly)


def waits(conditions: dict[str, Any] | None = None, mode: str = "all", lane: str = "ordinary") -> list[float]:
    waiting = [ticket(f"{number}", since=36_000.0 + number, lane=lane) for number in range(6)]
    helper = counter("2", "HA", mode=mode, conditions=conditions or {})
    found = evaluate(hall(waiting, [counter("1"), helper]), past(), {})
    return [found[str(number)][0] for number in range(6)]


def test_a_counter_that_helps_after_a_while_comes_when_somebody_has_waited_so_long() -> None:
    always, helped, alone = waits(), waits({"A": [600, False]}), waits(mode="booked")
    assert always[1] < 60
    assert helped[1] == pytest.approx(alone[1], abs=5), "nobody has waited for ten minutes yet"
    assert helped[2] == pytest.approx(600 - 60, abs=30)
    assert always[5] < helped[5] < alone[5]


def test_a_counter_that_helps_when_idle_does_so_while_nobody_waits_for_its_own() -> None:
    assert waits({"A": [None, True]}) == waits()
    own = [ticket(f"H{number}", "H", since=36_050.0) for number in range(9)]
    waiting = [ticket(f"{number}", since=36_000.0) for number in range(3)]
    counters = [counter("1"), counter("2", "AH", conditions={"A": [None, True]})]
    snapshot = hall(own + waiting, counters)
    assert evaluate(snapshot, past(), {})["H0"][0] < 60
    assert evaluate(snapshot, past(), {})["2"][0] > 500


def test_a_counter_of_a_mode_leaves_the_others_alone() -> None:
    assert waits(mode="priority") == waits(mode="booked")
    assert waits(mode="priority", lane="priority")[1] < 60
    assert waits(mode="ordinary", lane="priority")[1] > 200


def test_a_noon_pause_that_is_worked_through_is_no_pause_still_to_come() -> None:
    """On the first day; it used to be told as two hours more, as long as the pause on the door."""
    hours = [27_000, 41_400, 48_600, 61_200]
    waiting = [ticket(f"{number}", since=42_500.0) for number in range(6)]
    at_work = {"id": "X", "service": "A", "called": 42_500.0, "start": 42_500.0}
    counters = [counter(str(number), current=at_work) for number in (1, 2)]
    found = evaluate(hall(waiting, counters, now=43_200.0, hours=hours), None, {})
    assert found["5"][1] < 3 * 3600 / 2
    assert found["1"][1] < 1800


def test_a_counter_that_had_nobody_all_noon_has_had_its_lunch() -> None:
    waiting = [ticket(f"{number}", since=46_700.0) for number in range(4)]
    idle = evaluate(hall(waiting, [counter("1")], now=46_800.0), None, {})
    log = [{"id": "X", "service": "A", "counter": "1", "officer": "o1", "called": 46_000.0, "done": 46_700.0}]
    just = hall(waiting, [counter("1")], now=46_800.0)
    just["today"]["services"] = log
    assert idle["1"][1] < evaluate(just, None, {})["1"][1]


def test_a_first_day_expects_few_while_the_door_says_closed() -> None:
    from_eight = [28_800, 41_400, 48_600, 61_200]
    plan = {"day": 1, "now": 25_000, "services": ["A"], "counters": [counter("1", status="closed")]}
    blocks = [Block(28_800, 61_200, ["1"])]
    pausing, open_all_day = (
        {hour.at / 3600: hour.people for hour in what_if(plan | {"hours": hours}, blocks, 100, None, {}).hours}
        for hours in (from_eight, [28_800, 61_200])
    )
    assert pausing[12] < open_all_day[12] / 3
    assert sum(pausing.values()) == pytest.approx(sum(open_all_day.values()), abs=10)
