"""One take of the recording studio: the word found in it, what is wrong with it, and the clip that it becomes.

A room is never silent, so the word is what rises out of the take's own background and not what is louder than a fixed
level; and what is cut keeps a little room around it, for soft consonants begin and end below the background.
"""

from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from hallsys.display.voice import sound, wavfile
from hallsys.display.voice.errors import BadSound
from hallsys.display.voice.wording import Word

Flaw = Literal["silent", "cut", "clipped", "faint", "noisy", "short", "long"]
"""What is wrong with a take; the words for it are `studio.flaw.<flaw>` of the catalog."""

BAD: Final[frozenset[Flaw]] = frozenset({"silent", "cut", "clipped", "short"})
"""Flaws with which a take is of no use; the others are warnings, and the reader decides."""

_FRAME: Final = 0.01
"""Seconds."""
_TRIM: Final = -42.0
"""dB under the loudest frame; and at least _RISE dB above the background."""
_RISE: Final = 8.0
_BEFORE, _AFTER = 0.04, 0.08
"""Seconds kept around what was found."""
_GAP: Final = 0.35
"""Seconds of silence that may stand inside a phrase; a click further off than that does not belong to it."""
_CLICK: Final = 0.05
"""Seconds; what is shorter and stands alone is a key or a chair."""
_EDGE: Final = 0.03
"""Seconds; a word that begins or ends nearer to the take's own edge was cut."""
_FULL, _FULL_RUN = 0.985, 3
"""Of full scale, and samples in a row at it: clipped."""
_FAINT: Final = -38.0
"""dBFS of the word: below, the gain that it takes lifts the hum of the microphone, too."""
_SILENT: Final = -60.0
_QUIET: Final = 22.0
"""dB between word and background; less is heard as hiss behind every call."""
_STEADY: Final = 3.0
"""Seconds; loudness is a matter of sentences, so a word is measured as if it went on for so long."""
_SHORTEST: Final = 0.12
_PER_SYLLABLE: Final = 0.9
"""Seconds a syllable may last; a Vietnamese one read clearly takes 0.3 to 0.6."""


class Report(Struct, frozen=True):
    """What was found. `start`, `end`: the word in the recording, in seconds; `background`: dB under the word; the rest
    is of the clip: `seconds`; `lufs` that it reaches in a call under the limit of the peak; `peak` in dBFS."""

    start: float
    end: float
    seconds: float
    lufs: float
    peak: float
    background: float
    flaws: list[Flaw]

    @property
    def usable(self) -> bool:
        return not BAD.intersection(self.flaws)


def develop(content: bytes, word: Word) -> tuple[Report, sound.Samples]:
    """A recording (WAV) and the clip it becomes, at sound.RATE. Raises BadWav; BadSound where nothing is in it."""
    raw, rate = wavfile.read(content)
    powers = _powers(raw, rate)
    floor = float(np.percentile(powers, 10))
    first, last = _word(powers, floor)
    start, end = max(0.0, first * _FRAME - _BEFORE), min(len(raw) / rate, (last + 1) * _FRAME + _AFTER)
    heard = raw[round(start * rate) : round(end * rate)]
    clip = sound.clean(sound.from_pcm(sound.to_pcm(_faded(heard, rate)), rate))
    speech = float(10 * np.log10(np.mean(10 ** (powers[first : last + 1] / 10))))
    seconds = len(clip) / sound.RATE
    flaws: list[Flaw] = []
    if first * _FRAME < _EDGE or (last + 1) * _FRAME > len(raw) / rate - _EDGE:
        flaws.append("cut")
    if _clipped(raw):
        flaws.append("clipped")
    if speech < _SILENT:
        flaws.append("silent")
    elif speech < _FAINT:
        flaws.append("faint")
    if speech >= _SILENT and speech - floor < _QUIET:
        flaws.append("noisy")
    if seconds < _SHORTEST:
        flaws.append("short")
    if seconds > _PER_SYLLABLE * (len(word.text.replace("-", " ").split()) + 0.5):
        flaws.append("long")
    return Report(
        start=round(start, 3),
        end=round(end, 3),
        seconds=round(seconds, 2),
        lufs=round(sound.loudness(sound.level(np.tile(clip, 1 + round(_STEADY / seconds)))), 1),
        peak=round(sound.peak(clip), 1),
        background=round(speech - floor, 1),
        flaws=flaws,
    ), clip


def _powers(raw: sound.Samples, rate: int) -> NDArray[np.float64]:
    """dBFS of every frame. Raises BadSound for less than a tenth of a second."""
    step = round(rate * _FRAME)
    frames = len(raw) // step
    if frames < 10:
        raise BadSound("there is nothing in it")
    blocks = raw[: frames * step].reshape(frames, step).astype(np.float64)
    # Without its mean, for many a cheap microphone has an offset.
    power = np.mean(np.square(blocks - blocks.mean(axis=1, keepdims=True)), axis=1)
    answer: NDArray[np.float64] = 10 * np.log10(power + 1e-10)
    return answer


def _word(powers: NDArray[np.float64], floor: float) -> tuple[int, int]:
    """The first and last frame of the word. Raises BadSound where nothing rises out of the background."""
    top = float(np.max(powers))
    loud = np.flatnonzero(powers > max(top + _TRIM, min(floor + _RISE, top - 1)))
    if not len(loud):
        raise BadSound("there is nothing in it")
    pieces = np.split(loud, np.flatnonzero(np.diff(loud) > _GAP / _FRAME) + 1)
    whole = [piece for piece in pieces if len(piece) * _FRAME >= _CLICK] or pieces
    # The word is the piece with the most in it: whatever else was said or moved is further away from it than a gap.
    energy = [float(np.sum(10 ** (powers[piece] / 10))) for piece in whole]
    found = whole[int(np.argmax(energy))]
    return int(found[0]), int(found[-1])


def _clipped(raw: sound.Samples) -> bool:
    full = np.abs(raw) >= _FULL
    run = full.copy()
    for shift in range(1, _FULL_RUN):
        run[shift:] &= full[:-shift]
        run[:shift] = False
    return bool(run.any())


def _faded(samples: sound.Samples, rate: int) -> sound.Samples:
    """Into silence at both ends, as resampling needs it."""
    length = min(len(samples) // 2, round(rate * 0.005))
    if not length:
        return samples
    rise = np.linspace(0, 1, length, dtype=np.float32)
    faded = samples.copy()
    faded[:length] *= rise
    faded[-length:] *= rise[::-1]
    return faded
