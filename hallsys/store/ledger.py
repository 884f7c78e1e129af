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
from collections.abc import Callable, Mapping
from typing import Final

from hallsys.config import HallConfig
from hallsys.core import commands as c
from hallsys.core.configure import configure
from hallsys.core.days import must_open, next_midnight
from hallsys.core.decision import Decision, Event
from hallsys.core.position import Position
from hallsys.core.state import HallState
from hallsys.errors import Refused
from hallsys.store.batch import Batch
from hallsys.store.connection import StoreDown
from hallsys.store.entry import Told, encode
from hallsys.store.journal import Journal, LostTail, Raw
from hallsys.store.known import Known
from hallsys.store.mirror import Mirror, Reset
from hallsys.store.questions import Questions, T
from hallsys.store.request import CLOCK, Answer, By, Request
from hallsys.store.tokens import Minter

log = logging.getLogger("hallsys.ledger")

PATIENCE: Final = 3.5
"""Seconds from sending a commit after which its commands are answered `store_unavailable` if its fate is unknown."""
PAUSE: Final = 0.1
"""Seconds between two tries to reach a store that is down."""
LONGEST_SLEEP: Final = 600.0
"""Seconds after which the date is looked at again, for a computer that slept or whose clock was set."""
AT_ONCE: Final = 32
"""Commands in one batch: while the store writes them, the next are read and the last answered. Taking all that wait
would have everybody wait for everybody, the server for the store and the store for the server."""
LONGEST_PAUSE: Final = 5.0
"""Seconds at most before a ledger that keeps failing is started again, so that the log can still be read."""
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
        reset: Reset,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.config, self._journal, self._minter, self._clock, self._tell = config, journal, minter, clock, tell
        self._mirror = Mirror(config, journal, minter, reset, clock)
        self._waiting: list[Request] = []
        self._by_key: dict[str, Request] = {}
        self._questions, self._following = Questions(), Questions()
        self._wake, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._behind = self._stopping = False
        self._defeats = self._failures = 0
        self._trimmed = Position(0, 0)
        self._task: asyncio.Task[None] | None = None
        self._midnight: asyncio.TimerHandle | None = None
        self.committed_at = 0.0
        """When this process wrote to the hall last, by the loop's clock."""
        self.waits: Mapping[str, tuple[int, int]] = {}
        """What the forecast says of whoever takes a number now, by `probe` of the service; empty: nothing known."""
        self.trouble: str | None = None
        """Why commands are refused, while the store is away."""

    # -- what others ask for -------------------------------------------------------------------------------------

    @property
    def position(self) -> Position | None:
        """The last committed position that this process knows."""
        return self._mirror.stamp.at if self._mirror.stamp else None

    @property
    def lost_tails(self) -> int:
        """How often the store was found to hold less than had been told."""
        return self._mirror.lost_tails

    def known(self, key: str) -> str | None:
        """The digest of an earlier request with this key."""
        found = self._mirror.known.get(key) or self._by_key.get(key)
        return found.digest if found is not None else None

    def digest(self, name: str, command: c.Command) -> str:
        return self._minter.digest(name, encode(command))

    def ticket_of_token(self, token: str) -> str | None:
        """The label of today's ticket that a token stands for."""
        return self._mirror.tokens.get(token)

    async def do(self, by: By, key: str, name: str, command: c.Command, digest: str) -> Answer:
        """Carry out one command, once per key. Raises Refused; `store_unavailable` means: not acknowledged, ask again
        with the same key."""
        if self.trouble is not None or self._stopping:
            raise Refused("store_unavailable")
        found = self._mirror.known.get(key)
        if found is not None:
            return await self._replay(found, digest, key)
        request = self._by_key.get(key)
        if request is None:
            request = Request(by, key, name, command, digest)
            self._by_key[key] = request
            self._waiting.append(request)
            self._wake.set()
        elif request.digest != digest:
            raise Refused("key_reused", "Idempotency-Key")
        answer = await request.wait()
        if answer is not None:
            return answer
        found = self._mirror.known.get(key)
        if found is None:
            raise Refused("store_unavailable")
        return await self._replay(found, digest, key)

    async def between_commits(self) -> None:
        """Until no commit is under way: what the stream shows may be ours."""
        await self._idle.wait()

    async def read(self, question: Callable[[HallState, int], T]) -> T:
        """The answer to a question about the committed rows. What it raises is raised here."""
        if self._idle.is_set():
            return question(self._mirror.state, self._mirror.tick())
        self._wake.set()
        return await self._questions.add(question)

    def poke(self) -> None:
        """Somebody else has written to the hall: follow."""
        self._behind = True
        self._wake.set()

    async def followed(self) -> None:
        """Until what other servers have committed by now is known here, or the store does not answer."""
        self.poke()
        await self._following.add(lambda *_: None)

    async def start(self) -> None:
        """Read the hall and begin. Raises StoreDown when the store does not answer."""
        await self._mirror.load()
        await self._turn()  # so that the first view shows the hall as its settings say
        self._at_midnight()
        self._task = asyncio.create_task(self._live(), name=f"ledger {self.config.id}")

    async def close(self) -> None:
        """Finish what is being committed; refuse the rest."""
        self._stopping = True
        self._wake.set()
        if self._midnight is not None:
            self._midnight.cancel()
        if self._task is not None:
            await self._task
        self._refuse_all("store_unavailable")
        for each in (self._following, self._questions):
            each.hear(self._mirror.state, self._mirror.tick())

    # -- the task ------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        pause = PAUSE
        while not self._stopping:
            began = time.monotonic()
            try:
                await self._turns()
            except Exception:
                reference = secrets.token_hex(4)
                log.exception("the ledger of %s failed and is started again, reference %s", self.config.id, reference)
                self._refuse_all("internal", reference=reference)
                self._mirror.loaded = False
                pause = min(2 * pause, LONGEST_PAUSE) if time.monotonic() - began < LONGEST_PAUSE else PAUSE
                await asyncio.sleep(pause)

    async def _turns(self) -> None:
        while not self._stopping:
            if not self._waiting and not self._behind and self._mirror.loaded:
                await self._wake.wait()
            self._wake.clear()
            try:
                await self._turn()
                self.trouble = None
            except StoreDown as down:
                if self.trouble is None:
                    log.error("hall %s: the store does not answer, commands are refused: %s", self.config.id, down)
                self.trouble = str(down)
                self._refuse_all("store_unavailable")
                self._behind = True
                await asyncio.sleep(PAUSE)

    def _at_midnight(self) -> None:
        """A new day begins, whether or not anybody comes: wake for it, and set the clock for the next."""
        self._wake.set()
        now = self._clock()
        seconds = (next_midnight(self.config.timezone, now) - now) / 1000
        self._midnight = asyncio.get_running_loop().call_later(min(seconds, LONGEST_SLEEP), self._at_midnight)

    async def _turn(self) -> None:
        if not self._mirror.loaded:
            await self._mirror.load()
        self._questions.hear(self._mirror.state, self._mirror.tick())
        if self._behind:
            self._behind = False
            following, self._following = self._following, Questions()
            try:
                await self._catch_up()
            finally:
                following.hear(self._mirror.state, self._mirror.tick())
        batch = self._decide()
        if not batch:
            await self._refuse(batch)
            return
        until = asyncio.get_running_loop().time() + PATIENCE
        self._idle.clear()
        try:
            missed = await self._journal.commit(batch.before, batch.after, batch.payload())
        except StoreDown:
            self._take_back(batch)
            self._failures += 1
            if self._failures > 1:
                raise  # it can be read and not written: its memory or disk is full, or it is a replica
            await self._find_again(until)
            return
        except BaseException:
            self._take_back(batch)
            raise
        finally:
            self._idle.set()
        self._failures = 0
        if missed is None:
            self._committed(batch)
            await self._trim()
        else:
            self._take_back(batch)
            await self._catch_up(missed)
            await self._defeated()

    async def _refuse(self, batch: Batch) -> None:
        """Give the answers of a batch that has no events, which are refusals. They are true if the hall is still where
        it was: another server may have acknowledged what is asked here once more, or issued the ticket to be called."""
        if batch.answers:
            try:
                missed = await self._journal.since(batch.before) if batch.before else []
            except StoreDown:
                self._take_back(batch)
                raise
            except LostTail:
                missed = None
            if missed != []:
                self._take_back(batch)
                self.poke()
                return
        self._answer(batch)

    def _decide(self) -> Batch:
        mirror = self._mirror
        now = mirror.tick()
        batch = Batch(mirror.state, mirror.stamp, mirror.epoch, now, self._minter, self.waits)
        if mirror.unsettled:
            self._settle_in(batch, now)
        if must_open(mirror.state, now):
            batch.decide(Request(CLOCK, f"day {now}", "open_day", c.OpenDay(), ""), "")
        taken = 0
        while taken < len(self._waiting) and not batch.full and taken < AT_ONCE:
            self._decide_one(batch, self._waiting[taken])
            taken += 1
        del self._waiting[:taken]
        if self._waiting:
            self._wake.set()
        return batch

    def _settle_in(self, batch: Batch, now: int) -> None:
        """After reading the hall: bring its rows up to the settings, and open the new epoch if there is one."""
        mirror = self._mirror
        difference = configure(mirror.state, now)
        if difference is not None:
            batch.add(difference)
        elif mirror.stamp is None or mirror.stamp.at.epoch != mirror.epoch:
            batch.add(Decision([Event("recovered", {})]))
        else:
            mirror.unsettled = False

    def _decide_one(self, batch: Batch, request: Request) -> None:
        if self._mirror.known.get(request.key) is not None:
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
        label = self._mirror.tokens.get(token)
        named = getattr(command, "ticket", None)
        if named is not None and label != named:
            raise Refused("forbidden", "token")
        if label is None:
            raise Refused("unknown_ticket", "token")
        return label

    def _committed(self, batch: Batch) -> None:
        self._defeats = 0
        self.committed_at = asyncio.get_running_loop().time()
        self._mirror.committed(batch)
        self._answer(batch)
        # Answers first: their handlers run in this round of the loop, the fan-out in the next.
        asyncio.get_running_loop().call_soon(self._tell, batch.told)

    async def _defeated(self) -> None:
        """Another process was faster: decide again on what it did. A second defeat in a row waits a little."""
        self._wake.set()
        if self._defeats:
            await asyncio.sleep(secrets.randbelow(1000) / 1000 * JITTER * min(self._defeats, 4))
        self._defeats += 1

    async def _trim(self) -> None:
        """Let the stream go of what the window of known requests has forgotten, now and then."""
        forgotten = self._mirror.known.trimmed
        if forgotten is not None and forgotten >= self._trimmed.after(TRIM_EVERY):
            self._trimmed = forgotten
            await self._journal.trim(forgotten)

    # -- answers -------------------------------------------------------------------------------------------------

    def _answer(self, batch: Batch) -> None:
        for request, answer in batch.answers:
            self._settle(request, answer)

    def _settle(self, request: Request, answer: Answer | Refused | None) -> None:
        self._by_key.pop(request.key, None)
        request.settle(answer)

    def _take_back(self, batch: Batch) -> None:
        """Undo a batch that was not committed; its commands wait again, at the front."""
        batch.undo()
        self._waiting[:0] = [request for request, _ in batch.answers if request.digest]

    def _refuse_all(self, code: str, **params: object) -> None:
        waiting, self._waiting = self._waiting, []
        for request in waiting:
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
        return Answer(found.at, entry.answer(), token)

    # -- following the store -------------------------------------------------------------------------------------

    async def _catch_up(self, missed: Raw | None = None) -> None:
        told = await self._mirror.catch_up(missed)
        if told:
            asyncio.get_running_loop().call_soon(self._tell, told)
        if self._mirror.unsettled:
            self._wake.set()

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
            except StoreDown:  # a store that refuses at once never lets the timeout above come due
                if self._stopping or asyncio.get_running_loop().time() >= until:
                    raise
            await asyncio.sleep(PAUSE)
