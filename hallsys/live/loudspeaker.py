"""Who speaks: one screen per hall and zone owns the loudspeaker by a lease in the store, so that never two echo.

A signed-in screen goes before one that merely may read. What the owner says it speaks and has spoken goes through the
store to every server of the hall, and from there to every screen; so does whether a zone can be heard at all.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from hallsys.live.frames import json_frame
from hallsys.live.halls import Hall, Halls
from hallsys.live.hearing import Hearing, frame_of
from hallsys.live.member import Member
from hallsys.store.connection import StoreDown
from hallsys.store.entry import Told
from hallsys.store.lease import LASTS, Leases
from hallsys.store.soundlog import Said

if TYPE_CHECKING:
    from hallsys.live.seat import Seat

log = logging.getLogger("hallsys.loudspeaker")

RENEW: Final = 1.5
"""Seconds between two looks at the leases, which last four."""
UNSAID: Final = 100
"""What may wait to be told to the store."""
COMPLAIN: Final = 60.0
"""Seconds between two lines in the log about what was not told."""
DEAF_REST: Final = 60.0
"""Seconds for which a screen that was not heard leaves the loudspeaker to others, where there are any."""


class Loudspeakers:
    """The sound of every hall of this server that has had a screen."""

    def __init__(self, halls: Halls, leases: Callable[[str], Leases]) -> None:
        self._halls, self._leases = halls, leases
        self._rooms: dict[str, Room] = {}
        halls.on_events(self._hear)

    def speaks(self, hall: str) -> bool:
        """Whether a screen of this server owns a loudspeaker of the hall."""
        return hall in self._rooms and self._rooms[hall].speaks()

    def heard(self, hall: str) -> dict[str, tuple[str, int]] | None:
        """The state of each zone and since when (ms); None where no screen of the hall is on this server."""
        room = self._rooms.get(hall)
        return room.heard() if room is not None else None

    def room(self, hall: Hall) -> "Room":
        """A hall's sound; it is followed as long as the hall has screens here."""
        room = self._rooms.get(hall.config.id)
        if room is None:
            room = self._rooms[hall.config.id] = Room(hall, self._halls, self._leases(hall.config.id))
        room.keep()
        return room

    async def close(self) -> None:
        for room in self._rooms.values():
            await room.close()

    def _hear(self, hall: Hall, events: list[Told]) -> None:
        room = self._rooms.get(hall.config.id)
        if room is not None and hall.hub.members:
            for told in events:
                room.hearing.called(told, _now())


class Room:
    """One hall's sound on this server: the seats of its screens that asked to speak, and what is heard."""

    def __init__(self, hall: Hall, halls: Halls, leases: Leases) -> None:
        self.hall, self.leases = hall, leases
        self.hearing = Hearing(hall.config, _now())
        self._halls = halls
        self._seats: list[Seat] = []
        self._holder: dict[str, str] = {}
        self._renewed: dict[str, float] = {}
        self._one_at_a_time = asyncio.Lock()
        self._following = False
        self._task: asyncio.Task[None] | None = None
        self._outbox: deque[tuple[str, str, str]] = deque()
        self._telling: asyncio.Task[None] | None = None
        self._complained = -COMPLAIN

    def speaks(self) -> bool:
        return any(seat.own for seat in self._seats)

    def heard(self) -> dict[str, tuple[str, int]] | None:
        if self._task is None or self._task.done():
            return None
        zones = self.hearing.heard()["zones"]
        return {zone: (found["state"], found["since"]) for zone, found in zones.items()}

    def keep(self) -> None:
        """Look after the leases until the last screen has gone."""
        if self._task is None or self._task.done():
            self.hearing.begin(_now())
            self._task = asyncio.create_task(self._keep(), name=f"loudspeakers {self.hall.config.id}")

    async def close(self) -> None:
        for task in (self._task, self._telling):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def greet(self, member: Member) -> None:
        """What a screen that comes has to know beside the stream."""
        for message in (*self.hearing.told(_now()), self.hearing.heard()):
            member.reply(json_frame(message))

    def tell(self, kind: str, voice: str, zone: str) -> None:
        """Say it to every server of the hall, this one included; in order, and nobody waits for it."""
        if len(self._outbox) >= UNSAID:
            now = time.monotonic()
            if now - self._complained > COMPLAIN:  # or whoever floods us fills the disk as well
                self._complained = now
                log.warning(
                    "hall %s: what its loudspeakers say is not taken by the store, or is nonsense", self.hall.config.id
                )
            return
        self._outbox.append((kind, voice, zone))
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name=f"sound of {self.hall.config.id}")

    async def _tell(self) -> None:
        while self._outbox:
            kind, voice, zone = self._outbox.popleft()
            try:
                await self.hall.sounds.say(kind, voice, zone)
            except StoreDown:
                log.info("hall %s: the store is away, and does not learn of %s %s", self.hall.config.id, kind, voice)

    def add(self, seat: "Seat") -> None:
        for other in [one for one in self._seats if one.holder == seat.holder and one.zone == seat.zone]:
            self._seats.remove(other)  # a page that has come back before its old socket was seen to be dead
            other.told(False)
        self._seats.append(seat)
        self.keep()

    async def remove(self, seat: "Seat", at_once: bool) -> None:
        """A seat is left. A screen that was cut off in the middle of a call may still be speaking: then its lease runs
        out by itself, and the screen ends before it does."""
        if seat not in self._seats:
            return
        self._seats.remove(seat)
        if not seat.own:
            return
        seat.own = False
        if at_once or seat.speaking is None:
            with suppress(StoreDown):  # the lease ends by itself
                async with self._one_at_a_time:
                    await self.leases.give_back(seat.zone, seat.holder)
                await self.look(seat.zone)

    async def look(self, zone: str) -> None:
        """Renew, or try to take. Raises StoreDown; who has not been renewed for as long as a lease lasts, and is not in
        the middle of a call, owns nothing any more: another server may have given it away."""
        async with self._one_at_a_time:
            try:
                await self._look(zone)
                self._renewed[zone] = time.monotonic()
            except StoreDown:
                if time.monotonic() - self._renewed.get(zone, 0) > LASTS / 1000:
                    for seat in self._seats:
                        if seat.zone == zone and seat.own and seat.speaking is None:
                            seat.told(False)
                raise

    async def _look(self, zone: str) -> None:
        """The best seat of this server first; the one that speaks already, or did before it was cut off, before
        others."""
        now = time.monotonic()
        seats = sorted(
            (seat for seat in self._seats if seat.zone == zone),
            key=lambda seat: (
                seat.unheard_until > now,
                -seat.rank,
                not seat.own,
                seat.holder != self._holder.get(zone),
            ),
        )
        if not seats:
            return
        best = seats[0]
        before = next((seat for seat in seats if seat.own and seat is not best), None)
        if before is not None and before.rank >= best.rank:
            await self.leases.give_back(zone, before.holder)
        owns = await self.leases.take(zone, best.holder, best.rank)
        if owns:
            self._holder[zone] = best.holder
        for seat in [*seats[1:], best]:
            if seat in self._seats:
                seat.told(owns and seat is best)

    async def _keep(self) -> None:
        while self.hall.hub.members or self._seats:
            try:
                await self._follow()
                for zone in {seat.zone for seat in self._seats}:
                    await self.look(zone)
                self._heed(await self.leases.owned(self.hearing.zones))
            except StoreDown:
                log.info("hall %s: its loudspeakers' leases cannot be renewed: no store", self.hall.config.id)
                self._heed(None)
            except Exception:
                log.exception("hall %s: the loudspeakers' leases", self.hall.config.id)
            await asyncio.sleep(RENEW)

    async def _follow(self) -> None:
        if self._following:
            return
        since, recent = await self.hall.sounds.recent()
        for said in recent:
            self.hearing.said(said, said.time)
        self._halls.follow_sound(self.hall, since, self._said)
        self._following = True
        for message in self.hearing.told(_now()):
            self.hall.hub.say(message)

    def _said(self, said: Said) -> None:
        self.hearing.said(said, _now())
        self.hall.hub.say(frame_of(said))

    def _heed(self, owned: set[str] | None) -> None:
        """Tell everybody what changed; whoever owns a zone and is not heard stands back for others."""
        heard = self.hearing.look(owned, _now())
        if heard is None:
            return
        self.hall.hub.say(heard)
        deaf = {zone for zone, found in heard["zones"].items() if found["state"] == "deaf"}
        for seat in self._seats:
            if seat.own and seat.zone in deaf:
                seat.unheard_until = time.monotonic() + DEAF_REST


def _now() -> int:
    return time.time_ns() // 1_000_000
