"""Presses: one at a time, kept over a cut, and never taken twice because a finger bounced."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hallsys.core.position import Position
from hallsys.live.client import Client, Declined

BOUNCE_S: Final = 0.7
"""A key has to be quiet for so long before it counts again: a terminal does not tell a second press, a finger that
bounced and a key held down from each other."""
FADE_S: Final = 4.0
"""How long a passing remark stays; a refusal stays until the next press."""
AGAIN_S: Final = 1.0
"""Before a press that the store did not acknowledge is sent once more, under the same id."""


class Bounce:
    """Which keys still have to come to rest. Times are seconds of one steady clock."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def counts(self, key: str, now: float) -> bool:
        """Whether this press counts. One that does not begins the rest anew, so a key held down counts once."""
        counts = not self.resting(key, now)
        self._last[key] = now
        return counts

    def answered(self, key: str, now: float) -> None:
        """What the key did was done only now: a press before anybody could see that is no new wish."""
        self._last[key] = now

    def resting(self, key: str, now: float) -> bool:
        return key in self._last and now - self._last[key] < BOUNCE_S


@dataclass(slots=True)
class Press:
    """A press that waits for its answer, in words, and the key that made it; `kept` once it had to be sent again."""

    words: str
    kept: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A remark: "refused", "ignored", "kept" or "done"; `until` on the loop's clock, None for one that stays."""

    kind: str
    text: str
    until: float | None


class Presses:
    """The one press under way and what is to be said. `sent` makes the words for a press that was kept and is done."""

    def __init__(self, client: Client, sent: Callable[[str], str]) -> None:
        self.pending: Press | None = None
        self._client = client
        self._sent = sent
        self._told: Told | None = None
        self._news = asyncio.Event()

    @property
    def told(self) -> Told | None:
        if self._told and self._told.until is not None and self._told.until < asyncio.get_running_loop().time():
            self._told = None
        return self._told

    def say(self, kind: str, text: str) -> None:
        """Say something until it fades or the next press."""
        until = None if kind == "refused" else asyncio.get_running_loop().time() + FADE_S
        self._told = Told(kind, text, until)

    def heard(self) -> None:
        """The client's view is another one."""
        self._news.set()

    def send(self, words: str, name: str, args: Mapping[str, Any], key: str) -> Coroutine[Any, Any, bool]:
        """One press, under way from now on; what is given back takes it to its end, through as many cuts as it takes,
        says whether it was done, and raises UnwelcomeError."""
        self.pending, self._told = Press(words, key=key), None
        return self._send(self.pending, name, args)

    async def _send(self, press: Press, name: str, args: Mapping[str, Any]) -> bool:
        try:
            at = await self._answer(press, name, args)
            await self._follow(at)
            if press.kept:
                self.say("done", self._sent(press.words))
        except Declined as refused:
            self.say("refused", refused.message or refused.code)
            return False
        finally:
            self.pending = None
        return True

    async def _answer(self, press: Press, name: str, args: Mapping[str, Any]) -> str:
        key = uuid.uuid4().hex
        while True:
            try:
                return (await self._client.ask(name, args, key)).at
            except Declined as refused:
                # Whether it was written nobody knows, so asking with a fresh id could do it twice.
                if refused.code != "store_unavailable":
                    raise
            press.kept = True
            await asyncio.sleep(AGAIN_S)

    async def _follow(self, at: str) -> None:
        """The answer comes before the event it tells of: the next press must see what this one did."""
        while self._client.at is None or Position.parse(self._client.at) < Position.parse(at):
            self._news.clear()
            await self._news.wait()
