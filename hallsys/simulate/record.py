"""What was done to the hall, by its answers; and what the hall told everybody, by its events."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hallsys.core.model import AT_COUNTER, ENDED, WAITING
from hallsys.core.position import Position
from hallsys.live.client import Client, Declined, Event, News, Reply, Snapshot
from hallsys.simulate.plan import Visitor

EVENT_OF: Final[Mapping[str, str]] = {
    "issue": "issued",
    "check_in": "issued",
    "walk_in": "started",
    "cancel": "cancelled",
    "call_next": "called",
    "call": "called",
    "recall": "recalled",
    "start": "started",
    "finish": "finished",
    "no_show": "no_show",
    "hold": "held",
    "return": "returned",
    "transfer": "transferred",
    "resume": "resumed",
    "reinstate": "reinstated",
    "undo": "undone",
}
"""Command about a ticket -> the kind of its event."""

BESIDE: Final[Mapping[str, str]] = {
    "open_counter": "counter_opened",
    "pause_counter": "counter_paused",
    "close_counter": "counter_closed",
    "sign_off": "signed_off",
    "assign_counter": "counter_assigned",
    "ask_help": "help_asked",
    "notice": "notice",
    "end_notice": "notice_ended",
    "note": "noted",
    "book": "booked",
    "rate": "rated",
    "close_day": "day_closed",
}
"""Command about something else -> the kind of its event."""

AGAIN: Final = ("store_unavailable", "too_many")
"""Refusals that mean: not now. The command is given again under its key."""
AGAIN_S: Final = 0.5
REPEATED: Final = 0.03
"""Share of the presses that are sent twice under one key."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of one ticket, at its place in the hall's sequence; without a label, a step of something else."""

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
        self.repeated = 0
        """presses that were sent once more under their key"""
        self.problems: list[str] = []
        """answers that should have been others"""
        self.at: Position | None = None
        """the latest that we did"""
        self._latest: dict[str, Position] = {}
        self._before: dict[str, Row] = {}

    def did(self, name: str, at: Position, row: Row, other: str | None = None) -> None:
        """Note an answer. `other` is the ticket that a `call_next` finished on the way, or that its undoing brought
        back; such a row is in nobody's answer, and all but its times is known."""
        if other is not None and name == "undo":
            self._note(Deed(at, "undone", other))
            if other in self._before:
                self._keep(at, self._before[other])
        elif other is not None:
            self._note(Deed(Position(at.epoch, at.seq - 1), "finished", other))
            if other in self.rows:
                self._before[other] = self.rows[other]
                self._keep(at, _finished(self.rows[other]))
        if name == "walk_in":
            self._note(Deed(Position(at.epoch, at.seq - 1), "issued", row["label"]))
        self._note(Deed(at, EVENT_OF[name], row["label"]))
        self._keep(at, row)

    def did_beside(self, name: str, at: Position, args: Mapping[str, object]) -> None:
        """Note a command about something else than a ticket."""
        ended = name == "ask_help" and args.get("kind") is None
        self._note(Deed(at, "help_ended" if ended else BESIDE[name], ""))
        if name == "close_day":
            for label in self.mine:
                row = self.rows[label]
                if row["state"] not in ENDED:
                    state = "done" if row["state"] in AT_COUNTER else "expired"
                    self._keep(at, {**row, "state": state, "ended_at": None})

    def _note(self, deed: Deed) -> None:
        self.deeds.append(deed)
        self.at = max(self.at or deed.at, deed.at)

    def _keep(self, at: Position, row: Row) -> None:
        """Answers on different sockets may overtake each other."""
        label = row["label"]
        if label not in self._latest or self._latest[label] < at:
            self._latest[label], self.rows[label] = at, row


def _finished(row: Row) -> Row:
    """A ticket at hand that the next call finished: done, or waiting for the next service of its visit."""
    service, *rest = row.get("then") or [None]
    if service is None:
        return {**row, "state": "done", "ended_at": None}
    again = {"state": WAITING, "counter": None, "called_at": None, "started_at": None, "calls": 0, "why": None}
    return {**row, **again, "service": service, "then": rest}


class Watch:
    """What an onlooker hears: the last row of every ticket, how many wait for what, and each step that was told."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.told: list[Deed] = []
        self.began: list[tuple[Position, str, str]] = []
        """(position, ticket, counter) of each step with which a ticket is, or stays, at a counter"""
        self.whole = True
        """whether every event since the beginning was heard"""
        self.waiting: Counter[str] = Counter()
        """line -> how many wait: a service, "@counter" or "#group" for those sent there"""
        self._at: Position | None = None
        self._moved = asyncio.Event()

    def take(self, news: News) -> None:
        if isinstance(news, Snapshot):
            self.whole = self._at is None
            self._at = Position.parse(news.at)
            self._replace(news.view.get("tickets", {}))
        elif isinstance(news, Event):
            self._at = Position.parse(news.at)
            self._hear(self._at, news.kind, news.changes.get("tickets", {}))
        self._moved.set()

    def _hear(self, at: Position, kind: str, tickets: Mapping[str, Row | None]) -> None:
        if not tickets or kind == "day_closed":
            self.told.append(Deed(at, kind, ""))
        for label, row in tickets.items():
            if row is None:
                if kind == "day_closed" and label in self.rows and not self.settled(label):
                    self._put(label, {**self.rows[label], "state": "expired"})
                continue
            # where one is taken back, an ended one may come back into the view: nothing happened to it
            if kind != "day_closed" and not (kind in ("reinstated", "undone") and row["state"] in ENDED):
                self.told.append(Deed(at, kind, label))
            if kind in ("called", "started", "undone") and row["state"] in AT_COUNTER:
                self.began.append((at, label, row["counter"]))
            self._put(label, row)

    def has_heard(self, at: Position | None) -> bool:
        """Whether everything up to a position has arrived."""
        return at is None or (self._at is not None and self._at >= at)

    async def heard(self, at: Position) -> None:
        """Wait for that."""
        while not self.has_heard(at):
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
            self.waiting[line_of(old)] -= 1
        if row["state"] == WAITING:
            self.waiting[line_of(row)] += 1
        self.rows[label] = row


def line_of(row: Row) -> str:
    """Where a waiting ticket stands."""
    if row.get("to_counter"):
        return f"@{row['to_counter']}"
    return f"#{row['to_group']}" if row.get("to_group") else str(row["service"])


class Hand:
    """Gives commands through one connection and has each answer noted. Now and then a press is sent once more under
    its key, as after a cut, through `twin` if there is one: another server of the same hall."""

    def __init__(
        self, client: Client, record: Record, *, twin: Client | None = None, chance: random.Random | None = None
    ) -> None:
        self.client = client
        self._record, self._twin, self._chance = record, twin or client, chance

    async def press(self, name: str, other: str | None = None, **args: object) -> dict[str, Any]:
        """One command's result; `other` as in `Record.did`. Raises Declined, except where trying again helps."""
        key = uuid.uuid4().hex
        reply = await self._ask(self.client, name, args, key)
        if name in EVENT_OF:
            self._record.did(name, Position.parse(reply.at), reply.result["ticket"], other)
        elif name in BESIDE:
            self._record.did_beside(name, Position.parse(reply.at), args)
        if self._chance is not None and self._chance.random() < REPEATED:
            self._record.repeated += 1
            again = await self._ask(self._twin, name, args, key)
            if again != reply:
                self._record.problems.append(f"{name} {key} was answered {reply} and then {again}")
        return reply.result

    async def _ask(self, client: Client, name: str, args: Mapping[str, object], key: str) -> Reply:
        while True:
            try:
                return await client.ask(name, args, key)
            except Declined as refusal:
                self._record.refusals[name, refusal.code] += 1
                if refusal.code not in AGAIN:
                    raise
            await asyncio.sleep(AGAIN_S)
