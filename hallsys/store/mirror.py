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
        it had missed. Raises StoreDown, having changed nothing.

        Where following is not possible (nothing read yet, a lost tail, a new epoch) the hall is read anew, which tells
        the followers itself.
        """
        stamp = self.stamp
        entries: list[Entry] = []
        try:
            while stamp is not None:
                page = self._journal.missed(stamp, found) if found else await self._journal.since(stamp)
                found = None
                entries += page
                if page:
                    stamp = Stamp(page[-1].told.at, page[-1].tag)
                if len(page) < PAGE - 1:
                    break
        except LostTail:
            stamp = None
        if stamp is None or stamp.at.epoch > self.epoch:
            await self.load()
            return []
        for entry in entries:
            apply(self.state, entry.told.changes)
            apply(self.state, entry.told.private)
            self._note(entry, self.known, self.tokens)
        self.stamp = stamp
        return [entry.told for entry in entries]

    async def load(self) -> None:
        """Read the hall anew. When the store does not hold what was told, a new epoch is due, and stays due until it
        has begun. Raises StoreDown, having changed nothing."""
        told = self.stamp
        stamp, rows = await self._journal.load()
        rows = _arranged(self._config, rows)
        known, tokens = Window(), dict[str, str]()
        recent: list[Told] = []
        if stamp is not None:
            async for entries in self._journal.pages(None, stamp.at):
                for entry in entries:
                    self._note(entry, known, tokens)
                recent = [*recent, *(entry.told for entry in entries)][-KEPT:]
        lost = told is not None and await self._has_lost(told, stamp)
        self.state = HallState(self._config, rows)
        self.stamp, self.known, self.tokens = stamp, known, tokens
        self.epoch = max(self.epoch, stamp.at.epoch if stamp else 0)
        if stamp is None or lost:
            self.epoch = max(self.epoch + 1, self._clock())
        if lost:
            self.lost_tails += 1
            where = stamp.at if stamp else "the beginning"
            log.critical("hall %s: the store lost events after %s; a new epoch begins", self._config.id, where)
        self.loaded = self.unsettled = True
        at = stamp.at if stamp is not None else Position(self.epoch, 0)
        self._reset(at, rows, [event for event in recent if event.at.epoch == at.epoch])

    async def _has_lost(self, told: Stamp, stamp: Stamp | None) -> bool:
        """Whether the event we told is gone for bad: not when it was trimmed in good order, nor when another process
        has found the loss before us and begun the new epoch."""
        if stamp is None or stamp.at < told.at:
            return True
        if stamp.at.epoch > told.at.epoch:
            return False
        entry = await self._journal.entry(told.at)
        if entry is not None:
            return entry.tag != told.tag
        oldest = await self._journal.oldest()
        return oldest is None or oldest < told.at

    def _note(self, entry: Entry, known: Window, tokens: dict[str, str]) -> None:
        """Remember an entry's time, request and token."""
        told = entry.told
        self.now = max(self.now, told.time)
        if told.kind == "day_opened" and "day" in told.changes.get("hall", {}):
            tokens.clear()
        if entry.key is None:
            return
        known.add(entry.key, Known(told.at, entry.digest, told.time))
        if told.kind == "issued":
            tokens[self._minter.ticket(entry.key, told.time)] = next(iter(told.changes["tickets"]))


def _arranged(config: HallConfig, rows: Changes) -> Changes:
    """Services and counters in the order of the settings, as kiosks and boards show them: the store keeps none."""
    orders = {"services": [each.id for each in config.services], "counters": [each.id for each in config.counters]}
    arranged = {}
    for table, order in orders.items():
        present = rows.get(table, {})
        arranged[table] = {name: present[name] for name in order if name in present} | present
    return {**rows, **arranged}
