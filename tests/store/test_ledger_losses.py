"""What the ledger of one process survives: lost answers, a store that goes away, a store that lost its tail."""

import asyncio
from typing import Any

import pytest

from hallsys.errors import Refused
from hallsys.store.connection import StoreDown
from hallsys.store.journal import Payload, Raw, Stamp
from tests.store.desk import Desk, Proxy, copy_of, desk, new_hall, put_back


async def refusal(command: Any) -> str:
    with pytest.raises(Refused) as refused:
        await command
    return str(refused.value.code)


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
            async with asyncio.timeout(120):
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
