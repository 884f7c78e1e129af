"""The forecast on small halls whose answer is known, and against a plain reading of the calling rules."""

import copy
from random import Random
from typing import Any

import numpy as np
import pytest

from benchmarks.forecast.run import Case, live
from benchmarks.forecast.score import figures
from hallsys.core.forecast import evaluate, look_ahead, queue_ahead, read_scene
from hallsys.core.forecast.play import (
    LANES,
    NEVER,
    NO_BREAK,
    ORDINARY,
    PRIORITY,
    RETURN,
    Crowd,
    Desks,
    Rules,
    play,
)

NOON = 43_200
POLICY = {"priority_calls": 2, "prefer_s": 600, "starve_s": 1800}


def ticket(
    number: str, service: str = "A", since: float = 36_000, lane: str = "ordinary", **more: Any
) -> dict[str, Any]:
    return {
        "id": number,
        "service": service,
        "priority": lane == "priority",
        "kind": "return" if lane == "return" else "new",
        "since": since,
        "queued": since,
        "lane": lane,
    } | more


def counter(number: str = "1", serves: str = "A", status: str = "open", **more: Any) -> dict[str, Any]:
    row = {"id": number, "officer": f"o{number}", "serves": list(serves), "status": status, "since": 27_000}
    return row | {"streak": 0, "current": None} | more


def busy(service: str = "A", called: float = 36_000) -> dict[str, Any]:
    return {"id": "X001", "service": service, "called": called, "start": called}


def hall(waiting: list[Any], counters: list[Any], now: float = 36_060, **more: Any) -> dict[str, Any]:
    snapshot: dict[str, Any] = {
        "load": 60,
        "day": 20,
        "weekday": 0,
        "now": now,
        "hours": [27_000, 61_200],
        "last_issue": 59_400,
        "services": ["A", "H"],
        "policy": POLICY,
        "waiting": waiting,
        "held": [],
        "counters": counters,
        "today": {"day": 20, "weekday": 0, "arrivals": [], "calls": [], "services": [], "counter_log": []},
        "ask": [row.get("id") for row in waiting],
    }
    return snapshot | more


def past(days: int = 20, lasts: float = 300.0, lunch: tuple[float, float] | None = None) -> dict[str, Any]:
    """Days on which nobody but the visitors of counter 1 was there, each for `lasts` seconds."""
    log = [[27_000, "1", "o1", "open"], [61_200, "1", "o1", "closed"]]
    if lunch:
        log[1:1] = [[lunch[0], "1", "o1", "paused"], [lunch[1], "1", "o1", "open"]]
    visit = {"service": "A", "priority": False, "kind": "new", "counter": "1", "officer": "o1", "outcome": "done"}
    return {
        "days": [
            {
                "day": day,
                "weekday": day % 5,
                "arrivals": [],
                "calls": [],
                "services": [
                    visit
                    | {"id": f"A{k}", "called": 28_000 + 600 * k, "start": 28_000 + 600 * k}
                    | {"done": 28_000 + 600 * k + lasts}
                    for k in range(50)
                ],
                "counter_log": log,
            }
            for day in range(days)
        ]
    }


def test_nothing_known_is_nothing_said() -> None:
    assert evaluate({}, None, {}) == {}
    assert evaluate({"waiting": None, "counters": None, "ask": None, "today": None, "hours": None}, {}, {}) == {}
    assert evaluate(hall([], [counter()]), {"days": []}, {}) == {}


def test_only_those_who_are_asked_and_wait_get_an_answer() -> None:
    snapshot = hall([ticket("A001"), ticket("A002")], [counter(current=busy())], ask=["A002", "A999"])
    assert list(evaluate(snapshot, None, {})) == ["A002"]


@pytest.mark.parametrize(
    "counters",
    [
        [],
        [counter(serves="H")],
        [counter(status="closed", since=30_000)],
        [counter(status="paused", since=36_000)],
        [counter(serves="")],
        [counter(serves="Ω", current=busy("Ψ"))],
    ],
    ids=["no counter", "none able", "all closed", "all paused", "serves nothing", "unknown services"],
)
def test_a_hall_that_cannot_serve_still_answers(counters: list[Any]) -> None:
    for history in (None, past()):
        (p50, p80), *_ = evaluate(hall([ticket("A001"), ticket("Q001", "Q")], counters), history, {}).values()
        assert 0 < p50 <= p80 < 86_400


def test_holes_in_the_data_are_stepped_over() -> None:
    snapshot = hall(
        [ticket("A001"), {"id": "A002"}, {"service": "A"}],
        [counter(current=busy() | {"called": None, "start": None}), {"id": "2"}],
        policy=None,
        hours=[],
        held=[{"service": "A"}],
        today={"calls": [[1, 2]], "services": [{"id": "A001"}], "counter_log": [[None, "1", "o1", "open"]]},
        ask=["A001", "A002"],
    )
    history = {"days": [None, {}, {"day": 3, "arrivals": None, "calls": [["x", 1, "A", True, "new", None, None]]}]}
    assert set(evaluate(snapshot, history, {})) == {"A001", "A002"}


def test_the_same_question_gets_the_same_answer_and_nothing_given_is_changed() -> None:
    snapshot, history = hall([ticket(f"A{k:03d}") for k in range(9)], [counter(current=busy())]), past()
    before = copy.deepcopy((snapshot, history))
    assert evaluate(snapshot, history, {}) == evaluate(snapshot, history, {})
    assert (snapshot, history) == before


def test_a_line_moves_by_one_visit_after_another() -> None:
    line = [ticket(f"A{k:03d}", since=36_000 + k) for k in range(5)]
    said = evaluate(hall(line, [counter(current=busy())]), past(lasts=300), {})
    waits = [said[row["id"]][0] for row in line]
    assert waits[0] == pytest.approx(240, abs=90)
    assert np.diff(waits) == pytest.approx([310] * 4, abs=80)


def test_lunch_that_comes_every_day_is_expected() -> None:
    line = [ticket(f"A{k:03d}", since=NOON - 900 + k) for k in range(4)]
    snapshot = hall(line, [counter(current=busy(called=NOON - 660))], now=NOON - 600)
    without = evaluate(snapshot, past(), {})["A003"][0]
    lunch = evaluate(snapshot, past(lunch=(NOON, NOON + 3600)), {})
    assert lunch["A003"][0] - without == pytest.approx(3600, abs=400)
    assert lunch["A000"][0] < 600


def test_a_counter_at_lunch_comes_back_when_it_usually_does() -> None:
    snapshot = hall([ticket("A001", since=NOON)], [counter(status="paused", since=NOON)], now=NOON + 1800)
    p50, p80 = evaluate(snapshot, past(lunch=(NOON, NOON + 3600)), {})["A001"]
    assert p50 == pytest.approx(1800, abs=200)
    assert p80 < 2400


def test_a_counter_that_is_late_to_open_is_expected_soon() -> None:
    snapshot = hall([ticket("A001", since=27_000)], [counter(status="closed", since=0)], now=27_120)
    for history in (None, past()):
        assert evaluate(snapshot, history, {})["A001"][1] < 900


def test_the_noon_pause_of_the_hours_is_kept_on_the_first_day() -> None:
    line = [ticket(f"A{k:03d}", since=40_000 + k) for k in range(6)]
    snapshot = hall(line, [counter(current=busy(called=40_980))], now=41_000, hours=[27_000, 41_400, 48_600, 61_200])
    assert evaluate(snapshot, None, {})["A005"][0] > 48_600 - 41_000


def test_those_still_to_come_overtake_by_priority() -> None:
    history = past()
    for day in history["days"]:
        day["arrivals"] = [[36_060 + 30 * k, "A", True] for k in range(60)]
    line = [ticket(f"A{k:03d}", since=36_000) for k in range(4)]
    snapshot = hall(line, [counter(current=busy())])
    assert evaluate(snapshot, history, {})["A003"][0] > evaluate(snapshot, past(), {})["A003"][0] + 600


def test_who_is_held_comes_back_first() -> None:
    line = [ticket(f"A{k:03d}", since=36_000) for k in range(4)]
    quiet = evaluate(hall(line, [counter(current=busy())]), past(), {})["A003"][0]
    held = [{"service": "A", "since": 35_000}] * 3
    assert evaluate(hall(line, [counter(current=busy())], held=held), past(), {})["A003"][0] > quiet + 120


def test_a_probe_is_told_its_wait_and_makes_nobody_wait() -> None:
    line = [ticket(f"A{k:03d}", since=36_000 + k) for k in range(3)]
    probes = [ticket(f"probe{k}", since=36_000.5, probe=True) for k in range(5)]
    without = evaluate(hall(line, [counter(current=busy())]), past(), {})
    beside = evaluate(hall([*line, *probes], [counter(current=busy())]), past(), {})
    assert beside["A002"][0] == pytest.approx(without["A002"][0], abs=60)
    assert without["A000"][0] < beside["probe0"][0] < without["A002"][0]


def test_the_queue_ahead_is_who_waits_and_who_comes_less_who_is_called() -> None:
    line = [ticket(f"A{k:03d}", since=36_000 + k) for k in range(5)]
    scene = read_scene(hall(line, [counter(current=busy())]), {})
    quiet = np.median(queue_ahead(scene, past(), {}, [36_061, 37_000, 39_600]), axis=0)
    assert quiet[0] == 5
    assert quiet[1] in (2, 3)
    assert quiet[2] == 0
    history = past()
    for day in history["days"]:
        day["arrivals"] = [[36_300 + 30 * k, "A", False] for k in range(60)]
    assert np.median(queue_ahead(scene, history, {}, [39_600])) > 20


def test_without_counters_the_queue_stays() -> None:
    scene = read_scene(hall([ticket("A001"), ticket("H001", "H")], []), {})
    assert (queue_ahead(scene, past(), {}, [36_100, 39_600]) == 2).all()


def test_a_second_counter_is_seen_to_help() -> None:
    line = [ticket(f"A{k:03d}", since=36_000 + k) for k in range(8)]
    alone = hall(line, [counter(current=busy())])
    helped = hall(line, [counter(current=busy()), counter("2")])
    waits = [look_ahead(read_scene(snapshot, {}), past(), {}).waits.max(axis=1) for snapshot in (alone, helped)]
    assert np.median(waits[1]) < 0.7 * np.median(waits[0])


def test_a_record_of_broken_promises_corrects_the_next() -> None:
    snapshot, memo = hall([ticket("B001")], [counter(current=busy())]), {}
    fresh = evaluate(snapshot, past(), memo)["B001"]
    for k in range(150):
        now, number = 36_100 + 5 * k, f"A{k:03d}"
        evaluate(hall([ticket(number, since=now)], [counter(current=busy(called=now))], now, today=snapshot["today"]),
                 past(), memo)  # fmt: skip
        snapshot["today"]["calls"].append([now + 1500, number, "A", False, "new", now, 1500])
    late = evaluate(snapshot | {"now": 38_600}, past(), memo)["B001"]
    plain = evaluate(snapshot | {"now": 38_600}, past(), {})["B001"]
    assert fresh[0] < 600
    assert late[0] > plain[0] * 1.5
    assert late[1] > plain[1] * 1.5


def test_slow_services_of_today_are_seen_today() -> None:
    today = hall([], [])["today"]
    visit = past(1)["days"][0]["services"][0]
    today["services"] = [visit | {"called": 27_100 + 700 * k, "done": 27_100 + 700 * k + 600} for k in range(12)]
    line = [ticket(f"A{k:03d}", since=36_000 + k) for k in range(5)]
    usual = evaluate(hall(line, [counter(current=busy())]), past(), {})["A004"][0]
    assert evaluate(hall(line, [counter(current=busy())], today=today), past(), {})["A004"][0] > usual * 1.15


@pytest.mark.parametrize("seed", range(12))
def test_the_play_calls_as_the_rules_say(seed: int) -> None:
    """Against a plain reading of the rules: one future, service times known, no breaks, people coming all the time."""
    rng = Random(seed)
    services, counters = rng.randint(1, 4), rng.randint(1, 3)
    lanes = [PRIORITY, ORDINARY, ORDINARY, RETURN]
    people = sorted((rng.uniform(0, 6000), rng.randrange(services), rng.choice(lanes)) for _ in range(60))
    serves = [rng.sample(range(services), rng.randint(1, services)) for _ in range(counters)]
    serves[0] = rng.sample(range(services), services)
    lasts = [rng.uniform(60, 260) for _ in range(services)]
    rules = Rules(rng.randint(1, 3), rng.choice([60, 600]), rng.choice([900, 5000]))
    said = _play(people, serves, lasts, rules)
    assert said == pytest.approx(_by_the_rules(people, serves, lasts, rules))


def _play(people: list[Any], serves: list[list[int]], lasts: list[float], rules: Rules) -> list[float]:
    crowd = Crowd(
        np.array([[service * LANES + lane for _, service, lane in people]]),
        np.array([[t for t, _, _ in people]]),
        np.ones(len(people)),
        len(lasts),
    )
    most = max(map(len, serves))
    count = len(serves)
    desks = Desks(
        np.array([row + [-1] * (most - len(row)) for row in serves]),
        np.zeros(count, dtype=np.int64),
        np.array([[0.001 * k for k in range(count)]]),
        np.ones((1, count)),
        np.full((1, count, 1), NO_BREAK),
        np.zeros((1, count, 1)),
    )
    steps = np.zeros((2000, 1), dtype=np.int64)
    called = play(crowd, desks, rules, np.array(lasts)[:, None], steps, 0.0, np.ones(len(people), dtype=bool))
    assert (called < NEVER).all()
    return [float(t) for t in called[0]]


def _by_the_rules(people: list[Any], serves: list[list[int]], lasts: list[float], rules: Rules) -> list[float]:
    called: list[float] = [-1.0] * len(people)
    free, streak = [0.001 * k for k in range(len(serves))], [0] * len(serves)
    while min(called) < 0:
        desk = min(range(len(serves)), key=free.__getitem__)
        now = free[desk]
        mine = [k for k, (_, service, _) in enumerate(people) if called[k] < 0 and service in serves[desk]]
        here = [k for k in mine if people[k][0] <= now]
        if not here:
            free[desk] = min((people[k][0] for k in mine), default=1e9)
            continue
        pick = _pick(here, people, serves[desk], streak[desk], now, rules)
        called[pick] = now
        streak[desk] = streak[desk] + 1 if people[pick][2] == PRIORITY else 0
        free[desk] = now + lasts[people[pick][1]]
    return called


def _pick(here: list[int], people: list[Any], serves: list[int], streak: int, now: float, rules: Rules) -> int:
    back = [k for k in here if people[k][2] == RETURN]
    if back:
        return back[0]
    if now - people[here[0]][0] >= rules.starve_s:
        return here[0]
    best: int | None = None
    for service in serves:
        line = [k for k in here if people[k][1] == service]
        urgent = [k for k in line if people[k][2] == PRIORITY]
        usual = [k for k in line if people[k][2] == ORDINARY]
        head = (urgent if urgent and (not usual or streak < rules.priority_calls) else usual)[:1]
        if head and (best is None or people[best][0] - people[head[0]][0] >= rules.prefer_s):
            best = head[0]
    assert best is not None
    return best


def test_it_beats_the_rules_of_thumb() -> None:
    """One small hall of the benchmark's, the day after a week of history."""
    found = figures(live(Case(load=60, seed=1, warm=5, days=2)))
    assert found.count > 100
    assert found.mae_ratio < 0.9
    assert found.pinball_ratio < 0.9
