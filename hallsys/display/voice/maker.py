"""Where an announcement is made: cache first, then clips, then the file. Synchronous, for one thread."""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from hallsys.config import VoiceConfig
from hallsys.display.voice import mp3, sound
from hallsys.display.voice.cache import Cache
from hallsys.display.voice.clips import Clips
from hallsys.display.voice.engine import Engine
from hallsys.display.voice.errors import EngineFailed
from hallsys.display.voice.pack import Pack
from hallsys.display.voice.piper import Piper
from hallsys.display.voice.synthetic import Synthetic
from hallsys.display.voice.wording import Announcement, Chime, Phrasing, Plan

log = logging.getLogger(__name__)

Form = Literal["mp3", "wav"]
T = TypeVar("T")

REST: Final = 300.0
"""Seconds that an engine which failed is left alone: each try may take its whole time limit."""

_GENERATION: Final = 3
"""Counted up when the same plan and clips would make another file, so that what older code has cached is not used."""


class Voice:
    """One engine with its clips. An announcement is one voice's from its first word to its last."""

    def __init__(self, engine: Engine, pack: Pack, chime: Path) -> None:
        self.clips = Clips(engine, pack, chime)
        self.resting_until = 0.0
        ring = chime.read_bytes() if chime.is_file() else b""
        self.made_of = msgspec.json.encode(
            [_GENERATION, engine.name, hashlib.sha256(ring).hexdigest(), pack.fingerprint()]
        )


class Maker:
    """`trouble`: why the hall does not hear the voice it brought, or None."""

    def __init__(self, cache: Path, voice: VoiceConfig, phrasing: Phrasing, chime: Path, pack: Path | None) -> None:
        """`pack` is the file of a recorded voice."""
        self.trouble: str | None = None
        self._settings, self._phrasing = voice, phrasing
        self._cache = Cache(cache)
        recorded = Pack(pack)
        synthetic: Engine = Synthetic()
        brought = [Piper(voice.piper, synthetic)] if voice.piper.vi or voice.piper.en else []
        self._voices = [Voice(engine, recorded, chime) for engine in (*brought, synthetic)]

    def prepare(self, label: str, counters: Sequence[str]) -> None:
        words = self._phrasing.vocabulary([label], counters, ["call", "recall"])

        def make_ready(voice: Voice) -> None:
            for word in words:
                voice.clips.clip(word)
            if self._settings.chime:
                voice.clips.clip(Chime())

        self._with_a_voice(make_ready)

    def make(self, said: Announcement, form: Form) -> bytes:
        """Raises VoiceError."""
        plan = self._phrasing.plan(said)
        return self._with_a_voice(lambda voice: self._made(voice, plan, form))

    def _made(self, voice: Voice, plan: Plan, form: Form) -> bytes:
        name = f"{hashlib.sha256(voice.made_of + msgspec.json.encode(plan)).hexdigest()}.{form}"
        kept = self._cache.get(name)
        if kept is not None:
            return kept
        samples = voice.clips.assemble(plan)
        if form == "wav":
            made = sound.to_wav(samples)
        else:
            made = mp3.encode(sound.to_pcm(sound.amplified(samples, mp3.SOFTER)), sound.RATE)
        self._cache.put(name, made)
        return made

    def _with_a_voice(self, job: Callable[[Voice], T]) -> T:
        """By the first engine that works; the last one's failure is the hall's."""
        now = time.monotonic()
        *first, last = self._voices
        for voice in first:
            if voice.resting_until > now:
                continue
            try:
                done = job(voice)
            except EngineFailed as error:
                voice.resting_until = time.monotonic() + REST
                self.trouble = str(error)
                log.warning("%s; the synthetic voice speaks, and it is tried again in %.0f s", error, REST)
            else:
                self.trouble = None
                return done
        return job(last)
