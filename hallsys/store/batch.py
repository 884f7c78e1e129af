"""Several commands decided one after another, to be committed together.

The state is changed as the batch grows, so that each command sees those before it; `undo` takes all of it back when the
batch was not committed. Until then nothing of it is told to anybody.
"""

import itertools
import json
import logging
import secrets
import zlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from hallsys.core import commands as c
from hallsys.core.days import archive
from hallsys.core.decide import decide
from hallsys.core.decision import Decision
from hallsys.core.model import Changes
from hallsys.core.position import Position
from hallsys.core.snapshot import probe
from hallsys.core.state import HallState, apply
from hallsys.errors import Refused
from hallsys.store.entry import EventFrame, Told, encode, remembered
from hallsys.store.journal import Payload, Stamp
from hallsys.store.keys import HallKeys
from hallsys.store.request import Answer, Request
from hallsys.store.tokens import Minter

log = logging.getLogger("hallsys.ledger")

_PROCESS: Final = secrets.token_hex(6)
_batches: Final = itertools.count()

_BY_TOKEN: Final = (c.Cancel, c.Late, c.Resume)
"""Commands that a ticket's own token stands for."""
_CODED: Final = (c.Book, c.PutNotice)
"""Commands that need a fresh code. Tuples, since a union written into the test is made anew with each command."""
CAP: Final = 256
"""Events in one commit; Lua blocks the store while it runs."""


class Batch:
    """Events on top of a stamp. `answers` are due once the batch is committed, refusals among them: a refusal decided
    on rows that are not committed is true only when they are."""

    def __init__(
        self,
        state: HallState,
        before: Stamp | None,
        epoch: int,
        now: int,
        minter: Minter,
        waits: Mapping[str, tuple[int, int]],
    ) -> None:
        self.before, self.now = before, now
        self.told: list[Told] = []
        self.answers: list[tuple[Request, Answer | Refused]] = []
        self.issued: list[tuple[str, str]] = []
        self.new_day = False
        self._state, self._minter, self._waits = state, minter, waits
        self._at = before.at if before is not None and before.at.epoch == epoch else Position(epoch, 0)
        self._tag = f"{_PROCESS}{next(_batches):x}"
        self._undo: list[Changes] = []
        self._entries: list[list[str]] = []
        self._rows: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._archives: list[tuple[str, bytes]] = []

    def __bool__(self) -> bool:
        return bool(self.told)

    @property
    def full(self) -> bool:
        return len(self.told) >= CAP

    @property
    def after(self) -> Stamp:
        return Stamp(self._at, self._tag)

    def decide(self, request: Request, label: str) -> None:
        """Decide one request; its answer waits for the commit. Raises Refused, or whatever a bug raises, having changed
        nothing."""
        state, command, by = self._state, request.command, request.by
        if label and isinstance(command, _BY_TOKEN):
            command = msgspec.structs.replace(command, ticket=label)
        code = self._minter.code(request.key, self.now) if isinstance(command, _CODED) else ""
        person, wait = "", None
        if isinstance(command, c.Book) and command.person:
            person = self._minter.booker(command.person)
        elif isinstance(command, c.Issue):
            person = self._person(command)
            wait = self._waits.get(probe(command.service, priority=command.priority is not None))
        decision = decide(
            state, command, self.now, label=label, code=code, person=person, officer=by.officer, role=by.role, wait=wait
        )
        result = encode(decision.result)
        token = self._minter.ticket(request.key, self.now) if decision.events[-1].kind == "issued" else None
        opens = isinstance(command, c.OpenDay) and state.hall.get("day") != decision.result["day"]
        archived = self._archived() if opens else []
        self.add(decision, request, remembered(decision.result))
        if opens:
            self.new_day = True
            self._archives += archived
        if token is not None:
            self.issued.append((token, decision.result["ticket"].label))
        self.answers.append((request, Answer(self._at, result, token)))

    def _person(self, command: c.Issue) -> str:
        """Who takes the ticket, as a hash of the day; empty where nobody was scanned or the hall does not ask."""
        tickets = self._state.config.tickets
        scanned = command.person or command.dossier
        if not scanned or not (tickets.one_each or tickets.per_person):
            return ""
        return self._minter.person(self._state.hall["day"], scanned)

    def add(self, decision: Decision, request: Request | None = None, result: bytes = b"") -> None:
        """Put a decision's events into the batch; the last carries the request, so that its answer can be found."""
        at, now = self._at, self.now
        entries: list[list[str]] = []
        told: list[Told] = []
        by = None if request is None else str(request.by)
        for event in decision.events:
            at = at.after(1)
            position, changes, private = str(at), event.changes, event.private
            frame = encode(EventFrame("event", position, event.kind, now, changes, event.voice))
            entry = [position, "f", frame.decode(), "t", self._tag]
            if private:
                entry += ("p", encode(private).decode())
            if by is not None:
                entry += ("b", by)
            entries.append(entry)
            told.append(Told(at, event.kind, now, frame, changes, private, event.voice))
        if request is not None:
            entries[-1] += ("k", request.key, "d", request.digest, "r", result.decode())
            if note := _said(request.command):
                entries[-1] += ("n", note)
        self._apply(told)
        self._entries += entries
        self.told += told
        self._at = at

    def _apply(self, told: list[Told]) -> None:
        before = len(self._undo)
        try:
            for event in told:
                self._undo.append(apply(self._state, event.changes))
                if event.private:
                    self._undo.append(apply(self._state, event.private))
        except Exception:
            self._undo_after(before)
            raise
        for event in told:
            for changes in (event.changes, event.private):
                for table, changed in changes.items():
                    self._rows[table].update(changed)

    def payload(self) -> Payload:
        rows: dict[str, tuple[list[str], list[str]]] = {}
        for table, changed in self._rows.items():
            present: list[str] = []
            gone: list[str] = []
            for key, row in changed.items():
                if row is None:
                    gone.append(key)
                else:
                    present += [key, encode(row).decode()]
            rows[table] = (present, gone)
        return Payload(self._entries, rows, self._archives)

    def undo(self) -> None:
        """Take the batch back out of the state."""
        self._undo_after(0)

    def _undo_after(self, mark: int) -> None:
        for changes in reversed(self._undo[mark:]):
            apply(self._state, changes)
        del self._undo[mark:]

    def _archived(self) -> list[tuple[str, bytes]]:
        """The day that ends, if anything happened on it."""
        state = self._state
        day = state.hall.get("day", "")
        if not day or not (state.tickets or state.ended):
            return []
        return [(HallKeys(state.config.id).past(day), zlib.compress(encode(archive(state)), 9))]


_SAYS: Final[dict[type[c.Command], str]] = {
    c.Cancel: "reason",
    c.PauseCounter: "reason",
    c.Call: "reason",
    c.Finish: "outcome",
    c.Hold: "note",
    c.Transfer: "note",
    c.NoteDown: "text",
    c.PutNotice: "text",
}
"""What somebody gave in words with a command, for the audit: the rows that everybody sees leave free words out."""


def _said(command: c.Command) -> str | None:
    name = _SAYS.get(type(command))
    return None if name is None else getattr(command, name)


def unpack_day(packed: bytes) -> Any:
    """A closed day as it was archived."""
    return json.loads(zlib.decompress(packed))
