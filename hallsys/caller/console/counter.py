"""One counter at work in a terminal: keys become presses, news become pictures."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Final

from hallsys.caller.console.alerts import Look, concerning, look, rings
from hallsys.caller.console.desk import Desk, common, desk, possible
from hallsys.caller.console.layout import picture
from hallsys.caller.console.lookup import Lookups
from hallsys.caller.console.panels import KEYS
from hallsys.caller.console.presses import Bounce, Presses
from hallsys.caller.console.question import Question
from hallsys.caller.console.scene import Scene, press_words
from hallsys.caller.console.screen import Screen
from hallsys.caller.console.terminal import ENTER, ESC, OTHER, TAB, Keys, Terminal
from hallsys.caller.console.wishes import Wish
from hallsys.caller.console.words import Words
from hallsys.live.client import Aside, Client, Event, Snapshot
from hallsys.live.fetch import Fetch

PATIENCE_S: Final = 5.0
"""Without a link before it is called lost; shorter cuts heal unseen."""
ESC_S: Final = 0.05
"""After Esc for the rest of what may be a longer key."""
SOON_S: Final = 0.25
"""Between two pictures while something is under way; else the clock's seconds are enough."""
QUIT: Final = "q"
MORE: Final = "?"
"""What people type for help; the same as +."""
FREE: Final = ("resume", "reinstate", "note", "end_notice")
"""Commands that name no counter."""
LEAVE: Final = ("cancelled", "delayed")
"""Kinds of events with which somebody who is called leaves by himself."""
STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CounterGoneError(Exception):
    """The hall has no such counter (any more)."""


class Counter:
    """`await Counter(client, fetch, "phutho", "3", words).run(terminal)` until the officer leaves; the client has its
    view already, and `fetch` looks up what the view does not hold."""

    def __init__(self, client: Client, fetch: Fetch, hall: str, name: str, words: Words) -> None:
        self._client, self._name, self._words = client, name, words
        self._wake = asyncio.Event()
        self._lookups = Lookups(fetch, hall, name, self._wake.set)
        self._heard: dict[str, Any] = {}
        self._alarms: list[dict[str, Any]] = []
        self._presses = Presses(client, lambda press: words.t("console.sent", press=press))
        self._bounce = Bounce()
        self._keys = Keys()
        self._esc: asyncio.TimerHandle | None = None
        self._question: Question | None = None
        self._opener = ""
        self._behind: tuple[str, str | None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: BaseException | None = None
        self._end: int | None = None
        self._warned = False
        self._seen = self._now()
        self._seen_at = self._clock()
        self._before: Look | None = None
        self._desk = self._look()

    async def run(self, terminal: Terminal) -> int:
        """0 when the officer left, else the signal that ended it. Raises UnwelcomeError and CounterGoneError; the
        terminal is as it was in any case."""
        loop = asyncio.get_running_loop()
        with _stopping(self._leave, self._wake.set), terminal:
            screen = Screen(terminal)
            loop.add_reader(terminal.source, self._typed, terminal)
            self._spawn(self._follow())
            self._spawn(self._lookups.run())
            try:
                while self._end is None:
                    self._desk = self._look()
                    size = terminal.size()
                    screen.draw(picture(self._scene(), *size), size)
                    if self._notice():
                        screen.ring()
                    await self._rest()
                    if self._failed is not None:
                        raise self._failed
            finally:
                loop.remove_reader(terminal.source)
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
        return self._end

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _clock(self) -> float:
        return asyncio.get_running_loop().time()

    def _now(self) -> int:
        """The hall's clock in ms; this machine's own until the hall has told."""
        told = self._client.server_now()
        return int(time.time() * 1000) if told is None else told

    def _look(self) -> Desk:
        """The counter as it is; notes the link, and drops a question about a ticket that has gone."""
        if self._client.live:
            self._seen, self._seen_at = self._now(), self._clock()
        elif self._presses.pending:
            self._presses.pending.kept = True
        found = desk(self._client.view, self._name, self._asof())
        if found is None:
            raise CounterGoneError
        if self._question and self._question.about not in (None, (found.ticket or {}).get("label")):
            self._question = None
            self._presses.say("ignored", self._words.t("console.changed"))
        return found

    def _asof(self) -> int:
        # nobody knows who was called elsewhere since a cut: waits stand still, only the clock goes on
        return self._now() if self._client.live else self._seen

    def _link(self) -> str:
        if self._client.live:
            return "live"
        return "lost" if self._clock() - self._seen_at >= PATIENCE_S else "connecting"

    def _scene(self) -> Scene:
        return Scene(
            words=self._words,
            view=self._client.view,
            desk=self._desk,
            link=self._link(),
            now=self._now(),
            asof=self._asof(),
            pending=self._presses.pending,
            told=self._presses.told,
            resting=self._bounce.resting(ENTER, self._clock()),
            question=self._question,
            known=self._lookups.history(self._label()),
            next=self._lookups.next,
            deaf=self._deaf(),
            alarms=concerning(self._alarms, self._desk.counter),
        )

    def _label(self) -> str | None:
        return (self._desk.ticket or {}).get("label")

    def _deaf(self) -> bool:
        """Whether the part of the hall where this counter is called hears nothing, as far as anybody knows."""
        zones = self._client.view["hall"].get("zones") or ()
        zone = next((zone["id"] for zone in zones if self._name in zone["counters"]), "")
        return bool(self._heard.get(zone, {}).get("state") == "deaf")

    def _notice(self) -> bool:
        """Whether the officer's ear is wanted. After a cut nothing is known to have changed."""
        if not self._client.live:
            return False
        alarms = concerning(self._alarms, self._desk.counter)
        before, self._before = self._before, look(self._client.view, self._desk, self._asof(), self._deaf(), alarms)
        return before is not None and rings(before, self._before)

    async def _rest(self) -> None:
        """Until there is something new to show."""
        presses = self._presses
        resting = self._bounce.resting(ENTER, self._clock())
        soon = bool(presses.pending or presses.told or not self._client.live or self._desk.undo or resting)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SOON_S if soon else 1 - self._now() % 1000 / 1000):
                await self._wake.wait()
        self._wake.clear()

    async def _follow(self) -> None:
        counters = self._client.view["counters"]
        self._lookups.follow(Snapshot(self._client.at or "", self._client.view), counters.get(self._name))
        async for news in self._client.events():
            if isinstance(news, Aside) and news.type == "heard":
                self._heard = news.frame.get("zones") or {}
            if isinstance(news, Aside) and news.type == "alarms":
                self._alarms = news.frame.get("alarms") or []
            if isinstance(news, Event) and news.kind in LEAVE and not self._presses.pending:
                left = (self._desk.ticket or {}).get("label")
                if left in news.changes.get("tickets", {}):
                    self._presses.say("refused", self._words.t(f"counter.left.{news.kind}", label=left))
            self._lookups.follow(news, self._client.view["counters"].get(self._name))
            self._presses.heard()
            self._wake.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failed = self._failed or task.exception()
        self._wake.set()

    # -- what the keys do --------------------------------------------------------------------------------------------

    def _typed(self, terminal: Terminal) -> None:
        data = terminal.read()
        if not data:
            self._leave(signal.SIGHUP)
        self._take(self._keys.feed(data))
        if self._keys.begun:
            self._esc = asyncio.get_running_loop().call_later(ESC_S, lambda: self._take(self._keys.end()))

    def _take(self, keys: list[str]) -> None:
        if self._esc is not None:
            self._esc.cancel()
        for key in keys:
            self._desk = self._look()
            self._key(key)
        self._wake.set()

    def _key(self, key: str) -> None:
        if key == "Quit" or (self._question is None and key.lower() == QUIT):
            self._quit()
        elif self._question is not None:
            self._type(self._question, key)
        elif key in (ENTER, MORE) or key.upper() in KEYS:
            self._press(_cap(key))
        elif key != ESC:
            self._ignore("console.unknown_key")

    def _press(self, key: str) -> None:
        if not self._bounce.counts(key, self._clock()):
            return self._ignore("counter.too_soon")
        if self._presses.pending:
            return self._wait(key)
        return self._begin(key)

    def _wait(self, key: str) -> None:
        """While one press is under way: the same one again is no press; another one waits for its turn."""
        pending = self._presses.pending
        if not self._client.live or pending is None or pending.kept or pending.key == key:
            return self._ignore("counter.still_sending")
        self._behind = (key, self._label())
        doing = self._words.t("counter.do.common" if key == ENTER else f"counter.do.{KEYS[key]}")
        return self._presses.say("kept", self._words.t("counter.behind", press=doing))

    def _begin(self, key: str) -> None:
        name = common(self._desk) if key == ENTER else KEYS[key]
        if name is None:
            return self._ignore("counter.nobody")
        self._opener = key
        self._question = self._wish(name, key)
        return None

    def _wish(self, name: str, key: str = ENTER) -> Question | None:
        """A wish begins: what has to be known first, or None when it is sent, or cannot be."""
        if not possible(name, self._desk):
            known = self._words.has(f"counter.not_now.{name}")
            self._ignore(f"counter.not_now.{name}" if known else "counter.changed")
            return None
        officer = (self._lookups.next or {}).get("officer")
        view, now = self._client.view, self._now()
        wish = Wish(name, self._words, view, self._desk, now, officer, partial(self._send, ENTER), self._wish)
        question = wish.ask()
        if question is None:
            self._send(key, name)
        return question

    def _type(self, question: Question, key: str) -> None:
        if key == ESC:
            self._question = None
        elif _cap(key) in (ENTER, TAB, self._opener) and not self._bounce.counts(_cap(key), self._clock()):
            self._ignore("counter.too_soon")
        elif key in (ENTER, TAB):
            chosen, leads = question.chosen(), question.then if key == ENTER else question.further
            if leads is None:
                self._ignore("console.unknown_key")
            elif chosen is None:
                self._ignore_text(question.missing)
            else:
                self._question = leads(chosen.means)
        elif key == OTHER:
            self._ignore("console.unknown_key")
        elif not self._bounce.counts(_cap(key), self._clock()) and question.repeats(key):
            self._ignore("counter.too_soon")
        else:
            self._opener = ""
            question.type(key)

    def _send(self, key: str, name: str, args: dict[str, Any] | None = None) -> None:
        async def press() -> None:
            done = await answer
            self._bounce.answered(key, self._clock())
            self._desk = self._look()
            behind, self._behind = self._behind, None
            if done and behind:
                next_key, label = behind
                if label == self._label() or (next_key == ENTER and not self._label()):
                    self._begin(next_key)
                else:
                    self._ignore("counter.changed")

        given = {**({} if name in FREE else {"counter": self._name}), **(args or {})}
        answer = self._presses.send(press_words(self._words, name, self._desk), name, given, key)
        self._spawn(press())

    def _quit(self) -> None:
        """Leaves; with a press under way only when asked twice, for nobody would hear what became of it."""
        if not self._bounce.counts(QUIT, self._clock()):
            return
        if self._presses.pending and not self._warned:
            self._warned = True
            self._ignore("console.quit_pending")
        else:
            self._leave(0)

    def _leave(self, number: int) -> None:
        self._end = number
        self._wake.set()

    def _ignore(self, key: str) -> None:
        self._ignore_text(self._words.t(key))

    def _ignore_text(self, said: str) -> None:
        self._presses.say("ignored", said)


def _cap(key: str) -> str:
    """What stands on the key."""
    if key == MORE:
        return "+"
    return key.upper() if len(key) == 1 else key


@contextlib.contextmanager
def _stopping(leave: Callable[[int], None], resized: Callable[[], None]) -> Iterator[None]:
    """While it lasts, signals end the counter in good order."""
    loop = asyncio.get_running_loop()
    for number in STOPS:
        loop.add_signal_handler(number, leave, number)
    loop.add_signal_handler(signal.SIGWINCH, resized)
    try:
        yield
    finally:
        for number in (*STOPS, signal.SIGWINCH):
            loop.remove_signal_handler(number)
