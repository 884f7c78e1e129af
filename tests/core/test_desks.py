"""Who works at which counter (hallsys.core.desks)."""

import pytest

from hallsys.config import Policy
from hallsys.core.model import Desk
from hallsys.errors import Refused
from tests.core.rig import Rig, hall_config


@pytest.fixture
def hall() -> Rig:
    """Counter 1 takes A, counter 2 A and H, counter 3 H and A; it is eight, and all are open."""
    return Rig()


def test_an_officer_takes_a_counter(hall: Rig) -> None:
    hall.later(minutes=5)
    result = hall.by("lan").do("sign_on", counter="1")
    assert result == {"counter": hall.counter("1")}
    assert hall.state.desks == {"1": Desk("lan", hall.now)}
    assert hall.kinds[-1] == "signed_on"
    assert hall.counter("1").state == "open"


def test_names_are_nobody_elses_business(hall: Rig) -> None:
    hall.by("lan.nguyen").do("sign_on", counter="1")
    hall.do("sign_off", counter="1")
    assert "lan" not in repr(hall.view) + repr([event.changes for event in hall.events])


def test_signing_on_again_keeps_the_time(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    since = hall.now
    hall.later(minutes=1)
    hall.do("sign_on", counter="1")
    hall.do("sign_on", counter="1", take_over=True)
    assert hall.state.desks == {"1": Desk("lan", since)}
    assert hall.events[-1].private == {}


def test_without_a_name_nobody_signs_on(hall: Rig) -> None:
    assert hall.by(None).refusal("sign_on", counter="1") == "sign_in_first"
    assert hall.by("lan").refusal("sign_on", counter="9") == "unknown_counter counter"


def test_two_cannot_hold_one_counter(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    with pytest.raises(Refused) as caught:
        hall.by("minh").do("sign_on", counter="1")
    assert (caught.value.code, caught.value.field) == ("counter_taken", "counter")
    assert caught.value.params == {"counter": "1", "officer": "lan"}
    assert hall.state.desks["1"].officer == "lan"


@pytest.mark.parametrize("busy", [True, False])
def test_a_counter_is_handed_over_as_it_is(hall: Rig, busy: bool) -> None:
    label = hall.issue() if busy else None
    hall.by("lan").do("sign_on", counter="1")
    if busy:
        hall.call()
    hall.later(minutes=1)
    row = hall.by("minh").do("sign_on", counter="1", take_over=True)["counter"]
    assert (row.state, row.ticket) == ("open", label)
    assert hall.state.desks == {"1": Desk("minh", hall.now)}
    assert hall.by("lan").refusal("call_next", counter="1") == "counter_taken counter"


def test_who_moves_leaves_the_old_counter_paused(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    hall.later(minutes=1)
    hall.do("sign_on", counter="2")
    assert hall.state.desks == {"2": Desk("lan", hall.now)}
    left = hall.counter("1")
    assert (left.state, left.since, left.reason, left.until) == ("paused", hall.now, None, None)
    assert set(hall.events[-1].changes["counters"]) == {"1", "2"}


def test_a_closed_counter_that_is_left_stays_closed(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    hall.do("close_counter", counter="1")
    hall.do("sign_on", counter="2")
    assert hall.counter("1").state == "closed"


def test_nobody_leaves_a_ticket_behind(hall: Rig) -> None:
    hall.issue()
    hall.by("lan").do("sign_on", counter="1")
    hall.call()
    assert hall.refusal("sign_on", counter="2") == "counter_busy"
    assert hall.refusal("sign_off", counter="1") == "counter_busy"
    hall.do("finish", counter="1")
    hall.do("sign_on", counter="2")


def test_taking_over_moves_too(hall: Rig) -> None:
    hall.by("minh").do("sign_on", counter="2")
    hall.by("lan").do("sign_on", counter="1")
    hall.do("sign_on", counter="2", take_over=True)
    assert {name: desk.officer for name, desk in hall.state.desks.items()} == {"2": "lan"}


def test_signing_off_frees_and_pauses(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    hall.later(minutes=1)
    row = hall.do("sign_off", counter="1")["counter"]
    assert (row.state, row.since) == ("paused", hall.now)
    assert hall.state.desks == {}
    assert hall.kinds[-1] == "signed_off"
    hall.by("minh").do("sign_on", counter="1")


def test_a_counter_that_nobody_holds_is_left_as_it_is(hall: Rig) -> None:
    hall.issue()
    hall.call()
    row = hall.by("lan").do("sign_off", counter="1")["counter"]
    assert (row.state, row.ticket) == ("open", "A001")
    assert hall.refusal("sign_off", counter="9") == "unknown_counter counter"


def test_a_colleague_is_not_signed_off_but_by_a_supervisor(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    assert hall.by("minh").refusal("sign_off", counter="1") == "counter_taken counter"
    hall.by(None, "supervisor").do("sign_off", counter="1")
    assert hall.state.desks == {}


PLAIN = (
    "open_counter pause_counter close_counter call_next recall start finish no_show hold return undo sign_off ask_help"
)
ON_A_COUNTER: dict[str, dict[str, str]] = {
    **{name: {} for name in PLAIN.split()},
    "call": {"ticket": "A001", "reason": "r"},
    "transfer": {"service": "H"},
    "walk_in": {"service": "A"},
    "notice": {"text": "nghỉ"},
}


@pytest.mark.parametrize("name", ON_A_COUNTER)
def test_a_colleagues_counter_is_not_touched(hall: Rig, name: str) -> None:
    hall.by("lan").do("sign_on", counter="1")
    assert hall.by("minh").refusal(name, counter="1", **ON_A_COUNTER[name]) == "counter_taken counter"


@pytest.mark.parametrize("name", ON_A_COUNTER)
def test_where_officers_sign_in_nobody_works_without_a_name(name: str) -> None:
    hall = Rig(hall_config(policy=Policy(sign_in=True)))
    hall.issue()
    assert hall.by(None).refusal(name, counter="1", **ON_A_COUNTER[name]) == "sign_in_first"


@pytest.mark.parametrize("sign_in", [True, False])
@pytest.mark.parametrize(
    ("officer", "role"), [("lan", "counter"), (None, "supervisor"), (None, "admin"), (None, ""), ("minh", "admin")]
)
def test_the_holder_and_whoever_runs_the_hall_work_there(sign_in: bool, officer: str | None, role: str) -> None:
    hall = Rig(hall_config(policy=Policy(sign_in=sign_in)))
    hall.by("lan").do("sign_on", counter="1")
    hall.issue()
    hall.by(officer, role)
    assert hall.call("1") == "A001"


def test_a_program_works_on_a_counter_that_is_held_where_nobody_must_sign_in(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    hall.issue()
    assert hall.by(None).call("1") == "A001"


def test_a_counter_that_is_not_there_is_nobodys(hall: Rig) -> None:
    strict = Rig(hall_config(policy=Policy(sign_in=True)))
    assert strict.by(None).refusal("call_next", counter="9") == "unknown_counter counter"
    assert hall.by("lan").refusal("call_next", counter="9") == "unknown_counter counter"


@pytest.mark.parametrize("sign_in", [True, False])
def test_what_is_done_at_no_counter_asks_for_no_desk(sign_in: bool) -> None:
    hall = Rig(hall_config(policy=Policy(sign_in=sign_in)))
    hall.by("lan").do("sign_on", counter="1")
    label = hall.by(None).issue()
    hall.do("note", ticket=label, text="t")
    hall.do("notice", text="Sảnh đóng cửa sớm")
    hall.do("cancel", ticket=label)


def test_a_ticket_is_sent_to_a_colleagues_counter(hall: Rig) -> None:
    hall.by("minh").do("sign_on", counter="2")
    hall.by("lan").do("sign_on", counter="1")
    hall.issue()
    hall.call("1")
    hall.do("transfer", counter="1", to_counter="2")
    assert hall.by("minh").call("2") == "A001"


def test_nobody_holds_a_counter_overnight(hall: Rig) -> None:
    hall.by("lan").do("sign_on", counter="1")
    hall.do("close_day")
    assert "1" in hall.state.desks
    hall.later(minutes=24 * 60)
    assert hall.state.desks == {}
    hall.by("minh").do("sign_on", counter="1")


def test_an_officer_who_moved_on_does_not_press_at_the_counter_left() -> None:
    hall = Rig().by("lan")
    hall.do("sign_on", counter="1")
    hall.do("sign_on", counter="2")
    assert hall.counter("1").state == "paused"
    assert hall.refusal("open_counter", counter="1") == "sign_in_first"
    hall.do("open_counter", counter="2")
    hall.do("sign_on", counter="1")
    hall.do("open_counter", counter="1")
