"""Who speaks: one screen per hall owns the loudspeaker by a lease in the store, so that never two echo.

A signed-in screen goes before one that merely may read. The lease of a screen whose socket ends is given back at once;
that of a server that dies ends by itself.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from hallsys.core.rights import Who
from hallsys.live.frames import json_frame
from hallsys.live.member import Member
from hallsys.store.connection import StoreDown
from hallsys.store.lease import Lease

log = logging.getLogger("hallsys.loudspeaker")

RENEW: Final = 1.5
"""Seconds between two looks at the lease, which lasts four seconds."""


class Loudspeakers:
    """Seats of all screens of this server that asked for a hall's loudspeaker."""

    def __init__(self, lease: Callable[[str], Lease]) -> None:
        self._lease = lease
        self._seats: dict[str, list[Seat]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.played: dict[str, tuple[str, float]] = {}
        """The call that each hall heard last, and when (time.time)."""

    def speaks(self, hall: str) -> bool:
        """Whether a screen of this server owns the hall's loudspeaker."""
        return any(seat.own for seat in self._seats.get(hall, ()))

    def seat(self, hall: str, who: Who | None, member: Member) -> "Seat":
        return Seat(self, hall, who, member)

    async def close(self) -> None:
        for task in list(self._tasks.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def add(self, seat: "Seat") -> None:
        self._seats.setdefault(seat.hall, []).append(seat)
        task = self._tasks.get(seat.hall)
        if task is None or task.done():
            self._tasks[seat.hall] = asyncio.create_task(self._keep(seat.hall), name=f"loudspeaker {seat.hall}")

    async def remove(self, seat: "Seat") -> None:
        seats = self._seats.get(seat.hall, [])
        if seat in seats:
            seats.remove(seat)
        if seat.own:
            seat.own = False
            with suppress(StoreDown):  # the lease ends by itself
                await self._lease(seat.hall).give_back(seat.holder)
            if seats:
                await self.look(seat.hall)

    async def _keep(self, hall: str) -> None:
        while self._seats.get(hall):
            try:
                await self.look(hall)
            except StoreDown:
                log.info("hall %s: the loudspeaker's lease cannot be renewed while the store is away", hall)
            except Exception:
                log.exception("hall %s: the loudspeaker's lease", hall)
            await asyncio.sleep(RENEW)

    async def look(self, hall: str) -> None:
        """Renew, or try to take: the best seat of this server first, the one that speaks already before others."""
        seats = sorted(self._seats.get(hall, []), key=lambda seat: (-seat.rank, not seat.own))
        if not seats:
            return
        best = seats[0]
        owns = await self._lease(hall).take(best.holder, best.rank)
        for seat in seats:
            seat.tell(owns and seat is best)


class Seat:
    """One socket's wish to speak."""

    def __init__(self, loudspeakers: Loudspeakers, hall: str, who: Who | None, member: Member) -> None:
        self.hall, self.rank = hall, 0 if who is None else 1
        self.holder = secrets.token_hex(8)
        self.own: bool | None = None
        self._loudspeakers, self._member = loudspeakers, member

    async def want(self, wanted: bool) -> None:
        await self.leave()
        self.own = None
        if wanted:
            self._loudspeakers.add(self)
            with suppress(StoreDown):  # the keeper tries again
                await self._loudspeakers.look(self.hall)

    async def played(self, voice: str) -> None:
        if self.own:
            self._loudspeakers.played[self.hall] = (voice[:64], time.time())

    async def leave(self) -> None:
        await self._loudspeakers.remove(self)

    def tell(self, own: bool) -> None:
        if own is not self.own:
            self.own = own
            self._member.reply(json_frame({"type": "sound", "own": own}))
