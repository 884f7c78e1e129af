"""Counter page and console know the same: what Enter does, which keys can be pressed, who waits."""

import random
from typing import Any

import pytest
from aiohttp import web

from hallsys.caller.console.desk import common, desk, possible
from hallsys.caller.keys import KEYS as TABLE
from tests.js.conftest import Blank

pytestmark = pytest.mark.browser

KEYS = [key.action for key in TABLE]

NOW = 1_795_412_955_000
HALLS = 400
LOOK = """async ([views, keys, now]) => {
  const { common, desk, possible } = await import("hallsys/counter/model.js");
  const label = (ticket) => ticket?.label ?? null;
  return views.map((view) => {
    const here = desk(view, "3", now);
    return {
      enter: common(here),
      keys: keys.filter((name) => possible(name, here)),
      state: [here.state, here.since, label(here.ticket)],
      queue: here.queue.map(label),
      lines: here.services.map(({ id, count, longest, head }) => [id, count, label(longest), label(head)]),
      back: [here.held.map(label), here.missed.map(label)],
      mates: here.mates.map((mate) => [mate.counter.id, mate.state, mate.since, label(mate.ticket), mate.forgotten]),
      undo: here.undo,
      forgotten: here.forgotten,
    };
  });
}"""


def a_view(chance: random.Random) -> dict[str, Any]:
    """A hall that need not be possible: both have to read it alike."""
    counters = {
        name: {
            "id": name,
            "state": chance.choice(["open", "open", "paused", "closed"]),
            "ticket": None,
            "services": chance.sample("AHNX", 2),
            "since": NOW - chance.randrange(10_000),
            "returned": chance.choice([None, "A1"]),
            **some(chance, mode=["ordinary", "priority", "booked"], groups=[["g"], ["g", "h"]]),
            **some(chance, did=[a_press(chance)]),
            **some(chance, conditions=[{service: a_condition(chance) for service in chance.sample("AHNX", 2)}]),
        }
        for name in ("10", "2", "3")
    }
    tickets = {}
    for number in range(chance.randrange(7)):
        service = chance.choice("AHNX")
        asked, began = NOW - chance.randrange(100_000), NOW - chance.randrange(100_000)
        state = chance.choice(["waiting", "waiting", "called", "serving", "held", "no_show", "done"])
        ticket = {"label": f"{service}{number}", "service": service, "number": number, "state": state, "arrival": asked}
        ticket |= {"queued_at": asked, "called_at": began, "ended_at": NOW - chance.randrange(100_000)}
        ticket |= {"started_at": began if state == "serving" else None, "front": chance.choice([None, None, "front"])}
        ticket["to_counter"] = chance.choice([None, None, "3", "10"])
        ticket["counter"] = chance.choice([None, "3", "10"])
        ticket["priority"] = chance.choice([None, None, "aged"])
        ticket |= some(chance, to_group=["g", "h"], booked=[NOW - 30_000, NOW + 5], not_before=[NOW - 1, NOW, NOW + 1])
        tickets[ticket["label"]] = ticket
        if state in ("called", "serving"):
            counters[chance.choice(list(counters))]["ticket"] = ticket["label"]
    policy = {"return_pause_s": 60, "reinstate_s": 50, "undo_s": 10, "idle_s": 5}
    return {"hall": {"policy": policy}, "counters": counters, "tickets": tickets}


def some(chance: random.Random, **choices: list[Any]) -> dict[str, Any]:
    """Optional fields: a row tells them only where they differ from the default."""
    return {name: chance.choice(values) for name, values in choices.items() if chance.random() < 0.3}


def a_press(chance: random.Random) -> dict[str, Any]:
    what, label = chance.choice(["called", "finished"]), f"{chance.choice('AHNX')}{chance.randrange(3)}"
    return {"what": what, "ticket": label, "at": NOW - chance.randrange(20_000)}


def a_condition(chance: random.Random) -> dict[str, Any]:
    return some(chance, wait_over_s=[20, 60], idle=[True])


def look(view: dict[str, Any]) -> dict[str, Any]:
    """What the console makes of it."""

    def label(ticket: Any) -> str | None:
        return ticket["label"] if ticket else None

    here = desk(view, "3", NOW)
    assert here is not None
    return {
        "enter": common(here),
        "keys": [name for name in KEYS if possible(name, here)],
        "state": [here.here.state, here.here.since, label(here.ticket)],
        "queue": [label(ticket) for ticket in here.queue],
        "lines": [[line.service, line.count, label(line.longest), label(line.head)] for line in here.lines],
        "back": [[label(ticket) for ticket in here.held], [label(ticket) for ticket in here.missed]],
        "mates": [
            [mate.counter["id"], mate.state, mate.since, label(mate.ticket), mate.forgotten] for mate in here.mates
        ],
        "undo": here.undo,
        "forgotten": here.here.forgotten,
    }


async def test_page_and_console_make_the_same_of_every_hall(blank: Blank) -> None:
    chance = random.Random(3)
    views = [a_view(chance) for _ in range(HALLS)]
    page = await blank(web.Application())
    seen = await page.evaluate(LOOK, [views, KEYS, NOW])
    ours = [look(view) for view in views]
    assert {each["forgotten"] for each in ours} == {True, False}
    assert {each["undo"] is None for each in ours} == {True, False}
    assert {each["enter"] for each in ours} == {"open_counter", "call_next", "finish", None}
    for view, theirs, mine in zip(views, seen, ours, strict=True):
        assert theirs == mine, view
