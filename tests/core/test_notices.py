"""What screens show beside the calls (hallsys.core.notices)."""

import re
from typing import Any

import pytest

from hallsys.config import Words, Zone
from tests.core.rig import MIN, Rig, hall_config


@pytest.fixture
def hall() -> Rig:
    return Rig(hall_config(zones=[Zone("a", Words("Khu A", "Zone A"), ["1"])]))


def notices(hall: Rig) -> dict[str, Any]:
    found: dict[str, Any] = hall.view["hall"]["notices"]
    return found


def put(hall: Rig, text: str = "Quầy 3 tạm nghỉ 10 phút", **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = hall.do("notice", text=text, **more)["notice"]
    return row


def test_a_notice_is_shown_until_its_end(hall: Rig) -> None:
    row = put(hall)
    assert row == {
        "id": row["id"],
        "text": "Quầy 3 tạm nghỉ 10 phút",
        "at": hall.now,
        "until": hall.now + 10 * MIN,
    }
    assert notices(hall) == {row["id"]: row}
    assert hall.kinds[-1] == "notice"
    assert hall.events[-1].voice is None


def test_a_notice_says_where_it_was_written_and_for_whom(hall: Rig) -> None:
    row = put(hall, counter="1", zone="a", minutes=3, speak=True)
    assert (row["counter"], row["zone"], row["spoken"], row["until"]) == ("1", "a", True, hall.now + 3 * MIN)


def test_a_notice_is_spoken_under_a_name_of_its_own(hall: Rig) -> None:
    first, second = put(hall, speak=True), put(hall, speak=True)
    voices = [event.voice or "" for event in hall.events[-2:]]
    for row, voice in zip((first, second), voices, strict=True):
        assert re.fullmatch(rf"notice-{row['id']}-[0-9a-f]{{6}}", voice)
    assert voices[0][-6:] != voices[1][-6:]


def test_notices_that_have_ended_go_with_the_next(hall: Rig) -> None:
    put(hall, minutes=1)
    long = put(hall, minutes=2)
    hall.later(minutes=1)
    assert len(notices(hall)) == 2
    last = put(hall)
    assert list(notices(hall)) == [long["id"], last["id"]]


def test_a_notice_is_ended(hall: Rig) -> None:
    first, second = put(hall), put(hall)
    assert hall.do("end_notice", notice=first["id"]) == {}
    assert hall.kinds[-1] == "notice_ended"
    assert list(notices(hall)) == [second["id"]]
    assert hall.refusal("end_notice", notice=first["id"]) == "unknown_notice notice"
    hall.later(minutes=10)
    assert hall.refusal("end_notice", notice=second["id"]) == "unknown_notice notice"
    assert list(notices(hall)) == [second["id"]]


def test_there_was_never_a_notice(hall: Rig) -> None:
    assert hall.refusal("end_notice", notice="X") == "unknown_notice notice"


def test_a_notice_is_for_a_counter_and_a_zone_that_there_are(hall: Rig) -> None:
    assert hall.refusal("notice", text="t", counter="9") == "unknown_counter counter"
    assert hall.refusal("notice", text="t", zone="z") == "unknown_zone zone"


def test_no_notice_is_left_in_the_morning(hall: Rig) -> None:
    put(hall, minutes=480)
    hall.do("close_day")
    assert len(notices(hall)) == 1
    hall.do("open_day")
    assert len(notices(hall)) == 1
    hall.later(minutes=24 * 60)
    assert notices(hall) == {}


def test_a_day_without_notices_does_not_speak_of_them() -> None:
    hall = Rig()
    assert "notices" not in hall.events[1].changes["hall"]


def test_a_screen_is_set_from_afar(hall: Rig) -> None:
    row = hall.do("set_screen", screen="d1", name="Cửa chính")["screen"]
    assert row == {"id": "d1", "name": "Cửa chính"}
    assert hall.kinds[-1] == "screen_set"
    more = {"board": "zone", "zone": "a", "counter": "1", "theme": "light", "languages": ["en", "vi"], "volume": 40}
    second = hall.do("set_screen", screen="d2", name="Khu A", **more)["screen"]
    assert second == {"id": "d2", "name": "Khu A", **more}
    assert hall.view["hall"]["screens"] == {"d1": row, "d2": second}
    renamed = hall.do("set_screen", screen="d1", name="Cửa phụ")["screen"]
    assert hall.view["hall"]["screens"] == {"d1": renamed, "d2": second}


def test_a_screen_shows_a_counter_and_a_zone_that_there_are(hall: Rig) -> None:
    assert hall.refusal("set_screen", screen="d1", name="n", counter="9") == "unknown_counter counter"
    assert hall.refusal("set_screen", screen="d1", name="n", zone="z") == "unknown_zone zone"
    assert hall.refusal("set_screen", screen="d1", name="n", board="zone") == "bad_request zone"
    assert hall.refusal("set_screen", screen="d1", name="n", board="counter") == "bad_request counter"


def test_screens_and_notices_outlive_settings_that_are_read_again(hall: Rig) -> None:
    screen, row = hall.do("set_screen", screen="d1", name="Cửa chính")["screen"], put(hall)
    hall.settle(hall_config({"1": "A"}))
    assert hall.view["hall"]["screens"] == {"d1": screen}
    assert notices(hall) == {row["id"]: row}


def test_screens_are_set_for_good(hall: Rig) -> None:
    hall.do("set_screen", screen="d1", name="Cửa chính")
    hall.later(minutes=24 * 60)
    assert list(hall.view["hall"]["screens"]) == ["d1"]
