"""Those who come: they take a number, or check in, or just stand there; they wait, and some lose patience."""

import asyncio
import contextlib
from typing import Any, Final

from hallsys.live.client import Declined
from hallsys.simulate.day import Day
from hallsys.simulate.plan import Fate, Visitor
from hallsys.simulate.record import Hand

SOON_MS: Final = 50
"""So near a booked time is: it has passed when the visitor checks in a little later."""
AHEAD_MS: Final = 60_000
FAR_MS: Final = 46_800_000
"""13 hours: further ahead than anybody may check in."""
LOOKS_S: Final = 900.0
"""Between two looks of somebody who wants to say how it was, in seconds of the day."""
PATIENCE_S: Final = 45_000.0
"""Of the day, after which nobody says how it was any more."""


async def visit(day: Day, visitor: Visitor, number: int, kiosk: Hand, desk: Hand) -> None:
    """One visit up to the chair; `desk` is where people book, and say that they leave."""
    await day.clock.until(visitor.arrives)
    if visitor.fate is Fate.WALK_IN:
        day.walk_ins.append(visitor)
        return  # an officer takes it from here
    try:
        result = await _booked(visitor, kiosk, desk) if visitor.fate is Fate.BOOKED else None
        result = result or await kiosk.press("issue", **_wish(day, visitor, number))
    except Declined:
        return  # counted by the kiosk's hand, shown in the summary
    finally:
        day.arrived += 1
    label, token = result["ticket"]["label"], str(result.get("token", ""))
    day.record.mine[label] = visitor
    if visitor.fate is not Fate.BOOKED:
        day.record.tokens[token] += 1
    if visitor.fate is Fate.CANCELLED:
        await _lose_patience(day, visitor, label, token, kiosk, desk)
    elif visitor.score is not None and token:
        await _rate(day, visitor.score, label, token, kiosk)


def _wish(day: Day, visitor: Visitor, number: int) -> dict[str, Any]:
    wish: dict[str, Any] = {"service": visitor.service, "person": f"simulated {day.plan.seed} {number}"}
    if visitor.priority:
        wish["priority"] = visitor.priority
    if visitor.dossiers > 1:
        wish["dossiers"] = visitor.dossiers
    if visitor.then:
        wish["then"] = list(visitor.then)
    return wish


async def _booked(visitor: Visitor, kiosk: Hand, desk: Hand) -> dict[str, Any] | None:
    """Books and checks in: at the time, ahead of it, too late for the slot, or far too early, which is refused at
    first. None where this hall takes no bookings: then a number will do."""
    ahead = {"ahead": AHEAD_MS, "early": FAR_MS}.get(visitor.booking, SOON_MS)
    try:
        booking = await _book(visitor, desk, ahead)
        if visitor.booking == "early":
            try:
                return await kiosk.press("check_in", booking=booking)
            except Declined:
                booking = await _book(visitor, desk, SOON_MS)
        if visitor.booking == "late":
            await asyncio.sleep(2 * SOON_MS / 1000)
        return await kiosk.press("check_in", booking=booking)
    except Declined:
        return None


async def _book(visitor: Visitor, desk: Hand, ahead: int) -> str:
    now = desk.client.server_now()
    result = await desk.press("book", service=visitor.service, at=(now or 0) + ahead)
    return str(result["booking"]["id"])


async def _lose_patience(day: Day, visitor: Visitor, label: str, token: str, kiosk: Hand, desk: Hand) -> None:
    day.away += 1
    try:
        await day.clock.pause(visitor.away)
        row = day.watch.rows.get(label)
        if row is None or row["state"] != "waiting":
            return
        if visitor.by_phone:
            await kiosk.press("cancel", token=token)
        else:
            await desk.press("cancel", ticket=label, reason="left")
    except Declined:
        pass  # called in the same moment: then the officer's turn it is
    finally:
        day.away -= 1


async def _rate(day: Day, score: int, label: str, token: str, kiosk: Hand) -> None:
    """Says how it was, once it is over; who did not come or left has nothing to say."""
    end = day.clock.now + PATIENCE_S
    while not day.watch.settled(label) and day.clock.now < end:
        await day.clock.pause(LOOKS_S)
    with contextlib.suppress(Declined):  # absent or gone: refused, and counted by the kiosk's hand
        await kiosk.press("rate", token=token, score=score, reasons=["simulated"])
