"""What was done to the hall, by its answers; and what the hall told everybody, by its events."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hallsys.core.model import ENDED, WAITING
from hallsys.core.position import Position
from hallsys.live.client import Client, Declined, Event, News, Snapshot
from hallsys.simulate.plan import Visitor

EVENT_OF: Final[Mapping[str, str]] = {
    "issue": "issued",
    "cancel": "cancelled",
    "call_next": "called",
    "recall": "recalled",
    "start": "started",
    "finish": "finished",
    "no_show": "no_show",
    "hold": "held",
    "return": "returned",
    "transfer": "transferred",
    "resume": "resumed",
    "reinstate": "reinstated",
}
"""Command about a ticket -> the kind of its event."""

AGAIN: Final = ("store_unavailable", "too_many")
"""Refusals that mean: not now. The command is given again under its key."""
AGAIN_S: Final = 0.5

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of one ticket, at its place in the hall's sequence."""

    at: Position
    kind: str
    label: str


class Record:
    """Everything we did and were answered."""

    def __init__(self) -> None:
        self.mine: dict[str, Visitor] = {}
        """label -> who holds it; tickets of other people are not here, even if our officers served them"""
        self.deeds: list[Deed] = []
        self.rows: dict[str, Row] = {}
        """label -> the row as our last command on it left it"""
        self.tokens: Counter[str] = Counter()
        self.refusals: Counter[tuple[str, str]] = Counter()
        self._latest: dict[str, Position] = {}

    def did(self, name: str, at: Position, row: Row, finished: str | None = None) -> None:
        """Note an answer. `finished` is the ticket that a `call_next` finished on the way."""
        if finished is not None:
            self._note(Deed(Position(at.epoch, at.seq - 1), "finished", finished))
            if finished in self.rows:
                # Its row is in nobody's answer; all but the time is known.
                self._keep(at, {**self.rows[finished], "state": "done", "ended_at": None})
        self._note(Deed(at, EVENT_OF[name], row["label"]))
        self._keep(at, row)

    def _note(self, deed: Deed) -> None:
        self.deeds.append(deed)

    def _keep(self, at: Position, row: Row) -> None:
        """Answers on different sockets may overtake each other."""
        label = row["label"]
        if label not in self._latest or self._latest[label] < at:
            self._latest[label], self.rows[label] = at, row


class Watch:
    """What an onlooker hears: the last row of every ticket, how many wait for what, and each step that was told."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.told: list[Deed] = []
        self.began: list[tuple[Position, str, str]] = []
        """(position, ticket, counter) of each call"""
        self.whole = True
        """whether every event since the beginning was heard"""
        self.waiting: Counter[str] = Counter()
        """service -> how many wait"""
        self._at: Position | None = None
        self._moved = asyncio.Event()

    def take(self, news: News) -> None:
        if isinstance(news, Snapshot):
            self.whole = self._at is None
            self._at = Position.parse(news.at)
            self._replace(news.view.get("tickets", {}))
        elif isinstance(news, Event):
            self._at = at = Position.parse(news.at)
            for label, row in news.changes.get("tickets", {}).items():
                if row is not None:
                    # where one is reinstated, an ended one may come back into the view: nothing happened to it
                    if news.kind != "reinstated" or row["state"] == WAITING:
                        self.told.append(Deed(at, news.kind, label))
                    if news.kind == "called":
                        self.began.append((at, label, row["counter"]))
                    self._put(label, row)
        self._moved.set()

    async def heard(self, at: Position) -> None:
        """Wait until everything up to a position has arrived."""
        while self._at is None or self._at < at:
            self._moved.clear()
            await self._moved.wait()

    def settled(self, label: str) -> bool:
        """Whether a ticket has ended."""
        return label in self.rows and self.rows[label]["state"] in ENDED

    def _replace(self, tickets: Mapping[str, Row]) -> None:
        for label, row in self.rows.items():
            if label not in tickets and row["state"] not in ENDED:
                # The view shows all who have not ended, so this one has, unseen.
                self._put(label, {**row, "state": "done"})
        for label, row in tickets.items():
            self._put(label, row)

    def _put(self, label: str, row: Row) -> None:
        old = self.rows.get(label)
        if old is not None and old["state"] == WAITING:
            self.waiting[old["service"]] -= 1
        if row["state"] == WAITING:
            self.waiting[row["service"]] += 1
        self.rows[label] = row


class Hand:
    """Gives commands through one connection and has each answer noted."""

    def __init__(self, client: Client, record: Record) -> None:
        self.client = client
        self._record = record

    async def press(self, name: str, finishes: str | None = None, **args: object) -> dict[str, Any]:
        """One command's result. Raises Declined, except where trying again helps."""
        key = uuid.uuid4().hex
        while True:
            try:
                reply = await self.client.ask(name, args, key)
                break
            except Declined as refusal:
                self._record.refusals[name, refusal.code] += 1
                if refusal.code not in AGAIN:
                    raise
            await asyncio.sleep(AGAIN_S)
        if name in EVENT_OF:
            self._record.did(name, Position.parse(reply.at), reply.result["ticket"], finishes)
        return reply.result
