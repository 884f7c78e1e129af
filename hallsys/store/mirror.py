"""What this process holds of a hall, kept equal to the store: rows, position, known requests, tickets' tokens."""

import logging
from collections.abc import Callable
from typing import Final

from hallsys.config import HallConfig
from hallsys.core.model import Changes
from hallsys.core.position import Position
from hallsys.core.state import HallState, apply
from hallsys.store.batch import Batch
from hallsys.store.entry import Entry, Told
from hallsys.store.journal import PAGE, Journal, LostTail, Raw, Stamp
from hallsys.store.known import Known, Window
from hallsys.store.request import Answer
from hallsys.store.tokens import Minter

log = logging.getLogger("hallsys.ledger")

KEPT: Final = 500
"""Events handed to the hub after reading the hall, for screens that come back (PROTOCOL: at least the last 500)."""

Reset = Callable[[Position, Changes, list[Told]], None]


class Mirror:
    """`state` is the committed one between two turns of the ledger, and speculative while a batch is under way.

    `epoch` is the one that the next events belong to: another than the stamp's after a tail was lost. `unsettled` says
    that the hall was read anew and its rows have not been compared with the settings yet.
    """

    def __init__(
        self, config: HallConfig, journal: Journal, minter: Minter, reset: Reset, clock: Callable[[], int]
    ) -> None:
        self._config, self._journal, self._minter, self._reset, self._clock = config, journal, minter, reset, clock
        self.state = HallState(config)
        self.stamp: Stamp | None = None
        self.epoch = 0
        self.now = 0
        self.known = Window()
        self.tokens: dict[str, str] = {}
        self.loaded = False
        self.unsettled = False
        self.lost_tails = 0

    def tick(self) -> int:
        """The time for the next decisions, which never runs backwards within a hall."""
        self.now = max(self.now, self._clock())
        return self.now

    def committed(self, batch: Batch) -> None:
        """Take over a batch whose events are in the state already."""
        self.stamp = batch.after
        self.unsettled = False
        if batch.new_day:
            self.tokens.clear()
        self.tokens.update(batch.issued)
        for request, answer in batch.answers:
            if isinstance(answer, Answer):
                self.known.add(request.key, Known(answer.at, request.digest, batch.now))

    async def catch_up(self, found: Raw | None = None) -> list[Told]:
        """Follow to the present; the events that came meanwhile. `found` is what a commit that came too late was told
        it had missed. Raises StoreDown.

        Where following is not possible (nothing read yet, a lost tail, a new epoch) the hall is read anew, which tells
        the followers itself.
        """
        if self.stamp is None:
            await self.load()
            return []
        told: list[Told] = []
        while True:
            try:
                entries = self._journal.missed(self.stamp, found) if found else await self._journal.since(self.stamp)
            except LostTail:
                await self.load(suspect=True)
                return []
            found = None
            for entry in entries:
                apply(self.state, entry.told.changes)
                apply(self.state, entry.told.private)
                self._note(entry)
            if entries:
                self.stamp = Stamp(entries[-1].told.at, entries[-1].tag)
                told += (entry.told for entry in entries)
            if self.stamp.at.epoch != self.epoch:
                await self.load()
                return []
            if len(entries) < PAGE - 1:
                return told

    async def load(self, suspect: bool = False) -> None:
        """Read the hall anew. When the store holds less than was told (`suspect`: it has not got our last event), a new
        epoch begins. Raises StoreDown, having changed nothing."""
        told = self.stamp
        stamp, rows = await self._journal.load()
        known, tokens = self.known, self.tokens
        recent: list[Told] = []
        self.known, self.tokens = Window(), {}
        try:
            if stamp is not None:
                async for entries in self._journal.pages(None, stamp.at):
                    for entry in entries:
                        self._note(entry)
                    recent = [*recent, *(entry.told for entry in entries)][-KEPT:]
            lost = suspect and await self._has_lost(told, stamp)
        except BaseException:
            self.known, self.tokens = known, tokens
            raise
        self.state = HallState(self._config, rows)
        self.stamp = stamp
        if stamp is None or lost:
            previous = max(told.at.epoch if told else 0, stamp.at.epoch if stamp else 0)
            self.epoch = max(previous + 1, self._clock())
        else:
            self.epoch = stamp.at.epoch
        if lost:
            self.lost_tails += 1
            where = stamp.at if stamp else "the beginning"
            log.critical("hall %s: the store lost events after %s; a new epoch begins", self._config.id, where)
        self.loaded = self.unsettled = True
        at = stamp.at if stamp is not None else Position(self.epoch, 0)
        self._reset(at, rows, [event for event in recent if event.at.epoch == at.epoch])

    async def _has_lost(self, told: Stamp | None, stamp: Stamp | None) -> bool:
        """Whether the event we told is gone for bad: not when it was trimmed in good order, nor when another process
        has found the loss before us and begun the new epoch."""
        if told is None:
            return False
        if stamp is None:
            return True
        oldest = await self._journal.oldest()
        return stamp.at.epoch == told.at.epoch and (oldest is None or oldest <= told.at)

    def _note(self, entry: Entry) -> None:
        """Remember an entry's time, request and token."""
        told = entry.told
        self.now = max(self.now, told.time)
        if told.kind == "day_opened" and "day" in told.changes.get("hall", {}):
            self.tokens.clear()
        if entry.key is None:
            return
        self.known.add(entry.key, Known(told.at, entry.digest, told.time))
        if told.kind == "issued":
            self.tokens[self._minter.ticket(entry.key, told.time)] = next(iter(told.changes["tickets"]))
