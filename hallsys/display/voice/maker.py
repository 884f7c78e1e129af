"""Where a call is made: cache first, then clips, then the file. Synchronous, for one thread."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from hallsys.display.voice import mp3, sound, wording
from hallsys.display.voice.cache import Cache
from hallsys.display.voice.clips import Clips
from hallsys.display.voice.driver import Espeak
from hallsys.display.voice.pack import Pack
from hallsys.display.voice.recipe import RECIPE, Recipe
from hallsys.display.voice.settings import VoiceSettings
from hallsys.display.voice.wording import Chime

Form = Literal["mp3", "wav"]

_GENERATION: Final = 1
"""Counted up when the same plan and clips would make another file, so that what older code has cached is not used."""


class Maker:
    def __init__(self, cache: Path, settings: VoiceSettings, chime: Path, pack: Path | None) -> None:
        """`pack` is the file of a recorded voice."""
        self._settings = settings
        self._cache = Cache(cache, settings.cache_bytes)
        self._chime = chime
        self._pack = Pack(pack)
        self._recipe = RECIPE.read_bytes()
        self._made_of = msgspec.json.encode(
            [
                _GENERATION,
                hashlib.sha256(self._recipe).hexdigest(),
                hashlib.sha256(chime.read_bytes() if chime.is_file() else b"").hexdigest(),
                self._pack.fingerprint(),
            ]
        )
        self._clips: Clips | None = None

    def prepare(self, label: str, counters: Sequence[str]) -> None:
        clips = self._started()
        for word in wording.vocabulary(label, counters, self._settings):
            clips.clip(word)
        if self._settings.chime:
            clips.clip(Chime())

    def call(self, label: str, counter: str, form: Form) -> bytes:
        """Raises VoiceError."""
        plan = wording.call(label, counter, self._settings)
        name = f"{hashlib.sha256(self._made_of + msgspec.json.encode(plan)).hexdigest()}.{form}"
        kept = self._cache.get(name)
        if kept is not None:
            return kept
        samples = self._started().assemble(plan)
        if form == "wav":
            made = sound.to_wav(samples)
        else:
            made = mp3.encode(sound.to_pcm(sound.amplified(samples, mp3.SOFTER)), sound.RATE)
        self._cache.put(name, made)
        return made

    def _started(self) -> Clips:
        """The engine starts with the first word that needs it: a hall that only plays cached calls works without."""
        if self._clips is None:
            self._clips = Clips(Espeak(), Recipe.read(self._recipe), self._pack, self._chime)
        return self._clips
