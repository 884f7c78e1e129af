"""Who sends a request: a token in `Authorization`, else the session cookie.

A request that is known costs one look into a dict. What is known is asked for again after five seconds, so a revoked
token or a removed user is out within seconds on every server, and a new token works at once, for nothing is kept about
those who are not known. While the store is away, those who were known stay known for an hour: screens keep their
picture (commands are refused by the store's absence itself).
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec
from aiohttp import hdrs, web

from hallsys.core.rights import Who
from hallsys.errors import Refused
from hallsys.store.accounts import Accounts, Holder
from hallsys.web.sessions import COOKIE, DEVICE_IDLE, USER_IDLE, StoreSessions

FRESH: Final = 5.0
"""s"""
STALE: Final = 3600.0
"""s"""
_EXTEND: Final = 600.0
"""s between two extensions of a session in use; each is a write to disk"""
_MOST: Final = 5000
"""identities in memory"""


class _Known:
    __slots__ = ("confirmed", "extended", "fresh_until", "who")

    def __init__(self, who: Who, now: float, extended: float) -> None:
        self.who = who
        self.confirmed = now
        self.fresh_until = now + FRESH
        self.extended = extended


class Identities:
    """Looks up who sends requests, for one process."""

    def __init__(
        self, accounts: Accounts, sessions: StoreSessions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        # By the whole header as it came: the fastest key, and no parsing for a request that is known.
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[Who | None]] = {}

    def at_once(self, header: str) -> Who | None:
        """The identity behind a header (`Authorization` or `Cookie`) if it is known and fresh."""
        known = self._known.get(header)
        return known.who if known is not None and known.fresh_until > self._clock() else None

    async def ask(self, request: web.Request) -> Who | None:
        """The identity behind a request's headers. Raises Refused store_unavailable if nothing is known about it."""
        header = request.headers.get(hdrs.AUTHORIZATION) or request.headers[hdrs.COOKIE]
        task = self._asking.get(header)
        if task is None:
            task = asyncio.create_task(self._confirm(header, request))
            self._asking[header] = task
            task.add_done_callback(lambda _: self._asking.pop(header, None))
        # All requests of one identity wait for one question; one that is cancelled must not end it for the others.
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Asks anew about everybody: after a sign-out or a removal here, which must count at once."""
        self._known.clear()

    async def _confirm(self, header: str, request: web.Request) -> Who | None:
        known = self._known.get(header)
        try:
            who, extended = await self._look_up(request, known.extended if known else 0.0)
        except Refused:
            if known is None or self._clock() > known.confirmed + STALE:
                raise
            known.fresh_until = self._clock() + FRESH
            return known.who
        if who is None:
            self._known.pop(header, None)
            return None
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[header] = _Known(who, self._clock(), extended)
        return who

    async def _look_up(self, request: web.Request, extended: float) -> tuple[Who | None, float]:
        authorization = request.headers.get(hdrs.AUTHORIZATION)
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            return (await self._accounts.token_who(token.strip()) if scheme.lower() == "bearer" else None), 0.0
        session = await self._sessions.load_session(request)
        if session.new:
            return None, 0.0
        holder = msgspec.convert(dict(session), Holder)
        now = self._clock()
        if now > extended + _EXTEND:
            idle = DEVICE_IDLE if holder.kind == "device" else USER_IDLE
            await self._accounts.extend_session(request.cookies[COOKIE], idle)
            extended = now
        return await self._accounts.holder_who(holder), extended
