"""What a follower of a hall makes of the frames it hears: no sockets, no clock, no tasks.

`static/js/live/link.js` is its twin in the browser; `tests/live/cases.json` is replayed against both.

A link outlives its connections: `opened` begins each of them, `feed` turns one text frame into actions for whoever
holds the socket, `closed` says whether to come back. The view, the position and the unanswered commands are kept
from one connection to the next, which is what makes a cut harmless.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import msgspec

from hallsys.core.position import Position
from hallsys.errors import Refused

PROTOCOL_VERSION: Final = 1
FRAME_LIMIT: Final = 64 * 1024
"""Bytes the server takes in one frame; a longer one would cost the connection, again after each reconnect."""

View = dict[str, dict[str, Any]]


class UnwelcomeError(Exception):
    """The server closed with 4500 to 4599: coming back would only repeat it."""

    def __init__(self, code: int, reason: str) -> None:
        words = {
            4500: "a frame of ours was not understood",
            4501: "not allowed: check the token and its role",
            4502: "there is no such hall: check its id",
            4503: "the server speaks another version of the protocol",
        }
        super().__init__(f"{code} {words.get(code, 'do not come back')}" + (f" ({reason})" if reason else ""))
        self.code = code


class Declined(Refused):
    """A command the server refused, with its words in `message`."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class Step(Enum):
    """What a position means to somebody who stands at another one."""

    OLD = "had it"
    NEXT = "the very next"
    GAP = "something is missing"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole view; it replaced everything."""

    at: str
    view: View


@dataclass(frozen=True, slots=True)
class Event:
    """One event, already folded into the view. `time` in milliseconds since 1970 UTC."""

    at: str
    kind: str
    time: int
    changes: Mapping[str, Mapping[str, Any]]
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """Whether this follower now speaks for the hall; None while a cut link leaves it unknown."""

    own: bool | None


@dataclass(frozen=True, slots=True)
class Aside:
    """What the server says beside the stream, as it came: `speaking`, `spoken`, `heard`, `version` and the like."""

    type: str
    frame: Mapping[str, Any]


News = Snapshot | Event | Sound | Aside


@dataclass(frozen=True, slots=True)
class Send:
    """Put this text frame on the socket."""

    text: str


@dataclass(frozen=True, slots=True)
class Live:
    """This connection has caught up."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Hand this to whoever follows."""

    news: News


@dataclass(frozen=True, slots=True)
class Heard:
    """The server's clock, in milliseconds since 1970 UTC."""

    now: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's result, or its refusal, which has no position."""

    id: str
    at: str
    outcome: dict[str, Any] | Declined


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Drop this connection and come back."""

    reason: str


Action = Send | Live | Tell | Heard | Answer | Reconnect


class Link:
    """The state of one follower of one hall.

    `view` maps table -> key -> row, and `at` is the position it shows: empty and None until the first snapshot.
    """

    def __init__(self) -> None:
        self.view: View = {}
        self.at: str | None = None
        self.live = False
        self._asked: dict[str, str] = {}
        self._sound: Send | None = None
        self._own: bool | None = None

    def opened(self) -> list[Action]:
        """A connection stands: say hello, with how far we got."""
        self.live = False
        return [Send(_encode({"type": "hello", "v": PROTOCOL_VERSION, "since": self.at, "more": True}))]

    def closed(self, code: int | None = None, reason: str = "") -> list[Action]:
        """The connection is gone. Raises UnwelcomeError where coming back is pointless."""
        self.live = False
        if code is not None and 4500 <= code <= 4599:
            raise UnwelcomeError(code, reason)
        return self._owns(None)

    def do(self, key: str, name: str, args: Mapping[str, Any]) -> list[Action]:
        """Ask for a command under an idempotency key; it is asked again on every connection until it is answered."""
        frame = _encode({"type": "do", "id": key, "name": name, "args": args})
        if len(frame.encode()) > FRAME_LIMIT:
            raise Declined("too_large", f"a command is at most {FRAME_LIMIT // 1024} KiB")
        self._asked[key] = frame
        return [Send(frame)] if self.live else []

    def forget(self, key: str) -> None:
        """Nobody waits for this answer any more; do not ask again."""
        self._asked.pop(key, None)

    def want_sound(self, screen: str, want: bool = True, zone: str = "", page: str = "") -> list[Action]:
        """Ask to be a zone's loudspeaker, now and on every later connection, or hand it back: who cannot speak must not
        own it. `screen` names this device; `page` is a secret word by which its lease is found again after a cut."""
        frame = Send(_encode({"type": "sound", "want": want, "screen": screen, "zone": zone, "page": page}))
        self._sound = frame if want else None
        return [frame] if self.live else []

    def say(self, frame: Mapping[str, Any]) -> list[Action]:
        """A frame that is no command and needs no answer; lost where there is no link."""
        return [Send(_encode(frame))] if self.live else []

    def feed(self, text: str | bytes) -> list[Action]:
        """What one frame asks for. Frames of unknown types are handed on: the protocol may grow."""
        try:
            frame = msgspec.json.decode(text)
            return self._feed(frame)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            return [Reconnect(f"frame not understood: {error!r}")]

    def _feed(self, frame: dict[str, Any]) -> list[Action]:
        match frame["type"]:
            case "event":
                return self._event(frame)
            case "tick":
                if self.live and self._step(frame["at"]) is not Step.OLD:
                    return [Reconnect(f"events missed: we are at {self.at}, the hall is at {frame['at']}")]
                return [Heard(int(frame["now"]))]
            case "snapshot":
                self.view = {table: dict(rows) for table, rows in frame["view"].items()}
                self.at = str(frame["at"])
                return [*self._clock(frame), *self._caught_up(), Tell(Snapshot(self.at, self.view))]
            case "resumed":
                if frame["at"] != self.at:
                    self.at = None
                    return [Reconnect("resumed at a position we did not ask for")]
                return [*self._clock(frame), *self._caught_up()]
            case "done":
                return self._answer(frame["id"], frame["at"], frame["result"])
            case "refused":
                return self._answer(frame["id"], "", Declined(frame["code"], frame.get("message", "")))
            case "sound":
                return self._owns(bool(frame["own"]))
            case kind:
                return [Tell(Aside(str(kind), frame))]

    @staticmethod
    def _clock(frame: dict[str, Any]) -> list[Action]:
        """The hall's time, which a link begins with."""
        return [Heard(int(frame["now"]))] if "now" in frame else []

    def _event(self, frame: dict[str, Any]) -> list[Action]:
        at = str(frame["at"])
        match self._step(at):
            case Step.OLD:
                return []
            case Step.GAP:
                return [Reconnect(f"a gap: {at} after {self.at}")]
        event = Event(at, frame["kind"], int(frame["time"]), frame.get("changes") or {}, frame.get("voice"))
        fold(self.view, event.changes)
        self.at = at
        return [Tell(event)]

    def _step(self, at: str) -> "Step":
        if not self.live or self.at is None:
            return Step.GAP
        ours, theirs = Position.parse(self.at), Position.parse(at)
        if theirs.epoch == ours.epoch and theirs.seq <= ours.seq:
            return Step.OLD
        return Step.NEXT if theirs == ours.after(1) else Step.GAP

    def _caught_up(self) -> list[Action]:
        if self.live:
            return []
        self.live = True
        actions: list[Action] = [Live()]
        if self._sound is not None:
            actions.append(self._sound)
        return [*actions, *map(Send, self._asked.values())]

    def _answer(self, key: str, at: str, outcome: dict[str, Any] | Declined) -> list[Action]:
        return [Answer(key, at, outcome)] if self._asked.pop(key, None) is not None else []

    def _owns(self, own: bool | None) -> list[Action]:
        if own == self._own:
            return []
        self._own = own
        return [Tell(Sound(own))]


def fold(view: View, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Write whole new rows into the view, in place; null removes a row. Every table alike."""
    for table, rows in changes.items():
        known = view.setdefault(table, {})
        for key, row in rows.items():
            if row is None:
                known.pop(key, None)
            else:
                known[key] = row


def retry_delays(first: float, cap: float, chance: random.Random) -> Iterator[float]:
    """Pauses before each further try, for ever: doubling up to `cap`, and spread so that a hall's screens, cut off all
    at once, do not come back all at once."""
    delay = first
    while True:
        yield delay * chance.uniform(0.5, 1.0)
        delay = min(delay * 2, cap)


def _encode(frame: Mapping[str, Any]) -> str:
    return msgspec.json.encode(frame).decode()
