"""Which step may be taken from where: every state against every command."""

from typing import Final

import pytest

from hallsys.core.model import AT_COUNTER
from hallsys.errors import Refused
from tests.core.rig import Rig

LEADS_TO: Final[dict[str, dict[str, str]]] = {
    "waiting": {"call": "called", "cancel": "cancelled"},
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
    "held": {"resume": "waiting", "cancel": "cancelled"},
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
COMMANDS: Final = sorted({command for steps in LEADS_TO.values() for command in steps})


def give(hall: Rig, command: str, label: str) -> None:
    """The command about this ticket, at counter 1."""
    if command == "call":
        hall.do("call", counter="1", ticket=label, reason="test")
    elif command in ("resume", "reinstate", "cancel"):
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
    hall = Rig()
    label = hall.issue()
    for step in HOW[state]:
        give(hall, step, label)
    assert hall.ticket(label).state == state
    if command in LEADS_TO[state]:
        give(hall, command, label)
        assert hall.ticket(label).state == LEADS_TO[state][command]
        return
    about_the_ticket = command in ("call", "resume", "reinstate", "cancel", "rate")
    with pytest.raises(Refused, match="wrong_state" if about_the_ticket or state in AT_COUNTER else "nothing_called"):
        give(hall, command, label)
    assert hall.ticket(label).state == state
