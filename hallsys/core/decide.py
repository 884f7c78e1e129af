"""The decider: what a command does to a hall. Pure; it reads the state and changes nothing (DESIGN, core)."""

from collections.abc import Callable
from typing import Any, Final

from hallsys.core import at_counter, bookings, days, visits
from hallsys.core import commands as c
from hallsys.core.decision import Decision
from hallsys.core.state import HallState

_RULES: Final[dict[type[c.Command], Callable[[HallState, Any, int], Decision]]] = {
    c.Issue: visits.issue,
    c.Cancel: visits.cancel,
    c.OpenCounter: at_counter.open_counter,
    c.PauseCounter: at_counter.pause_counter,
    c.CloseCounter: at_counter.close_counter,
    c.CallNext: at_counter.call_next,
    c.Call: at_counter.call,
    c.Recall: at_counter.recall,
    c.Start: at_counter.start,
    c.Finish: at_counter.finish,
    c.NoShow: at_counter.no_show,
    c.Hold: at_counter.hold,
    c.Return: at_counter.return_,
    c.Transfer: at_counter.transfer,
    c.Resume: visits.resume,
    c.Reinstate: visits.reinstate,
    c.CheckIn: bookings.check_in,
    c.OpenDay: days.open_day,
    c.CloseDay: days.close_day,
}


def decide(
    state: HallState,
    command: c.Command,
    now: int,
    *,
    label: str = "",
    code: str = "",
    person: str = "",
    officer: str | None = None,
    role: str = "",
) -> Decision:
    """The events and the answer of a command, or Refused.

    `now` is in milliseconds and not before any time in the state. What secrets, randomness and sign-in are needed for is
    found outside: `label` is the ticket that a phone's token stands for, `code` a fresh code for a booking or a notice,
    `person` a keyed hash of what was scanned, `officer` the account that signed in with a PIN at the device, `role` that
    of the caller.
    """
    if isinstance(command, c.Rate):
        return visits.rate(state, command, now, label)
    if isinstance(command, c.Book):
        return bookings.book(state, command, now, code)
    return _RULES[type(command)](state, command, now)
