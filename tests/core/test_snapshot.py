"""The forecast's picture of a hall against the hall itself: who waits where, and whom the real rules call next."""

import random
from typing import Any

import msgspec
import pytest

from hallsys.core.forecast import evaluate
from hallsys.core.lanes import line_of
from hallsys.core.model import HELD, WAITING
from hallsys.core.policy import choose
from hallsys.core.promises import Kept, kept
from hallsys.core.snapshot import probe, snapshot, today
from hallsys.errors import Refused
from tests.core.rig import EIGHT, hall_config
from tests.core.test_history import TZ, Diary

COUNTERS = {"1": "A", "2": "AH", "3": "HA"}
EIGHT_S = 8 * 3600.0


def morning(seed: int) -> Diary:
    """An hour and a half of presses in a random order, some of which are refused."""
    rng, hall = random.Random(seed), Diary(counters=COUNTERS)
    for _ in range(240):
        hall.later(seconds=rng.randrange(10, 40))
        counter, waiting = rng.choice("123"), [row for row in hall.state.tickets.values() if row.state == WAITING]
        press = rng.choice(
            ["issue"] * 9
            + ["call_next"] * 5
            + ["finish", "hold", "resume", "transfer", "return", "pause_counter", "open_counter"]
        )
        held = [row.label for row in hall.state.tickets.values() if row.state == HELD]
        args: dict[str, Any] = {"counter": counter}
        if press == "issue":
            args = {"service": rng.choice("AH"), "priority": rng.choice([None, None, "aged"])}
        elif press == "resume":
            args = {"ticket": rng.choice(held or ["A999"])}
        elif press == "transfer":
            args |= rng.choice([{"service": "H"}, {"to_counter": "3"}, {"service": "A", "after": 30}])
        if press == "issue" and len(waiting) > 40:
            continue
        try:
            hall.do(press, **args)
        except Refused:
            continue
    return hall


def called_by_the_snapshot(shot: dict[str, Any], counter: str) -> str | None:
    """Whom a counter calls by the rules of docs/forecast.md, read from the snapshot alone."""
    row = next(row for row in shot["counters"] if row["id"] == counter)
    now, policy = shot["now"], shot["policy"]
    mine = [one for one in shot["waiting"] if one["service"] in row["serves"] and not one.get("probe")]
    back = [one for one in mine if one["lane"] == "return"]
    if back:
        return str(min(back, key=lambda one: one["queued"])["id"])
    starved = [one for one in mine if now - one["since"] >= policy["starve_s"]]
    if starved:
        return str(min(starved, key=lambda one: one["since"])["id"])
    best = None
    for line in row["serves"]:
        lanes = {
            name: sorted(
                (one for one in mine if one["service"] == line and one["lane"] == name), key=lambda one: one["since"]
            )
            for name in ("priority", "ordinary")
        }
        first = (
            "priority"
            if lanes["priority"] and (not lanes["ordinary"] or row["streak"] < policy["priority_calls"])
            else "ordinary"
        )
        head = next(iter(lanes[first]), None)
        if head and (best is None or best["since"] - head["since"] >= policy["prefer_s"]):
            best = head
    return str(best["id"]) if best else None


@pytest.mark.parametrize("seed", range(6))
def test_the_snapshot_and_the_hall_agree_on_who_waits_and_who_is_next(seed: int) -> None:
    hall = morning(seed)
    shot = snapshot(hall.state, hall.now)
    assert msgspec.json.decode(msgspec.json.encode(shot)) == shot, "plain data"
    real = [one for one in shot["waiting"] if not one.get("probe")]
    waiting = {
        row.label: row
        for row in hall.state.tickets.values()
        if row.state == WAITING and (row.not_before or 0) <= hall.now
    }
    assert {one["id"]: one["service"] for one in real} == {label: line_of(row) for label, row in waiting.items()}
    assert shot["now"] == EIGHT_S + (hall.now - EIGHT) / 1000
    assert len(shot["held"]) == sum(
        row.state == HELD or (row.not_before or 0) > hall.now
        for row in hall.state.tickets.values()
        if row.state in (HELD, WAITING)
    )
    assert len(waiting) > 5
    for counter in hall.state.counters.values():
        # what a counter has just sent back is for others for a minute, which the forecast does not know of; the
        # priority streak is one of each line, the forecast has the counter's first
        others = [
            line
            for line in counter.services[1:]
            if (line in hall.state.lines)
            and hall.state.lines[line].streak != hall.state.lines[counter.services[0]].streak
        ]
        if counter.returned or others:
            continue
        choice = choose(hall.state, counter, hall.now)
        assert called_by_the_snapshot(shot, counter.id) == (choice.ticket.label if choice else None), counter.id


@pytest.mark.parametrize("seed", range(3))
def test_what_a_day_holds_so_far_only_grows_at_its_end_and_gives_a_forecast_for_everybody(seed: int) -> None:
    hall = morning(seed)
    found = today(TZ, hall.day)
    assert all(found[part] for part in ("arrivals", "calls", "services", "counter_log"))
    for rows, at in (
        (found["arrivals"], 0),
        (found["calls"], 0),
        (found["services"], "done"),
        (found["counter_log"], 0),
    ):
        times = [row[at] for row in rows]
        assert times == sorted(times)
    shot = {**snapshot(hall.state, hall.now), "today": found}
    waits = evaluate(shot, None, {})
    assert set(waits) == set(shot["ask"])
    assert {probe("A"), probe("A", priority=True), probe("H")} <= set(waits)
    assert all(0 <= p50 <= p80 < 24 * 3600 for p50, p80 in waits.values())


def test_nobody_is_asked_about_a_service_that_is_closed_or_has_no_counter() -> None:
    hall = Diary(counters={"1": "A"})
    assert snapshot(hall.state, hall.now)["ask"] == ["?A", "?A!"]
    alone = Diary(counters={"1": "A"})
    alone.settle(msgspec.structs.replace(hall_config({"1": "A"}), counters=[]))
    assert snapshot(alone.state, alone.now)["ask"] == []


def test_what_was_promised_stands_on_the_ticket_and_is_scored_at_the_call() -> None:
    hall = Diary()
    assert kept(hall.day) is None
    hall.who = {"wait": (300, 600)}
    first = hall.issue("A")
    assert hall.do("issue", service="A")["wait"] == (300, 600)
    hall.who = {"wait": None}
    silent = hall.issue("A")
    assert hall.ticket(first).promised == (300, 600)
    assert hall.ticket(silent).promised is None
    hall.later(seconds=599)
    hall.call("1")  # after 600 s: by the P80, 300 s later than the P50
    assert kept(hall.day) == Kept(1, 100, 0, 300, 300)
    hall.later(seconds=60)
    hall.call("2")
    assert kept(hall.day) == Kept(2, 50, 0, 330, 330)
    hall.call("3")
    assert kept(hall.day) == Kept(2, 50, 0, 330, 330)
