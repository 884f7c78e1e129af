"""Whoever comes without a number, or with too many: walk-ins, persons, expiry (walk_in, persons, visits)."""

from typing import Any

import pytest

from hallsys.config import Policy
from hallsys.core.model import Person, Visit
from hallsys.errors import Refused
from hallsys.hallvisits import Tickets
from tests.core.rig import MIN, Rig, hall_config, service


@pytest.fixture
def hall() -> Rig:
    """Counter 1 takes A, counter 2 A and H, counter 3 H and A; it is eight, and all are open."""
    return Rig()


# -- walk-ins --------------------------------------------------------------------------------------------------------


def test_somebody_without_a_ticket_is_served_at_once(hall: Rig) -> None:
    hall.issue("H")
    hall.later(minutes=1)
    row = hall.do("walk_in", counter="1", service="H", priority="aged")["ticket"]
    assert (row.label, row.state, row.counter, row.why, row.priority) == ("H002", "serving", "1", "walk_in", "aged")
    assert row.issued_at == row.arrival == row.queued_at == row.called_at == row.started_at == hall.now
    assert (row.calls, row.ended_at) == (0, None)
    assert hall.counter("1").ticket == "H002"
    issued, started = hall.events[-2:]
    assert (issued.kind, started.kind) == ("issued", "started")
    assert (issued.voice, started.voice) == (None, None)
    assert issued.changes["tickets"]["H002"].state == "waiting"
    hall.do("finish", counter="1")
    assert hall.issue("H") == "H003"


def test_a_walk_in_may_be_sent_on_like_anybody(hall: Rig) -> None:
    label = hall.do("walk_in", counter="1", service="A")["ticket"].label
    hall.do("hold", counter="1")
    hall.do("resume", ticket=label)
    assert hall.call("1") == label
    assert (hall.ticket(label).why, hall.ticket(label).calls) == ("returned", 1)


def test_a_walk_in_needs_an_open_and_free_counter(hall: Rig) -> None:
    hall.do("walk_in", counter="1", service="A")
    assert hall.refusal("walk_in", counter="1", service="A") == "counter_busy"
    hall.do("close_counter", counter="2")
    assert hall.refusal("walk_in", counter="2", service="A") == "counter_closed"
    assert hall.refusal("walk_in", counter="9", service="A") == "unknown_counter counter"
    assert hall.refusal("walk_in", counter="3", service="Z") == "unknown_service service"
    assert hall.refusal("walk_in", counter="3", service="A", priority="tall") == "bad_request priority"
    hall.do("close_day")
    hall.do("open_counter", counter="3")
    assert hall.refusal("walk_in", counter="3", service="A") == "hall_closed"


def test_a_walk_in_counts_towards_the_daily_limit() -> None:
    hall = Rig(hall_config({"1": "A"}, [service("A", daily_limit=1)]))
    hall.do("walk_in", counter="1", service="A")
    assert hall.refusal("issue", service="A") == "limit_reached service"


def test_a_walk_in_does_not_end_the_memory_of_who_was_sent_back(hall: Rig) -> None:
    hall.issue()
    hall.call()
    hall.do("return", counter="1")
    hall.do("walk_in", counter="1", service="A")
    assert hall.counter("1").returned == "A001"


# -- dossiers and persons --------------------------------------------------------------------------------------------


def test_a_ticket_says_how_many_dossiers_and_which_services_follow(hall: Rig) -> None:
    row = hall.do("issue", service="A", dossiers=12, then=["H"])["ticket"]
    assert (row.dossiers, row.then) == (12, ("H",))
    plain = hall.do("issue", service="A")["ticket"]
    assert (plain.dossiers, plain.then) == (1, ())


@pytest.fixture
def strict() -> Rig:
    return Rig(hall_config(tickets=Tickets(one_each=True, per_person=3)))


def test_one_live_ticket_per_person_and_service(strict: Rig) -> None:
    label = strict.by(person="p1").issue("A")
    with pytest.raises(Refused) as caught:
        strict.do("issue", service="A")
    assert (caught.value.code, caught.value.field, caught.value.params) == ("has_ticket", "person", {"label": label})
    assert strict.issue("H") == "H001", "another service"
    assert strict.by(person="p2").issue("A") == "A002", "another person"
    assert strict.state.persons == {"p1": Person(["A001", "H001"]), "p2": Person(["A002"])}


@pytest.mark.parametrize("state", ["called", "serving", "held"])
def test_a_ticket_lives_until_it_ends(strict: Rig, state: str) -> None:
    strict.by(person="p1").issue("A")
    strict.call()
    if state != "called":
        strict.do("start" if state == "serving" else "hold", counter="1")
    assert strict.refusal("issue", service="A") == "has_ticket person"


@pytest.mark.parametrize("how", ["finish", "no_show", "cancel"])
def test_who_has_ended_may_come_again(strict: Rig, how: str) -> None:
    strict.by(person="p1").issue("A")
    strict.call()
    strict.do(how, **({"ticket": "A001"} if how == "cancel" else {"counter": "1"}))
    assert strict.issue("A") == "A002"


def test_the_services_of_a_visit_count_as_one_has_them(strict: Rig) -> None:
    strict.by(person="p1").do("issue", service="A", then=["H"])
    assert strict.refusal("issue", service="H") == "has_ticket person"
    strict.by(person="p2").issue("H")
    assert strict.refusal("issue", service="A", then=["H"]) == "has_ticket person"


def test_a_ticket_that_left_the_view_is_still_known(strict: Rig) -> None:
    strict.by(person="p1").issue("A")
    strict.call()
    strict.do("finish", counter="1")
    strict.by(person="").serve(50)
    assert "A001" in strict.state.ended
    strict.by(person="p1").issue("A")


def test_who_took_a_new_ticket_does_not_come_back_with_the_old_one(strict: Rig) -> None:
    old = strict.by(person="p1").issue("A")
    strict.call()
    strict.do("no_show", counter="1")
    strict.by(person="p2").issue("A")
    strict.by(person="p1").issue("H")
    new = strict.issue("A")
    with pytest.raises(Refused) as caught:
        strict.do("reinstate", ticket=old)
    assert (caught.value.code, caught.value.field) == ("has_ticket", "ticket")
    assert caught.value.params == {"problem": "reinstate", "label": new}
    strict.do("cancel", ticket=new)
    assert strict.do("reinstate", ticket=old)["ticket"].state == "waiting", (
        "others, and another service, are no obstacle"
    )


def test_anybody_comes_back_where_several_tickets_are_allowed() -> None:
    hall = Rig(hall_config(tickets=Tickets(per_person=3))).by(person="p1")
    old = hall.issue("A")
    hall.call()
    hall.do("no_show", counter="1")
    hall.issue("A")
    assert hall.do("reinstate", ticket=old)["ticket"].state == "waiting"


def test_a_person_has_so_many_a_day() -> None:
    hall = Rig(hall_config(tickets=Tickets(per_person=2)))
    hall.by(person="p1")
    hall.issue("A"), hall.issue("A")
    with pytest.raises(Refused) as caught:
        hall.do("issue", service="H")
    assert (caught.value.code, caught.value.field) == ("limit_reached", "person")
    assert caught.value.params == {"problem": "person", "limit": 2}
    hall.by(person="p2").issue("A")
    hall.later(minutes=24 * 60)
    assert hall.state.persons == {}
    hall.by(person="p1").issue("A")


def test_who_shows_nothing_is_not_counted(strict: Rig) -> None:
    for _ in range(5):
        strict.issue("A")
    assert strict.state.persons == {}


def test_a_hall_that_does_not_count_remembers_nobody(hall: Rig) -> None:
    hall.by(person="p1").issue("A")
    assert hall.issue("A") == "A002"
    assert hall.state.persons == {}


def test_a_person_is_nobody_elses_business(strict: Rig) -> None:
    strict.by(person="5ca1ab1e").issue("A")
    assert "5ca1ab1e" not in repr(strict.view)
    assert "5ca1ab1e" not in repr([event.changes for event in strict.events])


# -- expiry ----------------------------------------------------------------------------------------------------------


def expiring(**policy: Any) -> Rig:
    return Rig(hall_config(policy=Policy(**policy)))


def held(hall: Rig) -> str:
    label = hall.issue()
    hall.later(minutes=3)
    hall.call()
    hall.do("hold", counter="1")
    return label


def test_who_was_held_and_never_came_back_expires() -> None:
    hall = expiring(held_expire_s=600)
    label = held(hall)
    hall.later(minutes=10)
    hall.now -= 1
    with pytest.raises(Refused) as caught:
        hall.do("expire", ticket=label)
    assert (caught.value.code, caught.value.field) == ("too_early", "ticket")
    assert caught.value.params == {"problem": "expire", "label": label, "opens": "08:13"}
    hall.now += 1
    row = hall.do("expire", ticket=label)["ticket"]
    assert (row.state, row.ended_at, row.queued_at) == ("expired", hall.now, hall.now - 10 * MIN)
    assert hall.kinds[-1] == "expired"
    assert hall.refusal("expire", ticket=label) == "wrong_state"


def test_who_waits_expires_only_where_the_hall_says_so() -> None:
    hall = expiring(held_expire_s=60)
    label = hall.issue()
    hall.later(minutes=60)
    assert hall.refusal("expire", ticket=label) == "wrong_state"
    hall = expiring(held_expire_s=0, waiting_expire_s=1200)
    label = hall.issue()
    hall.later(minutes=19)
    assert hall.refusal("expire", ticket=label) == "too_early ticket"
    hall.later(minutes=1)
    assert hall.do("expire", ticket=label)["ticket"].state == "expired"
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"


def test_a_hold_may_last_all_day() -> None:
    hall = expiring(held_expire_s=0)
    label = held(hall)
    hall.later(minutes=9 * 60)
    assert hall.refusal("expire", ticket=label) == "wrong_state"


def test_a_wait_is_reckoned_from_its_own_beginning() -> None:
    hall = expiring(waiting_expire_s=1200)
    label = hall.issue()
    hall.later(minutes=15)
    hall.call()
    hall.do("transfer", counter="1", service="H", after=10)
    hall.later(minutes=29)
    assert hall.refusal("expire", ticket=label) == "too_early ticket", "it could not be called for ten minutes"
    hall.later(minutes=1)
    hall.do("expire", ticket=label)


def test_a_booked_visitor_does_not_expire_before_the_appointment() -> None:
    hall = expiring(waiting_expire_s=1200)
    booking = hall.do("book", service="A", at=hall.now + 60 * MIN)["booking"].id
    label = hall.do("check_in", booking=booking)["ticket"].label
    hall.later(minutes=79)
    assert hall.refusal("expire", ticket=label) == "too_early ticket"
    hall.later(minutes=1)
    hall.do("expire", ticket=label)


@pytest.mark.parametrize("how", ["call", "finish", "cancel"])
def test_only_who_waits_or_is_held_expires(how: str) -> None:
    hall = expiring(waiting_expire_s=60)
    label = hall.issue()
    if how == "cancel":
        hall.do("cancel", ticket=label)
    else:
        hall.call()
    if how == "finish":
        hall.do("finish", counter="1")
    hall.later(minutes=9)
    assert hall.refusal("expire", ticket=label) == "wrong_state"
    assert hall.refusal("expire", ticket="A777") == "unknown_ticket ticket"


def test_expired_tickets_make_room_in_the_view() -> None:
    hall = expiring(waiting_expire_s=60)
    served = hall.serve(50)
    label = hall.issue()
    hall.later(minutes=2)
    hall.do("expire", ticket=label)
    assert list(hall.state.ended) == served[:1]


# -- notes -----------------------------------------------------------------------------------------------------------


def test_officers_write_down_what_colleagues_should_know(hall: Rig) -> None:
    label = hall.issue()
    assert hall.do("note", ticket=label, text="cần phiên dịch") == {}
    hall.do("note", ticket=label, text="đã gọi điện")
    assert hall.state.visits == {label: Visit(["noted: cần phiên dịch", "noted: đã gọi điện"])}
    assert hall.kinds[-1] == "noted"
    assert hall.events[-1].changes == {}
    assert "phiên dịch" not in repr(hall.view)
    assert hall.refusal("note", ticket="A777", text="?") == "unknown_ticket ticket"


def test_an_ended_ticket_can_be_noted(hall: Rig) -> None:
    label = hall.serve(51)[0]
    assert label in hall.state.ended
    hall.do("note", ticket=label, text="để quên thẻ")
    assert hall.state.visits[label].notes[-1] == "noted: để quên thẻ"
