"""The one who looks over the day: lets a counter do other work for an hour, and may close the day at its end."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from hallsys.live.client import Declined
from hallsys.simulate.day import Day
from hallsys.simulate.record import Hand

PEAK_S: Final = 5_400.0
HOUR_S: Final = 3_600.0
LOOKS_S: Final = 120.0


async def look_after(day: Day, counter: str, services: Sequence[str], hand: Hand) -> None:
    """At the peak of the morning `counter` takes its services in another order, whoever they are for; then as it is
    set again."""
    await _until(day, PEAK_S)
    with suppress(Declined):  # a token with less right than a supervisor's: counted, and shown in the summary
        await hand.press("assign_counter", counter=counter, services=list(reversed(services)), mode="all")
    await _until(day, PEAK_S + HOUR_S)
    with suppress(Declined):
        await hand.press("assign_counter", counter=counter)


async def _until(day: Day, moment: float) -> None:
    """A moment of the day, or its end."""
    while day.clock.now < moment and not day.over():
        await day.clock.pause(LOOKS_S)
