"""What the lanes keep besides the order that everybody is called in: no trace of who has left."""

import pytest

from hallsys.core.lanes import NOBODY, Lanes, place
from tests.core.crowds import NOW, ticket


def test_a_line_that_everybody_left_is_nobodys() -> None:
    lanes = Lanes(0)
    first, second = ticket(1), ticket(2)
    lanes.add(first)
    lanes.add(second)
    lanes.remove(first)
    assert lanes.of("A").ordinary == [place(second)]
    lanes.remove(second)
    assert lanes.of("A") is NOBODY


@pytest.mark.parametrize("there", [[], [1], [3], [1, 3]])
def test_who_does_not_wait_there_cannot_leave(there: list[int]) -> None:
    lanes = Lanes(0)
    for number in there:
        lanes.add(ticket(number))
    with pytest.raises(LookupError, match="A002 does not wait where its row says"):
        lanes.remove(ticket(2))
    assert [at[1] for at in lanes.of("A").ordinary] == there


def test_who_was_told_to_come_later_is_so_as_long_as_it_waits() -> None:
    lanes = Lanes(0)
    later, other = ticket(1, not_before=NOW), ticket(2)
    lanes.add(later)
    lanes.add(other)
    assert (lanes.hidden("A", NOW - 1), lanes.hidden("A", NOW)) == ({later.label}, set())
    assert lanes.hidden("H", NOW - 1) == set()
    lanes.remove(other)
    lanes.remove(later)
    assert lanes.hidden("A", NOW - 1) == set()


@pytest.mark.parametrize(("many_from", "dossiers", "lane"), [(0, 9, "ordinary"), (1, 1, "many"), (2, 1, "ordinary")])
def test_from_how_many_dossiers_on_a_visitor_has_many(many_from: int, dossiers: int, lane: str) -> None:
    lanes = Lanes(many_from)
    lanes.add(ticket(1, dossiers=dossiers))
    assert getattr(lanes.of("A"), lane)
