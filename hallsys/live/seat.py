"""One socket's wish to be a loudspeaker, and what it says as one."""

import secrets
from contextlib import suppress

from hallsys.core.rights import Who
from hallsys.live.frames import json_frame
from hallsys.live.loudspeaker import Room
from hallsys.live.member import Member
from hallsys.store.connection import StoreDown


class Seat:
    """`own`: whether its zone's loudspeaker is its own, None before it was told; `speaking`: the call that it is at."""

    def __init__(self, room: Room, who: Who | None, member: Member) -> None:
        self.rank = 0 if who is None else 1
        self.holder, self.zone = "", ""
        self.own: bool | None = None
        self.speaking: str | None = None
        self.unheard_until = 0.0
        self._room, self._member = room, member
        self._nonce, self._zone_named = secrets.token_hex(8), False

    async def want(self, wanted: bool, zone: str | None, page: str) -> None:
        """Ask for a zone's loudspeaker, or hand it back. A page that comes back after a cut, with the secret word that
        it gave before, finds its lease."""
        holder = page[:64] or self._nonce
        if not wanted or (holder, zone or "") != (self.holder, self.zone):
            await self._room.remove(self, at_once=True)
        self.holder, self.zone, self._zone_named = holder, zone or "", zone is not None
        self.own = None
        if not wanted:
            return
        if self.zone and self.zone not in self._room.hearing.zones:
            self.told(False)
            return
        self._room.add(self)
        with suppress(StoreDown):  # the keeper tries again
            await self._room.look(self.zone)

    async def playing(self, voice: str) -> None:
        """The owner begins a call; it is answered with the word that it may."""
        if not self.own:
            self._member.reply(self._frame())
            return
        self.speaking = voice[:80]
        self._member.reply(json_frame({"type": "speaking", "voice": self.speaking, "zone": self.zone}))
        self._room.tell("playing", self.speaking, self.zone)

    async def played(self, voice: str, skipped: bool) -> None:
        """The owner's call is over: heard, or passed over."""
        if not self.own:
            return
        if self.speaking == voice[:80]:
            self.speaking = None
        self._room.tell("skipped" if skipped else "played", voice[:80], self.zone)

    async def leave(self, at_once: bool) -> None:
        await self._room.remove(self, at_once)

    def told(self, own: bool) -> None:
        if own is not self.own:
            self.own = own
            if not own:
                self.speaking = None
            self._member.reply(self._frame())

    def _frame(self) -> bytes:
        zone = {"zone": self.zone} if self._zone_named else {}
        return json_frame({"type": "sound", "own": bool(self.own), **zone})
