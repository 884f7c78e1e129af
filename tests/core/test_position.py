"""Positions: `<epoch>-<seq>`, and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.core.position import Position

numbers = st.integers(0, 10**19 - 1)


@given(numbers, numbers)
def test_a_position_is_read_as_it_is_written(epoch: int, seq: int) -> None:
    assert Position.parse(str(Position(epoch, seq))) == (epoch, seq)


@given(numbers, numbers, st.integers(0, 1000))
def test_events_move_it_on_within_its_epoch(epoch: int, seq: int, events: int) -> None:
    assert Position(epoch, seq).after(events) == (epoch, seq + events)


def test_positions_are_ordered_by_epoch_and_then_by_number() -> None:
    assert Position(1, 9) < Position(1, 10) < Position(2, 0)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "1", "1-", "-1", "1-2-3", "01-2", "1-02", "1 -2", "1-2 ", "1-2\n", "+1-2", "1--2", "a-b", "١-٢"),
        *("1.0-2", "1-" + "9" * 20, "null", "$", "0x1-1", "1_0-2"),
    ],
)
def test_anything_else_is_no_position(text: str) -> None:
    with pytest.raises(ValueError, match="not a position"):
        Position.parse(text)


@given(st.text(max_size=12))
def test_what_is_read_is_written_the_same(text: str) -> None:
    with suppress(ValueError):
        assert str(Position.parse(text)) == text


def test_a_long_text_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValueError, match="not a position") as caught:
        Position.parse("7" * 5000)
    assert len(str(caught.value)) < 100
