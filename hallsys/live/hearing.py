"""What a hall's zones were told and what was heard of it: pure, the time is passed in.

Fed with the hall's calls, with what its loudspeakers say (`store/soundlog.py`), and with who owns them; every server
of the hall comes to the same by itself.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hallsys.config import HallConfig
from hallsys.store.entry import Told
from hallsys.store.soundlog import Said

_VOICE: Final = re.compile(r"(?P<what>.+?)-(?P<whose>.+)-[0-9a-f]{6}")
"""A ticket and its counter, or `notice` and its id."""
PATIENCE: Final = 20_000
"""ms past its own length that a call may take to be heard, when nothing else is being said."""
SENTENCE: Final = 7_000
"""ms of one sentence, generously."""
VACANT: Final = 5_000
"""ms without an owner before a zone counts as one that nobody speaks in; a loudspeaker changes hands within them."""
REMEMBERED: Final = 120_000
"""ms for which a screen that comes is told what was said."""
UNMISSED: Final = ("prepared", "transferred")
"""Events whose sound may be dropped for calls: a zone that did not hear one is not deaf."""
RECENT: Final = 100
"""Of them, at the most."""


class Hearing:
    """One hall's, on one server. Zones are ids; the hall's own is the empty one."""

    def __init__(self, config: HallConfig, now: int) -> None:
        self._zone_of = {counter: zone.id for zone in config.zones for counter in zone.counters}
        self.zones = _zones(config)
        voice = config.voice
        self._speaks = voice.enabled
        self._length = SENTENCE * voice.repeat * len(voice.languages)
        self._stale = voice.stale_s * 1000
        self._pending: dict[str, dict[str, int]] = {zone: {} for zone in self.zones}
        self._life = dict.fromkeys(self.zones, 0)
        self._playing: dict[str, Said] = {}
        self._recent: deque[Said] = deque(maxlen=RECENT)
        self._owned_at = dict.fromkeys(self.zones, now)
        self._states = dict.fromkeys(self.zones, ("ok", now))

    def begin(self, now: int) -> None:
        """Nobody has looked for a while: a loudspeaker gets its time to be taken again."""
        self._owned_at = dict.fromkeys(self.zones, now)

    def called(self, event: Told, now: int) -> None:
        """An event that may be to be spoken, or take back what was."""
        for label, ticket in event.changes.get("tickets", {}).items():
            if event.kind == "undone" and (ticket is None or ticket.state != "called"):
                for pending in self._pending.values():
                    for voice in [voice for voice in pending if voice.startswith(f"{label}-")]:
                        del pending[voice]
        if event.voice is None or not self._speaks or event.kind in UNMISSED or now - event.time > self._stale:
            return
        for zone in self._zones_of(event.voice, event.changes):
            if zone in self._pending:
                self._pending[zone][event.voice] = now

    def _zones_of(self, voice: str, changes: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Where it is spoken: a call in the zone of its counter; a notice in its own, or everywhere, like the rest."""
        of = _VOICE.fullmatch(voice)
        if of is not None and of["what"] != "notice":
            return [self._zone_of.get(of["whose"], "")]
        notice = None if of is None else (changes.get("hall", {}).get("notices") or {}).get(of["whose"])
        zone = notice.get("zone") if notice else None
        return self.zones if zone is None else [zone]

    def said(self, said: Said, now: int) -> None:
        """A loudspeaker began, ended or passed over. Whatever was called before what it has spoken, it has passed."""
        if said.zone not in self._pending:
            return
        pending = self._pending[said.zone]
        self._life[said.zone] = now
        if said.kind == "playing":
            self._playing[said.zone] = said
            return
        if said.voice in pending and said.kind == "played":
            for voice in list(pending):
                del pending[voice]
                if voice == said.voice:
                    break
        pending.pop(said.voice, None)
        current = self._playing.get(said.zone)
        if current is not None and current.voice == said.voice:
            del self._playing[said.zone]
        self._recent.append(said)

    def told(self, now: int) -> Iterator[dict[str, Any]]:
        """The frames that bring a screen that comes up to date."""
        while self._recent and self._recent[0].time < now - REMEMBERED:
            self._recent.popleft()
        for said in self._recent:
            yield frame_of(said)
        for said in self._playing.values():
            if said.time > now - self._length - PATIENCE:
                yield frame_of(said)

    def look(self, owned: set[str] | None, now: int) -> dict[str, Any] | None:
        """The frame `heard`, if anything in it changed. `owned`: the zones with an owner, None where not known."""
        before = dict(self._states)
        for zone in self.zones:
            state = self._state(zone, owned, now)
            if state != self._states[zone][0]:
                self._states[zone] = (state, now)
        return self.heard() if before != self._states else None

    def heard(self) -> dict[str, Any]:
        zones = {zone: {"state": state, "since": since} for zone, (state, since) in self._states.items()}
        return {"type": "heard", "zones": zones}

    def _state(self, zone: str, owned: set[str] | None, now: int) -> str:
        if not self._speaks:
            return "ok"
        if owned is None or zone in owned:
            self._owned_at[zone] = now
        elif now - self._owned_at[zone] >= VACANT:
            self._pending[zone] = {voice: at for voice, at in self._pending[zone].items() if now - at < self._stale}
            return "none"
        oldest = min(self._pending[zone].values(), default=now)
        waited = now - max(oldest, self._life[zone])
        if waited > self._length + PATIENCE:
            return "deaf"
        # What was not heard stays unheard until something is.
        return "deaf" if self._states[zone][0] == "deaf" and self._life[zone] < self._states[zone][1] else "ok"


def frame_of(said: Said) -> dict[str, Any]:
    """What screens are told of it."""
    if said.kind == "playing":
        return {"type": "speaking", "voice": said.voice, "zone": said.zone}
    return {"type": "spoken", "voice": said.voice, "zone": said.zone, "heard": said.kind == "played"}


def _zones(config: HallConfig) -> list[str]:
    """The zones with a loudspeaker: the hall's own where it has none else, or counters outside of them."""
    inside = {counter for zone in config.zones for counter in zone.counters}
    own = [""] if any(counter.id not in inside for counter in config.counters) else []
    return [*own, *(zone.id for zone in config.zones)]
