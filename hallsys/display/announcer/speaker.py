"""The announcer itself: it follows a hall and says the calls of its zone while it owns that zone's loudspeaker.

`static/js/elements/voice.js` does the same in the browser, by the same rules.
"""

import asyncio
import socket
import sys
import time
from typing import Final
from urllib.parse import quote

from hallsys.display.announcer.players import Play, PlayError, softer
from hallsys.display.announcer.queue import Queue, Turn, volume, zones_of
from hallsys.live.client import Aside, Client, Event, News, Sound
from hallsys.live.fetch import Fetch, FetchError

CONFIRM_S: Final = 2.0
"""To wait for the server's word that we may begin: without it another may be speaking."""
HOLD_S: Final = 2.5
"""For which a call goes on while the link is cut; our lease lasts a little longer, then another takes over."""
TRIES: Final = 3
"""For a sound that does not come."""
REST_S: Final = 5.0
"""How long others may have the sound after a trouble of ours."""


class NoZoneError(Exception):
    """The hall has no such zone."""


class Announcer:
    """Speaks in one zone of a hall; the hall's own is empty. `loud` from 0 to 100, on top of what the hall says."""

    def __init__(
        self,
        client: Client,
        fetch: Fetch,
        hall: str,
        play: Play,
        *,
        zone: str = "",
        loud: int = 100,
        rest: float = REST_S,
    ) -> None:
        self._client, self._fetch, self._play, self._loud, self._rest = client, fetch, play, loud, rest
        self._sounds = f"/halls/{quote(hall)}/voice/"
        self._screen = f"announce-{socket.gethostname()}"
        self._queue = Queue(zone)
        self._own: bool | None = None
        self._resting = False
        self._changed = asyncio.Event()
        self._confirmed: asyncio.Future[bool] | None = None
        self._playing: asyncio.Task[None] | None = None
        self._stopped = "stopped"
        self._hold: asyncio.TimerHandle | None = None
        self._unconfirmed: dict[str, None] = {}
        self._failed: tuple[str, int] = ("", 0)
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Speak until cancelled. Raises UnwelcomeError, NoZoneError."""
        zones = zones_of(self._client.view)
        if self._queue.zone and self._queue.zone not in zones:
            raise NoZoneError(f"no zone {self._queue.zone!r} in this hall; there are: {', '.join(map(repr, zones))}")
        tasks = {asyncio.create_task(self._hear()), asyncio.create_task(self._speak())}
        try:
            await self._client.want_sound(self._screen, zone=self._queue.zone)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks | self._sending:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # -- what comes ----------------------------------------------------------------------------------------------

    async def _hear(self) -> None:
        async for news in self._client.events():
            self._take(news)
            self._changed.set()

    def _take(self, news: News) -> None:
        match news:
            case Sound(own):
                self._owns(own)
            case Event():
                if self._queue.hear(news.kind, news.time, news.changes, news.voice, self._client.view):
                    self._stop("taken back")
                if self._own is False and not self._resting:
                    self._queue.tidy(self._now(), self._client.view["hall"])
            case Aside(kind, {"voice": str(voice), "zone": self._queue.zone}):
                if kind == "spoken":
                    self._unconfirmed.pop(voice, None)
                    self._queue.spoken(voice)
                elif kind == "speaking" and self._queue.current and self._queue.current.voice == voice:
                    self._confirm(True)

    def _owns(self, own: bool | None) -> None:
        if own != self._own:
            say({True: "this PC speaks", False: "another device speaks", None: "the link is cut"}[own])
        self._own = own
        if self._hold is not None:
            self._hold.cancel()
        if own:
            for voice in self._unconfirmed:
                self._send({"type": "played", "voice": voice})
            return
        self._confirm(False)
        later = HOLD_S if own is None else 0
        self._hold = asyncio.get_running_loop().call_later(later, self._stop, "stopped")

    def _confirm(self, may: bool) -> None:
        if self._confirmed is not None and not self._confirmed.done():
            self._confirmed.set_result(may)

    def _stop(self, how: str) -> None:
        """Fall silent in the middle of a sound."""
        if self._playing is not None and not self._playing.done():
            self._stopped = how
            self._playing.cancel()

    # -- what is said --------------------------------------------------------------------------------------------

    async def _speak(self) -> None:
        while True:
            self._changed.clear()
            turn = self._queue.next(self._now(), self._client.view["hall"]) if self._own else None
            for voice, why in self._queue.skipped:
                say(f"{voice}: {'too old' if why == 'stale' else 'quiet hours'}, not spoken")
                await self._client.say({"type": "played", "voice": voice, "skipped": True})
            self._queue.skipped.clear()
            if turn is None:
                await self._changed.wait()
                continue
            try:
                await self._after(await self._turn(turn), turn.voice)
            except FetchError as error:
                say(str(error))
                await self._again(turn.voice)
            except PlayError as error:
                say(f"{error}; trying again in {self._rest:g} s")
                self._queue.again()
                await self._stand_back()

    async def _turn(self, turn: Turn) -> str:
        """How it ended: played, taken back, stopped, or unconfirmed. Raises FetchError, PlayError."""
        wav = await self._fetch.bytes(f"{self._sounds}{quote(turn.voice)}.wav", **({"short": 1} if turn.short else {}))
        if not await self._may_begin(turn.voice):
            return "unconfirmed"
        loud = self._loud * volume(self._client.view["hall"], self._now()) / 10_000
        self._stopped = "stopped"
        self._playing = asyncio.create_task(self._play(turn.voice, await asyncio.to_thread(softer, wav, loud)))
        try:
            await asyncio.wait({self._playing})
            if self._playing.cancelled():
                return self._stopped
            self._playing.result()
        finally:
            self._playing.cancel()
        return "played"

    async def _after(self, how: str, voice: str) -> None:
        if how in ("played", "taken back"):
            self._queue.end()
            skipped = {"skipped": True} if how == "taken back" else {}
            if not skipped:
                self._unconfirmed[voice] = None
            await self._client.say({"type": "played", "voice": voice, **skipped})
        elif how == "unconfirmed":
            self._queue.again()
            await asyncio.sleep(min(1.0, self._rest))
        else:
            self._queue.again()

    async def _again(self, voice: str) -> None:
        """The sound did not come. It is tried again, then passed by, not acknowledged: the hall learns it is deaf."""
        tries = self._failed[1] + 1 if self._failed[0] == voice else 1
        self._failed = (voice, tries)
        if tries >= TRIES:
            self._queue.end()
        else:
            self._queue.again()
        await asyncio.sleep(min(1.0, self._rest))

    async def _may_begin(self, voice: str) -> bool:
        self._confirmed = asyncio.get_running_loop().create_future()
        await self._client.say({"type": "playing", "voice": voice})
        try:
            async with asyncio.timeout(CONFIRM_S):
                return await self._confirmed and self._own is True
        except TimeoutError:
            return False

    async def _stand_back(self) -> None:
        self._resting = True
        await self._client.want_sound(self._screen, want=False, zone=self._queue.zone)
        self._own = False
        await asyncio.sleep(self._rest)
        self._resting = False
        await self._client.want_sound(self._screen, zone=self._queue.zone)

    def _send(self, frame: dict[str, object]) -> None:
        task = asyncio.create_task(self._client.say(frame))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _now(self) -> int:
        """The hall's clock, in ms; this PC's own may be wrong."""
        return self._client.server_now() or time.time_ns() // 1_000_000


def say(text: str) -> None:
    """For whoever looks after this PC."""
    sys.stderr.write(f"hallsys announce: {text}\n")
    sys.stderr.flush()
