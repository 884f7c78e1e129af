"""What a hall's own wording must keep to, so that it can be spoken, and recorded word by word."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from hallsys.config import LANGUAGES, HallConfig

_SLOTS: Final = {
    "call": {"ticket", "counter", "place"},
    "recall": {"ticket", "counter", "place"},
    "prepare": {"ticket"},
    "transfer": {"ticket"},
    "opening": set[str](),
    "closing": set[str](),
    "place": {"counter"},
}
"""The slots that each text may have; the first four must have {ticket}."""
_LONGEST: Final = 200
_PHRASE: Final = 60
"""Characters between two signs: what somebody can read in one breath, and a recorded voice can hold as one part."""
_SLOT: Final = re.compile(r"\{(\w*)\}")
_PARTS: Final = re.compile(r"\{\w*\}|[,:.!?;]")

Found = Iterator[tuple[str, str, str]]
"""Key, and what is wrong with it in Vietnamese and in English."""


def wording(hall: HallConfig) -> Found:
    """Everything that is wrong with how the hall words its announcements, names its counters aloud, or chooses its
    voice."""
    for language in LANGUAGES:
        for field, text in msgspec.structs.asdict(getattr(hall.voice.wording, language)).items():
            if text is not None:
                yield from _template(f"voice.wording.{language}.{field}", field, text)
    for index, counter in enumerate(hall.counters):
        if counter.spoken is not None:
            for text in (counter.spoken.vi, counter.spoken.en):
                yield from _template(f"counters[{index}].spoken", "", text)
    if len(set(hall.voice.languages)) < len(hall.voice.languages):
        yield "voice.languages", "một ngôn ngữ lặp lại; hãy xóa bớt", "a language is listed twice; remove one"
    if not 1 <= hall.voice.piper.timeout_s <= 120:
        yield "voice.piper.timeout_s", "phải từ 1 đến 120 giây", "must be 1 to 120 seconds"


def _template(key: str, field: str, text: str) -> Found:
    slots, allowed = _SLOT.findall(text), _SLOTS.get(field, set())
    known = ", ".join(f"{{{slot}}}" for slot in sorted(allowed)) or "-"
    for slot in slots:
        if slot not in allowed:
            yield key, f"không có {{{slot}}} ở đây; chỉ có: {known}", f"there is no {{{slot}}} here; there is: {known}"
    if re.search(r"[{}]", _SLOT.sub("", text)):
        yield key, "ngoặc nhọn không khép; viết {ticket}", "a brace stands alone; write {ticket}"
    if "ticket" in allowed and "ticket" not in slots:
        yield key, "thiếu {ticket}: không ai biết gọi số nào", "{ticket} is missing: nobody knows which is called"
    phrases = [part.strip() for part in _PARTS.split(text)]
    if not slots and not any(map(str.isalnum, text)):
        yield key, "chưa có lời nào; hãy viết, hoặc xóa dòng này", "there are no words; write some, or drop the line"
    if len(text) > _LONGEST:
        yield key, f"dài quá {_LONGEST} ký tự; hãy rút ngắn", f"longer than {_LONGEST} characters; shorten it"
    elif any(len(phrase) > _PHRASE for phrase in phrases):
        yield (
            key,
            f"có đoạn dài quá {_PHRASE} ký tự không dấu phẩy; hãy thêm dấu phẩy",
            f"a stretch of more than {_PHRASE} characters without a comma; put one in",
        )
