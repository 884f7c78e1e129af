"""espeak-ng's voice by the recipe: the engine that every hall has."""

import hashlib

from hallsys.config import Language
from hallsys.display.voice import sound
from hallsys.display.voice.driver import Espeak
from hallsys.display.voice.engine import Recording
from hallsys.display.voice.errors import EmptySpeech
from hallsys.display.voice.recipe import RECIPE, Recipe
from hallsys.display.voice.wording import Word


class Synthetic:
    """Safe from any thread; espeak-ng starts with the first word, so a hall that plays cached calls works without."""

    def __init__(self) -> None:
        recipe = RECIPE.read_bytes()
        self.name = f"espeak {hashlib.sha256(recipe).hexdigest()}"
        self._recipe = Recipe.read(recipe)
        self._espeak: Espeak | None = None

    def speak(self, language: Language, text: str) -> sound.Samples:
        """Raises VoiceUnavailable, EmptySpeech."""
        if self._espeak is None:
            self._espeak = Espeak()
        order = self._recipe.order(Word(language, text))
        recording = self._espeak.render(order.utterance)
        return _cut(sound.from_pcm(recording.pcm, recording.rate), recording, order.keep)


def _cut(samples: sound.Samples, recording: Recording, keep: tuple[int, int] | None) -> sound.Samples:
    if keep is None:
        return samples
    try:
        first, last = (recording.words[word] * sound.RATE // recording.rate for word in keep)
    except IndexError:
        raise EmptySpeech("the engine did not say where the words of a frame begin") from None
    return samples[first:last]
