"""view + events == fresh view, after moves of all kinds (PROTOCOL, WebSocket)."""

import copy
import random
from typing import Any

import pytest

from tests.running import JSON, Door, Running, fold

AT_COUNTER = ("recall", "start", "finish", "no_show", "hold", "return", "close_counter")
WITH_TICKET = ("resume", "reinstate", "cancel")


def move(view: JSON, draw: random.Random) -> tuple[str, dict[str, Any]]:
    """Some command, more often one that a queue lives on; it may well be refused."""
    counter = {"counter": draw.choice("12345")}
    label = {"ticket": draw.choice([*view["tickets"], "A001"])}
    service = {"service": draw.choice(list(view["services"]))}
    return draw.choice(
        [
            *[("issue", service), ("issue", service | {"priority": "aged"})] * 3,
            *[("call_next", counter), ("open_counter", counter)] * 3,
            *((name, counter) for name in AT_COUNTER),
            *((name, label) for name in WITH_TICKET),
            ("pause_counter", counter | {"reason": "tea"}),
            ("call", counter | label | {"reason": "asked"}),
            *(("transfer", counter | service | {"place": place}) for place in ("arrival", "front", "end")),
            ("transfer", counter | {"to_counter": "1"}),
            ("close_day" if draw.random() < 0.1 else "open_day", {}),
        ]
    )


async def random_day(admin: Door, draw: random.Random, moves: int) -> set[str]:
    """Moves by no plan; the kinds of those that were done."""
    done = set()
    for _ in range(moves):
        name, args = move((await admin.view())["view"], draw)
        reply = await admin.do(name, **args)
        assert reply.status in (200, 404, 409), (name, reply.body)
        if reply.status == 200:
            done.add(name)
    return done


@pytest.mark.parametrize("seed", range(3))
async def test_view_and_events_make_a_fresh_view(server: Running, seed: int) -> None:
    admin = await server.door("admin")
    start = await admin.view()
    async with admin.screen() as screen:
        assert (screen.at, screen.view) == (start["at"], start["view"])
        assert await random_day(admin, random.Random(seed), 150) >= {"issue", "call_next"}
        fresh = await admin.view()
        await screen.reach(fresh["at"])
        assert screen.view == fresh["view"]
    folded = copy.deepcopy(start["view"])
    for event in (await admin.events(start["at"]))["events"]:
        fold(folded, event)
    assert folded == fresh["view"]
    async with admin.screen(start["at"]) as late:
        late.view = copy.deepcopy(start["view"])
        await late.reach(fresh["at"])
        assert late.view == fresh["view"]
