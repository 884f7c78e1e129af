"""The halls of this server, each with its ledger, hub and follower, brought up when first asked for."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Final

from hallsys.config import HallConfig
from hallsys.core.model import Changes, Ticket
from hallsys.core.position import Position
from hallsys.errors import Refused
from hallsys.live.hub import Hub
from hallsys.store.audit import Audit
from hallsys.store.committer import Committer
from hallsys.store.connection import Connection, StoreDown
from hallsys.store.entry import Told
from hallsys.store.follower import Followers
from hallsys.store.journal import Journal
from hallsys.store.ledger import Ledger
from hallsys.store.past import Past
from hallsys.store.soundlog import Said, SoundLog, read_said
from hallsys.store.tokens import Minter, hall_of

log = logging.getLogger("hallsys.halls")

TICK: Final = 10.0
"""Seconds between ticks (PROTOCOL)."""

Listener = Callable[["Hall", list[Told]], None]


class Hall:
    """One hall of this server. `config` is its settings, `hub` what is committed, `ledger` where commands go."""

    def __init__(
        self, config: HallConfig, connection: Connection, committer: Committer, secret: bytes, listeners: list[Listener]
    ) -> None:
        self.config, self._listeners = config, listeners
        self._kept_before = ""
        self.hub = Hub(config.id)
        self.minter = Minter(config.id, secret)
        self.journal = Journal(config.id, connection, committer)
        self.ledger = Ledger(config, self.journal, self.minter, self._tell, self._reset)
        self.past = Past(config.id, connection)
        self.audit = Audit(self.journal, self.past, config.timezone)
        self.sounds = SoundLog(config.id, connection)

    @property
    def today(self) -> str:
        """The day that the hall is in, which begins when it is opened."""
        return str(self.hub.tables["hall"].get("day", ""))

    async def keep_past(self) -> None:
        """See to it that every closed day is kept, and none longer than the hall says. Raises StoreDown."""
        today = self.today
        if today and today != self._kept_before:
            await self.audit.keep_past(today, self.hub.at)
            oldest = date.fromisoformat(today) - timedelta(days=self.config.keep_days)
            for day in await self.past.forget_before(oldest.isoformat()):
                log.info("hall %s: %s is older than keep_days and was deleted", self.config.id, day)
            self._kept_before = today

    def day_tickets(self) -> list[Ticket]:
        """Every ticket of the day, by time of issue."""
        return sorted(self.hub.day_tickets(), key=lambda ticket: (ticket.issued_at, ticket.label))

    def _reset(self, at: Position, rows: Changes, recent: list[Told]) -> None:
        self.audit.forget()
        self.hub.reset(at, rows, recent)

    def _tell(self, events: list[Told]) -> None:
        self.hub.tell(events)
        for listener in self._listeners:
            try:
                listener(self, events)
            except Exception:
                log.exception("a listener of %s failed", self.config.id)


class Halls:
    """All halls by id. `secret` reads the installation's secret from the store; `on_events` listeners hear every hall's
    committed events, after the screens."""

    def __init__(
        self, configs: Mapping[str, HallConfig], connection: Connection, secret: Callable[[], Awaitable[bytes]]
    ) -> None:
        self.configs = configs
        self._connection, self._secret = connection, secret
        self._committer = Committer(connection)
        self._followers = Followers(connection)
        self._halls: dict[str, Hall] = {}
        self._starting: dict[str, asyncio.Task[Hall]] = {}
        self._listeners: list[Listener] = []
        self._ticks: asyncio.Task[None] | None = None

    def on_events(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def follow_sound(self, hall: Hall, since: str, hear: Callable[[Said], None]) -> None:
        """From now on hear what the hall's loudspeakers say after a place of their stream."""
        self.follow_beside(hall, hall.sounds.stream, since, lambda entry: hear(read_said(entry)))

    def follow_beside(self, hall: Hall, stream: str, since: str, hear: Callable[[Any], None]) -> None:
        """From now on hear what is told beside the hall's events, in a stream of its own, after a place of it."""

        def taken(entries: list[Any]) -> None:
            for entry in entries:
                try:
                    hear(entry)
                except Exception:
                    log.exception("a listener to %s failed", stream)

        self._followers.listen(hall.ledger, stream, since, taken)

    def __iter__(self) -> Iterator[Hall]:
        return iter(self._halls.values())

    def config(self, hall: str) -> HallConfig:
        """Raises Refused unknown_hall."""
        try:
            return self.configs[hall]
        except KeyError:
            raise Refused("unknown_hall", hall=hall) from None

    def at_once(self, hall: str) -> Hall | None:
        """The hall if it is up."""
        return self._halls.get(hall)

    async def get(self, hall: str) -> Hall:
        """Raises Refused unknown_hall, or store_unavailable when it cannot be read for the first time."""
        found = self._halls.get(hall)
        if found is not None:
            return found
        config = self.config(hall)
        task = self._starting.get(hall)
        if task is None:
            task = self._starting[hall] = asyncio.create_task(self._bring_up(config), name=f"bring up {hall}")
            task.add_done_callback(lambda _: self._starting.pop(hall, None))
        try:
            return await asyncio.shield(task)
        except StoreDown:
            raise Refused("store_unavailable") from None

    async def find_token(self, token: str) -> tuple[Hall, Ticket]:
        """The ticket of today that a phone's token stands for. Raises Refused unknown_ticket."""
        name = hall_of(token)
        if name not in self.configs:
            raise Refused("unknown_ticket", "token")
        hall = await self.get(name)
        label = hall.ledger.ticket_of_token(token)
        if label is None:
            await hall.ledger.followed()  # another server may have issued it a moment ago
            label = hall.ledger.ticket_of_token(token)
        ticket = label and (hall.hub.tables["tickets"].get(label) or hall.hub.tables["ended"].get(label))
        if not ticket:
            raise Refused("unknown_ticket", "token")
        return hall, ticket

    def start(self) -> None:
        self._ticks = asyncio.create_task(self._tick(), name="ticks")

    async def close(self) -> None:
        if self._ticks is not None:
            self._ticks.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticks
        for task in list(self._starting.values()):
            task.cancel()
        await self._followers.close()
        await asyncio.gather(*(hall.ledger.close() for hall in self._halls.values()))

    async def _bring_up(self, config: HallConfig) -> Hall:
        hall = Hall(config, self._connection, self._committer, await self._secret(), self._listeners)
        await hall.ledger.start()
        self._followers.watch(config.id, hall.ledger)
        self._halls[config.id] = hall
        return hall

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            now = time.time_ns() // 1_000_000
            for hall in self._halls.values():
                hall.hub.tick(now)
