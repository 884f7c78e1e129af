"""The cable between a counter page and its hall, in a test's hand: it can be pulled in the middle of a press."""

import json
import re
import time

from playwright.async_api import Page, WebSocketRoute

LINE = re.compile(r"/ws/")


class Cable:
    """Every socket of one page goes through it. `pull("before")` loses the next press on its way to the hall,
    `pull("after")` loses its answer; the page comes back by itself. From `hold()`, or from the press after
    `hold_next()`, to `release()` the hall is slow: what it says arrives late. `ahead` ms the hall's clock goes before
    its own."""

    def __init__(self) -> None:
        self.pulled = 0
        self.ahead = 0
        self._late: list[str | bytes] | None = None
        self._hold_next = False
        self._pull: str | None = None
        self._at: str | None = None
        self._page: WebSocketRoute | None = None

    async def plug(self, page: Page) -> None:
        await page.route_web_socket(LINE, self._route)

    def pull(self, when: str) -> None:
        self._pull = when

    def hold(self) -> None:
        self._late = []

    def hold_next(self) -> None:
        self._hold_next = True

    def release(self) -> None:
        late, self._late = self._late or [], None
        for text in late:
            if self._page is not None:
                self._page.send(text)

    def tick(self) -> None:
        """The hall's time, as it says every ten seconds: a page whose own clock was turned on knows it again."""
        if self._page is not None and self._at is not None:
            self._page.send(json.dumps({"type": "tick", "at": self._at, "now": int(time.time() * 1000) + self.ahead}))

    def _route(self, page: WebSocketRoute) -> None:
        hall = page.connect_to_server()
        self._page = page
        cut = False

        async def lose() -> None:
            nonlocal cut
            cut, self._pull, self._page = True, None, None
            self.pulled += 1
            await page.close()
            await hall.close()

        async def from_page(text: str | bytes) -> None:
            pressed = json.loads(text)["type"] == "do"
            if not cut and self._pull == "before" and pressed:
                await lose()
            if self._hold_next and pressed:
                self._hold_next = False
                self.hold()
            if not cut:
                hall.send(text)

        async def from_hall(text: str | bytes) -> None:
            frame = json.loads(text)
            if not cut and self._pull == "after" and frame["type"] == "done":
                await lose()
            if cut:
                return
            self._at = frame.get("at") if frame["type"] in ("snapshot", "resumed", "event") else self._at
            if "now" in frame:
                text = json.dumps({**frame, "now": frame["now"] + self.ahead})
            if self._late is None:
                page.send(text)
            else:
                self._late.append(text)

        page.on_message(from_page)
        hall.on_message(from_hall)
