"""One press of "next", whatever the hall looks like: the promises of docs/calling.md, one by one, and all of them
together against a slow reading of the rules."""

from hypothesis import given, settings

from hallsys.config import Policy
from hallsys.core.lanes import line_of
from hallsys.core.model import Counter, Line
from hallsys.core.policy import WHY, Choice, choose
from hallsys.core.state import HallState, apply
from hallsys.core.turns import ahead
from tests.core.crowds import NOW, counter, moments, queues
from tests.core.fairness import choosable, holds, is_early, may_call, others_after, rightful, starving, streak_after
from tests.core.rig import Rig, hall_config

Moment = tuple[HallState, Counter]
often = settings(max_examples=10 * settings().max_examples)


def chosen(moment: Moment) -> Choice | None:
    return choose(*moment, NOW)


@often
@given(moments)
def test_it_is_whom_a_slow_reading_of_the_rules_names(moment: Moment) -> None:
    state, at = moment
    streaks = {line: row.streak for line, row in state.lines.items()}
    others = {line: row.others for line, row in state.lines.items()}
    rightly = rightful(state, at, NOW, streaks, others)
    choice = chosen(moment)
    assert (choice is None) == (not rightly)
    assert choice is None or choice.ticket.label in rightly


@given(moments)
def test_somebody_is_called_whenever_somebody_may_be(moment: Moment) -> None:
    assert (chosen(moment) is not None) == bool(choosable(*moment, NOW))


@given(moments)
def test_who_came_back_is_next(moment: Moment) -> None:
    front = [row for row in choosable(*moment, NOW) if row.front]
    choice = chosen(moment)
    if front:
        assert choice is not None
        assert choice.ticket.front
        assert choice.ticket.queued_at == min(row.queued_at for row in front)


@given(moments)
def test_nobody_is_passed_who_has_waited_past_the_limit(moment: Moment) -> None:
    state, _ = moment
    everybody = choosable(*moment, NOW)
    starved = starving(state, everybody, NOW)
    choice = chosen(moment)
    if starved and not any(row.front for row in everybody):
        assert choice is not None
        assert choice.ticket in starved
        assert choice.why.startswith("starvation minutes=")


@given(moments)
def test_a_booked_visitor_is_called_from_the_booked_time_on_and_earlier_only_for_want_of_others(moment: Moment) -> None:
    state, _ = moment
    everybody = choosable(*moment, NOW)
    choice = chosen(moment)
    if choice is None or any(row.front for row in everybody):
        return
    if is_early(choice.ticket, NOW):
        assert all(is_early(row, NOW) for row in everybody)
        assert choice.why.startswith("early at=")
    elif not starving(state, everybody, NOW):
        come = [row for row in everybody if row.booked is not None and row.booked <= NOW]
        assert choice.ticket in come or not come
        assert choice.why.startswith("booked at=") == bool(come)


@given(moments)
def test_nobody_is_called_before_the_time_until_which_they_were_sent_away(moment: Moment) -> None:
    choice = chosen(moment)
    assert choice is None or (choice.ticket.not_before or 0) <= NOW


@given(moments)
def test_nobody_is_called_against_the_counters_mode(moment: Moment) -> None:
    _, at = moment
    choice = chosen(moment)
    if choice is not None and not (choice.ticket.to_counter or choice.ticket.to_group):
        row = choice.ticket
        assert (
            at.mode == "all"
            or {
                "priority": row.priority is not None,
                "booked": row.booked is not None,
                "ordinary": row.priority is None and row.booked is None,
            }[at.mode]
        )


@given(moments)
def test_nobody_is_called_who_was_sent_elsewhere_or_for_another_service(moment: Moment) -> None:
    _, at = moment
    choice = chosen(moment)
    if choice is not None:
        row = choice.ticket
        assert row.to_counter in (None, at.id)
        assert row.to_counter or row.to_group is None or row.to_group in at.groups
        assert row.to_counter or row.to_group or row.service in at.services


@often
@given(moments)
def test_a_service_on_a_condition_is_taken_only_while_it_holds(moment: Moment) -> None:
    state, at = moment
    choice = chosen(moment)
    if choice is not None and choice.line in at.conditions:
        assert holds(state, at, choice.line, NOW)
        assert choice.why.split()[0] in ("help", "idle", "starvation", "returned", "front", "booked", "early")


@often
@given(moments)
def test_a_service_on_a_condition_is_taken_when_it_holds_and_nobody_else_is_there(moment: Moment) -> None:
    state, at = moment
    mine = may_call(state, at, NOW)
    lines = {line_of(row) for row in mine}
    if len(lines) == 1 and (line := lines.pop()) in at.conditions:
        choice = chosen(moment)
        assert (choice is not None) == holds(state, at, line, NOW)


@given(moments)
def test_the_reason_is_one_of_those_with_words(moment: Moment) -> None:
    choice = chosen(moment)
    assert choice is None or choice.why.split()[0] in WHY


@given(moments)
def test_a_call_counts_the_turns_of_its_line_and_of_no_other(moment: Moment) -> None:
    state, at = moment
    choice = chosen(moment)
    if choice is None:
        return
    assert set(choice.private) <= {"lines", "shares"}
    assert set(choice.private.get("shares", {})) <= ({at.id} if at.weights else set())
    before = state.lines.get(choice.line, Line())
    after = choice.private.get("lines", {}).get(choice.line, before)
    assert set(choice.private.get("lines", {})) <= {choice.line}
    assert choice.private.get("lines", {}).get(choice.line) != before, "what stays as it was is not written"
    row = choice.ticket
    if row.front:
        assert after == before
    else:
        streak, others = streak_after(state, before.streak, row), others_after(state, before.others, row)
        assert after == Line(before.number, streak, others if row.booked is None else before.others)


@often
@given(queues)
def test_how_many_go_before_is_how_many_are_called_before(state: HallState) -> None:
    for line in {line_of(row) for row in state.tickets.values()}:
        name, group = (line[1:], line[1:]) if line[0] in "@#" else ("9", "none")
        at = counter("" if line[0] in "@#" else line, name if line[0] == "@" else "9", groups=[group])
        called = _all_called(state, at)
        for before, label in enumerate(called):
            assert ahead(state, state.tickets[label], NOW) == before


def _all_called(state: HallState, at: Counter) -> list[str]:
    """Everybody whom a counter calls one after another, if nobody else comes and no time goes by."""
    left = HallState(state.config, state.tables)
    called = []
    while (choice := choose(left, at, NOW)) is not None:
        called.append(choice.ticket.label)
        apply(left, {"tickets": {choice.ticket.label: None}, **choice.private})
    return called


def test_who_was_sent_back_comes_to_the_same_counter_at_the_end_of_the_pause_and_not_before() -> None:
    hall = Rig(hall_config(policy=Policy(return_pause_s=60)))
    hall.issue()
    hall.call("1")
    hall.do("return", counter="1")
    hall.now += 59_999
    assert hall.refusal("call_next", counter="1") == "nobody_waiting"
    hall.now += 1
    assert hall.call("1") == "A001"
