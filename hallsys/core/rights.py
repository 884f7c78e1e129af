"""Who may do what: the one place where roles are judged (PROTOCOL, the table of roles)."""

from typing import Final

import msgspec

from hallsys.core.commands import Command
from hallsys.errors import Refused

ROLES: Final = ("display", "kiosk", "counter", "supervisor", "admin")
"""Each role may do what those before it may, and more."""

_RANK: Final = {role: rank for rank, role in enumerate(ROLES)}

_LEAST: Final = {
    "issue": "kiosk",
    "check_in": "kiosk",
    "rate_here": "display",
    "assign_counter": "supervisor",
    "expire": "supervisor",
    "set_screen": "admin",
    "open_day": "supervisor",
    "close_day": "supervisor",
}
"""The least role for a command; any other command is a counter's."""

BY_TICKET: Final = frozenset({"rate", "cancel", "late", "resume"})
"""What the holder of a ticket's own token may do without signing in."""


class Who(msgspec.Struct, frozen=True):
    """Somebody who signed in. `hall` None: every hall; several have commas between their ids. `counter` None: every
    counter."""

    role: str
    hall: str | None
    counter: str | None
    name: str
    officer: str | None = None
    """The account of the person who signed in with a PIN at this device, if somebody did."""
    device: str | None = None
    """The id of the device that an administrator let in, where it is one: its screen's settings go by it."""


STRANGER: Final = Who("stranger", "", None, "")
"""Who shows a token that is nobody's. Refused where nobody in particular would be let in, too: a device whose token was
revoked has to notice."""


def reaches(halls: str | None, hall: str) -> bool:
    """Whether rights over some halls, as `Who.hall` names them, are rights over this one."""
    return halls is None or halls == hall or hall in halls.split(",")


def require(who: Who | None, hall: str, role: str) -> Who:
    """Somebody of at least this role in this hall. Raises Refused unauthorized or forbidden."""
    if who is None or who is STRANGER:
        raise Refused("unauthorized")
    if not reaches(who.hall, hall) or _RANK[who.role] < _RANK[role]:
        raise Refused("forbidden")
    return who


def may_read(who: Who | None, hall: str, open_reading: bool) -> None:
    """Reading the view, events, socket and voice. Raises Refused unless the hall is open for reading to everybody."""
    if who is STRANGER or not open_reading:
        require(who, hall, "display")


def may_do(who: Who | None, hall: str, name: str, command: Command) -> None:
    """Raises Refused unless this person may do this command."""
    if name in BY_TICKET and getattr(command, "token", None) is not None:
        return
    who = require(who, hall, _LEAST.get(name, "counter"))
    if _RANK[who.role] > _RANK["counter"] or (who.role == "counter" and who.counter is None):
        return
    counter = getattr(command, "counter", None)
    if counter is not None and counter != who.counter:
        raise Refused("forbidden", "counter")
