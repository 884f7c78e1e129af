"""One event as it stands in the stream: the frame that everybody gets, and fields that never leave the server.

f  the frame, JSON text as sent to sockets        p  changes of private tables
t  the tag of its batch                           b  who did it (role and name of the account, no citizen)
k  the request's key   d  what was asked, hashed   r  the answer: its rows by where they stand in the frame, and
                                                      the rest; a ticket's token is in neither
n  what was said with it, in words, for the audit
"""

from typing import Any, NamedTuple

import msgspec

from hallsys.core.model import Changes, Counter, Ticket, TypedChanges
from hallsys.core.position import Position


class EventFrame(msgspec.Struct, omit_defaults=True):
    """The frame of an event (PROTOCOL, WebSocket)."""

    type: str
    at: str
    kind: str
    time: int
    changes: dict[str, dict[str, Any]]
    voice: str | None = None


class _Frame(msgspec.Struct):
    kind: str
    time: int
    changes: TypedChanges
    voice: str | None = None


class Told(NamedTuple):
    """A committed event, ready for the hub: its frame as bytes, and its changes typed."""

    at: Position
    kind: str
    time: int
    frame: bytes
    changes: Changes
    private: Changes
    voice: str | None = None


class Entry(NamedTuple):
    """A stream entry read back."""

    told: Told
    tag: str
    key: str | None
    digest: str
    result: bytes
    by: str
    note: str | None

    def answer(self) -> bytes:
        """The result that was given, rebuilt."""
        rows, rest = _remembered.decode(self.result)
        changes = self.told.changes
        return encode({name: changes[table][key] for name, (table, key) in rows.items()} | rest)


_frame = msgspec.json.Decoder(_Frame)
_changes = msgspec.json.Decoder(TypedChanges)
_remembered = msgspec.json.Decoder(tuple[dict[str, tuple[str, str]], dict[str, Any]])
encode = msgspec.json.Encoder().encode


def remembered(result: dict[str, Any]) -> bytes:
    """A result in few bytes: the rows in it stand in the last event's changes already."""
    rows: dict[str, tuple[str, str]] = {}
    rest: dict[str, Any] = {}
    for name, value in result.items():
        if type(value) is Ticket:
            rows[name] = ("tickets", value.label)
        elif type(value) is Counter:
            rows[name] = ("counters", value.id)
        else:
            rest[name] = value
    return encode((rows, rest))


def read_entry(identifier: bytes, fields: dict[bytes, bytes]) -> Entry:
    """Raises msgspec.ValidationError or KeyError for an entry that hallsys did not write."""
    raw = fields[b"f"]
    frame = _frame.decode(raw)
    private = _changes.decode(fields[b"p"]).plain() if b"p" in fields else {}
    key = fields.get(b"k")
    at = Position.parse(identifier.decode())
    return Entry(
        Told(at, frame.kind, frame.time, raw, frame.changes.plain(), private, frame.voice),
        fields[b"t"].decode(),
        None if key is None else key.decode(),
        fields.get(b"d", b"").decode(),
        fields.get(b"r", b"[{},{}]"),
        fields.get(b"b", b"").decode(),
        fields[b"n"].decode() if b"n" in fields else None,
    )
