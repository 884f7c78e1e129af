"""Halls made to try things on."""

from pathlib import Path

import pytest

from hallsys.hallfile import load_hall
from hallsys.simulate.halls import SERVICES, make_hall_toml


@pytest.mark.parametrize(("counters", "services"), [(1, 1), (1, 10), (3, 10), (5, 4), (30, 10), (64, 10)])
def test_hall_of_any_size_is_valid_and_serves_everything(tmp_path: Path, counters: int, services: int) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(make_hall_toml(counters, services, hall="trial"), "utf-8")
    hall = load_hall(file)
    assert hall.id == "trial"
    assert [counter.id for counter in hall.counters] == [str(number + 1) for number in range(counters)]
    assert {service.id for service in hall.services} == {letter for letter, *_ in SERVICES[:services]}
    assert {taken for counter in hall.counters for taken in counter.services} == {s.id for s in hall.services}
    assert hall.voice.enabled


@pytest.mark.parametrize(("counters", "services"), [(1, 1), (5, 10), (30, 10), (64, 4)])
def test_hall_with_rules_is_valid_too(tmp_path: Path, counters: int, services: int) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(make_hall_toml(counters, services, rules=True), "utf-8")
    hall = load_hall(file)
    assert hall.policy.outcome_required
    assert hall.groups
    if counters > 4:
        assert any(counter.weights for counter in hall.counters)
    if services > 4 and counters > 4:
        assert any(list(counter.takes) != counter.services for counter in hall.counters)
    if counters > 10:
        assert "priority" in {counter.mode for counter in hall.counters}


def test_silent_hall(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(make_hall_toml(5, voice=False), "utf-8")
    assert not load_hall(file).voice.enabled


@pytest.mark.parametrize(("counters", "services"), [(0, 5), (5, 0), (5, 11)])
def test_no_such_hall(counters: int, services: int) -> None:
    with pytest.raises(ValueError, match=r"counter|services"):
        make_hall_toml(counters, services)
