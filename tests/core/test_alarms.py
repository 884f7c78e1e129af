"""When an alarm is raised, told again and over, whatever the figures do."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.core.alarms import SLACK, Alarm, Change, Reading, Steps, acknowledged, reached, step
from hallsys.hallalarms import SEVERITIES

MINUTE = 60_000
STEPS: Steps = (600, 900, 1200)
OVER = 60_000
REPEAT = 600_000


class Desk:
    """Folds changes as the store would; `events` is what was told, `(ms, event, severity)`."""

    def __init__(self, over_ms: int = OVER) -> None:
        self.over_ms = over_ms
        self.alarms: dict[str, Alarm] = {}
        self.falling: dict[str, int] = {}
        self.events: list[tuple[int, str, str]] = []
        self.past: list[Alarm] = []

    def look(self, now: int, *readings: Reading, quiet: bool = False) -> list[Change]:
        changes = step(self.alarms, self.falling, readings, now, over_ms=self.over_ms, quiet=quiet)
        for change in changes:
            alarm = change.alarm
            self.alarms[alarm.id] = alarm
            if alarm.over is not None:
                self.past.append(self.alarms.pop(alarm.id))
            if change.event:
                self.events.append((now, change.event, alarm.severity))
        return changes

    @property
    def told(self) -> list[str]:
        return [event for _, event, _ in self.events]


def wait(value: int | None, **changes: Any) -> Reading:
    return Reading("wait", "H", value, STEPS, about="H001", repeat_ms=REPEAT, **changes)


def test_it_is_raised_at_the_limit_and_grows_worse_at_the_next() -> None:
    desk = Desk()
    for now, value in enumerate((599, 600, 601, 899, 900, 1199, 1200, 5000)):
        desk.look(now, wait(value))
    assert desk.events == [(1, "raised", "warn"), (4, "worse", "alarm"), (6, "worse", "critical")]
    assert desk.alarms["wait.H"].limit == 1200


def test_it_is_over_only_after_it_was_well_below_for_a_minute() -> None:
    desk = Desk()
    desk.look(0, wait(600))
    desk.look(1, wait(545))  # within a tenth: still the same alarm
    desk.look(OVER * 3, wait(545))
    assert desk.alarms
    desk.look(OVER * 3 + 1, wait(0))
    desk.look(OVER * 4, wait(0))
    assert desk.alarms
    desk.look(OVER * 4 + 1, wait(0))
    assert (desk.alarms, desk.told) == ({}, ["raised", "over"])
    assert desk.past[0].over == OVER * 4 + 1


def test_a_fall_that_does_not_last_is_none() -> None:
    desk = Desk()
    desk.look(0, wait(600))
    for at in range(1, 20):
        desk.look(at * (OVER // 2), wait(0 if at % 2 else 700))
    assert desk.told == ["raised"]


def test_it_eases_without_a_word_and_is_told_when_it_grows_again() -> None:
    desk = Desk()
    desk.look(0, wait(1300))
    desk.look(1, wait(700))
    desk.look(1 + OVER, wait(700))
    assert (desk.alarms["wait.H"].severity, desk.alarms["wait.H"].worst) == ("warn", "critical")
    desk.look(2 + OVER, wait(950))
    assert desk.told == ["raised", "worse"]


def test_it_is_told_again_until_somebody_sees_to_it() -> None:
    desk = Desk()
    for minute in range(31):
        desk.look(minute * MINUTE, wait(700))
    assert [(at // MINUTE, event) for at, event, _ in desk.events] == [
        (0, "raised"),
        (10, "again"),
        (20, "again"),
        (30, "again"),
    ]
    desk.alarms["wait.H"] = acknowledged(desk.alarms["wait.H"], "Lan", 31 * MINUTE)
    for minute in range(31, 90):
        desk.look(minute * MINUTE, wait(700))
    assert len(desk.events) == 4
    desk.look(90 * MINUTE, wait(900))
    assert (desk.told[-1], desk.alarms["wait.H"].state, desk.alarms["wait.H"].by) == ("worse", "raised", None)
    once = acknowledged(desk.alarms["wait.H"], "Lan", 1)
    assert acknowledged(once, "Minh", 2) is once


def test_quiet_hours_show_and_do_not_tell() -> None:
    desk = Desk()
    desk.look(0, wait(700), quiet=True)
    desk.look(REPEAT * 2, wait(950), quiet=True)
    assert (desk.told, desk.alarms["wait.H"].severity) == ([], "alarm")
    desk.look(REPEAT * 2 + 1, wait(950))
    assert desk.told == ["raised"]
    desk.look(REPEAT * 2 + 2, wait(0), quiet=True)
    desk.look(REPEAT * 2 + 2 + OVER, wait(0), quiet=True)
    assert desk.told == ["raised", "over"]


def test_what_was_never_told_is_not_told_to_be_over() -> None:
    desk = Desk(over_ms=0)
    desk.look(0, wait(700), quiet=True)
    desk.look(1, wait(0))
    assert (desk.told, len(desk.past)) == ([], 1)


def test_what_is_not_known_changes_nothing_and_what_is_gone_is_over() -> None:
    desk = Desk(over_ms=0)
    desk.look(0, wait(None))
    assert not desk.alarms
    desk.look(1, wait(700))
    desk.look(2, wait(None))
    assert desk.alarms["wait.H"].since == 1
    desk.look(3)
    assert desk.told == ["raised", "over"]


@pytest.mark.parametrize(("value", "changes"), [(660, 1), (659, 0)])
def test_figures_are_written_when_people_would_see_them_change(value: int, changes: int) -> None:
    desk = Desk()
    desk.look(0, wait(600))
    assert len(desk.look(1, wait(value))) == changes
    assert desk.told == ["raised"]


FIGURES = st.lists(st.tuples(st.integers(1, 90_000), st.integers(0, 1500) | st.none(), st.booleans()), max_size=60)


def played(figures: Iterable[tuple[int, int | None, bool]]) -> tuple[Desk, list[tuple[int, int | None, str | None]]]:
    """A desk after all of it, and what the alarm was after each look, `(ms, figure, severity)`."""
    desk, now = Desk(), 0
    seen: list[tuple[int, int | None, str | None]] = []
    for later, value, quiet in figures:
        now += later
        desk.look(now, wait(value), quiet=quiet)
        alarm = desk.alarms.get("wait.H")
        seen.append((now, value, alarm.severity if alarm else None))
    return desk, seen


@given(FIGURES)
def test_every_end_has_its_beginning_and_a_minute_between(figures: list[tuple[int, int | None, bool]]) -> None:
    desk, _ = played(figures)
    told = [event for event in desk.told if event in ("raised", "over")]
    assert told == ["raised", "over"] * (len(told) // 2) + ["raised"] * (len(told) % 2)
    begun = [alarm.since for alarm in desk.past]
    ends = [alarm.over or 0 for alarm in desk.past]
    assert all(end - since >= OVER for since, end in zip(begun, ends, strict=True))
    assert all(after >= end for end, after in zip(ends, begun[1:], strict=False))


@given(FIGURES)
def test_it_is_never_less_than_the_figure_says_and_never_flaps(figures: list[tuple[int, int | None, bool]]) -> None:
    _, seen = played(figures)
    level, since = 0, 0
    for now, value, severity in seen:
        is_level = 0 if severity is None else SEVERITIES.index(severity) + 1
        if value is not None:
            assert is_level >= reached(value, STEPS)
            if value * 100 >= STEPS[max(0, level - 1)] * (100 - SLACK):
                since = now  # the step holds at this figure
        if is_level < level:
            assert now - since >= OVER, "a step was left before its figure had been below it for a minute"
        if is_level != level:
            level, since = is_level, now


@given(FIGURES)
def test_quiet_hours_tell_nothing_but_an_end(figures: list[tuple[int, int | None, bool]]) -> None:
    desk, now, quiet_at = Desk(), 0, set()
    for later, value, quiet in figures:
        now += later
        desk.look(now, wait(value), quiet=quiet)
        if quiet:
            quiet_at.add(now)
    assert all(event == "over" for at, event, _ in desk.events if at in quiet_at)


@given(st.lists(st.integers(0, 2000), min_size=3, max_size=3), st.integers(0, 2000))
def test_a_step_of_nothing_is_never_reached(steps: list[int], value: int) -> None:
    found = reached(value, steps)
    assert found == 0 or (steps[found - 1] and value >= steps[found - 1])
    assert all(not each or value < each for each in steps[found:])


def test_an_alarm_keeps_its_shape_in_the_store() -> None:
    desk = Desk()
    desk.look(0, wait(1300))
    alarm = acknowledged(desk.alarms["wait.H"], "Lan", 5)
    assert msgspec.json.decode(msgspec.json.encode(alarm), type=Alarm) == alarm
