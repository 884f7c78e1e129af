"""How the screens of a hall are: what each says of itself once a minute, kept in the store for every server."""

import logging
import time
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from aiohttp import web

from hallsys.core.rights import Who, require
from hallsys.errors import Refused
from hallsys.live.api import json_answer
from hallsys.live.frames import encode
from hallsys.live.halls import Hall, Halls
from hallsys.store.connection import StoreDown
from hallsys.store.screenbook import ScreenBook

log = logging.getLogger("hallsys.screens")

EVERY: Final = 50.0
"""Seconds between two writes of one screen; what it says in between is not kept."""
FORGOTTEN: Final = 7 * 86_400_000
"""ms of silence after which a screen that nobody joined is no longer listed."""
_MOST: Final = 5_000
"""Screens in memory"""

Words = Annotated[str, msgspec.Meta(max_length=64)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class Health(msgspec.Struct, omit_defaults=True):
    """What a screen says of itself: how its link is, in words or figures of its own; whether it may sound; `skew` of
    its clock in ms; `heap` in bytes; the version of its page."""

    screen: Words | None = None
    link: Words | Whole | float | None = None
    sound: Literal["ok", "blocked", "off"] = "off"
    skew: Whole | float | None = None
    heap: Whole | float | None = None
    version: Words = ""


class Listed(msgspec.Struct, omit_defaults=True):
    """A screen as it is listed: `seen` in ms (null: never), its settings where it was joined (`hall.screens`), and what
    it said last."""

    id: str
    joined: bool
    seen: int | None
    settings: Any = None
    health: dict[str, Any] | None = None


class Screens:
    """Takes the health of screens from their sockets, and lists it."""

    def __init__(self, halls: Halls, book: Callable[[str], ScreenBook]) -> None:
        self._halls, self._book = halls, book
        self._written: dict[tuple[str, str], float] = {}

    def routes(self) -> list[web.RouteDef]:
        """`GET /api/v1/halls/{hall}/screens`, for supervisors."""
        return [web.get("/api/v1/halls/{hall}/screens", self.listed)]

    async def told(self, hall: Hall, who: Who | None, health: Health) -> None:
        """A screen says how it is. A device is who it is, whatever it says; a stranger cannot speak for one."""
        device = who.device if who is not None else None
        screen = device or health.screen
        if not screen or (device is None and screen in hall.hub.tables["hall"].get("screens", {})):
            return
        now, key = time.monotonic(), (hall.config.id, screen)
        if now - self._written.get(key, -EVERY) < EVERY:
            return
        if len(self._written) >= _MOST:
            self._written.clear()
        self._written[key] = now
        said = {name: value for name, value in msgspec.to_builtins(health).items() if name != "screen"}
        entry = {"seen": time.time_ns() // 1_000_000, "joined": who is not None, "health": said}
        try:
            await self._book(hall.config.id).write(screen, entry, joined=who is not None)
        except StoreDown:
            log.debug("hall %s: the health of a screen is not kept: no store", hall.config.id)

    async def listed(self, request: web.Request) -> web.Response:
        name = request.match_info["hall"]
        hall = await self._halls.get(name)
        require(request["who"], name, "supervisor")
        try:
            found = await self._book(name).read()
            gone = time.time_ns() // 1_000_000 - FORGOTTEN
            silent = [one for one, entry in found.items() if not entry["joined"] and entry["seen"] < gone]
            if silent:
                await self._book(name).forget(silent)
        except StoreDown:
            raise Refused("store_unavailable") from None
        settings = hall.hub.tables["hall"].get("screens", {})
        rows = [
            Listed(
                one,
                one in settings or bool(found.get(one, {}).get("joined")),
                found.get(one, {}).get("seen"),
                settings.get(one),
                found.get(one, {}).get("health"),
            )
            for one in sorted({*settings, *found} - set(silent))
        ]
        return json_answer(encode({"screens": rows}))
