"""The clock of a simulated day."""

import asyncio

import pytest

from hallsys.simulate.clock import Clock


async def test_at_full_speed_a_day_takes_no_time_and_keeps_its_order() -> None:
    clock = Clock(0)
    seen: list[tuple[str, float]] = []

    async def actor(name: str, *moments: float) -> None:
        for moment in moments:
            await clock.until(moment)
            seen.append((name, clock.now))

    await clock.run(actor("a", 100, 30_000), actor("b", 5_000, 9_000))
    assert [name for name, _ in seen] == ["a", "b", "b", "a"]
    assert [moment for _, moment in seen] == [100, 5_000, 9_000, 30_000]


async def test_time_stands_still_while_somebody_works() -> None:
    """An actor that waits for the server holds the clock: nobody's hour passes meanwhile."""
    clock = Clock(0)
    server = asyncio.Event()
    order: list[str] = []

    async def working() -> None:
        await server.wait()
        order.append(f"answered at {clock.now:g}")

    async def waiting() -> None:
        await clock.until(1_000)
        order.append(f"waited until {clock.now:g}")

    async def answer() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        server.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(answer())
        await clock.run(working(), waiting())
    assert order == ["answered at 0", "waited until 1000"]


async def test_what_falls_together_is_done_at_once() -> None:
    clock = Clock(0)
    together = asyncio.Barrier(2)

    async def actor(moment: float) -> None:
        await clock.until(moment)
        async with asyncio.timeout(120):
            await together.wait()

    await clock.run(actor(100), actor(110))


async def test_actors_may_begin_others() -> None:
    clock = Clock(0, start=50)
    seen: list[float] = []

    async def late() -> None:
        await clock.pause(300)
        seen.append(clock.now)

    async def first() -> None:
        await clock.pause(100)
        clock.begin(late())

    await clock.run(first())
    assert seen == [450]


async def test_at_a_speed_time_passes_by_itself() -> None:
    clock = Clock(10_000)
    await clock.run(clock.until(200))
    assert clock.now >= 200


async def test_error_of_an_actor_ends_the_day() -> None:
    clock = Clock(0)

    async def broken() -> None:
        await clock.until(5)
        raise LookupError

    with pytest.raises(ExceptionGroup) as group:
        await clock.run(broken(), clock.until(1_000_000))
    assert group.group_contains(LookupError)


async def test_no_speed_backwards() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Clock(-1)
