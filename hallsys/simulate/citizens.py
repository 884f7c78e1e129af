"""Those who come: they take a number, wait, and some lose patience."""

from hallsys.live.client import Declined
from hallsys.simulate.day import Day
from hallsys.simulate.plan import Fate, Visitor
from hallsys.simulate.record import Hand


async def visit(day: Day, visitor: Visitor, kiosk: Hand, desk: Hand) -> None:
    """One visit up to the chair; `desk` is where people say that they leave."""
    await day.clock.until(visitor.arrives)
    try:
        wish = {"service": visitor.service} | ({"priority": visitor.priority} if visitor.priority else {})
        result = await kiosk.press("issue", **wish)
    except Declined:
        return  # counted by the kiosk's hand, shown in the summary
    finally:
        day.arrived += 1
    label = result["ticket"]["label"]
    day.record.mine[label] = visitor
    day.record.tokens[result["token"]] += 1
    if visitor.fate is Fate.CANCELLED:
        await _lose_patience(day, visitor, label, desk)


async def _lose_patience(day: Day, visitor: Visitor, label: str, desk: Hand) -> None:
    day.away += 1
    try:
        await day.clock.pause(visitor.away)
        row = day.watch.rows.get(label)
        if row is not None and row["state"] == "waiting":
            await desk.press("cancel", ticket=label, reason="left")
    except Declined:
        pass  # called in the same moment: then the officer's turn it is
    finally:
        day.away -= 1
