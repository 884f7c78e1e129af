"""Two processes hold one hall: whoever comes too late decides again, and a key is one command on both."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from hallsys.config import HallConfig
from hallsys.errors import Refused
from tests.store.desk import Desk, copy_of, desk, new_hall, put_back


@pytest.fixture
def config() -> HallConfig:
    return new_hall()


@pytest.fixture
async def pair(config: HallConfig, valkey_url: str) -> AsyncIterator[tuple[Desk, Desk]]:
    async with desk(config, valkey_url) as one, desk(config, valkey_url) as other:
        yield one, other
        await one.agrees()
        await other.agrees()


@pytest.fixture
async def unaware(config: HallConfig, valkey_url: str) -> AsyncIterator[tuple[Desk, Desk]]:
    """The second notices what the first wrote only when it stumbles over it, as one does in the moment after."""
    async with desk(config, valkey_url) as one, desk(config, valkey_url, follows=False) as other:
        await one.do("open_counter", counter="1")
        await other.do("open_counter", counter="2")
        yield one, other
        await one.agrees()


async def test_both_begin_on_an_empty_store(config: HallConfig, valkey_url: str) -> None:
    async with desk(config, valkey_url) as one, desk(config, valkey_url) as other:
        assert one.at == other.at or other.at > one.at
        kinds = Counter(entry["kind"] for entry in await one.entries())
        assert kinds == {"configured": 1, "day_opened": 1}


async def test_both_begin_at_once(config: HallConfig, valkey_url: str) -> None:
    async def begin(ready: asyncio.Barrier) -> str:
        async with desk(config, valkey_url) as it:
            label = await it.issue()
            await ready.wait()
            await it.agrees()
            await ready.wait()
            return label

    ready = asyncio.Barrier(3)
    labels = await asyncio.gather(*(begin(ready) for _ in range(3)))
    assert sorted(labels) == ["A001", "A002", "A003"]


async def test_each_number_once(pair: tuple[Desk, Desk]) -> None:
    labels = await asyncio.gather(*(pair[number % 2].issue() for number in range(300)))
    assert sorted(labels) == [f"A{number:03}" for number in range(1, 301)]


async def test_nobody_is_called_by_both(pair: tuple[Desk, Desk]) -> None:
    one, other = pair
    await one.do("open_counter", counter="1")
    await one.do("open_counter", counter="2")
    await asyncio.gather(*(one.issue() for _ in range(20)))

    async def call_all(at: Desk, counter: str) -> list[str]:
        called = []
        while True:
            try:
                called.append((await at.do("call_next", counter=counter)).result["ticket"]["label"])
            except Refused:
                return called

    called = await asyncio.gather(call_all(one, "1"), call_all(other, "2"))
    assert sorted(called[0] + called[1]) == [f"A{number:03}" for number in range(1, 21)]


async def test_a_key_pressed_at_both_at_once(pair: tuple[Desk, Desk]) -> None:
    answers = await asyncio.gather(*(at.do("issue", "both-at-once", service="A") for at in pair))
    assert answers[0] == answers[1]
    assert await pair[0].issue() == "A002"


async def test_a_key_of_the_other(unaware: tuple[Desk, Desk]) -> None:
    one, other = unaware
    first = await one.do("issue", "from-the-other", service="A")
    assert await other.do("issue", "from-the-other", service="A") == first
    await one.issue()
    with pytest.raises(Refused, match="key_reused"):
        await other.do("issue", "from-the-other", service="H")


async def test_a_key_of_the_other_that_would_be_refused_by_now(unaware: tuple[Desk, Desk]) -> None:
    one, other = unaware
    await one.issue()
    first = await one.do("call_next", "called-at-the-other", counter="1")
    assert await other.do("call_next", "called-at-the-other", counter="1") == first


async def test_who_was_acknowledged_at_the_other_is_waiting_here(unaware: tuple[Desk, Desk]) -> None:
    """A citizen shows a ticket; the officer's server has not heard of it yet."""
    one, other = unaware
    label = await one.issue()
    called = await other.do("call_next", counter="2")
    assert called.result["ticket"]["label"] == label


async def test_every_answer_is_found_again_at_the_other(pair: tuple[Desk, Desk]) -> None:
    """An answer is remembered by where its rows stand in the event, so every kind of command has to say where."""
    one, other = pair
    asked = []

    async def press(name: str, **args: object) -> None:
        key = f"remembered-{len(asked)}"
        asked.append((name, key, args, await one.do(name, key, **args)))

    for counter in ("1", "2"):
        await press("open_counter", counter=counter)
    for _ in range(60):
        await press("issue", service="A")
    await press("cancel", ticket="A060")
    await press("call_next", counter="1")
    await press("recall", counter="1")
    await press("start", counter="1")
    await press("hold", counter="1", note="photocopy")
    await press("resume", ticket="A001")
    await press("call_next", counter="1")
    await press("return", counter="1")
    await press("call_next", counter="1")
    await press("no_show", counter="1")
    await press("reinstate", ticket=asked[-1][3].result["ticket"]["label"])
    await press("call_next", counter="1")
    await press("transfer", counter="1", service="H")
    await press("call", counter="1", ticket="A050", reason="asked for")
    await press("finish", counter="1")
    for _ in range(53):
        await press("call_next", counter="2")
    await press("pause_counter", counter="1", reason="lunch")
    await press("finish", counter="2")
    await press("close_counter", counter="2")
    await press("book", service="A", at=one.ledger._clock() + 3_600_000)
    await press("check_in", booking=asked[-1][3].result["booking"]["id"])
    await press("close_day")
    await press("open_day")
    await other.until(lambda: other.at == one.at)
    for name, key, args, first in asked:
        for at in pair:
            assert await at.do(name, key, **args) == first


async def test_both_find_that_the_tail_was_lost(pair: tuple[Desk, Desk]) -> None:
    one, other = pair
    await one.issue()
    copy = await copy_of(one)
    await asyncio.gather(*(at.issue() for at in pair for _ in range(3)))
    await one.agrees()
    await other.agrees()
    epoch = one.at.epoch
    await put_back(one, copy)
    labels = await asyncio.gather(*(at.issue() for at in pair for _ in range(5)))
    assert sorted(labels) == [f"A{number:03}" for number in range(2, 12)]
    await one.agrees()
    await other.agrees()
    assert one.at.epoch == other.at.epoch > epoch
    assert len(one.resets) > 1
    assert len(other.resets) > 1


async def test_a_position_reached_again_with_other_events_is_another(unaware: tuple[Desk, Desk]) -> None:
    """The store lost two tickets; the other server, which had not heard of them, has made two others of their place."""
    one, other = unaware
    await one.issue("A")
    assert await other.issue("A") == "A002"
    copy = await copy_of(one)
    await one.issue("H")
    told = await one.do("issue", service="H")
    await put_back(one, copy)
    await other.issue("A")
    assert (await other.do("issue", service="A")).at == told.at
    assert await one.issue("H") == "H001"
    await one.agrees()
    assert one.ledger.lost_tails == 1


async def test_whoever_asks_is_told_what_the_other_committed_before(unaware: tuple[Desk, Desk]) -> None:
    one, other = unaware
    label = await one.issue()
    assert label not in await other.ledger.read(lambda state, _: set(state.tickets))
    await other.ledger.followed()
    assert label in await other.ledger.read(lambda state, _: set(state.tickets))
