"""The ledger of one process: what is committed together, what is refused, and what it survives."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

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
from hallsys.store.connection import StoreDown
from hallsys.store.journal import Payload, Raw, Stamp
from hallsys.store.ledger import AT_ONCE
from tests.store.desk import Desk, Proxy, copy_of, desk, new_hall, now_ms, proxy, put_back


@pytest.fixture
async def hall(valkey_url: str) -> AsyncIterator[Desk]:
    """A hall with counter 1 open; what it told is compared with the store at the end of every test."""
    async with desk(new_hall(), valkey_url) as it:
        await it.do("open_counter", counter="1")
        yield it
        await it.agrees()


@pytest.fixture
async def door(valkey_url: str, tmp_path: Path) -> AsyncIterator[Proxy]:
    async with proxy(tmp_path, valkey_url) as it:
        yield it


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


# -- a store that goes away ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("done", [True, False])
async def test_a_lost_answer_is_found_and_not_repeated(valkey_url: str, door: Proxy, done: bool) -> None:
    async with desk(new_hall(), door.url) as hall:
        door.lose, door.done = 1, done
        keys = [f"lost-answer-{number}" for number in range(5)]
        labels = await asyncio.gather(*(hall.issue(key=key) for key in keys))
        assert door.lose == 0
        assert labels == ["A001", "A002", "A003", "A004", "A005"]
        made = [entry["key"] for entry in await hall.entries() if entry["kind"] == "issued"]
        assert made == keys
        assert hall.resets == hall.resets[:1]
        await hall.agrees()


async def test_a_first_commit_whose_answer_was_lost(door: Proxy) -> None:
    door.lose = 1
    async with desk(new_hall(), door.url) as hall:
        assert await hall.issue() == "A001"
        assert len([entry for entry in await hall.entries() if entry["kind"] == "configured"]) == 1
        await hall.agrees()


async def test_a_store_that_has_forgotten_the_scripts(hall: Desk) -> None:
    await hall.connection.client.script_flush()
    assert await hall.issue() == "A001"


async def test_a_store_that_reads_but_does_not_write(hall: Desk, valkey_url: str, door: Proxy) -> None:
    """Its memory is full, or it became a replica: commands are refused soon, and it is not asked in a frenzy."""
    async with desk(hall.config, door.url) as other:
        await other.issue()
        await hall.connection.client.config_set("maxmemory", "1")
        before = door.commits
        try:
            async with asyncio.timeout(20):
                assert await refusal(other.issue(key="not-written")) == "store_unavailable"
                assert await refusal(other.issue(key="not-written")) == "store_unavailable"
            assert door.commits - before < 20
        finally:
            await hall.connection.client.config_set("maxmemory", "0")
        assert await eventually(other, "not-written") == "A002"


async def eventually(hall: Desk, key: str) -> str:
    """Ask with the same key until it is acknowledged, as every client does."""
    while True:
        try:
            return await hall.issue(key=key)
        except Refused as refused:
            if refused.code != "store_unavailable":
                raise
            await asyncio.sleep(0.01)


async def test_nothing_is_left_out_when_the_store_goes_between_two_pages(
    hall: Desk, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hallsys.store.journal.PAGE", 5)
    monkeypatch.setattr("hallsys.store.mirror.PAGE", 5)
    async with desk(hall.config, valkey_url, follows=False) as behind:
        since, reads = behind.journal.since, 0

        async def goes(stamp: Stamp) -> Any:
            nonlocal reads
            reads += 1
            if reads == 2:
                raise StoreDown("gone")
            return await since(stamp)

        monkeypatch.setattr(behind.journal, "since", goes)
        await asyncio.gather(*(hall.issue() for _ in range(12)))
        behind.ledger.poke()
        await behind.agrees()
        assert await eventually(behind, "after-pages") == "A013"
        await behind.agrees()


# -- a store that lost its tail ------------------------------------------------------------------------------------


async def lose_tail(hall: Desk) -> None:
    """Tickets A002 and A003 are told, and then gone."""
    await hall.issue()
    copy = await copy_of(hall)
    await hall.issue()
    await hall.issue()
    await put_back(hall, copy)


async def test_a_lost_tail_begins_an_epoch(hall: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await lose_tail(hall)
    epoch = hall.at.epoch
    assert await hall.issue() == "A002"
    await hall.agrees()
    assert hall.at.epoch > epoch
    assert hall.ledger.lost_tails == 1
    assert "lost events" in caplog.text
    assert len(hall.resets) == 2


async def test_a_store_that_lost_everything(hall: Desk) -> None:
    await hall.issue()
    epoch = hall.at.epoch
    await put_back(hall, {})
    assert await hall.issue() == "A001"
    await hall.agrees()
    assert hall.at.epoch > epoch
    assert hall.ledger.lost_tails == 1


async def test_a_new_epoch_begins_though_its_first_commit_is_lost(hall: Desk, valkey_url: str, door: Proxy) -> None:
    async with desk(hall.config, door.url) as other:
        await lose_tail(other)
        epoch = other.at.epoch
        # The first finds that the position is another, the second would open the epoch.
        commit, tries = other.journal.commit, 0

        async def fails(before: Stamp | None, after: Stamp, payload: Payload) -> Raw | None:
            nonlocal tries
            tries += 1
            if tries == 2:
                raise StoreDown("gone")
            return await commit(before, after, payload)

        other.journal.commit = fails  # type: ignore[method-assign]
        await eventually(other, "after-loss-1")
        assert tries > 2
        await other.agrees()
        assert other.at.epoch > epoch


async def test_a_new_epoch_begins_though_another_was_faster(hall: Desk, valkey_url: str) -> None:
    """The other was behind by just what was lost: to it, all is well."""
    async with desk(hall.config, valkey_url, follows=False) as behind:
        await lose_tail(hall)
        behind.ledger.poke()
        epoch = hall.at.epoch
        load = hall.journal.load

        async def slow() -> Any:
            loaded = await load()
            hall.journal.load = load  # type: ignore[method-assign]
            await behind.issue()
            return loaded

        hall.journal.load = slow  # type: ignore[method-assign]
        assert await hall.issue() == "A003"
        await hall.agrees()
        assert hall.at.epoch > epoch
        await behind.issue()
        await behind.until(lambda: behind.at.epoch == hall.at.epoch)
        await behind.agrees()


async def test_a_tail_lost_with_the_beginning_of_its_epoch(hall: Desk) -> None:
    """Two failovers, the second to an older copy than the first."""
    await hall.issue()
    copy = await copy_of(hall)
    await hall.issue()
    await put_back(hall, copy)
    assert await hall.issue() == "A002"
    epoch = hall.at.epoch
    await put_back(hall, copy)
    assert await hall.issue() == "A002"
    await hall.agrees()
    assert hall.at.epoch > epoch
    assert hall.ledger.lost_tails == 2


async def test_a_tail_is_lost_while_the_ledger_fails(hall: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, epoch = hall.journal.commit, hall.at.epoch

    async def fails(*_: object) -> Raw | None:
        monkeypatch.setattr(hall.journal, "commit", commit)
        raise ZeroDivisionError

    await lose_tail(hall)
    monkeypatch.setattr(hall.journal, "commit", fails)
    assert await refusal(hall.issue()) == "internal"
    await hall.issue()
    await hall.agrees()
    assert hall.at.epoch > epoch


async def test_a_stream_trimmed_in_good_order_is_no_loss(hall: Desk, valkey_url: str) -> None:
    async with desk(hall.config, valkey_url, follows=False) as behind:
        for _ in range(3):
            await hall.issue()
        await hall.connection.client.xtrim(hall.keys.events, maxlen=1, approximate=False)
        assert await behind.issue() == "A004"
        assert behind.at.epoch == hall.at.epoch
        assert behind.ledger.lost_tails == 0
        await behind.agrees()


async def test_the_stream_forgets_what_the_window_forgets(
    hall: Desk, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whole nodes of a hundred; after a new epoch as before it."""
    monkeypatch.setattr("hallsys.store.known.COMMANDS", 50)
    monkeypatch.setattr("hallsys.store.known.HOURS_24", 0)
    monkeypatch.setattr("hallsys.store.ledger.TRIM_EVERY", 10)
    for _ in range(2):
        first = await hall.do("issue", "to-be-forgotten", service="A")
        for _ in range(15):
            await asyncio.gather(*(hall.issue() for _ in range(20)))
        kept = await hall.do("issue", "to-be-kept", service="A")
        assert len(await hall.entries()) < 160
        assert await hall.do("issue", "to-be-kept", service="A") == kept
        assert await hall.do("issue", "to-be-forgotten", service="A") != first
        await put_back(hall, {})
        await eventually(hall, "in-the-new-epoch")
        await hall.agrees()


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
