"""A ticket's life in one table: which step a command takes, from which states, and what its event is called.

waiting -> called -> serving -> done
   ^         |  \\       |
   |         |   no_show / held            (reinstate, resume: waiting again)
   +---------+-- return, transfer, late
cancelled from waiting, called or held; expired from waiting or held, or at the end of the day
"""

from typing import Final, NamedTuple

from hallsys.core.model import CALLED, CANCELLED, DONE, EXPIRED, HELD, NO_SHOW, SERVING, WAITING, Counter, Ticket
from hallsys.errors import Refused


class Step(NamedTuple):
    """`event` is the kind of the event that tells of the step."""

    sources: frozenset[str]
    target: str
    event: str


def _step(sources: str, target: str, event: str) -> Step:
    return Step(frozenset(sources.split()), target, event)


STEPS: Final[dict[str, Step]] = {
    "call": _step(WAITING, CALLED, "called"),
    "recall": _step(f"{CALLED} {SERVING}", CALLED, "recalled"),
    "start": _step(CALLED, SERVING, "started"),
    "finish": _step(f"{CALLED} {SERVING}", DONE, "finished"),
    "no_show": _step(CALLED, NO_SHOW, "no_show"),
    "hold": _step(f"{CALLED} {SERVING}", HELD, "held"),
    "return": _step(f"{CALLED} {SERVING}", WAITING, "returned"),
    "transfer": _step(f"{CALLED} {SERVING}", WAITING, "transferred"),
    "resume": _step(HELD, WAITING, "resumed"),
    "reinstate": _step(NO_SHOW, WAITING, "reinstated"),
    "late": _step(f"{WAITING} {CALLED}", WAITING, "delayed"),
    "cancel": _step(f"{WAITING} {CALLED} {HELD}", CANCELLED, "cancelled"),
    "expire": _step(f"{WAITING} {HELD}", EXPIRED, "expired"),
    "rate": _step(f"{DONE} {SERVING}", DONE, "rated"),
}


def take(step: str, ticket: Ticket) -> Step:
    """The step for this ticket. Raises Refused wrong_state when it cannot be taken from where the ticket is."""
    found = STEPS[step]
    if ticket.state not in found.sources:
        raise Refused("wrong_state", label=ticket.label, state=ticket.state)
    return found


def must_be_open(counter: Counter) -> None:
    """Raises Refused counter_closed unless the counter calls people now."""
    if counter.state != "open":
        raise Refused("counter_closed", counter=counter.id)


def must_be_free(counter: Counter) -> None:
    """Raises Refused counter_busy while the counter has a ticket."""
    if counter.ticket is not None:
        raise Refused("counter_busy", counter=counter.id, label=counter.ticket)
