"""A ticket at hand is sent on: to a group, for later, with a note (hallsys.core.sending)."""

import msgspec
import pytest

from hallsys.config import CounterConfig, Named, Words
from hallsys.core.model import Visit
from hallsys.core.notes import Remark, remark
from tests.core.rig import MIN, Rig, hall_config


@pytest.fixture
def hall() -> Rig:
    """Counters 1 and 2 take A, counter 3 takes H; 2 and 3 are the group `land`."""
    config = hall_config({"1": "A", "2": "A", "3": "H"}, groups=[Named("land", Words("Đất đai", "Land"))])
    counters = [
        CounterConfig("1", "1", ["A"]),
        CounterConfig("2", "2", ["A"], groups=["land"]),
        CounterConfig("3", "3", ["H"], groups=["land"]),
    ]
    return Rig(msgspec.structs.replace(config, counters=counters))


def test_a_ticket_is_sent_to_a_group_of_counters(hall: Rig) -> None:
    label = hall.issue("A")
    hall.call("1")
    hall.later(minutes=2)
    row = hall.do("transfer", counter="1", to_group="land")["ticket"]
    assert (row.service, row.to_group, row.to_counter, row.not_before) == ("A", "land", None, None)
    assert (row.queued_at, row.arrival, row.front) == (hall.now, row.issued_at, None)
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    assert hall.call("3") == label
    assert hall.ticket(label).to_group == "land"


def test_only_a_group_of_the_hall_will_do(hall: Rig) -> None:
    hall.issue("A")
    hall.call("1")
    assert hall.refusal("transfer", counter="1", to_group="sea") == "unknown_group to_group"


@pytest.mark.parametrize("back", ["return", "hold", "transfer", "no_show"])
def test_who_is_sent_on_from_there_is_everybodys_again(hall: Rig, back: str) -> None:
    label = hall.issue("A")
    hall.call("1")
    hall.do("transfer", counter="1", to_group="land", place="front", after=1)
    hall.later(minutes=1)
    hall.call("2")
    hall.do(back, counter="2", **({"service": "A"} if back == "transfer" else {}))
    if back in ("hold", "no_show"):
        hall.do("resume" if back == "hold" else "reinstate", ticket=label)
    row = hall.ticket(label)
    assert (row.to_group, row.to_counter, row.not_before) == (None, None, None)
    assert row.front == ("returned" if back == "hold" else None)
    assert hall.call("1") == label


def test_a_ticket_is_sent_for_later(hall: Rig) -> None:
    label = hall.issue("A")
    hall.call("1")
    row = hall.do("transfer", counter="1", service="A", after=15)["ticket"]
    assert row.not_before == hall.now + 15 * MIN
    hall.later(minutes=15)
    hall.now -= 1
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    hall.now += 1
    assert hall.call("1") == label


def test_a_ticket_for_later_may_be_chosen_now(hall: Rig) -> None:
    label = hall.issue("A")
    hall.call("1")
    hall.do("transfer", counter="1", service="A", after=480)
    assert hall.do("call", counter="2", ticket=label, reason="đã về")["ticket"].state == "called"


def test_what_is_said_with_it_stays_with_the_visit(hall: Rig) -> None:
    label = hall.issue("A")
    hall.call("1")
    hall.do("transfer", counter="1", to_counter="2", note="cần trích lục")
    assert hall.state.visits == {label: Visit(["transferred: cần trích lục"])}
    assert "trích lục" not in repr(hall.view)
    event = hall.events[-1]
    assert remark(event.kind, event.private["visits"][label]) == Remark("transferred: cần trích lục")
    hall.call("2")
    hall.do("hold", counter="2")
    assert hall.events[-1].private == {}, "nothing was said"


def test_what_was_taken_back_says_nothing_of_its_own(hall: Rig) -> None:
    label = hall.issue("A")
    hall.call("1")
    hall.do("note", ticket=label, text="t")
    hall.do("finish", counter="1", outcome="xong")
    hall.do("undo", counter="1")
    event = hall.events[-1]
    assert remark(event.kind, event.private["visits"][label]) == Remark()
