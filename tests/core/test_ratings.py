"""An answer at the counter is of the ticket that has just ended there; the holder's own word may follow."""

import pytest

from tests.core.rig import Rig


@pytest.fixture
def hall() -> Rig:
    rig = Rig()
    rig.serve(1)
    return rig


def answer(hall: Rig, counter: str = "1", ticket: str = "A001", score: int = 2) -> str:
    return hall.refusal("rate_here", counter=counter, ticket=ticket, score=score)


def test_an_answer_is_private_and_tied_to_its_ticket(hall: Rig) -> None:
    hall.do("rate_here", counter="1", ticket="A001", score=2, reasons=["wait"])
    event = hall.events[-1]
    assert (event.kind, event.changes) == ("rated", {})
    rating = hall.state.ratings["A001"]
    assert (rating.score, rating.reasons, rating.at) == (2, ["wait"], hall.now)


def test_one_answer_at_the_counter_and_the_phone_has_the_last_word(hall: Rig) -> None:
    hall.do("rate_here", counter="1", ticket="A001", score=5)
    assert answer(hall) == "already_rated ticket"
    hall.rate("A001", 1)
    assert answer(hall, score=5) == "already_rated ticket"
    assert hall.state.ratings["A001"].score == 1


def test_not_of_another_counters_ticket_nor_of_one_that_goes_on(hall: Rig) -> None:
    assert answer(hall, counter="2") == "wrong_state"
    assert answer(hall, counter="9") == "unknown_counter counter"
    assert answer(hall, ticket="A009") == "unknown_ticket ticket"
    hall.issue()
    hall.call()
    assert answer(hall, ticket="A002") == "wrong_state"


def test_not_long_after_it_ended(hall: Rig) -> None:
    hall.later(seconds=90)
    hall.do("rate_here", counter="1", ticket="A001", score=4)
    hall.serve(1)
    hall.later(seconds=91)
    assert answer(hall, ticket="A002") == "too_late ticket"


def test_a_ticket_that_came_back_is_asked_about_again(hall: Rig) -> None:
    hall.rate("A001", 3)
    hall.later(seconds=1)
    hall.serve(1)
    hall.do("rate_here", counter="1", ticket="A002", score=3)
    assert set(hall.state.ratings) == {"A001", "A002"}


def test_a_tablet_needs_no_officer(hall: Rig) -> None:
    """Where officers sign in, the tablet beside them has none."""
    hall.by("lan", "counter").do("sign_on", counter="1")
    hall.by(None, "counter").do("rate_here", counter="1", ticket="A001", score=4)
