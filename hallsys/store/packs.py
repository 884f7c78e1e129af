"""The recorded voices of a hall. They are in the store so that every server of the hall speaks with them, and a backup
holds what took somebody an afternoon; a server keeps the one that speaks on its disk (`display/studio/shelf.py`).

`{hall}:voicepacks` has a pack's id -> Pack, `<id>.revision` -> a word that is another one after every change, and
`chosen` -> the id of the pack that speaks. `{hall}:voicepacks:<id>` has a word (`vi/bảy`) -> WAV, and
`{hall}:voicepacks:<id>:notes` the same word -> Note.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from hallsys.errors import Refused
from hallsys.store.asking import Asker
from hallsys.store.connection import Connection
from hallsys.store.keys import HallKeys

MOST: Final = 12
"""Packs of a hall."""

_CHOSEN: Final = """
local id = redis.call('HGET', KEYS[1], 'chosen')
return id and {id, redis.call('HGET', KEYS[1], id), redis.call('HGET', KEYS[1], id .. '.revision')} or {}
"""
_MAKE: Final = """
if redis.call('HLEN', KEYS[1]) >= 2 * tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], ARGV[1] .. '.revision', ARGV[3])
for i = 5, #ARGV, 3 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 2])
end
return 1
"""
_PUT: Final = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
if ARGV[4] then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
  redis.call('HSET', KEYS[3], ARGV[3], ARGV[5])
else
  redis.call('HDEL', KEYS[2], ARGV[3])
  redis.call('HDEL', KEYS[3], ARGV[3])
end
return redis.call('HSET', KEYS[1], ARGV[1] .. '.revision', ARGV[2]) + 1
"""
_CHOOSE: Final = """
if ARGV[1] == '' then return redis.call('HDEL', KEYS[1], 'chosen') + 1 end
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
return redis.call('HSET', KEYS[1], 'chosen', ARGV[1]) + 1
"""
_DROP: Final = """
if redis.call('HGET', KEYS[1], 'chosen') == ARGV[1] then redis.call('HDEL', KEYS[1], 'chosen') end
redis.call('DEL', KEYS[2], KEYS[3])
return redis.call('HDEL', KEYS[1], ARGV[1], ARGV[1] .. '.revision')
"""


class Pack(msgspec.Struct, frozen=True):
    """`name` of the reader; `made` in ms since 1970."""

    name: str
    made: int


class Note(msgspec.Struct, frozen=True):
    """A take: how long it is, and with which flaws it was kept."""

    seconds: float
    flaws: list[str] = []


class Take(NamedTuple):
    note: Note
    wav: bytes


class Chosen(NamedTuple):
    """The pack that speaks. `revision` is another one after every change of it."""

    id: str
    pack: Pack
    revision: str


class Shown(NamedTuple):
    """A pack with what is known of its takes, by word."""

    pack: Pack
    notes: dict[str, Note]


class Packs:
    """One hall's. Every method raises Refused: store_unavailable, and not_found for an id or a word that is none."""

    def __init__(self, hall: str, connection: Connection) -> None:
        self._keys = HallKeys(hall)
        self._ask = Asker(connection.client)

    async def chosen(self) -> Chosen | None:
        found = await self._eval(_CHOSEN, [self._keys.voicepacks])
        if not found or None in found:
            return None
        return Chosen(found[0].decode(), msgspec.json.decode(found[1], type=Pack), found[2].decode())

    async def all(self) -> dict[str, Shown]:
        """Every pack, the oldest first."""
        rows: dict[bytes, bytes] = await self._ask("HGETALL", self._keys.voicepacks)
        packs = {
            key.decode(): msgspec.json.decode(row, type=Pack)
            for key, row in rows.items()
            if key != b"chosen" and not key.endswith(b".revision")
        }
        ordered = sorted(packs.items(), key=lambda item: item[1].made)
        return {id_: Shown(pack, await self._notes(id_)) for id_, pack in ordered}

    async def one(self, id_: str) -> Shown:
        row: bytes | None = await self._ask("HGET", self._keys.voicepacks, id_)
        if row is None or "." in id_ or id_ == "chosen":
            raise Refused("not_found")
        return Shown(msgspec.json.decode(row, type=Pack), await self._notes(id_))

    async def takes(self, id_: str) -> dict[str, bytes]:
        """Word -> WAV."""
        found: dict[bytes, bytes] = await self._ask("HGETALL", self._keys.voicepack(id_))
        return {word.decode(): wav for word, wav in found.items()}

    async def take(self, id_: str, word: str) -> bytes:
        wav: bytes | None = await self._ask("HGET", self._keys.voicepack(id_), word)
        if wav is None:
            raise Refused("not_found")
        return wav

    async def make(self, pack: Pack, takes: Mapping[str, Take]) -> str:
        """A new pack; its id. Raises Refused limit_reached where there are MOST already."""
        id_ = secrets.token_hex(4)
        args: list[str | bytes] = [id_, msgspec.json.encode(pack), secrets.token_hex(4), str(MOST)]
        for word, take in takes.items():
            args += [word, take.wav, msgspec.json.encode(take.note)]
        if await self._eval(_MAKE, self._of(id_), *args) == 0:
            raise Refused("limit_reached", problem="packs", most=MOST)
        return id_

    async def put(self, id_: str, word: str, take: Take) -> None:
        await self._change(_PUT, id_, secrets.token_hex(4), word, take.wav, msgspec.json.encode(take.note))

    async def remove(self, id_: str, word: str) -> None:
        await self._change(_PUT, id_, secrets.token_hex(4), word)

    async def choose(self, id_: str | None) -> None:
        """Which pack speaks; None: the synthetic voice."""
        await self._change(_CHOOSE, id_ or "")

    async def drop(self, id_: str) -> None:
        await self._change(_DROP, id_)

    async def _notes(self, id_: str) -> dict[str, Note]:
        found: dict[bytes, bytes] = await self._ask("HGETALL", self._keys.voicepack_notes(id_))
        return {word.decode(): msgspec.json.decode(note, type=Note) for word, note in found.items()}

    def _of(self, id_: str) -> list[str]:
        return [self._keys.voicepacks, self._keys.voicepack(id_), self._keys.voicepack_notes(id_)]

    async def _change(self, script: str, id_: str, *args: str | bytes) -> None:
        if await self._eval(script, self._of(id_), id_, *args) == 0:
            raise Refused("not_found")

    async def _eval(self, script: str, keys: list[str], *args: str | bytes) -> Any:
        return await self._ask("EVAL", script, len(keys), *keys, *args)
