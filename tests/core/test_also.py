"""What a hall announces besides calls, if it is asked to."""

from typing import Any

import pytest

from hallsys.config import VoiceConfig
from tests.core.rig import HOUR, Rig, hall_config, snapshot


def rig(*also: Any, **more: Any) -> Rig:
    return Rig(hall_config(voice=VoiceConfig(also=list(also)), **more))


def spoken(hall: Rig) -> list[tuple[str, str]]:
    return [(event.kind, event.voice.rsplit("-", 1)[0]) for event in hall.events if event.voice]


def test_nothing_unless_asked() -> None:
    hall = rig()
    hall.issue()
    hall.issue()
    hall.call("1")
    hall.do("transfer", counter="1", service="H")
    hall.do("close_day")
    assert spoken(hall) == [("called", "A001-1")]


def test_who_is_next_is_asked_to_get_ready() -> None:
    hall = rig("prepare")
    for _ in range(3):
        hall.issue()
    before = snapshot(hall.state)
    result = hall.do("call_next", counter="1")
    assert result["ticket"].label == "A001"
    assert spoken(hall) == [("called", "A001-1"), ("prepared", "A002-1")]
    hall.do("undo", counter="1")
    assert snapshot(hall.state)[0]["tickets"] == before[0]["tickets"]
    hall.call("1")
    hall.call("1")
    hall.call("1")
    assert spoken(hall)[-2:] == [("prepared", "A003-1"), ("called", "A003-1")]


def test_a_transfer_is_announced() -> None:
    hall = rig("transfer")
    hall.issue()
    hall.call("1")
    hall.do("transfer", counter="1", service="H")
    assert spoken(hall)[-1] == ("transferred", "A001-1")


@pytest.mark.parametrize(("start", "heard"), [("07:30", ["opening"]), ("08:30", [])])
def test_opening_within_the_hours_and_closing(start: str, heard: list[str]) -> None:
    hall = rig("opening", "closing", hours=[(start, "17:00")])
    assert [voice for _, voice in spoken(hall)] == heard
    hall.do("close_day")
    assert spoken(hall)[-1] == ("day_closed", "closing")
    hall.later(minutes=HOUR / 60_000)
    hall.do("open_day")
    assert spoken(hall)[-1] == ("day_opened", "opening")


def test_a_hall_without_a_voice_is_silent() -> None:
    hall = Rig(hall_config(voice=VoiceConfig(enabled=False, also=["closing", "prepare"])))
    hall.issue()
    hall.issue()
    hall.call("1")
    hall.do("close_day")
    assert [event.kind for event in hall.events if event.voice] == ["called"]
