"""Delivers what webhooks are to be told: in order for each alarm, again and again, and nothing of the hall waits.

A message may come twice, when a server dies between the receiver's answer and its own note; its id is the same then.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import msgspec

from hallsys.config import HallConfig
from hallsys.hallalarms import Webhook
from hallsys.monitor.alarms.post import Post
from hallsys.monitor.alarms.signing import NoSecret
from hallsys.store.connection import Connection, StoreDown
from hallsys.store.outbox import Letter, Outbox
from hallsys.store.turns import Turns

log = logging.getLogger("hallsys.webhooks")

FIRST: Final = 2.0
"""Seconds before the second try; doubled for each further one."""
LONGEST: Final = 600.0
"""Seconds between two tries at the most."""
LOOK: Final = 15.0
"""Seconds between two looks into an outbox that nobody has said anything of: another server may have died."""
AT_ONCE: Final = 4
"""Messages to one receiver under way, each of another alarm."""

_jitter: Final = secrets.SystemRandom().uniform


class Sender:
    """The webhooks of all halls. `wake` says that a hall has something to deliver."""

    def __init__(
        self,
        halls: Mapping[str, HallConfig],
        connection: Connection,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        first: float = FIRST,
    ) -> None:
        self._post = Post()
        self._desks = {
            name: [
                Desk(
                    config,
                    hook,
                    Outbox(name, connection),
                    Turns(name, connection, secrets.token_hex(8)),
                    self._post,
                    clock,
                    first,
                )
                for hook in config.webhooks
            ]
            for name, config in halls.items()
        }
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        desks = [desk for each in self._desks.values() for desk in each]
        self._tasks = [asyncio.create_task(desk.run(), name="webhook") for desk in desks]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._post.close()

    def wake(self, hall: str) -> None:
        for desk in self._desks[hall]:
            desk.woken.set()

    def troubles(self, hall: str) -> dict[str, str]:
        """Why nothing can be sent to some of the hall's webhooks."""
        return {desk.hook.id: desk.trouble for desk in self._desks[hall] if desk.trouble}


class Desk:
    """One webhook of a hall, on one server: a receiver that hangs keeps no other one waiting."""

    def __init__(
        self,
        hall: HallConfig,
        hook: Webhook,
        outbox: Outbox,
        turns: Turns,
        post: Post,
        clock: Callable[[], int],
        first: float,
    ) -> None:
        self.hook, self.woken, self.trouble = hook, asyncio.Event(), ""
        self._hall, self._outbox, self._turns, self._post = hall, outbox, turns, post
        self._clock, self._first = clock, first
        self._turn = f"webhook:{hook.id}"

    async def run(self) -> None:
        try:
            while True:
                self.woken.clear()
                wait = LOOK
                try:
                    wait = await self.deliver()
                except StoreDown as down:
                    log.debug("hall %s: webhook %s waits: %s", self._hall.id, self.hook.id, down)
                except Exception:
                    log.exception("hall %s: webhook %s failed and is tried again", self._hall.id, self.hook.id)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.woken.wait(), wait)
        finally:
            with suppress(StoreDown):
                await self._turns.leave([self._turn])

    async def deliver(self) -> float:
        """Send what is due, if it is this server's turn; the seconds until there is more. Raises StoreDown."""
        heads: dict[str, tuple[str, Letter]] = {}
        for number, letter in (await self._outbox.pending()).items():
            if letter.hook == self.hook.id:
                heads.setdefault(letter.alarm, (number, letter))
        if not heads or not await self._turns.take([self._turn], int((self.hook.timeout_s + LOOK) * 1000)):
            return LOOK
        now = self._clock()
        queue = sorted(heads.values(), key=lambda head: head[1].due)
        due = [head for head in queue if head[1].due <= now][:AT_ONCE]
        if not due:
            return min(LOOK, max(0.05, (queue[0][1].due - now) / 1000))
        done = await asyncio.gather(*(self._send(*head) for head in due), return_exceptions=True)
        for error in done:
            if error is not None:
                raise error
        return 0.0

    async def _send(self, number: str, letter: Letter) -> None:
        """Raises StoreDown."""
        try:
            said = await self._post.deliver(self.hook, letter)
            self.trouble = ""
        except NoSecret as missing:
            said = self.trouble = str(missing)
        if not said:
            await self._outbox.sent(number)
            return
        hall, hook, now = self._hall.id, self.hook, self._clock()
        letter = msgspec.structs.replace(letter, tries=letter.tries + 1, said=said)
        if now - letter.made >= hook.give_up_s * 1000:
            log.warning("hall %s: webhook %s was not told of %s: %s", hall, hook.id, letter.alarm, said)
            await self._outbox.bury(number, letter)
            return
        log.info("hall %s: webhook %s did not take %s, try %d: %s", hall, hook.id, letter.alarm, letter.tries, said)
        pause = min(LONGEST, self._first * 2.0 ** min(letter.tries - 1, 30)) * _jitter(0.5, 1.0)
        await self._outbox.keep(number, msgspec.structs.replace(letter, due=now + round(pause * 1000)))
