"""The ledger of one process: what is committed together, what is refused, and what it survives."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from hallsys.core import commands as c
from hallsys.core.days import next_midnight
from hallsys.core.decide import decide
from hallsys.core.decision import Decision, Event
from hallsys.core.position import Position
from hallsys.core.state import HallState
from hallsys.errors import Refused
from hallsys.store import batch as batches
from hallsys.store.batch import unpack_day
from hallsys.store.journal import Payload, Raw, Stamp
from hallsys.store.ledger import AT_ONCE
from tests.store.desk import Desk, desk, new_hall, now_ms


async def refusal(command: Any) -> str:
    with pytest.raises(Refused) as refused:
        await command
    return str(refused.value.code)


class Gate:
    """A ledger's commits are held until it is opened."""

    def __init__(self, hall: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self._open = asyncio.Event(), asyncio.Event()
        self._hall, self._monkeypatch, self._commit = hall, monkeypatch, hall.journal.commit

    def shut(self) -> None:
        self._monkeypatch.setattr(self._hall.journal, "commit", self._held)

    def open(self) -> None:
        self._open.set()

    async def _held(self, before: Stamp | None, after: Stamp, payload: Payload) -> Raw | None:
        self.entered.set()
        await self._open.wait()
        return await self._commit(before, after, payload)


@pytest.fixture
async def gate(hall: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    """Of the hall; shut it first."""
    it = Gate(hall, monkeypatch)
    yield it
    it.open()


# -- group commit ------------------------------------------------------------------------------------------------


async def test_commands_that_wait_together_are_one_commit(hall: Desk) -> None:
    labels = await asyncio.gather(*(hall.issue() for _ in range(20)))
    assert labels == [f"A{number:03}" for number in range(1, 21)]
    tags = Counter(entry["tag"] for entry in await hall.entries() if entry["kind"] == "issued")
    assert list(tags.values()) == [20]


async def test_more_commands_than_a_batch_holds_go_in_several(hall: Desk) -> None:
    labels = await asyncio.gather(*(hall.issue() for _ in range(2 * AT_ONCE + 10)))
    assert len(set(labels)) == 2 * AT_ONCE + 10
    tags = Counter(entry["tag"] for entry in await hall.entries() if entry["kind"] == "issued")
    assert sorted(tags.values()) == [10, AT_ONCE, AT_ONCE]


async def test_each_command_sees_those_before_it(hall: Desk) -> None:
    label, called, recalled = await asyncio.gather(
        hall.issue(), hall.do("call_next", counter="1"), hall.do("recall", counter="1")
    )
    assert called.result["ticket"]["label"] == recalled.result["ticket"]["label"] == label


async def test_pressing_twice_at_once_is_pressing_once(hall: Desk) -> None:
    first, second = await asyncio.gather(*(hall.do("issue", "same-key-1", service="A") for _ in range(2)))
    assert first == second
    assert await hall.issue() == "A002"


async def test_pressing_again_later_gets_the_first_answer(hall: Desk, valkey_url: str) -> None:
    first = await hall.do("issue", "same-key-2", service="A")
    assert first.result["token"]
    await hall.do("call_next", counter="1")
    assert await hall.do("issue", "same-key-2", service="A") == first
    async with desk(hall.config, valkey_url) as restarted:
        assert await restarted.do("issue", "same-key-2", service="A") == first


async def test_services_stand_in_the_order_of_the_settings_after_a_restart_too(valkey_url: str) -> None:
    made = new_hall(counters=12)
    config = msgspec.structs.replace(made, services=made.services[::-1], counters=made.counters[::-1])
    wanted = {table: [each.id for each in getattr(config, table)] for table in ("services", "counters")}
    for _ in range(2):
        async with desk(config, valkey_url) as hall:
            await hall.do("open_counter", counter="9")
            for tables in (hall.tables, hall.ledger._mirror.state.tables):
                assert {table: list(tables[table]) for table in wanted} == wanted


async def test_a_key_means_one_command(hall: Desk) -> None:
    first = asyncio.create_task(hall.do("issue", "same-key-3", service="A"))
    await asyncio.sleep(0)
    assert await refusal(hall.do("issue", "same-key-3", service="H")) == "key_reused"
    await first
    assert await refusal(hall.do("call_next", "same-key-3", counter="1")) == "key_reused"


async def test_a_refusal_is_decided_anew(hall: Desk) -> None:
    assert await refusal(hall.do("call_next", "same-key-4", counter="1")) == "nobody_waiting"
    await hall.issue()
    assert (await hall.do("call_next", "same-key-4", counter="1")).result["ticket"]["label"] == "A001"


# -- what is not committed is told to nobody -----------------------------------------------------------------------


async def test_a_refusal_waits_for_the_rows_it_was_decided_on(hall: Desk, gate: Gate) -> None:
    await hall.do("open_counter", counter="2")
    await hall.issue()
    await hall.agrees()
    gate.shut()
    first, late = (asyncio.create_task(hall.do("call_next", counter=counter)) for counter in ("1", "2"))
    heard = len(hall.told)
    await gate.entered.wait()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not first.done()
    assert not late.done()
    assert len(hall.told) == heard
    gate.open()
    await first
    assert await refusal(late) == "nobody_waiting"


async def test_a_refusal_on_rows_that_never_came_is_not_given(hall: Desk, gate: Gate, valkey_url: str) -> None:
    """Both press for the one ticket; while that is committed, a second ticket is taken at another server."""
    await hall.do("open_counter", counter="2")
    await hall.issue()
    gate.shut()
    calls = [asyncio.create_task(hall.do("call_next", counter=counter)) for counter in ("1", "2")]
    await gate.entered.wait()
    async with desk(hall.config, valkey_url) as other:
        await other.issue()
        gate.open()
        called = [(await call).result["ticket"]["label"] for call in calls]
    assert sorted(called) == ["A001", "A002"]


# -- one command's bug ---------------------------------------------------------------------------------------------

Break = Callable[[HallState, c.Command, int], Decision]


def breaking(monkeypatch: pytest.MonkeyPatch, broken: Break) -> None:
    """The rule for service H has a bug."""

    def decided(state: HallState, command: c.Command, now: int, **more: Any) -> Decision:
        if isinstance(command, c.Issue) and command.service == "H":
            return broken(state, command, now)
        return decide(state, command, now, **more)

    monkeypatch.setattr(batches, "decide", decided)


def raises(state: HallState, command: c.Command, now: int) -> Decision:
    raise ZeroDivisionError


def cannot_be_written(state: HallState, command: c.Command, now: int) -> Decision:
    return Decision([Event("issued", {"hall": {"open": True}}), Event("issued", {"hall": {"open": object()}})])


def names_no_table(state: HallState, command: c.Command, now: int) -> Decision:
    return Decision([Event("issued", {"hall": {"open": False}}, {"nowhere": {"x": 1}})])


@pytest.mark.parametrize("broken", [raises, cannot_be_written, names_no_table])
async def test_a_bug_refuses_its_own_command_only(
    hall: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: Break
) -> None:
    breaking(monkeypatch, broken)
    results = await asyncio.gather(
        hall.issue("A"), hall.do("issue", service="H"), hall.issue("A"), return_exceptions=True
    )
    assert results[0] == "A001"
    assert isinstance(results[1], Refused)
    assert results[1].code == "internal"
    assert str(results[1].params["reference"]) in caplog.text
    assert results[2] == "A002"
    assert await hall.issue() == "A003"
    positions = [Position.parse(entry["at"]).seq for entry in await hall.entries()]
    assert positions == list(range(1, len(positions) + 1))


async def test_a_ledger_that_fails_is_started_again_and_says_so(
    hall: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    commit = hall.journal.commit

    async def fails(*_: object) -> Raw | None:
        monkeypatch.setattr(hall.journal, "commit", commit)
        raise ZeroDivisionError

    monkeypatch.setattr(hall.journal, "commit", fails)
    assert await refusal(hall.issue()) == "internal"
    assert "is started again" in caplog.text
    assert await hall.issue() == "A001"


async def test_one_who_goes_away_takes_nothing_from_others(hall: Desk, gate: Gate) -> None:
    gate.shut()
    gone, stays = (asyncio.create_task(hall.do("issue", "same-key-5", service="A")) for _ in range(2))
    await gate.entered.wait()
    gone.cancel()
    gate.open()
    assert (await stays).result["ticket"]["label"] == "A001"
    assert gone.cancelled()


# -- days ----------------------------------------------------------------------------------------------------------


async def test_a_day_opens_itself_at_midnight_once(valkey_url: str) -> None:
    """Nobody comes; both servers of the hall watch the clock."""
    config = new_hall()
    midnight = next_midnight(config.timezone, now_ms())
    time = midnight - 200

    def clock() -> int:
        return time

    async with desk(config, valkey_url, clock=clock) as hall, desk(config, valkey_url, clock=clock) as other:
        yesterday = hall.tables["hall"]["day"]
        token = (await hall.do("issue", service="A")).result["token"]
        assert await other.issue() == "A002"
        time = midnight
        for it in (hall, other):
            await it.until(lambda it=it: it.tables["hall"]["day"] > yesterday)  # type: ignore[misc]
        assert await other.issue() == "A001"
        for it in (hall, other):  # yesterday's A001 is not today's
            assert await refusal(it.do("cancel", token=token)) == "unknown_ticket"
        assert Counter(entry["kind"] for entry in await hall.entries())["day_opened"] == 2
        packed = await hall.connection.client.get(hall.keys.past(yesterday))
        assert [row["label"] for row in unpack_day(packed)["tickets"]] == ["A001", "A002"]
        await hall.agrees()
        await other.agrees()


async def test_time_never_runs_backwards(hall: Desk, valkey_url: str) -> None:
    async with desk(hall.config, valkey_url, clock=lambda: now_ms() - 3_600_000) as slow:
        await hall.issue()
        await slow.issue()
    times = [entry["time"] for entry in await hall.entries()]
    assert times == sorted(times)


async def test_a_ledger_that_ends_refuses_what_still_waits(valkey_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with desk(new_hall(), valkey_url) as hall:
        await hall.ledger.close()
        assert await refusal(hall.issue()) == "store_unavailable"
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
