"""Which step may be taken from where: every state against every command."""

from typing import Final

import pytest

from hallsys.config import Policy
from hallsys.core.model import AT_COUNTER
from hallsys.errors import Refused
from tests.core.rig import Rig, hall_config

LEADS_TO: Final[dict[str, dict[str, str]]] = {
    "waiting": {"call": "called", "cancel": "cancelled", "expire": "expired"},
    "called": {
        "recall": "called",
        "start": "serving",
        "finish": "done",
        "no_show": "no_show",
        "hold": "held",
        "return": "waiting",
        "transfer": "waiting",
        "cancel": "cancelled",
    },
    "serving": {
        "recall": "serving",
        "finish": "done",
        "hold": "held",
        "return": "waiting",
        "transfer": "waiting",
        "rate": "serving",
    },
    "held": {"resume": "waiting", "cancel": "cancelled", "expire": "expired"},
    "done": {"rate": "done"},
    "no_show": {"reinstate": "waiting"},
    "cancelled": {},
    "expired": {},
}
"""state -> command -> the state after it; whatever is not here is refused"""
HOW: Final[dict[str, list[str]]] = {
    "waiting": [],
    "called": ["call"],
    "serving": ["call", "start"],
    "held": ["call", "hold"],
    "done": ["call", "finish"],
    "no_show": ["call", "no_show"],
    "cancelled": ["cancel"],
    "expired": ["close_day", "open_day", "open_counter"],
}
"""The commands that bring a ticket into a state."""
TOLD: Final = {
    "call": "called",
    "recall": "recalled",
    "start": "started",
    "finish": "finished",
    "no_show": "no_show",
    "hold": "held",
    "return": "returned",
    "transfer": "transferred",
    "resume": "resumed",
    "reinstate": "reinstated",
    "cancel": "cancelled",
    "expire": "expired",
    "rate": "rated",
}
"""command -> the kind of the event that tells of it"""
COMMANDS: Final = sorted(TOLD)
ABOUT_A_TICKET: Final = ("call", "resume", "reinstate", "cancel", "expire", "rate")


def give(hall: Rig, command: str, label: str) -> None:
    """The command about this ticket, at counter 1."""
    if command == "call":
        hall.do("call", counter="1", ticket=label, reason="test")
    elif command in ("resume", "reinstate", "cancel", "expire"):
        hall.do(command, ticket=label)
    elif command == "rate":
        hall.rate(label, 5)
    elif command in ("open_day", "close_day"):
        hall.do(command)
    elif command == "transfer":
        hall.do(command, counter="1", service="H")
    else:
        hall.do(command, counter="1")


@pytest.mark.parametrize("state", LEADS_TO)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_table_of_a_tickets_life(state: str, command: str) -> None:
    hall = Rig(hall_config(policy=Policy(held_expire_s=1, waiting_expire_s=1)))
    label = hall.issue()
    for step in HOW[state]:
        give(hall, step, label)
    assert hall.ticket(label).state == state
    hall.later(seconds=1)
    if command in LEADS_TO[state]:
        give(hall, command, label)
        assert hall.ticket(label).state == LEADS_TO[state][command]
        assert hall.kinds[-1] == TOLD[command]
        return
    with pytest.raises(Refused) as caught:
        give(hall, command, label)
    assert hall.ticket(label).state == state
    if command in ABOUT_A_TICKET or state in AT_COUNTER:
        assert caught.value.code == "wrong_state"
        assert caught.value.params == {"label": label, "state": state}
    else:
        assert caught.value.code == "nothing_called"


def test_a_counter_that_is_closed_or_busy_is_named() -> None:
    hall = Rig()
    first, second = hall.issue(), hall.issue()
    hall.call()
    with pytest.raises(Refused) as busy:
        hall.do("call", counter="1", ticket=second, reason="test")
    assert (busy.value.code, busy.value.params) == ("counter_busy", {"counter": "1", "label": first})
    hall.do("finish", counter="1")
    hall.do("close_counter", counter="1")
    with pytest.raises(Refused) as closed:
        hall.do("call", counter="1", ticket=second, reason="test")
    assert (closed.value.code, closed.value.params) == ("counter_closed", {"counter": "1"})
