"""A hall as it is now: the committed rows, the last frames, and the screens that follow.

`join` and `tell` are synchronous: snapshot and registration happen in one tick, so no event falls between them.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from hallsys.core.model import PUBLIC, Changes, Ticket
from hallsys.core.position import Position
from hallsys.live.frames import encode, json_frame, text_frame
from hallsys.live.member import Member
from hallsys.store.entry import Told

log = logging.getLogger("hallsys.hub")

KEPT: Final = 1000
"""Frames in memory; PROTOCOL promises at least the last 500."""
SWEEP: Final = 0.25
"""Seconds between looks at screens that are behind."""
_TABLES: Final = (*PUBLIC, "ended")


class Hub:
    """Followers of one hall. Only committed events come here, in order."""

    def __init__(self, hall: str) -> None:
        self._hall = hall
        self.at = Position(0, 0)
        self.tables: dict[str, dict[str, Any]] = {table: {} for table in _TABLES}
        self._frames: deque[tuple[Position, bytes]] = deque(maxlen=KEPT)
        self._members: set[Member] = set()
        self._view: tuple[Position, bytes] | None = None
        self._snapshot: tuple[Position, int, bytes] | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._beside: dict[str, tuple[bytes, bool]] = {}

    # -- from the ledger -----------------------------------------------------------------------------------------

    def reset(self, at: Position, rows: Changes, recent: list[Told]) -> None:
        """The hall was read anew: everybody gets a snapshot."""
        self.tables = {table: dict(rows.get(table, {})) for table in _TABLES}
        self._frames.clear()
        self._frames.extend((told.at, told.frame) for told in recent)
        self._view = self._snapshot = None  # a position can come back with other rows, after a lost tail
        self._moved(at)
        self._send_snapshot(self._members)

    def tell(self, events: list[Told]) -> None:
        """Fold events in and send them on. Never raises: a broken screen must not stop a hall."""
        for told in events:
            new_epoch = told.at.epoch != self.at.epoch
            for table, rows in told.changes.items():
                self._fold(self.tables[table], rows)
            ended = told.private.get("ended")
            if ended is not None:
                self._fold(self.tables["ended"], ended)
            self._moved(told.at)
            if new_epoch:
                self._frames.clear()
                self._send_snapshot(self._members)
                continue
            self._frames.append((told.at, told.frame))
            if self._members:
                self._send(text_frame(told.frame))

    def tick(self, now: int) -> None:
        """Tell every screen that the link lives, and what time it is (ms)."""
        self._send(json_frame({"type": "tick", "at": str(self.at), "now": now}))

    def say(self, message: dict[str, Any], staff: bool = False) -> None:
        """Tell something beside the stream to the screens that asked for it, or to those of the staff alone."""
        frame, now = json_frame(message), time.monotonic()
        for member in self._members:
            if member.more and (member.staff or not staff):
                member.offer(frame, now)

    def keep(self, message: dict[str, Any], staff: bool = False) -> None:
        """Say it, and say it to whoever comes, until another of its type is kept."""
        self._beside[message["type"]] = (json_frame(message), staff)
        self.say(message, staff)

    # -- for sockets ---------------------------------------------------------------------------------------------

    def join(self, member: Member, since: Position | None) -> None:
        """Register a screen that has got as far as `since`: it gets exactly what it missed, or a snapshot."""
        missed = self.missed(since) if since is not None else None
        if missed is None:
            member.catch_up([self._snapshot_frame()])
        else:
            resumed = json_frame({"type": "resumed", "at": str(since), "now": _now()})
            member.catch_up([resumed, *(text_frame(frame) for frame in missed)])
        self._members.add(member)
        if member.more:
            for frame, staff in self._beside.values():
                if member.staff or not staff:
                    member.reply(frame)

    def leave(self, member: Member) -> None:
        self._members.discard(member)

    @property
    def members(self) -> int:
        return len(self._members)

    # -- for reading ---------------------------------------------------------------------------------------------

    def missed(self, since: Position) -> list[bytes] | None:
        """The frames after a position, oldest first; None when memory does not hold them all, or never did."""
        if since.epoch != self.at.epoch or since.seq > self.at.seq:
            return None
        count = self.at.seq - since.seq
        if count > len(self._frames):
            return None
        return [frame for _, frame in list(self._frames)[len(self._frames) - count :]] if count else []

    def spoken(self, voice: str) -> bytes | None:
        """The frame of the event that announced this voice, if memory still holds it."""
        mark = f'"voice":"{voice}"'.encode()
        return next((frame for _, frame in reversed(self._frames) if mark in frame), None)

    def view(self) -> bytes:
        """`{"at":…, "view":…}` as JSON, encoded once per position."""
        if self._view is None or self._view[0] != self.at:
            self._view = (self.at, encode({"at": str(self.at), "view": self._public()}))
        return self._view[1]

    def day_tickets(self) -> Iterable[Ticket]:
        """Every ticket of the day, ended ones included."""
        return [*self.tables["tickets"].values(), *self.tables["ended"].values()]

    # ------------------------------------------------------------------------------------------------------------

    @staticmethod
    def _fold(table: dict[str, Any], rows: dict[str, Any]) -> None:
        for key, row in rows.items():
            if row is None:
                table.pop(key, None)
            else:
                table[key] = row

    def _public(self) -> dict[str, dict[str, Any]]:
        return {table: self.tables[table] for table in PUBLIC}

    def _moved(self, at: Position) -> None:
        self.at = at

    def _snapshot_frame(self) -> bytes:
        """Encoded once per position and second: shared by all who join at the same time, and its clock is right."""
        second = _now() // 1000
        if self._snapshot is None or self._snapshot[:2] != (self.at, second):
            frame = {"type": "snapshot", "at": str(self.at), "now": _now(), "view": self._public()}
            self._snapshot = (self.at, second, json_frame(frame))
        return self._snapshot[2]

    def _send_snapshot(self, members: Iterable[Member]) -> None:
        for member in list(members):
            try:
                member.catch_up([self._snapshot_frame()])
            except Exception:
                log.exception("a screen of %s failed; the others go on", self._hall)

    def _send(self, frame: bytes) -> None:
        now = time.monotonic()
        behind = False
        for member in self._members:
            try:
                member.offer(frame, now)
                behind = behind or member.behind_since is not None
            except Exception:
                log.exception("a screen of %s failed; the others go on", self._hall)
        if behind and (self._sweeping is None or self._sweeping.done()):
            self._sweeping = asyncio.create_task(self._sweep(), name=f"slow screens of {self._hall}")

    async def _sweep(self) -> None:
        """Until nobody is behind: a fresh snapshot for whoever has taken the rest, an end for whoever never will."""
        while behind := [member for member in self._members if member.behind_since is not None]:
            await asyncio.sleep(SWEEP)
            now = time.monotonic()
            for member in behind:
                if not member.buffered():
                    self._send_snapshot([member])
                elif member.hopeless(now):
                    member.abort()
                    self._members.discard(member)


def _now() -> int:
    return time.time_ns() // 1_000_000
