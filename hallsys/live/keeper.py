"""What a hall needs while nobody asks for it: tickets past their time expire, and a closed day is kept."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from hallsys.core import commands as c
from hallsys.core.model import Ticket
from hallsys.core.visits import expires_at
from hallsys.errors import Refused
from hallsys.live.halls import Hall, Halls
from hallsys.store.connection import StoreDown
from hallsys.store.request import CLOCK

log = logging.getLogger("hallsys.keeper")

EVERY: Final = 30.0
"""Seconds between two rounds."""


class Keeper:
    """Goes round the halls of this server. Several servers of a hall do no harm: the key of a command comes from the
    ticket, so that it is done once."""

    def __init__(self, halls: Halls, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._halls, self._clock = halls, clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._rounds(), name="keeper")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def round(self) -> None:
        """Look after every hall once. Never raises: what fails in one hall is logged and tried again in the next."""
        for hall in list(self._halls):
            try:
                await self._expire(hall)
                await hall.keep_past()
            except StoreDown as down:
                log.debug("hall %s is looked after later: %s", hall.config.id, down)
            except Exception:
                log.exception("looking after hall %s failed and is tried again", hall.config.id)

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self.round()

    async def _expire(self, hall: Hall) -> None:
        now = self._clock()
        late = [ticket for ticket in hall.hub.tables["tickets"].values() if _is_late(hall, ticket, now)]
        for ticket in late:
            command = c.Expire(ticket.label)
            key = f"expire-{ticket.label}-{ticket.queued_at}"
            try:
                await hall.ledger.do(CLOCK, key, "expire", command, hall.ledger.digest("expire", command))
            except Refused as refused:  # somebody was faster, or the store is away: the next round sees
                log.debug("hall %s: %s does not expire: %s", hall.config.id, ticket.label, refused.code)


def _is_late(hall: Hall, ticket: Ticket, now: int) -> bool:
    due = expires_at(ticket, hall.config.policy)
    return due is not None and now >= due
