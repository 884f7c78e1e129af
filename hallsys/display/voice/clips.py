"""A plan becomes sound: a clip for every word, recorded or synthetic, joined and levelled."""

import logging
from pathlib import Path
from typing import Final

from hallsys.display.voice import sound
from hallsys.display.voice.engine import Engine, Recording
from hallsys.display.voice.errors import BadSound, EmptySpeech, VoiceError
from hallsys.display.voice.pack import Pack
from hallsys.display.voice.recipe import Recipe
from hallsys.display.voice.wording import Chime, Pause, Plan, Word

log = logging.getLogger(__name__)

_CHIME: Final = -3.0
"""dB beside the words: it turns heads, it does not startle."""


class Clips:
    """The clips of one voice. They are kept for good: the reader's vocabulary is about ninety words."""

    def __init__(self, engine: Engine, recipe: Recipe, pack: Pack, chime: Path) -> None:
        self._engine = engine
        self._recipe = recipe
        self._pack = pack
        self._chime = chime
        self._ready: dict[Word | Chime, sound.Samples] = {}

    def clip(self, part: Word | Chime) -> sound.Samples:
        """Raises VoiceError."""
        if part not in self._ready:
            self._ready[part] = self._bell() if isinstance(part, Chime) else self._word(part)
        return self._ready[part]

    def assemble(self, plan: Plan) -> sound.Samples:
        """Raises VoiceError."""
        return sound.level(
            sound.joined(
                sound.silence(part.milliseconds / 1000) if isinstance(part, Pause) else self.clip(part) for part in plan
            )
        )

    def _word(self, word: Word) -> sound.Samples:
        try:
            recorded = self._pack.clip(word)
        except BadSound as error:
            recorded = None
            log.warning("recorded voice: %s; %r is spoken by the synthetic voice", error, word.text)
        if recorded is not None:
            return recorded
        order = self._recipe.order(word)
        recording = self._engine.render(order.utterance)
        return sound.clean(_cut(sound.from_pcm(recording.pcm, recording.rate), recording, order.keep))

    def _bell(self) -> sound.Samples:
        """Silence where the chime cannot be read: the words matter more."""
        try:
            return sound.amplified(sound.clean(sound.read_wav(self._chime)), _CHIME)
        except VoiceError as error:
            log.warning("chime: %s", error)
            return sound.silence(0)


def _cut(samples: sound.Samples, recording: Recording, keep: tuple[int, int] | None) -> sound.Samples:
    if keep is None:
        return samples
    try:
        first, last = (recording.words[word] * sound.RATE // recording.rate for word in keep)
    except IndexError:
        raise EmptySpeech("the engine did not say where the words of a frame begin") from None
    return samples[first:last]
