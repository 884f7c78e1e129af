"""The ledger of a hall: takes the commands that wait, decides them, commits them together, answers, then tells.

One task per hall and process. What it keeps:
- Everybody else sees committed events only, and in order: `tell` is called after the answers are given.
- A commit whose answer was lost is looked for in the stream, never repeated.
- One command's bug refuses that command only; a task that dies is started again and says so.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from hallsys.config import HallConfig
from hallsys.core import commands as c
from hallsys.core.configure import configure
from hallsys.core.days import must_open, next_midnight
from hallsys.core.decision import Decision, Event
from hallsys.core.model import Changes
from hallsys.core.position import Position
from hallsys.core.state import HallState, apply
from hallsys.errors import Refused
from hallsys.store.batch import Batch
from hallsys.store.connection import StoreDown
from hallsys.store.entry import Entry, Told, encode
from hallsys.store.journal import Journal, LostTail, Stamp
from hallsys.store.known import Known, Window
from hallsys.store.request import Answer, Request
from hallsys.store.tokens import Minter

log = logging.getLogger("hallsys.ledger")

PATIENCE: Final = 3.5
"""Seconds from sending a commit after which its commands are answered `store_unavailable` if its fate is unknown."""
PAUSE: Final = 0.1
"""Seconds between two tries to reach a store that is down."""
KEPT: Final = 500
"""Events handed to the hub after reading the hall, for screens that come back (PROTOCOL: at least the last 500)."""
TRIM_EVERY: Final = 1024
"""Events to forget before the stream is trimmed again."""
JITTER: Final = 0.004
"""Seconds, at most, before deciding again after another process was faster; grows with each defeat in a row."""


class Ledger:
    """`tell` gets committed events in order; `reset` is called when the hall was read anew and followers need a
    snapshot: both are synchronous and must not raise."""

    def __init__(
        self,
        config: HallConfig,
        journal: Journal,
        minter: Minter,
        tell: Callable[[list[Told]], None],
        reset: Callable[[Position, Changes, list[Told]], None],
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.config, self._journal, self._minter, self._clock = config, journal, minter, clock
        self._tell, self._reset = tell, reset
        self._state = HallState(config)
        self._stamp: Stamp | None = None
        self._epoch = 0
        self._now = 0
        self._known = Window()
        self._tokens: dict[str, str] = {}
        self._waiting: list[Request] = []
        self._by_key: dict[str, Request] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._behind = False
        self._loaded = False
        self._unsettled = False
        self._defeats = 0
        self._trimmed = 0
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.trouble: str | None = None
        self.lost_tails = 0

    # -- what others ask for -------------------------------------------------------------------------------------

    @property
    def position(self) -> Position | None:
        """The last committed position that this process knows."""
        return self._stamp.at if self._stamp else None

    def known(self, key: str) -> str | None:
        """The digest of an earlier request with this key."""
        found = self._known.get(key)
        if found is not None:
            return found.digest
        waiting = self._by_key.get(key)
        return waiting.digest if waiting is not None else None

    def digest(self, name: str, command: c.Command) -> str:
        return self._minter.digest(name, encode(command))

    def ticket_of_token(self, token: str) -> str | None:
        """The label of today's ticket that a token stands for."""
        return self._tokens.get(token)

    async def do(self, who: str, key: str, name: str, command: c.Command, digest: str) -> Answer:
        """Carry out one command, once per key. Raises Refused; `store_unavailable` means: not acknowledged, ask again
        with the same key."""
        if self.trouble is not None:
            raise Refused("store_unavailable")
        found = self._known.get(key)
        if found is not None:
            return await self._replay(found, digest, key)
        request = self._by_key.get(key)
        if request is None:
            request = Request(who, key, name, command, digest, asyncio.get_running_loop().create_future())
            self._by_key[key] = request
            self._waiting.append(request)
            self._wake.set()
        elif request.digest != digest:
            raise Refused("key_reused", "Idempotency-Key")
        answer = await asyncio.shield(request.done)
        if answer is not None:
            return answer
        found = self._known.get(key)
        if found is None:
            raise Refused("store_unavailable")
        return await self._replay(found, digest, key)

    async def between_commits(self) -> None:
        """Until no commit is under way: what the stream shows may be ours."""
        await self._idle.wait()

    def poke(self) -> None:
        """Somebody else has written to the hall: follow."""
        self._behind = True
        self._wake.set()

    async def start(self) -> None:
        """Read the hall and begin. Raises StoreDown when the store does not answer."""
        await self._load()
        self._task = asyncio.create_task(self._live(), name=f"ledger {self.config.id}")
        self._wake.set()

    async def close(self) -> None:
        """Finish what is being committed; refuse the rest."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._refuse(self._take_waiting(), "store_unavailable")

    # -- the task ------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        while not self._stopping:
            try:
                await self._turns()
            except Exception:
                log.exception("ledger of %s failed and is started again", self.config.id)
                self._refuse(self._take_waiting(), "internal", reference="ledger")
                self._loaded = False
                await asyncio.sleep(PAUSE)

    async def _turns(self) -> None:
        midnight = next_midnight(self.config.timezone, self._clock())
        while not self._stopping:
            if not self._waiting and not self._behind and self._loaded:
                until = (midnight - self._clock()) / 1000
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, until)):
                        await self._wake.wait()
            self._wake.clear()
            midnight = next_midnight(self.config.timezone, self._clock())
            try:
                await self._turn()
                self.trouble = None
            except StoreDown as down:
                if self.trouble is None:
                    log.error(
                        "hall %s: the store does not answer (%s); commands are refused until it does",
                        self.config.id,
                        down,
                    )
                self.trouble = str(down)
                self._refuse(self._take_waiting(), "store_unavailable")
                self._behind = True
                await asyncio.sleep(PAUSE)

    async def _turn(self) -> None:
        if not self._loaded:
            await self._load()
        if self._behind:
            self._behind = False
            await self._catch_up()
        batch = self._decide()
        if not batch:
            return
        until = asyncio.get_running_loop().time() + PATIENCE
        self._idle.clear()
        try:
            committed = await self._journal.commit(batch.before, batch.after, batch.payload())
        except StoreDown:
            batch.undo()
            self._put_back(batch)
            await self._find_again(until)
            return
        except BaseException:
            batch.undo()
            self._put_back(batch)
            raise
        finally:
            self._idle.set()
        if committed:
            self._defeats = 0
            self._committed(batch)
            await self._trim()
            return
        batch.undo()
        self._put_back(batch)
        self._behind = True
        self._wake.set()
        if self._defeats:
            await asyncio.sleep(secrets.randbelow(1000) / 1000 * JITTER * min(self._defeats, 4))
        self._defeats += 1

    async def _trim(self) -> None:
        """Let the stream go of what the window of known requests has forgotten, now and then."""
        forgotten = self._known.trimmed
        if forgotten is not None and forgotten.seq >= self._trimmed + TRIM_EVERY:
            self._trimmed = forgotten.seq
            await self._journal.trim(forgotten)

    def _decide(self) -> Batch:
        now = self._now = max(self._now, self._clock())
        batch = Batch(self._state, self._stamp, self._epoch, now, self._minter)
        if self._unsettled:
            self._settle_in(batch, now)
        if must_open(self._state, now):
            self._open_day(batch)
        taken = 0
        for request in self._waiting:
            if batch.full:
                break
            taken += 1
            self._decide_one(batch, request)
        del self._waiting[:taken]
        if self._waiting:
            self._wake.set()
        if not batch:
            self._answer(batch.answers)
        return batch

    def _settle_in(self, batch: Batch, now: int) -> None:
        """After reading the hall: bring its rows up to the settings, and open the new epoch if there is one."""
        difference = configure(self._state, now)
        if difference is not None:
            batch.add(difference)
        elif self._stamp is None or self._stamp.at.epoch != self._epoch:
            batch.add(Decision([Event("recovered", {})]))
        else:
            self._unsettled = False

    def _open_day(self, batch: Batch) -> None:
        nobody = asyncio.get_running_loop().create_future()
        batch.decide(Request("clock", f"day {self._now}", "open_day", c.OpenDay(), "", nobody), "")

    def _decide_one(self, batch: Batch, request: Request) -> None:
        if self._known.get(request.key) is not None:
            self._settle(request, None)
            return
        try:
            batch.decide(request, self._label(request.command))
        except Refused as refused:
            batch.answers.append((request, refused))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("hall %s: %s failed, reference %s", self.config.id, request.name, reference)
            self._settle(request, Refused("internal", reference=reference))

    def _label(self, command: c.Command) -> str:
        """The ticket that a token in the command stands for. Raises Refused."""
        token = getattr(command, "token", None)
        if token is None:
            return ""
        label = self._tokens.get(token)
        named = getattr(command, "ticket", None)
        if named is not None and label != named:
            raise Refused("forbidden", "token")
        if label is None:
            raise Refused("unknown_ticket", "token")
        return label

    def _committed(self, batch: Batch) -> None:
        self._stamp = batch.after
        self._unsettled = False
        if batch.new_day:
            self._tokens.clear()
        self._tokens.update(batch.issued)
        for request, answer in batch.answers:
            if isinstance(answer, Answer):
                self._known.add(request.key, Known(answer.at, request.digest, batch.now))
        self._answer(batch.answers)
        # Answers first: their handlers run in this round of the loop, the fan-out in the next.
        asyncio.get_running_loop().call_soon(self._tell, batch.told)

    def _answer(self, answers: Iterable[tuple[Request, Answer | Refused]]) -> None:
        for request, answer in answers:
            self._settle(request, answer)

    def _settle(self, request: Request, answer: Answer | Refused | None) -> None:
        self._by_key.pop(request.key, None)
        if request.done.done():
            return
        if isinstance(answer, Refused):
            request.done.set_exception(answer)
            request.done.exception()  # nobody may be left to hear it; that is no error
        else:
            request.done.set_result(answer)

    def _put_back(self, batch: Batch) -> None:
        self._waiting[:0] = [request for request, _ in batch.answers if request.digest]

    def _take_waiting(self) -> list[Request]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _refuse(self, requests: list[Request], code: str, **params: object) -> None:
        for request in requests:
            self._settle(request, Refused(code, None, **params))

    async def _replay(self, found: Known, digest: str, key: str) -> Answer:
        """The first answer to a repeated request, rebuilt from its entry."""
        if found.digest != digest:
            raise Refused("key_reused", "Idempotency-Key")
        try:
            entry = await self._journal.entry(found.at)
        except StoreDown:
            raise Refused("store_unavailable") from None
        if entry is None:
            raise Refused("store_unavailable")
        token = self._minter.ticket(key, entry.told.time) if entry.told.kind == "issued" else None
        return Answer(found.at, entry.result, token)

    # -- following the store -------------------------------------------------------------------------------------

    async def _find_again(self, until: float) -> None:
        """A commit's answer was lost: find out what became of it, for as long as the commands' patience lasts."""
        while True:
            try:
                async with asyncio.timeout_at(until):
                    await self._catch_up()
                self._wake.set()
                return
            except TimeoutError:
                raise StoreDown("the store did not say what became of a commit") from None
            except StoreDown:
                if self._stopping:
                    raise
            await asyncio.sleep(PAUSE)

    async def _catch_up(self) -> None:
        if self._stamp is None:
            await self._load()
            return
        while True:
            try:
                entries = await self._journal.since(self._stamp)
            except LostTail:
                await self._load(suspect=True)
                return
            for entry in entries:
                self._follow(entry)
            if entries:
                epoch_changed = any(entry.told.at.epoch != self._epoch for entry in entries)
                self._stamp = Stamp(entries[-1].told.at, entries[-1].tag)
                if epoch_changed:
                    await self._load()
                    return
                asyncio.get_running_loop().call_soon(self._tell, [entry.told for entry in entries])
            if len(entries) < 999:
                return

    def _follow(self, entry: Entry) -> None:
        apply(self._state, entry.told.changes)
        apply(self._state, entry.told.private)
        self._note(entry)

    def _note(self, entry: Entry) -> None:
        """Remember an entry's request and token."""
        told = entry.told
        self._now = max(self._now, told.time)
        if told.kind == "day_opened" and "day" in told.changes.get("hall", {}):
            self._tokens.clear()
        if entry.key is None:
            return
        self._known.add(entry.key, Known(told.at, entry.digest, told.time))
        if told.kind == "issued":
            self._tokens[self._minter.ticket(entry.key, told.time)] = next(iter(told.changes["tickets"]))

    async def _load(self, suspect: bool = False) -> None:
        """Read the hall anew. When the store holds less than was told (`suspect`: it has not got our last event), a new
        epoch begins and everybody is told."""
        told = self._stamp
        stamp, rows = await self._journal.load()
        known, tokens = self._known, self._tokens
        recent: list[Told] = []
        self._known, self._tokens = Window(), {}
        try:
            if stamp is not None:
                async for entries in self._journal.pages(None, stamp.at):
                    for entry in entries:
                        self._note(entry)
                    recent = [*recent, *(entry.told for entry in entries)][-KEPT:]
            lost = suspect and await self._has_lost(told, stamp)
        except BaseException:
            self._known, self._tokens = known, tokens
            raise
        self._state = HallState(self.config, rows)
        self._stamp = stamp
        if stamp is None or lost:
            previous = max(told.at.epoch if told else 0, stamp.at.epoch if stamp else 0)
            self._epoch = max(previous + 1, self._clock())
        else:
            self._epoch = stamp.at.epoch
        if lost:
            log.critical(
                "hall %s: the store lost events after %s; a new epoch begins", self.config.id, stamp and stamp.at
            )
            self.lost_tails += 1
        self._loaded = self._unsettled = True
        self._wake.set()
        at = stamp.at if stamp is not None else Position(self._epoch, 0)
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
