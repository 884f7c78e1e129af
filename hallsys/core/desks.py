"""Who works at which counter: an officer signs on, moves on, hands over, signs off. Names stay private."""

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event
from hallsys.core.lifecycle import must_be_free
from hallsys.core.lookup import counter_of
from hallsys.core.model import Changes, Counter, Desk
from hallsys.core.signs import becomes
from hallsys.core.state import HallState
from hallsys.errors import Refused


def must_hold(state: HallState, counter: str, officer: str | None) -> None:
    """A counter's press by a device: not on a colleague's counter, nor at one that its officer has left for another;
    and in a hall where officers sign in, not without. Raises Refused unknown_counter, counter_taken, sign_in_first."""
    counter_of(state, counter)
    if officer is not None:
        _must_not_be_taken(state, counter, officer)
        if counter not in state.desks and any(desk.officer == officer for desk in state.desks.values()):
            raise Refused("sign_in_first", counter=counter)
    elif state.config.policy.sign_in:
        raise Refused("sign_in_first", counter=counter)


def _must_not_be_taken(state: HallState, counter: str, officer: str) -> None:
    desk = state.desks.get(counter)
    if desk is not None and desk.officer != officer:
        raise Refused("counter_taken", "counter", counter=counter, officer=desk.officer)


def sign_on(state: HallState, command: c.SignOn, now: int, officer: str | None) -> Decision:
    """An officer has one counter: another one is left, and paused if it was open. With `take_over` a colleague's
    counter is handed over as it is, the ticket at hand included."""
    counter = counter_of(state, command.counter)
    if officer is None:
        raise Refused("sign_in_first", counter=counter.id)
    if not command.take_over:
        _must_not_be_taken(state, counter.id, officer)
    counters = {counter.id: counter}
    desks: dict[str, Desk | None] = {}
    for name, desk in state.desks.items():
        if desk.officer == officer and name != counter.id:
            desks[name] = None
            if name in state.counters:
                counters[name] = _left(state.counters[name], now)
    present = state.desks.get(counter.id)
    if present is None or present.officer != officer:
        desks[counter.id] = Desk(officer, now)
    return Decision([Event("signed_on", {"counters": counters}, _private(desks))], {"counter": counter})


def sign_off(state: HallState, command: c.SignOff, now: int) -> Decision:
    """A counter that nobody holds stays as it is."""
    counter = counter_of(state, command.counter)
    desks: dict[str, Desk | None] = {}
    if counter.id in state.desks:
        counter, desks = _left(counter, now), {counter.id: None}
    return Decision([Event("signed_off", {"counters": {counter.id: counter}}, _private(desks))], {"counter": counter})


def _left(counter: Counter, now: int) -> Counter:
    must_be_free(counter)
    return becomes(counter, "paused", now) if counter.state == "open" else counter


def _private(desks: dict[str, Desk | None]) -> Changes:
    return {"desks": desks} if desks else {}
