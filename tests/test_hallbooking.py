"""Bookings, ratings and numbers by phone that a hall's file cannot mean."""

from pathlib import Path

import pytest

from hallsys.config import ConfigError
from hallsys.hallfile import load_hall
from hallsys.resources import resource


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("[bookings]\nslot_min = 1", "bookings.slot_min"),
        ("[bookings]\ndays = 99", "bookings.days"),
        ("[bookings]\nweekdays = [1, 8]", "bookings.weekdays"),
        ('[bookings]\nclosed = ["02/09/2026"]', "bookings.closed"),
        ("[bookings]\nplaces = { Z = 1 }", "bookings.places"),
        ("[bookings]\nplaces = { A = -1 }", "bookings.places.A"),
        ("[bookings]\nshare = 0", "bookings.share"),
        ("[ratings]\nask_s = 1", "ratings.ask_s"),
        (
            '[[ratings.reasons]]\nid = "a"\nvi = "a"\nen = "a"\n[[ratings.reasons]]\nid = "a"\nvi = "b"\nen = "b"',
            "ratings.reasons",
        ),
        ("[phone]\ncode_s = 5", "phone.code_s"),
        ("[phone]\nmost = 0", "phone.most"),
    ],
)
def test_a_mistake_is_named_with_its_key(tmp_path: Path, written: str, key: str) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(f"{resource('samples/phutho.toml').read_text('utf-8')}\n{written}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_hall(file)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(f" {key}: " in line for line in lines)


def test_citizens_cannot_book_a_hall_without_hours(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    sample = resource("samples/phutho.toml").read_text("utf-8")
    without = "\n".join(line for line in sample.splitlines() if not line.startswith("hours = "))
    file.write_text(f"{without}\n[bookings]\npublic = true\n", "utf-8")
    with pytest.raises(ConfigError, match=r"bookings\.public: there are no hours"):
        load_hall(file)
    file.write_text(f"{sample}\n[bookings]\npublic = true\n", "utf-8")
    assert load_hall(file).bookings.public
