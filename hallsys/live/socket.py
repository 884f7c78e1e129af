"""The socket door to a hall: `/ws/{hall}` (PROTOCOL, WebSocket)."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from hallsys.core.position import Position
from hallsys.core.rights import Who, may_read, require
from hallsys.errors import Refused
from hallsys.live import frames
from hallsys.live.halls import Hall, Halls
from hallsys.live.judge import carry_out
from hallsys.live.loudspeaker import Loudspeakers
from hallsys.live.member import Member
from hallsys.live.screens import Health, Screens
from hallsys.live.seat import Seat
from hallsys.texts import Texts, pick_language

log = logging.getLogger("hallsys.socket")

HELLO_WITHIN: Final = 5.0
"""Seconds."""
HEARTBEAT: Final = 20.0
"""Seconds between pings; a screen that does not answer within half of it is cut."""
FRAME_MOST: Final = 64 * 1024
LOOK_AGAIN: Final = 30.0
"""Seconds after which a screen that says nothing is asked for its right again; one that speaks is asked at once."""
AT_ONCE: Final = 64
"""Commands of one socket under way; more wait in the network."""

_LEFT: Final = (1000, 1001)
"""Close codes of a page that was left, in order."""
STOPPING, NO_HELLO, STORE_AWAY = 4410, 4411, 4412
BAD_FRAME, NOT_ALLOWED, UNKNOWN_HALL, WRONG_VERSION = 4500, 4501, 4502, 4503


class Closing(Exception):
    """The connection is to be closed with a code (PROTOCOL, close codes)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Hello(msgspec.Struct):
    """`more`: tell me what is said beside the stream, too (sound, version)."""

    v: int
    since: str | None = None
    more: bool = False


class Do(msgspec.Struct):
    id: str
    name: str
    args: msgspec.Raw = msgspec.Raw(b"{}")


class Sound(msgspec.Struct):
    want: bool
    zone: str | None = None
    page: str = ""


class Playing(msgspec.Struct):
    voice: str


class Played(msgspec.Struct):
    """`skipped`: passed over and not heard, for it was too old or the hall wants quiet."""

    voice: str
    skipped: bool = False


class _Kind(msgspec.Struct):
    type: str


_OF_SCREENS: Final = ("sound", "playing", "played", "health")
_kind: Final = msgspec.json.Decoder(_Kind)
_hello, _do = msgspec.json.Decoder(Hello), msgspec.json.Decoder(Do)
_sound, _playing, _played = msgspec.json.Decoder(Sound), msgspec.json.Decoder(Playing), msgspec.json.Decoder(Played)
_health: Final = msgspec.json.Decoder(Health)


class Sockets:
    """Every open socket of this server; `close` says that the server stops. `who` tells who sends a request as it is
    now: a socket lives for days, and a token that was revoked meanwhile must not go on calling. `version` is told to
    pages, so that one of an older version loads itself anew."""

    def __init__(
        self,
        halls: Halls,
        texts: Texts,
        loudspeakers: Loudspeakers,
        screens: Screens,
        who: Callable[[web.Request], Awaitable[Who | None]],
        version: str,
    ) -> None:
        self.halls, self.texts, self.who, self.version = halls, texts, who, version
        self.loudspeakers, self.screens = loudspeakers, screens
        self._open: set[web.WebSocketResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/ws/{hall}", self.serve)]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """aiohttp takes a frame for too large from its limit on, so the limit is one more than what may come."""
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=FRAME_MOST + 1, compress=False)
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await _Session(self, request, socket).run()
        except Closing as closing:
            await socket.close(code=closing.code, message=str(closing).encode(), drain=False)
        except Exception:
            # Past the upgrade there is no error page; without a close the other side would wait for ever.
            log.exception("a socket of %s failed", request.match_info["hall"])
            await socket.close(code=WSCloseCode.INTERNAL_ERROR, message=b"internal error", drain=False)
        finally:
            self._open.discard(socket)
        return socket

    async def close(self) -> None:
        """Say goodbye to every client; one that reads nothing is not waited for."""
        goodbye = b"the server stops"
        await asyncio.gather(*(one.close(code=STOPPING, message=goodbye, drain=False) for one in list(self._open)))


class _Session:
    """One socket from hello to its end."""

    def __init__(self, sockets: Sockets, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._sockets, self._request, self._socket = sockets, request, socket
        self._who: Who | None = request["who"]
        self._language = pick_language(request.query.get("lang") or request.headers.get("Accept-Language"))
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        hall = await self._enter()
        since, more = await self._say_hello()
        transport = self._request.transport
        if transport is None:
            return
        member = Member(transport)
        member.more, member.staff = more, self._is_staff(hall)
        hall.hub.join(member, since)
        room = self._sockets.loudspeakers.room(hall)
        if more:
            member.reply(frames.json_frame({"type": "version", "version": self._sockets.version}))
            room.greet(member)
        seat = Seat(room, self._who, member)
        takes: dict[str, Callable[[str], Awaitable[None]]] = {
            "do": lambda text: self._take_do(hall, member, text),
        }
        if not self._by_ticket(hall):
            takes |= {
                "sound": lambda text: seat.want(*msgspec.structs.astuple(_decoded(_sound, text))),
                "playing": lambda text: seat.playing(*msgspec.structs.astuple(_decoded(_playing, text))),
                "played": lambda text: seat.played(*msgspec.structs.astuple(_decoded(_played, text))),
                "health": lambda text: self._sockets.screens.told(hall, self._who, _decoded(_health, text)),
            }
        try:
            while True:
                try:
                    text = await self._text(LOOK_AGAIN)
                except TimeoutError:
                    await self._look_again(hall)
                    continue
                if text is None:
                    return
                await self._look_again(hall)
                kind = _decoded(_kind, text).type
                take = takes.get(kind)
                if take is None:
                    if kind in _OF_SCREENS:
                        raise Closing(NOT_ALLOWED, "a ticket reads, it does not speak")
                    raise Closing(BAD_FRAME, "unknown type")
                await take(text)
        finally:
            hall.hub.leave(member)
            await seat.leave(at_once=self._socket.close_code in _LEFT)

    async def _enter(self) -> Hall:
        try:
            hall = await self._sockets.halls.get(self._request.match_info["hall"])
            self._may_read(hall)
        except Refused as refused:
            if refused.code == "unknown_hall":
                raise Closing(UNKNOWN_HALL, "unknown hall") from None
            if refused.code == "store_unavailable":
                raise Closing(STORE_AWAY, "the store does not answer") from None
            raise
        return hall

    async def _look_again(self, hall: Hall) -> None:
        """Who is it now? Raises Closing for whoever may no longer read."""
        try:
            self._who = await self._sockets.who(self._request)
        except Refused:  # the store is away: screens keep their picture, and commands are refused by its absence itself
            return
        self._may_read(hall)

    def _by_ticket(self, hall: Hall) -> bool:
        """Whether a ticket's token stands in for a sign-in: the view that a phone gets is anonymous."""
        shown = self._request.query.get("ticket", "")
        return self._who is None and hall.ledger.ticket_of_token(shown) is not None

    def _is_staff(self, hall: Hall) -> bool:
        try:
            require(self._who, hall.config.id, "counter")
        except Refused:
            return False
        return True

    def _may_read(self, hall: Hall) -> None:
        if self._by_ticket(hall):
            return
        try:
            may_read(self._who, hall.config.id, hall.config.open_reading)
        except Refused as refused:
            raise Closing(NOT_ALLOWED, refused.code) from None

    async def _say_hello(self) -> tuple[Position | None, bool]:
        try:
            async with asyncio.timeout(HELLO_WITHIN):  # aiohttp's own begins anew with every ping
                text = await self._text()
        except TimeoutError:
            raise Closing(NO_HELLO, "no hello") from None
        if text is None:
            raise Closing(NO_HELLO, "no hello")
        if _decoded(_kind, text).type != "hello":
            raise Closing(BAD_FRAME, "hello comes first")
        hello = _decoded(_hello, text)
        if hello.v != 1:
            raise Closing(WRONG_VERSION, "this server speaks version 1")
        try:
            return None if hello.since is None else Position.parse(hello.since), hello.more
        except ValueError:
            raise Closing(BAD_FRAME, "malformed since") from None

    async def _text(self, patience: float | None = None) -> str | None:
        """The next text frame; None at the end of the connection. Raises TimeoutError after `patience` seconds."""
        message = await self._socket.receive(patience)
        if message.type is WSMsgType.TEXT:
            return str(message.data)
        if message.type is WSMsgType.BINARY:
            raise Closing(BAD_FRAME, "text frames only")
        return None

    async def _take_do(self, hall: Hall, member: Member, text: str) -> None:
        """Begin a command; commands of one socket start in their order and may overtake each other's answers."""
        do = _decoded(_do, text)
        await self._free.acquire()
        task = asyncio.create_task(self._do(hall, member, do))
        self._tasks.add(task)
        task.add_done_callback(self._did)

    def _did(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free.release()

    async def _do(self, hall: Hall, member: Member, do: Do) -> None:
        try:
            answer = await carry_out(hall, self._who, do.name, do.id, do.args)
        except Refused as refused:
            self._refuse(member, do, refused)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("%s: %s on a socket of %s failed", reference, do.name, hall.config.id)
            self._refuse(member, do, Refused("internal", reference=reference))
        else:
            member.reply(frames.done(do.id, str(answer.at), answer.body()))

    def _refuse(self, member: Member, do: Do, refused: Refused) -> None:
        words = self._sockets.texts.refusal(self._language, refused)
        member.reply(frames.refused(do.id, refused.code, words, refused.field))


def _decoded(decoder: Any, text: str) -> Any:
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Closing(BAD_FRAME, "bad frame") from None
