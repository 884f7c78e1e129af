"""One device of a hall: a page in a browser context of its own, and everything it received and complained about."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket

JSON = dict[str, Any]
Size = tuple[int, int]

WALL: Size = (1920, 1080)
PORTRAIT: Size = (1080, 1920)
PHONE: Size = (390, 844)
DESK: Size = (1366, 768)

# What the page's one <audio> does with calls, as it happens. `rate` lets a test hear faster than people do.
EARS = """(() => {
  const log = [], waiting = new Set();
  const name = /\\/voice\\/(.+)\\.mp3(?:\\?|$)/;
  const voice = (audio) => decodeURIComponent(name.exec(audio.currentSrc || audio.src)?.[1] ?? "");
  const note = ({ type, target }) => {
    if (!(target instanceof HTMLAudioElement) || !voice(target)) return;
    if (type === "loadstart") target.playbackRate = heard.rate;
    log.push({ type, voice: voice(target), at: Date.now(), time: target.currentTime, length: target.duration });
    for (const look of waiting) look();
  };
  const types = ["loadstart", "playing", "timeupdate", "ended", "error"];
  for (const type of types) document.addEventListener(type, note, true);
  window.heard = {
    log, rate: 1,
    ended: (count) => new Promise((resolve) => {
      const look = () => {
        if (log.filter(({ type }) => type === "ended").length < count) return;
        waiting.delete(look);
        resolve(log);
      };
      waiting.add(look);
      look();
    }),
  };
})()"""

_NO_SERVER = re.compile(r"WebSocket connection|net::ERR_|Failed to fetch")


@dataclass(frozen=True)
class Hall:
    """A running server's sample hall, and the way in as its administrator."""

    address: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def page(self, name: str) -> str:
        return f"/halls/phutho/{name}"

    async def do(self, name: str, **args: Any) -> JSON:
        """A command as the administrator; its result."""
        headers = {**self.headers, "Idempotency-Key": uuid.uuid4().hex}
        path = f"/api/v1/halls/phutho/commands/{name}"
        async with (
            aiohttp.ClientSession(self.address) as http,
            http.post(path, json=args, headers=headers) as answer,
        ):
            assert answer.status == 200, await answer.text()
            result: JSON = (await answer.json())["result"]
            return result

    async def view(self) -> JSON:
        async with (
            aiohttp.ClientSession(self.address, headers=self.headers) as http,
            http.get("/api/v1/halls/phutho/view") as answer,
        ):
            assert answer.status == 200, await answer.text()
            view: JSON = (await answer.json())["view"]
            return view

    async def label(self, service: str, priority: str | None = None) -> str:
        """A ticket; its label."""
        given = {"priority": priority} if priority else {}
        return str((await self.do("issue", service=service, **given))["ticket"]["label"])


class Station:
    """What is in `wrong` fails the test; `cut` says that the server goes away, so that its absence is no complaint."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self.context, self.page, self.address = context, page, address
        self.cut = False
        self.wrong: list[str] = []
        self.frames: list[JSON] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("websocket", self._websocket)

    async def open(self, path: str) -> Self:
        await self.page.goto(self.address + path)
        return self

    def calls(self) -> list[JSON]:
        """The events with a voice that this page received."""
        return [frame for frame in self.frames if frame["type"] == "event" and frame.get("voice")]

    async def heard(self, count: int) -> list[JSON]:
        """What the page's <audio> did, once `count` calls were spoken to their end."""
        log: list[JSON] = await self.page.evaluate("(count) => heard.ended(count)", count)
        return log

    async def later(self, ms: int) -> None:
        """The page's clock goes on by so much at once; the page was opened with `clock=True`."""
        await self.page.clock.fast_forward(ms)

    async def in_time(self, ms: int, see: Callable[[float], Awaitable[None]]) -> None:
        """The page's clock goes on, `ms` by `ms`, until `see(timeout)` sees what it waits for."""
        for _ in range(10):
            await self.later(ms)
            with suppress(AssertionError):
                return await see(2_000)
        return await see(30_000)

    def _console(self, message: ConsoleMessage) -> None:
        text, where = message.text, message.location.get("url", "")
        if message.type not in ("error", "warning"):
            return
        if self.cut and _NO_SERVER.search(text):
            return
        # A page that nobody may see yet, or that is none, is an error to the browser's console and none to us.
        if "Failed to load resource" in text and where == self.page.url:
            return
        # A look-up that was under way while an officer signed in was asked with the session before.
        if "401" in text and where.endswith("/next"):
            return
        self.wrong.append(f"console: {text} ({where})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address + "/", "data:", "blob:")):
            self.wrong.append(f"foreign: {request.url}")

    def _websocket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self.frames.append(json.loads(payload)))


class Stations:
    """Opens devices in a browser; at the end they are closed, and none of them may have complained."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._opened: list[Station] = []

    async def __call__(
        self,
        address: str,
        size: Size = WALL,
        *,
        browser: Browser | None = None,
        headers: dict[str, str] | None = None,
        clock: bool = False,
    ) -> Station:
        """A fresh context with one page in it, showing nothing yet."""
        context = await (browser or self._browser).new_context(
            viewport={"width": size[0], "height": size[1]},
            extra_http_headers=headers,
            reduced_motion="reduce",
        )
        await context.add_init_script(EARS)
        if clock:
            await context.clock.install()
        station = Station(context, await context.new_page(), address)
        self._opened.append(station)
        return station

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for station in self._opened:
            await station.context.close()
        wrong = [complaint for station in self._opened for complaint in station.wrong]
        if error is None:
            assert not wrong, wrong
        elif wrong:
            error.add_note(f"the pages complained: {wrong}")
