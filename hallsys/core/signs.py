"""A counter's sign and what it is for today: open, paused, closed, its services, a call for help."""

import re
from typing import Final

from hallsys.config import HallConfig
from hallsys.core import commands as c
from hallsys.core.configure import work_of
from hallsys.core.decision import Decision, Event, with_counter
from hallsys.core.lifecycle import must_be_free
from hallsys.core.lookup import counter_of, service_of
from hallsys.core.model import Counter
from hallsys.core.state import HallState
from hallsys.errors import Refused

_CODE: Final = re.compile(r"[a-z_]{1,32}", re.ASCII)


def open_counter(state: HallState, command: c.OpenCounter, now: int) -> Decision:
    return _told("counter_opened", becomes(counter_of(state, command.counter), "open", now))


def pause_counter(state: HallState, command: c.PauseCounter, now: int) -> Decision:
    counter = counter_of(state, command.counter)
    if counter.state == "closed":
        raise Refused("counter_closed", counter=command.counter)
    must_be_free(counter)
    until = None if command.minutes is None else now + command.minutes * 60_000
    return _told("counter_paused", becomes(counter, "paused", now, public_reason(command.reason), until))


def close_counter(state: HallState, command: c.CloseCounter, now: int) -> Decision:
    counter = counter_of(state, command.counter)
    must_be_free(counter)
    return _told("counter_closed", becomes(counter, "closed", now))


def public_reason(reason: str | None) -> str | None:
    """A reason as everybody may see it: a code such as `lunch`; free words, which may name somebody, become `other`."""
    return reason if reason is None or _CODE.fullmatch(reason) else "other"


def becomes(counter: Counter, into: str, now: int, reason: str | None = None, until: int | None = None) -> Counter:
    """Asking for the state a counter is in already is told again and harms nobody; `since` stays."""
    since = counter.since if counter.state == into else now
    return with_counter(counter, state=into, since=since, reason=reason, until=until)


def _told(kind: str, row: Counter) -> Decision:
    return Decision([Event(kind, {"counters": {row.id: row}})], {"counter": row})


def ask_help(state: HallState, command: c.AskHelp, now: int) -> Decision:
    row = with_counter(counter_of(state, command.counter), asks=command.kind)
    return _told("help_ended" if command.kind is None else "help_asked", row)


def assign_counter(state: HallState, command: c.AssignCounter, now: int) -> Decision:
    """For today: other services, in this order and without conditions, or another mode. Neither: as the settings."""
    counter = counter_of(state, command.counter)
    if command.services is None and command.mode is None:
        return _told("counter_assigned", as_set(state.config, counter))
    row = with_counter(counter, assigned=True, mode=command.mode or counter.mode)
    if command.services is not None:
        services = [service_of(state, name, "services").id for name in dict.fromkeys(command.services)]
        row = with_counter(row, services=services, conditions={}, weights={})
    return _told("counter_assigned", row)


def as_set(config: HallConfig, counter: Counter) -> Counter:
    """The counter with the work that the settings give it; one that they do not name stays as it is."""
    wanted = next((wanted for wanted in config.counters if wanted.id == counter.id), None)
    return counter if wanted is None else with_counter(counter, assigned=False, **work_of(wanted))
