"""The forecasting process by itself: many halls, a hall it stumbles over, days before."""

import msgspec
import pytest

from hallsys.core.history import DayRecord, Recorder, record_day
from hallsys.core.snapshot import probe, snapshot
from hallsys.monitor.forecast.process import Lost, Process
from hallsys.monitor.forecast.wire import Job
from hallsys.monitor.forecast.worker import Player
from hallsys.store.past import pack_record
from tests.core.test_history import TZ, Diary
from tests.core.test_snapshot import COUNTERS, morning

pack = msgspec.msgpack.Encoder().encode


def job(hall: Diary, record: bytes | None = None, past: list[bytes] | None = None) -> Job:
    day = hall.state.hall["day"]
    shot = snapshot(hall.state, hall.now)
    return Job("one", TZ, shot, day, pack(hall.day) if record is None else record, past, [shot["now"] + 600])


def slow_day(day: str) -> bytes:
    """A closed day on which everybody took half an hour."""
    hall = Diary(counters=COUNTERS)
    for _ in range(12):
        for counter in "123":
            hall.issue("A")
            hall.do("call_next", counter=counter)
        hall.later(minutes=30)
    record = record_day(day, hall.told)
    shift = 86_400_000 * (23 - int(day[-2:]))
    for rows, names in (
        (record.visits, ("issued", "ended")),
        (record.waits, ("queued", "called", "left")),
        (record.legs, ("called", "started", "ended")),
    ):
        for row in rows:
            for name in names:
                if getattr(row, name) is not None:
                    setattr(row, name, getattr(row, name) - shift)
    record.counters = [change._replace(time=change.time - shift) for change in record.counters]
    return pack_record(record)


def test_the_days_before_are_learnt_from_and_kept_from_one_job_to_the_next() -> None:
    hall = Diary(counters=COUNTERS)
    for _ in range(20):
        hall.issue("A")
    alone = Player().play(job(hall)).waits
    player = Player()
    taught = player.play(job(hall, past=[slow_day(f"2026-11-{day}") for day in (18, 19, 20)])).waits
    assert taught["A020"][0] > 1.5 * alone["A020"][0]
    hall.later(seconds=5)
    again = player.play(job(hall)).waits
    assert again["A020"][0] > 1.5 * alone["A020"][0]


def test_a_record_of_another_day_is_not_taken_for_today() -> None:
    hall = morning(1)
    other = Recorder("2026-11-22").record
    assert Player().play(job(hall, pack(other))).kept is None
    assert set(Player().play(job(hall, pack(DayRecord("2026-11-23")))).waits) == set(
        snapshot(hall.state, hall.now)["ask"]
    )


async def test_a_hall_that_cannot_be_forecast_is_said_and_the_next_one_is_served() -> None:
    hall, process = morning(2), Process()
    try:
        with pytest.raises(Lost):
            await process.play(job(hall))
        await process.ready()
        with pytest.raises(Lost, match="ValidationError"):
            await process.play(job(hall, b"\x01"))
        played = await process.play(job(hall))
        assert played.waits[probe("A")][0] >= 0
        assert len(played.queue) == 1
        assert process.generation == 1
    finally:
        await process.close()
    assert process.pid is None
