"""What a loudspeaker has to say, and in which order: no clock, no sound.

`static/js/voice/queue.js` is its twin in the browser; both keep the cases of `tests/display/cases.json`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

BACKLOG: Final = 2
"""Calls that may wait behind one before it is spoken once and not twice."""
RECALL: Final = 4
"""How many times longer a recall stays worth saying: somebody was asked for twice."""
NOTICE_MS: Final = 600_000
"""For which a notice waits for its turn."""
KEPT: Final = 200
"""Voices remembered."""

_VOICE: Final = re.compile(r"(?P<what>.+?)-(?P<whose>.+)-[0-9a-f]{6}")
"""A ticket and its counter, or `notice` and its id."""
_ALSO: Final = ("prepared", "transferred")
"""Events about a ticket that are no call."""
_TURNS: Final = ("calls", "also", "notice")
"""What is spoken before what."""

View = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """`kind` is call, recall, also (who should get ready, a transfer) or notice, as which the opening and the like
    count, too; `label` the ticket's, or the notice's id. Times in ms on the hall's clock."""

    voice: str
    kind: str
    label: str | None
    time: int
    zones: Sequence[str]
    until: int = 0

    @property
    def turn(self) -> str:
        return self.kind if self.kind in _TURNS else "calls"

    def stale(self, now: int, hall: Mapping[str, Any]) -> bool:
        if self.kind == "notice":
            return now >= min(self.until, self.time + NOTICE_MS)
        patience: int = hall.get("stale_s", 30) * 1000 * (RECALL if self.kind == "recall" else 1)
        return now - self.time > patience


@dataclass(frozen=True, slots=True)
class Turn:
    """What to speak now; `short`: once only, for others wait."""

    voice: str
    short: bool


class Queue:
    """Of one zone. `skipped` has (voice, "stale" or "quiet") of what `next` passed over: whoever speaks says so."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.current: Call | None = None
        self.waiting: list[Call] = []
        self.skipped: list[tuple[str, str]] = []
        self._said: dict[str, None] = {}

    def hear(self, kind: str, time: int, changes: View, voice: str | None, view: View) -> bool:
        """An event of the hall, folded into the view already. True when it takes back what is being spoken."""
        gone = _taken_back(kind, changes, view)
        self.waiting = [call for call in self.waiting if not gone(call)]
        call = None if voice is None else _call(kind, time, changes, voice, view)
        if call is not None and self.zone in call.zones and call.voice not in self._said:
            self.waiting = [*self.waiting, call][-KEPT:]
        return self.current is not None and gone(self.current)

    def spoken(self, voice: str) -> None:
        """Somebody, perhaps another screen, has spoken this to its end, or has passed it over."""
        self._remember(voice)
        self.waiting = [call for call in self.waiting if call.voice != voice]

    def next(self, now: int, hall: Mapping[str, Any]) -> Turn | None:
        """What is to be spoken now; it is `current` until `end` or `again`."""
        while self.waiting:
            call = min(self.waiting, key=lambda call: _TURNS.index(call.turn))
            self.waiting.remove(call)
            if call.stale(now, hall):
                self.skipped.append((call.voice, "stale"))
            elif quiet(hall, now):
                self.skipped.append((call.voice, "quiet"))
            else:
                self.current = call
                behind = sum(other.turn == "calls" for other in self.waiting)
                return Turn(call.voice, behind > BACKLOG and call.kind != "recall")
        return None

    def end(self) -> None:
        """The current one is over."""
        if self.current is not None:
            self._remember(self.current.voice)
        self.current = None

    def again(self) -> None:
        """The current one was broken off, and is to be said again from its beginning."""
        if self.current is not None and self.current.voice not in self._said:
            self.waiting.insert(0, self.current)
        self.current = None

    def tidy(self, now: int, hall: Mapping[str, Any]) -> None:
        """Let go of what nobody will want to hear any more; for a screen that only follows."""
        self.waiting = [call for call in self.waiting if not call.stale(now, hall)]

    def _remember(self, voice: str) -> None:
        self._said[voice] = None
        if len(self._said) > KEPT:
            del self._said[next(iter(self._said))]


def zones_of(view: View) -> list[str]:
    """The zones of a hall with a loudspeaker; the hall's own is "", where a counter is in no other."""
    zones = view["hall"].get("zones") or []
    inside = {counter for zone in zones for counter in zone["counters"]}
    own = [""] if any(counter not in inside for counter in view["counters"]) else []
    return [*own, *(zone["id"] for zone in zones)]


def quiet(hall: Mapping[str, Any], now: int) -> bool:
    """Whether the hall wants quiet now: calls are shown and not spoken."""
    sound = hall.get("sound") or {}
    return not sound.get("enabled", True) or any(_within(span, _minute(hall, now)) for span in sound.get("quiet", ()))


def volume(hall: Mapping[str, Any], now: int) -> int:
    """How loud the hall is at this time of day, 0 to 100; the last span that holds counts."""
    loud = 100
    for start, end, value in (hall.get("sound") or {}).get("volume", ()):
        if _within((start, end), _minute(hall, now)):
            loud = value
    return loud


def _within(span: Sequence[str], at: int) -> bool:
    """A span that ends before it begins goes over midnight."""
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in span)
    return start <= at < end if start <= end else at >= start or at < end


def _minute(hall: Mapping[str, Any], now: int) -> int:
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(hall["tz"]))
    return local.hour * 60 + local.minute


def _taken_back(kind: str, changes: View, view: View) -> Callable[[Call], bool]:
    if kind in ("undone", "delayed"):
        tickets = changes.get("tickets", {})
        gone = {label for label, row in tickets.items() if row is None or row["state"] != "called"}
        return lambda call: call.label in gone
    if kind == "notice_ended":
        notices = view["hall"].get("notices") or {}
        return lambda call: call.kind == "notice" and call.label is not None and call.label not in notices
    if kind == "called":  # whoever is called need not get ready any more
        rows = changes.get("tickets", {})
        called = {label for label, row in rows.items() if row is not None and row["state"] == "called"}
        return lambda call: call.kind == "also" and call.label in called
    return lambda call: False


def _call(kind: str, time: int, changes: View, voice: str, view: View) -> Call:
    of = _VOICE.fullmatch(voice)
    if of is not None and of["what"] != "notice":
        places = view["hall"].get("zones") or []
        zone = next((place["id"] for place in places if of["whose"] in place["counters"]), "")
        what = "also" if kind in _ALSO else "recall" if kind == "recalled" else "call"
        return Call(voice, what, of["what"], time, [zone])
    notice = None if of is None else (changes.get("hall", {}).get("notices") or {}).get(of["whose"])
    if notice is None:
        return Call(voice, "notice", None, time, zones_of(view), time + NOTICE_MS)
    zones = [notice["zone"]] if notice.get("zone") else zones_of(view)
    return Call(voice, "notice", notice["id"], time, zones, notice["until"])
