"""The alarms' door: what there is, what was, who is told outside; and a supervisor's word on it."""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec
from aiohttp import web

from hallsys.core.alarms import Alarm
from hallsys.core.rights import Who, require
from hallsys.errors import Refused
from hallsys.live.api import json_answer
from hallsys.live.frames import encode
from hallsys.live.halls import Hall, Halls
from hallsys.monitor.alarms.room import Room, ordered
from hallsys.monitor.alarms.sender import Sender
from hallsys.monitor.alarms.watch import Watch
from hallsys.monitor.alarms.words import Shown
from hallsys.store.connection import Connection, StoreDown
from hallsys.store.outbox import Letter, Outbox
from hallsys.web.bodies import read_json

PAST: Final = 50
"""Alarms that are over, in an answer."""


class Dead(msgspec.Struct, frozen=True):
    """A message that could not be delivered, for a day: which, to whom, of what, since when (ms), and why not."""

    id: str
    webhook: str
    alarm: str
    event: str
    made: int
    tries: int
    said: str


class HookState(msgspec.Struct, frozen=True):
    """A webhook: how many messages wait and are dead, and what keeps it from being told anything."""

    id: str
    waiting: int
    dead: int
    trouble: str


class Alarms(msgspec.Struct, frozen=True):
    """The alarms there are, the worst first; those that are over, the latest first; who is told outside."""

    alarms: list[Shown]
    past: list[Shown]
    webhooks: list[HookState]
    dead: list[Dead]


class Acknowledged(msgspec.Struct, frozen=True):
    """The alarm as it is now."""

    alarm: Shown


class Again(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `webhooks/again`: the messages to send again; null or absent: all that are dead."""

    ids: Annotated[list[str], msgspec.Meta(max_length=1000)] | None = None


class Resent(msgspec.Struct, frozen=True):
    """How many messages will be sent again."""

    sent: int


_past: Final = msgspec.json.Decoder(Alarm)


class AlarmRoutes:
    """`GET …/alarms`, `POST …/alarms/{id}/acknowledge`, `POST …/webhooks/again`, for supervisors."""

    def __init__(self, halls: Halls, watch: Watch, sender: Sender, connection: Connection) -> None:
        self._halls, self._watch, self._sender, self._connection = halls, watch, sender, connection

    def routes(self) -> list[web.RouteDef]:
        base = "/api/v1/halls/{hall}"
        return [
            web.get(base + "/alarms", self.alarms),
            web.post(base + "/alarms/{alarm}/acknowledge", self.acknowledge),
            web.post(base + "/webhooks/again", self.again),
        ]

    async def alarms(self, request: web.Request) -> web.Response:
        hall, _ = await self._asked(request)
        room, outbox = self._watch.room(hall), Outbox(hall.config.id, self._connection)
        try:
            await room.ready()
            present = ordered(room.alarms.values())  # first: what ends meanwhile is among both, and not among neither
            past = [_past.decode(row) for row in await room.book.past(PAST)]
            waiting, dead = await outbox.pending(), await outbox.dead()
        except StoreDown:
            raise Refused("store_unavailable") from None
        troubles = self._sender.troubles(hall.config.id)
        hooks = [
            HookState(hook.id, _of(waiting.values(), hook.id), _of(dead.values(), hook.id), troubles.get(hook.id, ""))
            for hook in hall.config.webhooks
        ]
        letters = [
            Dead(each.id, each.hook, each.alarm, each.event, each.made, each.tries, each.said)
            for each in reversed(dead.values())
        ]
        return json_answer(encode(Alarms(_shown(room, present), _shown(room, past), hooks, letters)))

    async def acknowledge(self, request: web.Request) -> web.Response:
        hall, who = await self._asked(request)
        room = self._watch.room(hall)
        try:
            alarm = await room.acknowledge(request.match_info["alarm"], who, self._watch.clock())
        except StoreDown:
            raise Refused("store_unavailable") from None
        return json_answer(encode(Acknowledged(room.speaker.shown(alarm, by=True))))

    async def again(self, request: web.Request) -> web.Response:
        hall, _ = await self._asked(request)
        asked = await read_json(request, Again)
        try:
            ids = None if asked.ids is None else set(asked.ids)
            sent = await Outbox(hall.config.id, self._connection).again(ids, self._watch.clock())
        except StoreDown:
            raise Refused("store_unavailable") from None
        self._sender.wake(hall.config.id)
        return json_answer(encode(Resent(sent)))

    async def _asked(self, request: web.Request) -> tuple[Hall, Who]:
        name = request.match_info["hall"]
        hall = await self._halls.get(name)
        return hall, require(request["who"], name, "supervisor")


def _shown(room: Room, alarms: Iterable[Alarm]) -> list[Shown]:
    return [room.speaker.shown(alarm, by=True) for alarm in alarms]


def _of(letters: Iterable[Letter], hook: str) -> int:
    return sum(letter.hook == hook for letter in letters)
