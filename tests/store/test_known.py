"""The window of known requests: 24 hours and 10,000 commands, whichever is more."""

from hallsys.core.position import Position
from hallsys.store.known import COMMANDS, HOURS_24, Known, Window

NOW = 1_795_395_600_000


def remember(window: Window, number: int, time: int) -> None:
    window.add(f"key-{number}", Known(Position(1, number), "digest", time))


def fill(window: Window, first: int, last: int, time: int) -> None:
    for number in range(first, last + 1):
        remember(window, number, time)


def test_a_key_finds_its_first_answer() -> None:
    window = Window()
    remember(window, 1, NOW)
    assert window.get("key-1") == (Position(1, 1), "digest", NOW)
    assert window.get("key-2") is None


def test_the_last_ten_thousand_are_kept_however_old() -> None:
    window = Window()
    fill(window, 1, COMMANDS, NOW)
    remember(window, COMMANDS + 1, NOW + 30 * HOURS_24)
    assert len(window) == COMMANDS
    assert window.get("key-1") is None
    assert window.get("key-2") is not None
    assert window.trimmed == Position(1, 1)


def test_the_last_day_is_kept_however_busy() -> None:
    window = Window()
    fill(window, 1, COMMANDS + 500, NOW)
    remember(window, COMMANDS + 501, NOW + HOURS_24 - 1)
    assert len(window) == COMMANDS + 501
    assert window.trimmed is None


def test_what_is_past_both_is_forgotten_oldest_first() -> None:
    window = Window()
    fill(window, 1, 300, NOW)
    fill(window, 301, COMMANDS + 200, NOW + 1)
    remember(window, COMMANDS + 201, NOW + HOURS_24)
    assert window.get("key-201") is None
    assert window.get("key-202") is not None
    assert window.trimmed == Position(1, 201)
    remember(window, COMMANDS + 202, NOW + HOURS_24 + 1)
    assert window.trimmed == Position(1, 202)
    assert len(window) == COMMANDS
