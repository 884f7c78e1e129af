"""The decider: what a command does to a hall. Pure; it reads the state and changes nothing (DESIGN, core)."""

from collections.abc import Callable
from typing import Any, Final

from hallsys.core import (
    at_counter,
    bookings,
    days,
    delays,
    desks,
    notes,
    notices,
    outcomes,
    ratings,
    sending,
    signs,
    undo,
    visits,
    walk_in,
)
from hallsys.core import commands as c
from hallsys.core.decision import Decision
from hallsys.core.state import HallState

_RULES: Final[dict[type[c.Command], Callable[[HallState, Any, int], Decision]]] = {
    c.Cancel: visits.cancel,
    c.OpenCounter: signs.open_counter,
    c.PauseCounter: signs.pause_counter,
    c.CloseCounter: signs.close_counter,
    c.CallNext: at_counter.call_next,
    c.Call: at_counter.call,
    c.Recall: at_counter.recall,
    c.Start: at_counter.start,
    c.Finish: outcomes.finish,
    c.NoShow: outcomes.no_show,
    c.Hold: sending.hold,
    c.Return: sending.return_,
    c.Transfer: sending.transfer,
    c.Resume: visits.resume,
    c.Reinstate: visits.reinstate,
    c.Late: delays.late,
    c.CheckIn: bookings.check_in,
    c.CancelBooking: bookings.cancel_booking,
    c.RateHere: ratings.rate_here,
    c.Undo: undo.undo,
    c.WalkIn: walk_in.walk_in,
    c.NoteDown: notes.note_down,
    c.AssignCounter: signs.assign_counter,
    c.SignOff: desks.sign_off,
    c.AskHelp: signs.ask_help,
    c.EndNotice: notices.end_notice,
    c.SetScreen: notices.set_screen,
    c.Expire: visits.expire,
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
    wait: tuple[int, int] | None = None,
) -> Decision:
    """The events and the answer of a command, or Refused.

    `now` is in milliseconds and not before any time in the state. What needs secrets, randomness or a sign-in is found
    outside: `label` is the ticket that a phone's token stands for, `code` a fresh code for a booking or a notice,
    `person` a keyed hash of what was scanned, `officer` the account signed in with a PIN at the device, `role` the
    caller's, `wait` the forecast for the ticket to be issued (P50 and P80, seconds).
    """
    if role == "counter" and not isinstance(command, (c.SignOn, c.RateHere)):
        counter: str | None = getattr(command, "counter", None)
        if counter is not None:
            desks.must_hold(state, counter, officer)
    rule = _RULES.get(type(command))
    if rule is not None:
        return rule(state, command, now)
    match command:
        case c.Issue():
            return visits.issue(state, command, now, person, wait)
        case c.Book():
            return bookings.book(state, command, now, code, person)
        case c.Rate():
            return ratings.rate(state, command, now, label)
        case c.SignOn():
            return desks.sign_on(state, command, now, officer)
        case c.PutNotice():
            return notices.put_notice(state, command, now, code)
    raise TypeError(f"no rule for {type(command).__name__}")
