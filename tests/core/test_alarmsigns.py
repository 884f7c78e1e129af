"""What the rules read of a hall: its lines, its counters and its devices."""

from typing import Any

import pytest

from hallsys.config import Limits
from hallsys.core.alarms import Reading, reached
from hallsys.core.alarmsigns import ABSENT, Lasting, Seen, readings, unknown
from hallsys.hallalarms import KINDS, AlarmRule, AlarmsConfig, Kind
from tests.core.rig import EIGHT, MIN, Rig, hall_config


class Hall:
    """A hall with people in it, looked at with one memory of what lasts."""

    def __init__(self, *rules: AlarmRule, **more: Any) -> None:
        self.rig = Rig(hall_config(alarms=AlarmsConfig(rules=[*rules]), **more))
        self.lasting = Lasting()

    def look(self, later: int = 0, **seen: Any) -> dict[str, Reading]:
        self.rig.now += later
        state = self.rig.state
        found = readings(state.config, self.rig.view, Seen(**seen), self.lasting, self.rig.now)
        return {reading.id: reading for reading in found}

    def level(self, name: str, later: int = 0, **seen: Any) -> int:
        reading = self.look(later, **seen)[name]
        assert reading.value is not None
        return reached(reading.value, reading.steps)


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_a_wait_is_that_of_the_longest_and_begins_anew_when_it_does(hall: Hall) -> None:
    first = hall.rig.issue("H")
    hall.rig.issue("H", after=60)
    found = hall.look(14 * MIN)["wait.H"]
    assert (found.value, found.about) == (900, first)
    assert reached(found.value or 0, found.steps) == 2
    assert hall.look()["wait.A"].value == 0
    hall.rig.do("cancel", ticket=first)
    assert hall.look()["wait.H"].value == 840


def test_a_hall_says_what_a_wait_may_be() -> None:
    hall = Hall(
        AlarmRule("wait", of=["H"], warn=0, alarm=60),
        AlarmRule("wait", on=False),
        limits=Limits(warn=1, alarm=2, ceiling=3),
    )
    for service in "HA":
        hall.rig.do("issue", service=service)
    found = hall.look(MIN)
    assert found["wait.H"].steps == (0, 60, 3)
    assert "wait.A" not in found


def test_a_line_is_counted(hall: Hall) -> None:
    for _ in range(20):
        hall.rig.do("issue", service="A")
    assert (hall.level("queue.A"), hall.level("queue.H")) == (1, 0)


def test_a_counter_that_is_free_while_others_wait_too_long_is_told_after_two_minutes() -> None:
    hall = Hall()
    hall.rig.do("issue", service="H")
    assert hall.level("idle.1", 14 * MIN) == 0  # it takes A alone
    assert hall.level("idle.1", MIN) == 0  # from now on the other waits too long
    assert hall.level("idle.1", 2 * MIN) == 1
    found = hall.look()
    assert found["idle.1"].about == "H"
    assert found["idle.2"].value == 0, "it has somebody to call, and is forgotten rather than free"
    hall.rig.do("close_counter", counter="1")
    assert hall.level("idle.1") == 0
    hall.rig.do("open_counter", counter="1")
    assert hall.level("idle.1") == 0
    assert hall.level("idle.1", 2 * MIN) == 1
    hall.rig.do("issue", service="A")
    assert hall.level("idle.1") == 0, "it has somebody of its own to call"


def test_a_forecast_past_the_ceiling_is_told_as_long_as_nobody_waits_so_long(hall: Hall) -> None:
    assert hall.level("forecast.H", waits={"H": (1200, 1500)}) == 1
    assert hall.level("forecast.H", waits={"H": (1199, 1500)}) == 0
    assert hall.look()["forecast.H"].value == 0, "nobody waits, and nobody was told anything"
    hall.rig.do("issue", service="H")
    assert hall.look()["forecast.H"].value is None, "not known"
    assert hall.look(15 * MIN, waits={"H": (1300, 1500)})["forecast.H"].value is None, "the wait is the alarm"
    assert hall.level("forecast.H", waits={"H": (300, 500)}) == 0


def test_a_zone_is_deaf_at_once(hall: Hall) -> None:
    now = hall.rig.now
    assert hall.level("deaf", heard={"": ("deaf", now)}) == 2
    assert hall.level("deaf", heard={"": ("none", now)}) == 0
    assert hall.level("deaf.a", heard={"a": ("ok", now)}) == 0
    assert unknown(Seen()) == {"deaf", "screen"}
    assert unknown(Seen(heard={}, screens={})) == set()


def test_a_printer_that_stops_is_an_alarm_and_little_paper_a_warning(hall: Hall) -> None:
    out, low, well = ({"": ("paper_out", False)}, {"": ("paper_low", True)}, {"": ("", True)})
    assert hall.level("printer", printers=out) == 0
    assert hall.level("printer", 15_000, printers=out) == 2
    assert hall.look(printers=out)["printer"].about == "paper_out"
    assert hall.level("printer", printers=low) == 1
    assert hall.level("printer", 60_000, printers=well) == 0
    assert hall.level("printer", printers=out) == 0, "it begins anew"


def test_slips_that_cannot_be_looked_up(hall: Hall) -> None:
    assert hall.level("dossiers", dossiers="TimeoutError") == 0
    assert hall.level("dossiers", 60_000, dossiers="TimeoutError") == 1
    assert hall.level("dossiers", dossiers="") == 0


@pytest.mark.parametrize(("silent", "level"), [(179_000, 0), (180_000, 1), (ABSENT - 1000, 1), (ABSENT, 0)])
def test_a_screen_that_falls_silent_is_lost_until_it_counts_as_switched_off(
    hall: Hall, silent: int, level: int
) -> None:
    assert hall.level("screen.d1", screens={"d1": hall.rig.now - silent}) == level


def test_nobody_misses_what_is_switched_off_at_night() -> None:
    hall = Hall(hours=[("07:30", "17:00")])
    devices: dict[str, Any] = {"printers": {"": ("offline", False)}, "dossiers": "away"}
    for later, level in ((0, 0), (MIN, 1), (9 * 60 * MIN, 0)):  # eight in the morning, and five in the afternoon
        now = EIGHT + later
        found = hall.look(now - hall.rig.now, **devices, screens={"d1": now - 200_000})
        levels = {name: reached(found[name].value or 0, found[name].steps) for name in ("printer", "dossiers")}
        assert levels == {"printer": 2 * level, "dossiers": level}
        assert (found["screen.d1"].value == 0) == (later == 9 * 60 * MIN)


def test_the_store_is_an_alarm_after_ten_seconds(hall: Hall) -> None:
    now = hall.rig.now
    assert hall.level("store", store_away=now - 9_000) == 0
    assert hall.level("store", store_away=now - 10_000) == 2
    assert hall.level("store") == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_switched_off(kind: Kind) -> None:
    hall = Hall(AlarmRule(kind, on=False))
    hall.rig.do("issue", service="H")
    seen: dict[str, Any] = {"heard": {"": ("deaf", 0)}, "screens": {"d1": 0}, "printers": {"": ("offline", False)}}
    found = hall.look(60 * MIN, **seen, dossiers="away", store_away=0)
    assert {reading.kind for reading in found.values()} == set(KINDS) - {kind}
