"""Which zone is deaf: what was to be heard there, and was not."""

from typing import Any

import pytest

from hallsys.core.position import Position
from hallsys.hallfile import load_halls
from hallsys.live.hearing import PATIENCE, SENTENCE, Hearing
from hallsys.store.entry import Told

LONG = 2 * SENTENCE + PATIENCE
"""ms that the sample hall's call may take to be heard"""


def told(kind: str, voice: str, changes: dict[str, Any] | None = None) -> Told:
    return Told(Position.parse("1-1"), kind, 1_000, b"", changes or {}, {}, voice)


@pytest.mark.parametrize(
    ("kind", "state"),
    [("called", "deaf"), ("recalled", "deaf"), ("day_opened", "deaf"), ("prepared", "ok"), ("transferred", "ok")],
)
def test_a_zone_is_deaf_without_a_call_and_not_without_what_is_dropped_for_calls(kind: str, state: str) -> None:
    hearing = Hearing(load_halls(None)["phutho"], 0)
    voice = "opening-abcdef" if kind == "day_opened" else "A001-1-abcdef"
    hearing.called(told(kind, voice), 1_000)
    assert hearing.look({""}, 1_000 + LONG) is None
    hearing.look({""}, 1_001 + LONG)
    assert hearing.heard()["zones"][""]["state"] == state
