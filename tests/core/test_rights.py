"""The table of roles, command by command (PROTOCOL)."""

from typing import Final

import msgspec
import pytest

from hallsys.core.commands import COMMANDS, parse
from hallsys.core.rights import ROLES, Who, may_do, may_read, require
from hallsys.errors import Refused
from tests.core.test_commands import least

KIOSK: Final = {"issue", "check_in"}
COUNTER: Final = {
    *("open_counter", "pause_counter", "close_counter", "call_next", "call", "recall", "start", "finish", "no_show"),
    *("hold", "return", "transfer", "resume", "reinstate", "book", "cancel"),
    *("late", "cancel_booking", "rate_here"),
    *("undo", "walk_in", "note", "sign_on", "sign_off", "ask_help", "notice", "end_notice"),
}
SUPERVISOR: Final = {"open_day", "close_day", "assign_counter", "expire"}
ADMIN: Final = {"set_screen"}
MAY: Final[dict[str | None, set[str]]] = {
    None: {"rate"},
    "display": {"rate"},
    "kiosk": {"rate", *KIOSK},
    "counter": {"rate", *KIOSK, *COUNTER},
    "supervisor": {"rate", *KIOSK, *COUNTER, *SUPERVISOR},
    "admin": set(COMMANDS),
}
ON_A_COUNTER: Final = [name for name in COMMANDS if "counter" in least(name) and name in COUNTER]


def who(role: str | None, counter: str | None = None, hall: str | None = "phutho") -> Who | None:
    return None if role is None else Who(role, hall, counter, "somebody")


def judged(somebody: Who | None, name: str, hall: str = "phutho", **more: str) -> str:
    """ "may", or the code of the refusal."""
    command = parse(name, msgspec.json.encode({**least(name), **more}))
    try:
        may_do(somebody, hall, name, command)
    except Refused as refused:
        return refused.code
    return "may"


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_roles(role: str | None, name: str) -> None:
    refusal = "unauthorized" if role is None else "forbidden"
    assert judged(who(role), name) == ("may" if name in MAY[role] else refusal)


def test_the_table_names_every_command() -> None:
    assert {"rate"} | KIOSK | COUNTER | SUPERVISOR | ADMIN == set(COMMANDS)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_the_holder_of_a_ticket_cancels_it_with_its_token(role: str | None) -> None:
    assert judged(who(role), "cancel", token="t") == "may"


@pytest.mark.parametrize("name", ON_A_COUNTER)
def test_who_has_one_counter_works_on_that_one(name: str) -> None:
    assert judged(who("counter", "1"), name) == "may"
    assert judged(who("counter", "2"), name) == "forbidden"
    assert judged(who("counter"), name) == "may"


@pytest.mark.parametrize("role", ["supervisor", "admin"])
@pytest.mark.parametrize("name", ON_A_COUNTER)
def test_supervisors_work_on_every_counter(role: str, name: str) -> None:
    assert judged(who(role, "2"), name) == "may"


def test_a_notice_is_written_at_ones_own_counter_or_for_the_hall() -> None:
    for counter, answer in (({"counter": "1"}, "may"), ({"counter": "2"}, "forbidden"), ({}, "may")):
        assert judged(who("counter", "1"), "notice", **counter) == answer


@pytest.mark.parametrize("role", ["display", "kiosk"])
def test_a_tablet_answers_at_its_own_counter_and_does_nothing_else_there(role: str) -> None:
    assert judged(who(role, "1"), "rate_here") == "may"
    assert judged(who(role, "2"), "rate_here") == "forbidden"
    assert judged(who(role), "rate_here") == "forbidden"
    assert judged(who(role, "1"), "call_next") == "forbidden"


@pytest.mark.parametrize("name", ["late", "resume"])
def test_the_holder_of_a_ticket_says_when_to_be_called(name: str) -> None:
    token = parse(name, b'{"token":"t"}')
    may_do(None, "phutho", name, token)
    assert judged(None, name) == "unauthorized"


def test_an_officers_name_gives_no_right() -> None:
    officer = Who("counter", "phutho", "1", "Quầy 1", officer="lan")
    assert judged(officer, "call_next") == "may"
    assert judged(officer, "open_day") == "forbidden"
    assert judged(officer, "undo", counter="2") == "forbidden"


@pytest.mark.parametrize("name", ["issue", "cancel", "resume", "reinstate", "book", "check_in", "note", "end_notice"])
def test_one_counter_is_enough_for_what_belongs_to_none(name: str) -> None:
    assert judged(who("counter", "2"), name) == "may"


def test_a_ticket_may_be_sent_to_another_counter() -> None:
    command = parse("transfer", b'{"counter":"1","to_counter":"5"}')
    may_do(who("counter", "1"), "phutho", "transfer", command)


@pytest.mark.parametrize("role", ROLES)
def test_rights_end_at_the_hall(role: str) -> None:
    assert judged(who(role, hall="elsewhere"), "issue") == "forbidden"
    with pytest.raises(Refused, match="forbidden"):
        may_read(who(role, hall="elsewhere"), "phutho", open_reading=False)
    may_read(who(role, hall=None), "phutho", open_reading=False)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_who_signed_in_may_read(role: str) -> None:
    may_read(who(role), "phutho", open_reading=False)


def test_nobody_reads_unless_the_hall_is_open_for_reading() -> None:
    may_read(None, "phutho", open_reading=True)
    with pytest.raises(Refused, match="unauthorized"):
        may_read(None, "phutho", open_reading=False)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("asked", ROLES)
def test_each_role_may_do_what_those_before_it_may(role: str, asked: str) -> None:
    somebody = who(role)
    if ROLES.index(role) >= ROLES.index(asked):
        assert require(somebody, "phutho", asked) is somebody
    else:
        with pytest.raises(Refused, match="forbidden"):
            require(somebody, "phutho", asked)


@pytest.mark.parametrize(
    ("halls", "here"),
    [(None, True), ("phutho", True), ("viettri,phutho", True), ("viettri", False), ("phu,tho", False)],
)
def test_rights_over_several_halls(halls: str | None, here: bool) -> None:
    wanted = "may" if here else "forbidden"
    assert judged(Who("supervisor", halls, None, "somebody"), "open_day") == wanted
