"""A forecast in plain words, for paper; the twin of static/js/waits.js, which says why it rounds so."""

import math
from typing import Final

from hallsys.config import Language
from hallsys.texts import Texts

STEP_S: Final = 300
NONE_S: Final = 15
SHORT_MIN: Final = 10

_TEXTS = Texts.load()


def wait_words(wait: tuple[int, int], language: Language) -> str:
    """`(p50, p80)` in seconds: "khoảng 15–25 phút", "dưới 10 phút", "không phải chờ"."""
    p50, p80 = wait
    if p80 < NONE_S:
        return _TEXTS.say(language, "waits.none")
    begins = p50 // STEP_S * 5
    ends = max(math.ceil(p80 / STEP_S) * 5, begins + 5)
    if ends <= SHORT_MIN or begins == 0:
        return _TEXTS.say(language, "waits.under", to=ends)
    return _TEXTS.say(language, "waits.range", **{"from": begins, "to": ends})
