"""The voice of a hall, for the routes and the announcer: an announcement in, a sound file out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hallsys.config import VoiceConfig
from hallsys.display.voice.errors import VoiceError, VoiceUnavailable
from hallsys.display.voice.wording import Announcement, Phrasing
from hallsys.resources import resource

if TYPE_CHECKING:
    from hallsys.display.voice.maker import Maker

log = logging.getLogger(__name__)
T = TypeVar("T")


class Speech:
    """Everything runs on one thread of its own; the event loop never waits for it.

    `trouble`: why the hall is mute, or speaks with another voice than the one it brought, in words, or None. It goes by
    itself with the next sound that succeeds.
    """

    def __init__(
        self,
        cache: Path,
        voice: VoiceConfig,
        *,
        phrasing: Phrasing | None = None,
        sounds: Path | None = None,
        pack: Callable[[], Awaitable[Path | None]] | None = None,
    ) -> None:
        """`phrasing` words what is announced, where counters have names; `sounds` holds chime.wav (the one we bring if
        None); `pack` gives the file of the recorded voice that speaks now, another file after every change of it. It is
        asked before every sound."""
        self.trouble: str | None = None
        self._cache = cache
        self._voice = voice
        self._phrasing = phrasing or Phrasing(voice)
        self._sounds = sounds
        self._pack = pack
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="voice")
        self._maker: Maker | None = None
        self._made_with: Path | None = None

    async def prepare(self, label: str, counters: Sequence[str] = ()) -> None:
        """Makes the words of a ticket, and of the counters that may call it, ready. Never raises."""
        try:
            await self._run(lambda maker: maker.prepare(label, counters))
        except VoiceError as error:
            log.warning("the voice is not ready for %s: %s", label, error)

    async def mp3(self, said: Announcement) -> bytes:
        """All of it as MP3 (48 kbit/s, mono, 22,050 Hz). Raises VoiceError; VoiceUnavailable without an engine."""
        return await self._run(lambda maker: maker.make(said, "mp3"))

    async def wav(self, said: Announcement) -> bytes:
        """The same as WAV (16 bit, mono, 22,050 Hz). Raises as `mp3`."""
        return await self._run(lambda maker: maker.make(said, "wav"))

    async def close(self) -> None:
        await asyncio.to_thread(self._worker.shutdown, wait=True, cancel_futures=True)

    async def _run(self, job: Callable[["Maker"], T]) -> T:
        pack = await self._pack() if self._pack is not None else None
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._worker, lambda: job(self._opened(pack)))
        except VoiceUnavailable as error:
            self.trouble = str(error)
            raise
        except VoiceError:
            # One label that cannot be read is not a mute hall.
            raise
        except Exception as error:
            log.exception("the voice failed")
            self.trouble = f"the voice failed ({type(error).__name__}): the server's log says where"
            raise VoiceUnavailable(self.trouble) from error
        self.trouble = self._maker.trouble if self._maker is not None else None
        return answer

    def _opened(self, pack: Path | None) -> "Maker":
        if self._maker is None or pack != self._made_with:
            # Here, on the worker: numpy takes 90 ms and 16 MB that a server without a voice never spends.
            from hallsys.display.voice.maker import Maker

            chime = (self._sounds or resource("sounds")) / "chime.wav"
            self._maker = Maker(self._cache, self._voice, self._phrasing, chime, pack)
            self._made_with = pack
        return self._maker
