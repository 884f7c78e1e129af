"""Somebody without a ticket stands at the counter and is served at once."""

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event, with_counter, with_ticket
from hallsys.core.lifecycle import must_be_free, must_be_open
from hallsys.core.lookup import counter_of
from hallsys.core.model import SERVING
from hallsys.core.state import HallState
from hallsys.core.visits import issued


def walk_in(state: HallState, command: c.WalkIn, now: int) -> Decision:
    """Two events, without a voice: a number like any other, and the service under way."""
    counter = counter_of(state, command.counter)
    must_be_open(counter)
    must_be_free(counter)
    taken = issued(state, command.service, command.priority, now)
    row = with_ticket(
        taken.result["ticket"], state=SERVING, counter=counter.id, called_at=now, started_at=now, why="walk_in"
    )
    busy = with_counter(counter, ticket=row.label, did=None)
    started = Event("started", {"tickets": {row.label: row}, "counters": {busy.id: busy}})
    return Decision([*taken.events, started], {"ticket": row})
