"""What is true of every hall at all times."""

from typing import Any

import msgspec

from hallsys.core.model import AT_COUNTER, ENDED, NO_LINE, RECENT, Share, Visit
from hallsys.core.state import HallState
from tests.core.rig import snapshot


def everything_agrees(state: HallState, now: int) -> None:
    """What is true of every hall at all times."""
    rows = {**state.tickets, **state.ended}
    by_counters = {row.ticket: row.id for row in state.counters.values() if row.ticket}
    by_tickets = {row.label: row.counter for row in state.tickets.values() if row.state in AT_COUNTER}
    assert by_counters == by_tickets
    assert len(by_counters) == sum(row.ticket is not None for row in state.counters.values())
    numbers: dict[str, list[int]] = {}
    for row in rows.values():
        numbers.setdefault(row.label.rstrip("0123456789"), []).append(row.number)
    for series in numbers.values():
        assert sorted(series) == list(range(1, len(series) + 1))
    assert sum(row.state in ENDED for row in state.tickets.values()) <= RECENT
    for counter in state.counters.values():
        assert counter.state == "open" or counter.ticket is None
        assert (counter.until is None) or counter.state == "paused"
        if counter.did is not None:
            assert counter.did.at <= now
            assert counter.ticket == (counter.did.ticket if counter.did.what == "called" else None)
    for row in rows.values():
        times = [time for time in (row.issued_at, row.called_at, row.started_at, row.ended_at) if time is not None]
        assert times == sorted(times)
        assert times[-1] <= now
        assert (row.ended_at is not None) == (row.state in ENDED)
        if row.state == "waiting":
            assert (row.counter, row.calls, row.called_at, row.started_at) == (None, 0, None, None)
    fresh = HallState(state.config, state.tables)
    assert snapshot(fresh) == snapshot(state)


def rows(state: HallState) -> dict[str, dict[str, Any]]:
    """All rows, but for what can be taken back, what was written down, which stays, and rows that say nothing."""
    tables = {table: dict(rows) for table, rows in state.tables.items()}
    tables["counters"] = {name: msgspec.structs.replace(row, did=None) for name, row in state.counters.items()}
    kept = {label: msgspec.structs.replace(visit, notes=[]) for label, visit in state.visits.items()}
    tables["visits"] = {label: visit for label, visit in kept.items() if visit != Visit()}
    tables["shares"] = {name: share for name, share in tables["shares"].items() if share != Share()}
    tables["lines"] = {name: line for name, line in tables["lines"].items() if line != NO_LINE}
    return tables
