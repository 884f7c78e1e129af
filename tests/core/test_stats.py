"""The figures of a day: what starts and ends a wait, percentiles, and the picture of its flow."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hallsys.core.model import Ticket
from hallsys.core.stats import HOUR_MS, STEP_MS, day_stats

MIN = 60_000
EIGHT = 1_790_000_000_000 // HOUR_MS * HOUR_MS
"""A full hour; minutes in these tests are counted from it."""


def ticket(label: str, state: str, queued: float, called: float | None = None, **more: Any) -> Ticket:
    """A ticket of service A, its times in minutes after eight."""
    asked = ("issued_at", "started_at", "ended_at")
    times: dict[str, Any] = {key: int(EIGHT + more.pop(key) * MIN) for key in asked if key in more}
    queued_at = int(EIGHT + queued * MIN)
    return Ticket(
        label=label,
        service=more.pop("service", "A"),
        number=1,
        priority=None,
        state=state,
        counter=more.pop("counter", None),
        arrival=queued_at,
        queued_at=queued_at,
        called_at=None if called is None else int(EIGHT + called * MIN),
        calls=0,
        why=None,
        front=None,
        to_counter=None,
        **{"issued_at": queued_at, "started_at": None, "ended_at": None, **times},
    )


def test_a_day_without_tickets_has_no_figures() -> None:
    stats = day_stats([], EIGHT)
    assert (stats.total.issued, stats.total.waiting, stats.total.longest) == (0, 0, None)
    assert stats.total.wait_hour is None
    assert stats.total.service_time is None
    assert stats.services == {}
    assert stats.flow.waiting == [(EIGHT, 0)]


def test_percentiles_are_waits_that_somebody_had() -> None:
    day = [ticket(f"A{n}", "done", 0, n, ended_at=n + 5, counter="1") for n in range(1, 11)]
    wait = day_stats(day, EIGHT + 30 * MIN).total.wait_day
    assert wait is not None
    assert (wait.count, wait.p50, wait.p90, wait.mean) == (10, 5 * 60, 9 * 60, 330)


def test_the_last_hour_counts_waits_that_ended_in_it() -> None:
    day = [ticket("A1", "done", 0, 10, ended_at=12), ticket("A2", "serving", 10, 50)]
    figures = day_stats(day, EIGHT + 70 * MIN).total
    assert figures.wait_hour is not None
    assert figures.wait_day is not None
    assert (figures.wait_hour.count, figures.wait_hour.p50) == (1, 40 * 60)
    assert figures.wait_day.count == 2


def test_a_wait_begins_when_the_ticket_joined_this_queue() -> None:
    back = ticket("A1", "called", 30, 42, issued_at=0)
    wait = day_stats([back], EIGHT + 45 * MIN).total.wait_hour
    assert wait is not None
    assert wait.p50 == 12 * 60


def test_a_returned_ticket_waits_again_and_its_old_call_is_no_wait() -> None:
    figures = day_stats([ticket("A1", "waiting", 20, 10, issued_at=0)], EIGHT + 29 * MIN).total
    assert (figures.waiting, figures.longest, figures.wait_day) == (1, 9 * 60, None)


def test_no_shows_have_waited_and_cancelled_ones_have_not() -> None:
    day = [ticket("A1", "no_show", 0, 8, ended_at=11), ticket("A2", "cancelled", 0, ended_at=3)]
    figures = day_stats(day, EIGHT + 15 * MIN).total
    assert (figures.no_shows, figures.cancelled, figures.served) == (1, 1, 0)
    assert figures.wait_day is not None
    assert figures.wait_day.count == 1


def test_service_time_runs_from_the_start_or_else_from_the_call() -> None:
    day = [
        ticket("A1", "done", 0, 5, started_at=7, ended_at=10, counter="2"),
        ticket("A2", "done", 0, 10, ended_at=20, counter="2"),
        ticket("A3", "done", 0, 20, started_at=20, ended_at=21, counter="3"),
    ]
    stats = day_stats(day, EIGHT + 30 * MIN)
    two = stats.counters["2"]
    assert two.served == 2
    assert two.service_time is not None
    assert (two.service_time.p50, two.service_time.p90) == (3 * 60, 10 * 60)
    assert stats.counters["3"].served == 1


def test_services_add_up_to_the_hall() -> None:
    day = [ticket("A1", "waiting", 0), ticket("H1", "waiting", 5, service="H"), ticket("H2", "waiting", 6, service="H")]
    stats = day_stats(day, EIGHT + 10 * MIN)
    assert {service: figures.waiting for service, figures in stats.services.items()} == {"A": 1, "H": 2}
    assert stats.total.waiting == 3
    assert stats.total.longest == 10 * 60
    assert stats.services["H"].longest == 5 * 60


def test_the_flow_has_bars_of_a_quarter_and_ends_now() -> None:
    day = [ticket("A1", "done", 1, 16, ended_at=20), ticket("A2", "waiting", 14), ticket("A3", "waiting", 31)]
    flow = day_stats(day, EIGHT + 32 * MIN).flow
    assert (flow.start, flow.step) == (EIGHT, STEP_MS)
    assert flow.issued == [2, 0, 1]
    assert flow.called == [0, 1, 0]
    assert [count for _, count in flow.waiting] == [0, 1, 1, 2, 1, 1, 1, 2]
    assert flow.waiting[-1][0] == EIGHT + 32 * MIN


moments = st.integers(0, 600)
rows = st.builds(
    lambda state, queued, wait, service: ticket("A1", state, queued, None if state == "waiting" else queued + wait,
                                                service=service, ended_at=queued + wait),
    st.sampled_from(["waiting", "called", "done", "no_show", "cancelled", "held"]),
    moments,
    st.integers(0, 60),
    st.sampled_from("AHN"),
)  # fmt: skip


@given(st.lists(rows), st.integers(0, 100))
def test_the_picture_agrees_with_the_figures(day: list[Ticket], later: int) -> None:
    now = max((max(row.queued_at, row.called_at or 0) for row in day), default=EIGHT) + later * MIN
    stats = day_stats(day, now)
    assert sum(stats.flow.issued) == stats.total.issued == sum(each.issued for each in stats.services.values())
    assert sum(stats.flow.called) == sum(row.state != "waiting" for row in day)
    assert stats.flow.waiting[-1] == (now, stats.total.waiting)
    assert all(count >= 0 for _, count in stats.flow.waiting)
