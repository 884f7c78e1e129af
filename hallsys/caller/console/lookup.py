"""What the view does not hold and an officer may see: a ticket's history and notes, whom the hall would call next."""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from hallsys.caller.console.desk import Row
from hallsys.live.client import Event, News, Snapshot
from hallsys.live.fetch import Fetch, FetchError

REST_S: Final = 0.25
"""Of quiet before the server is asked again: events come in groups."""
AGAIN_S: Final = 20.0
"""After which an answer is asked for anew: who is next changes as waits grow."""


class Answer:
    """Keeps the answer to one question fresh: `got` is the last one, None until there is one or where there is none."""

    def __init__(self, fetch: Fetch, changed: Callable[[], None]) -> None:
        self.got: dict[str, Any] | None = None
        self._fetch, self._changed = fetch, changed
        self._path: str | None = None
        self._fresh = False
        self._wish = asyncio.Event()

    def want(self, path: str | None) -> None:
        """Ask for what is at this path, soon; None asks for nothing."""
        if path != self._path:
            self._path, self.got, self._fresh = path, None, True
        self._wish.set()

    async def run(self) -> None:
        """Ask, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(AGAIN_S):
                    await self._wish.wait()
            except TimeoutError:
                pass  # asked anew
            if not self._fresh:
                await asyncio.sleep(REST_S)
            self._fresh = False
            self._wish.clear()
            path = self._path
            if path is None:
                continue
            try:
                found = await self._fetch.json(path)
            except FetchError as error:
                found = None if error.status else self.got  # without a server the link says so
            if path == self._path:
                self.got = found
                self._changed()


class Lookups:
    """The look-ups of one counter; `changed()` is called with each new answer."""

    def __init__(self, fetch: Fetch, hall: str, counter: str, changed: Callable[[], None]) -> None:
        self._base = f"/api/v1/halls/{quote(hall, safe='')}"
        self._counter = counter
        self._history, self._next = Answer(fetch, changed), Answer(fetch, changed)
        self._label: str | None = None

    def history(self, label: str | None) -> dict[str, Any] | None:
        """What is known of this ticket: `{"ticket", "notes", "outcome", "delivered", "history"}`."""
        got = self._history.got
        return got if got and got["ticket"]["label"] == label else None

    @property
    def next(self) -> dict[str, Any] | None:
        """`{"ticket", "why", "waiting", "longest", "officer"}`, or None where the hall does not say."""
        return self._next.got

    def follow(self, news: News, counter: Row | None) -> None:
        """The hall changed, by an event or by everything at once."""
        label = counter["ticket"] if counter else None
        everything = isinstance(news, Snapshot)
        if not (everything or isinstance(news, Event)):
            return
        changes = news.changes if isinstance(news, Event) else {}
        noted = isinstance(news, Event) and news.kind == "noted"
        if label != self._label or everything or noted or label in changes.get("tickets", {}):
            self._label = label
            self._history.want(f"{self._base}/tickets/{quote(label, safe='')}" if label else None)
        if everything or changes.keys() & {"tickets", "counters", "hall"}:
            self._next.want(f"{self._base}/counters/{quote(self._counter, safe='')}/next" if counter else None)

    async def run(self) -> None:
        """Ask whatever is wanted, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._history.run())
            tasks.create_task(self._next.run())
