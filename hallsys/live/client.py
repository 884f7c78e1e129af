"""Follow a hall and give it commands from Python: a socket around `Link`, kept open for ever.

async with Client("http://127.0.0.1:8080", "phutho", token) as hall:
    answer = await hall.do("call_next", {"counter": "3"})
    async for news in hall.events():
        ...
"""

import asyncio
import contextlib
import logging
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from hallsys.live.link import (
    Action,
    Answer,
    Aside,
    Declined,
    Event,
    Heard,
    Link,
    Live,
    News,
    Reconnect,
    Send,
    Snapshot,
    Sound,
    Tell,
    UnwelcomeError,
    View,
    retry_delays,
)

__all__ = [
    "Aside",
    "Client",
    "Declined",
    "Event",
    "InvalidURI",
    "News",
    "Reply",
    "Snapshot",
    "Sound",
    "Timings",
    "UnwelcomeError",
]

log = logging.getLogger(__name__)

_SNAPSHOT_LIMIT: Final = 64 * 1024 * 1024
"""Bytes; a hall with 5,000 tickets is 2 MiB, so this only stops a server gone mad."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds; the same as in the browser."""

    first: float = 0.2
    """Before the first retry; doubled for each further one."""
    cap: float = 5.0
    """The longest pause between two tries."""
    opening: float = 10.0
    """For a connection to come about."""
    silence: float = 25.0
    """Ticks come every 10 s: two missed, and the link is dead whatever TCP thinks."""
    patience: float = 5.0
    """Without a link before it is called lost; shorter cuts heal unseen."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A command's result, and the position of the last event it made."""

    at: str
    result: dict[str, Any]


class Client:
    """One follower of one hall.

    `url` is the server's address (http, https, ws or wss; else InvalidURI), `language` that of refusals ("vi", "en").
    `on_event` hears every Snapshot, Event, Sound and Aside in order; `on_state` hears "live" and, after 5 s without a
    link, "lost". Both are called from the event loop: be short.
    """

    def __init__(
        self,
        url: str,
        hall: str,
        token: str | None,
        *,
        language: str | None = None,
        on_event: Callable[[News], None] | None = None,
        on_state: Callable[[str], None] | None = None,
        timings: Timings = Timings(),
    ) -> None:
        self._address = _socket_address(url, hall)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        if language:
            self._headers["Accept-Language"] = language
        self._on_event = on_event
        self._on_state = on_state
        self._timings = timings
        self._link = Link()
        self._page = uuid.uuid4().hex
        self._delays = self._fresh_delays()
        self._socket: ClientConnection | None = None
        self._live = asyncio.Event()
        self._state = "connecting"
        self._answers: dict[str, list[asyncio.Future[Reply]]] = {}
        self._followers: set[asyncio.Queue[News | None]] = set()
        self._ahead_ms: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._end: BaseException | None = None
        self.trouble = ""
        """Why the last connection ended, for people who wonder."""

    @property
    def view(self) -> View:
        """table -> key -> row, as of `at`. Read it, do not write it."""
        return self._link.view

    @property
    def at(self) -> str | None:
        """The position that `view` shows; None before the first snapshot."""
        return self._link.at

    @property
    def live(self) -> bool:
        """Whether the link stands and has caught up."""
        return self._link.live

    def server_now(self) -> int | None:
        """The server's clock, in milliseconds since 1970 UTC; None before the first tick has told it."""
        return None if self._ahead_ms is None else int(time.time() * 1000 + self._ahead_ms)

    async def __aenter__(self) -> Self:
        """Connect, and wait until the view is there, for as long as that takes. Raises UnwelcomeError."""
        self._task = asyncio.create_task(self.run(), name=f"follow {self._address}")
        caught_up = asyncio.create_task(self._live.wait())
        try:
            await asyncio.wait({self._task, caught_up}, return_when=asyncio.FIRST_COMPLETED)
            if self._task.done():
                await self._task
        except BaseException:
            await self._stop()
            raise
        finally:
            caught_up.cancel()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def run(self) -> None:
        """Stay connected until cancelled. Raises UnwelcomeError where coming back is pointless."""
        patience = self._patience()
        try:
            while True:
                try:
                    self.trouble = await self._connection()
                except (OSError, TimeoutError, InvalidHandshake) as error:
                    # A refused upgrade is worth another try, too: that is how a load balancer says "in a moment".
                    self.trouble = str(error) or type(error).__name__
                if self._live.is_set():
                    self._live.clear()
                    patience.cancel()
                    patience = self._patience()
                log.info("%s: %s", self._address, self.trouble)
                await asyncio.sleep(next(self._delays))
        except BaseException as end:
            self._finish(end)
            raise
        finally:
            patience.cancel()

    async def do(self, name: str, args: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
        """As `ask`, for those who need the result only."""
        return (await self.ask(name, args, key)).result

    async def ask(self, name: str, args: Mapping[str, Any], key: str | None = None) -> Reply:
        """Give a command and wait for its answer, through as many cuts as it takes.

        `key` is the idempotency key, a fresh one by default. Raises Declined (a Refused) with the server's code and
        message, UnwelcomeError when the server does not want us, RuntimeError when this client is not running.
        """
        if self._end is not None:
            raise self._ended()
        key = key or uuid.uuid4().hex
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        actions = [] if key in self._answers else self._link.do(key, name, args)
        self._answers.setdefault(key, []).append(answer)
        try:
            await self._send(actions)
            return await answer
        finally:
            self._leave(key, answer)

    async def events(self) -> AsyncIterator[News]:
        """Everything from now on, in order: events, and each snapshot that replaces the view. Raises UnwelcomeError."""
        queue: asyncio.Queue[News | None] = asyncio.Queue()
        self._followers.add(queue)
        try:
            while self._end is None and (news := await queue.get()) is not None:
                yield news
        finally:
            self._followers.discard(queue)
        if isinstance(self._end, UnwelcomeError):
            raise self._end

    async def want_sound(self, screen: str, want: bool = True, zone: str = "") -> None:
        """Ask for a zone's loudspeaker, now and after every cut, or hand it back; a Sound says whether we have it."""
        await self._send(self._link.want_sound(screen, want, zone, self._page))

    async def say(self, frame: Mapping[str, Any]) -> None:
        """Send a frame that is no command; it is lost where there is no link."""
        await self._send(self._link.say(frame))

    async def _connection(self) -> str:
        """One connection from hello to its end; why it ended."""
        reason = "closed by the server"
        async with connect(
            self._address,
            additional_headers=self._headers,
            compression=None,
            proxy=None,  # a hall's server is on its own network
            ping_interval=None,  # the ticks already tell
            open_timeout=self._timings.opening,
            close_timeout=1,
            max_size=_SNAPSHOT_LIMIT,
        ) as socket:
            self._socket = socket
            try:
                await self._send(self._link.opened())
                while True:
                    async with asyncio.timeout(self._timings.silence):
                        text = await socket.recv()
                    for action in self._link.feed(text):
                        if isinstance(action, Reconnect):
                            return action.reason
                        await self._perform(action)
            except TimeoutError:
                socket.transport.abort()
                reason = f"nothing heard for {self._timings.silence:g} s"
            except ConnectionClosed as closed:
                reason = str(closed)
            finally:
                self._socket = None
                code = socket.close_code
                for action in self._link.closed(code, socket.close_reason or ""):
                    await self._perform(action)
        return reason

    async def _perform(self, action: Action) -> None:
        match action:
            case Send():
                await self._send([action])
            case Live():
                self._live.set()
                self._be("live")
            case Heard(now):
                self._ahead_ms = now - time.time() * 1000
                self._delays = self._fresh_delays()
            case Tell(news):
                if isinstance(news, Event):
                    self._delays = self._fresh_delays()
                self._tell(news)
            case Answer(key, at, outcome):
                for answer in self._answers.pop(key, ()):
                    if answer.done():  # cancelled, and not yet left
                        continue
                    if isinstance(outcome, Declined):
                        answer.set_exception(outcome)
                    else:
                        answer.set_result(Reply(at, outcome))
                await asyncio.sleep(0)  # whoever pressed hears the answer before what comes after it
            case Reconnect():
                raise AssertionError("handled where the socket is read")

    def _leave(self, key: str, answer: asyncio.Future[Reply]) -> None:
        """One who waited for an answer has it, or gives up; a press that nobody waits for is not asked again."""
        waiting = self._answers.get(key, [])
        if answer in waiting:
            waiting.remove(answer)
            if not waiting:
                del self._answers[key]
                self._link.forget(key)

    async def _send(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if isinstance(action, Send) and self._socket is not None:
                # What a dying connection swallows is asked again on the next one.
                with contextlib.suppress(ConnectionClosed):
                    await self._socket.send(action.text)

    def _tell(self, news: News) -> None:
        for queue in self._followers:
            queue.put_nowait(news)
        if self._on_event is not None:
            self._on_event(news)

    def _be(self, state: str) -> None:
        if state != self._state:
            self._state = state
            if self._on_state is not None:
                self._on_state(state)

    def _patience(self) -> asyncio.TimerHandle:
        def tell() -> None:
            if not self._link.live:
                self._be("lost")

        return asyncio.get_running_loop().call_later(self._timings.patience, tell)

    def _fresh_delays(self) -> Iterator[float]:
        """From the shortest again, once a link has proved itself by a tick or an event."""
        return retry_delays(self._timings.first, self._timings.cap, random.Random())  # noqa: S311 - guards nothing

    def _finish(self, end: BaseException) -> None:
        self._end = end
        self._live.clear()
        self._be("lost")
        for waiting in self._answers.values():
            for answer in waiting:
                if not answer.done():
                    answer.set_exception(self._ended())
        for queue in self._followers:
            queue.put_nowait(None)

    def _ended(self) -> Exception:
        return self._end if isinstance(self._end, UnwelcomeError) else RuntimeError("this client has stopped")

    async def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.exception()  # seen: `do` and `events` have already raised it


def _socket_address(url: str, hall: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme)
    if scheme is None or not parts.netloc:
        raise InvalidURI(url, "an address looks like http://server:8080")
    return urlunsplit((scheme, parts.netloc, f"{parts.path.rstrip('/')}/ws/{quote(hall, safe='')}", "", ""))
