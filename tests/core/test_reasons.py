"""Every reason that can stand on a ticket, and who goes first where nothing else tells two apart."""

from typing import Any

import pytest

from hallsys.config import Policy
from hallsys.core.model import Condition, Counter, Line, Ticket
from hallsys.core.policy import WHY, Choice, choose
from hallsys.core.turns import ahead
from hallsys.hallvisits import Tickets
from tests.core.crowds import NEVER, NOW, counter, state_of, ticket
from tests.core.rig import MIN, Rig, hall_config

EARLIER = NOW - 10 * MIN


def chosen(at: Counter, *tickets: Ticket, lines: dict[str, Line] | None = None, **policy: Any) -> Choice:
    rules = Policy(**{"starve_s": NEVER, **policy})
    config = hall_config({"1": "AHN"}, policy=rules, tickets=Tickets(many_from=3, many_every=2))
    choice = choose(state_of(config, list(tickets), lines), at, NOW)
    assert choice is not None
    return choice


def test_the_words_of_all_reasons() -> None:
    assert {*WHY} == {
        *("arrival", "priority", "ordinary", "many", "starvation", "returned", "front", "direct", "group"),
        *("help", "idle", "share", "booked", "early", "chosen", "walk_in"),
    }


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        ("arrival", {}),
        ("priority kind=aged turn=1 of=2", {"priority": "aged"}),
        ("many after=0", {"dossiers": 3}),
        ("returned", {"front": "returned"}),
        ("front", {"front": "front"}),
        ("direct", {"to_counter": "1"}),
        ("group name=land", {"to_group": "land"}),
        ("booked at=10:00", {"booked": NOW}),
        ("early at=10:01", {"booked": NOW + MIN}),
    ],
)
def test_the_reason_says_by_what_somebody_is_called(why: str, fields: dict[str, Any]) -> None:
    assert chosen(counter("A", groups=["land"]), ticket(1, "A", **fields)).why == why


def test_the_reasons_of_two_kinds_say_how_many_others_went_before() -> None:
    both = [ticket(1, "A", dossiers=3), ticket(2, "A")]
    urgent = ticket(3, "A", priority="merit")
    assert chosen(counter("A"), *both, urgent, lines={"A": Line(3, 1, 0)}).why == "priority kind=merit turn=2 of=2"
    assert chosen(counter("A"), *both, urgent, lines={"A": Line(3, 2, 0)}).why == "ordinary after=2"
    assert chosen(counter("A"), *both, lines={"A": Line(3, 2, 2)}).why == "many after=2"
    assert chosen(counter("A"), both[0], urgent, lines={"A": Line(3, 2, 2)}).why == "many after=2"
    assert chosen(counter("A"), both[0], urgent, lines={"A": Line(3, 2, 1)}).why == "priority kind=merit turn=2 of=2"
    assert chosen(counter("A"), ticket(1, "A"), starve_s=0).why == "starvation minutes=0"


def test_the_reasons_of_a_counter_that_helps_or_shares() -> None:
    one, other = ticket(1, "A", arrival=EARLIER), ticket(1, "H", arrival=EARLIER)
    assert chosen(counter("A", conditions={"A": Condition(600)}), one).why == "help minutes=10"
    assert chosen(counter("A", conditions={"A": Condition(idle=True)}), one).why == "idle"
    assert chosen(counter("AH", weights={"H": 3}), one, other).why == "share service=H weight=3"


def test_the_reasons_without_a_choice() -> None:
    hall = Rig()
    hall.do("call", counter="1", ticket=hall.issue(), reason="đã hẹn")
    assert hall.ticket("A001").why == "chosen"
    assert hall.do("walk_in", counter="2", service="A")["ticket"].why == "walk_in"


def test_turns_counted_under_other_settings_are_worth_no_more_than_now() -> None:
    usual, urgent = ticket(1, "A"), ticket(2, "A", priority="aged")
    lines = {"A": Line(2, 5)}
    state = state_of(hall_config({"1": "A"}, policy=Policy(starve_s=NEVER)), [usual, urgent], lines)
    assert [ahead(state, row, NOW) for row in (usual, urgent)] == [0, 1]
    assert chosen(counter("A"), usual, urgent, lines=lines).why == "ordinary after=5"


# -- equal times: the counter's order of preference decides, and for those sent there it comes first ------------------


@pytest.mark.parametrize(
    ("fields", "policy"),
    [
        ({"front": "returned"}, {}),
        ({}, {"starve_s": 60}),
        ({"booked": EARLIER}, {}),
        ({"booked": NOW + MIN}, {}),
        ({}, {}),
    ],
)
@pytest.mark.parametrize("order", ["AH", "HA"])
def test_of_two_who_came_at_once_the_one_in_the_preferred_line_goes_first(
    fields: dict[str, Any], policy: dict[str, Any], order: str
) -> None:
    two = [ticket(1, name, arrival=EARLIER, **fields) for name in "AH"]
    choice = chosen(counter(order), *two, **policy)
    assert (choice.line, choice.ticket.service) == (order[0], order[0])


def test_past_the_limit_and_at_once_priority_goes_first() -> None:
    usual, urgent = ticket(1, "A", arrival=EARLIER), ticket(2, "A", arrival=EARLIER, priority="aged")
    assert chosen(counter("A"), usual, urgent, starve_s=60).ticket == urgent


# -- to the millisecond ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("waited", "minutes"), [(2 * MIN - 1, 1), (2 * MIN, 2)])
def test_a_wait_is_said_in_whole_minutes(waited: int, minutes: int) -> None:
    one = ticket(1, "A", arrival=NOW - waited)
    assert chosen(counter("A"), one, starve_s=60).why == f"starvation minutes={minutes}"
    assert chosen(counter("A", conditions={"A": Condition(60)}), one).why == f"help minutes={minutes}"


@pytest.mark.parametrize(("longer", "first"), [(10 * MIN - 1, "A"), (10 * MIN, "H")])
def test_the_less_preferred_line_goes_first_from_so_much_longer_a_wait_on(longer: int, first: str) -> None:
    two = [ticket(1, "A", arrival=NOW), ticket(1, "H", arrival=NOW - longer)]
    assert chosen(counter("AH"), *two, prefer_s=600).line == first


@pytest.mark.parametrize(("waited", "why"), [(MIN - 1, "arrival"), (MIN, "starvation minutes=1")])
def test_the_limit_is_reached_at_once_when_it_has_gone_by(waited: int, why: str) -> None:
    assert chosen(counter("A"), ticket(1, "A", arrival=NOW - waited), starve_s=60).why == why
