"""What an event's sound says. Only what was really announced is spoken: the id comes from outside, and each new
sentence costs work."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from hallsys.display.voice.wording import Announcement, Worded
from hallsys.live.hub import Hub

_KINDS: Final[Mapping[str, Worded]] = {
    "called": "call",
    "recalled": "recall",
    "transferred": "transfer",
    "prepared": "prepare",
    "day_opened": "opening",
    "day_closed": "closing",
}
"""Event -> how it is worded. An event is spoken when it carries a voice, so the rules decide which of them are."""
_TICKET: Final = re.compile(r"(?P<label>[^-]{1,12})-(?P<counter>.{1,32})-[0-9a-f]{6}")
_NOTICE: Final = re.compile(r"notice-(?P<id>.{1,32})-[0-9a-f]{6}")


class _Frame(msgspec.Struct):
    """As much of an event's frame as is needed."""

    kind: str
    changes: dict[str, dict[str, Any]]
    voice: str | None = None


_decode: Final = msgspec.json.Decoder(_Frame).decode


def said_by(frame: bytes) -> Announcement | None:
    """What an event announces, by its frame; None for one without a voice."""
    if b'"voice":"' not in frame:
        return None
    event = _decode(frame)
    if event.voice is None:
        return None
    return _noticed(event.voice, event.changes.get("hall", {})) or _worded(_KINDS.get(event.kind), event.voice)


def find(hub: Hub, voice: str) -> Announcement | None:
    """What a voice id stands for; None where nothing of today was announced under it."""
    frame = hub.spoken(voice)
    if frame is not None:
        return said_by(frame)
    # Announced long ago, or before this server started and read the hall back: the rows tell.
    match = _TICKET.fullmatch(voice)
    if match is not None:
        ticket = hub.tables["tickets"].get(match["label"]) or hub.tables["ended"].get(match["label"])
        if ticket is not None and ticket.calls > 0 and ticket.counter == match["counter"]:
            return _worded("call", voice)
    return _noticed(voice, hub.tables["hall"])


def _worded(kind: Worded | None, voice: str) -> Announcement | None:
    if kind is None:
        return None
    match = _TICKET.fullmatch(voice)
    return Announcement(kind, match["label"], match["counter"]) if match is not None else Announcement(kind)


def _noticed(voice: str, hall: Mapping[str, Any]) -> Announcement | None:
    match = _NOTICE.fullmatch(voice)
    notice = hall.get("notices", {}).get(match["id"]) if match is not None else None
    return Announcement("notice", text=notice["text"]) if notice and notice.get("spoken") else None
