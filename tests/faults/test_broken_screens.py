"""What the hub does when the ledger tells it that the hall is another, and when a screen's transport is broken."""

import asyncio
import json
from typing import Any

from hallsys.core.position import Position
from hallsys.live.hub import Hub
from hallsys.live.member import Member
from hallsys.store.entry import EventFrame, Told, encode


class Transport(asyncio.Transport):
    """Keeps what it is given, or breaks when it is written to."""

    def __init__(self, broken: bool = False) -> None:
        super().__init__()
        self.broken, self.taken = broken, 0

    def write(self, data: Any) -> None:
        if self.broken:
            raise RuntimeError("unable to perform operation: the handler is closed")
        self.taken += 1

    def writelines(self, list_of_data: Any) -> None:
        for data in list_of_data:
            self.write(data)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


def event(at: Position) -> Told:
    changes = {"hall": {"open": True}}
    return Told(at, "notice", 1, encode(EventFrame("event", str(at), "notice", 1, changes)), changes, {})


async def test_a_broken_screen_stops_neither_the_ledger_nor_the_others() -> None:
    hub = Hub("hall")
    hub.reset(Position(1, 0), {}, [])
    transports = [Transport(), Transport(), Transport()]
    for transport in transports:
        hub.join(Member(transport), None)
    transports[1].broken = True
    hub.reset(Position(2, 0), {}, [])  # a lost tail
    hub.tell([event(Position(2, 1)), event(Position(3, 1))])  # an event, and another epoch
    assert [transport.taken for transport in transports] == [4, 1, 4]


async def test_a_position_that_comes_back_shows_its_new_rows() -> None:
    hub = Hub("hall")
    for notice in ("before", "after"):
        hub.reset(Position(1, 7), {"hall": {"notice": notice}}, [])
        assert json.loads(hub.view())["view"]["hall"]["notice"] == notice
