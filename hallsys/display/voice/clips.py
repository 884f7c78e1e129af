"""A plan becomes sound: a clip for every word, recorded or synthetic, joined and levelled."""

import logging
from pathlib import Path
from typing import Final

from hallsys.display.voice import sound
from hallsys.display.voice.engine import Engine
from hallsys.display.voice.errors import BadSound, VoiceError
from hallsys.display.voice.pack import Pack
from hallsys.display.voice.wording import Chime, Pause, Plan, Sentence, Word

log = logging.getLogger(__name__)

_CHIME: Final = -3.0
"""dB beside the words: it turns heads, it does not startle."""


class Clips:
    """The clips of one voice. Words are kept for good: the reader's vocabulary is about ninety; sentences are not."""

    def __init__(self, engine: Engine, pack: Pack, chime: Path) -> None:
        self._engine = engine
        self._pack = pack
        self._chime = chime
        self._ready: dict[Word | Chime, sound.Clip] = {}

    def clip(self, part: Word | Sentence | Chime) -> sound.Clip:
        """Raises VoiceError."""
        if isinstance(part, Sentence):
            return sound.Clip(sound.clean(self._engine.speak(part.language, part.text)))
        if part not in self._ready:
            self._ready[part] = sound.Clip(self._bell() if isinstance(part, Chime) else self._word(part))
        return self._ready[part]

    def assemble(self, plan: Plan) -> sound.Samples:
        """Raises VoiceError."""
        return sound.joined(part.milliseconds / 1000 if isinstance(part, Pause) else self.clip(part) for part in plan)

    def _word(self, word: Word) -> sound.Samples:
        try:
            recorded = self._pack.clip(word)
        except BadSound as error:
            recorded = None
            log.warning("recorded voice: %s; %r is spoken by the synthetic voice", error, word.text)
        if recorded is not None:
            return recorded
        return sound.clean(self._engine.speak(word.language, word.text))

    def _bell(self) -> sound.Samples:
        """Silence where the chime cannot be read: the words matter more."""
        try:
            return sound.amplified(sound.clean(sound.read_wav(self._chime)), _CHIME)
        except VoiceError as error:
            log.warning("chime: %s", error)
            return sound.silence(0)
