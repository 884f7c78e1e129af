"""The HTTP door to a hall: commands, view, events, tickets (PROTOCOL, HTTP)."""

from typing import Final

import msgspec
from aiohttp import hdrs, web
from multidict import CIMultiDict

from hallsys.core.position import Position
from hallsys.core.rights import may_read, require
from hallsys.errors import Refused
from hallsys.live.frames import encode
from hallsys.live.halls import Hall, Halls
from hallsys.live.judge import Body, carry_out
from hallsys.store.connection import StoreDown

EVENTS_AT_MOST: Final = 1000
TICKETS_AT_MOST: Final = 1000
AT_HAND: Final = 4096
"""Bytes of a body that are taken at once where they are there."""
_JSON: Final = CIMultiDict({"Content-Type": "application/json; charset=utf-8"})


def json_answer(body: bytes) -> web.Response:
    return web.Response(body=body, headers=_JSON)


class Api:
    """Handlers of `/api/v1/halls/{hall}/…`; they raise Refused, and web's middleware puts it into words."""

    def __init__(self, halls: Halls) -> None:
        self._halls = halls

    def routes(self) -> list[web.RouteDef]:
        base = "/api/v1/halls/{hall}"
        return [
            web.post(base + "/commands/{name}", self.command),
            web.get(base + "/view", self.view),
            web.get(base + "/events", self.events),
            web.get(base + "/tickets", self.tickets),
        ]

    async def command(self, request: web.Request) -> web.Response:
        info = request.match_info
        hall = self._halls.at_once(info["hall"]) or await self._halls.get(info["hall"])
        key = request.headers.get("Idempotency-Key")
        answer = await carry_out(hall, request["who"], info["name"], key, await _body(request))
        return json_answer(b'{"at":"%b","result":%b}' % (str(answer.at).encode(), answer.body()))

    async def view(self, request: web.Request) -> web.Response:
        hall = await self._readable(request)
        return json_answer(hall.hub.view())

    async def events(self, request: web.Request) -> web.Response:
        hall = await self._readable(request)
        text = request.query.get("since", "")
        try:
            since = Position.parse(text)
        except ValueError:
            raise Refused(
                "bad_request", "since", problem="value" if text else "missing", detail="<epoch>-<seq>"
            ) from None
        frames = hall.hub.missed(since)
        if frames is None:
            frames = await self._older(hall, since)
        frames = frames[:EVENTS_AT_MOST]
        at = since.after(len(frames))
        return json_answer(encode({"at": str(at), "events": [msgspec.Raw(frame) for frame in frames]}))

    async def tickets(self, request: web.Request) -> web.Response:
        hall = await self._hall(request)
        require(request["who"], hall.config.id, "supervisor")
        limit = whole_number(request, "limit", TICKETS_AT_MOST)
        rows = hall.day_tickets()
        after = request.query.get("after")
        if after is not None:
            place = _cursor(after)
            rows = [row for row in rows if (row.issued_at, row.label) > place]
        page = rows[:limit]
        following = f"{page[-1].issued_at}.{page[-1].label}" if len(rows) > limit else None
        return json_answer(encode({"tickets": page, "next": following}))

    async def _hall(self, request: web.Request) -> Hall:
        name = request.match_info["hall"]
        return self._halls.at_once(name) or await self._halls.get(name)

    async def _readable(self, request: web.Request) -> Hall:
        hall = await self._hall(request)
        may_read(request["who"], hall.config.id, hall.config.open_reading)
        return hall

    async def _older(self, hall: Hall, since: Position) -> list[bytes]:
        """What memory cannot tell, from the store: events it no longer holds, and a position that another server of the
        hall has told before us. Raises Refused position_lost or store_unavailable."""
        now = hall.hub.at
        try:
            if since > now and await hall.journal.entry(since) is not None:
                return []
            if since.epoch != now.epoch or since > now:
                raise Refused("position_lost", "since")
            async for entries in hall.journal.pages(since, now):
                if entries[0].told.at != since.after(1):
                    break
                return [entry.told.frame for entry in entries]
        except StoreDown:
            raise Refused("store_unavailable") from None
        raise Refused("position_lost", "since")


async def _body(request: web.Request) -> Body:
    content = request.content
    try:
        if content.is_eof() and content.total_bytes <= AT_HAND and hdrs.CONTENT_ENCODING not in request.headers:
            return content.read_nowait()  # nearly always: it came with the headers
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return Refused("too_large")
    except web.RequestPayloadError:
        return Refused("bad_request", problem="json")


def whole_number(request: web.Request, name: str, most: int) -> int:
    """A number of the query from 1 to `most`, which it is by default. Raises Refused bad_request."""
    text = request.query.get(name, str(most))
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most):
        raise Refused("bad_request", name, problem="value", detail=f"1–{most}")
    return int(text)


def _cursor(text: str) -> tuple[int, str]:
    time, dot, label = text.partition(".")
    if not (dot and time.isascii() and time.isdigit() and len(time) < 20):
        raise Refused("bad_request", "after", problem="value", detail=text[:40])
    return int(time), label
