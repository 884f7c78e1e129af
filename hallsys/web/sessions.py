"""Signed-in browsers: aiohttp-session on our store. The cookie is a random number; what it means stays in the store."""

import secrets
from typing import Final

import msgspec
from aiohttp import web
from aiohttp_session import AbstractStorage, Session

from hallsys.store.accounts import Accounts, Holder
from hallsys.web.origins import Origins

COOKIE: Final = "hallsys_session"

USER_IDLE: Final = 12 * 3600
"""s until somebody who does nothing is signed out: a working day"""

DEVICE_IDLE: Final = 400 * 86_400
"""s a switched-off screen may come back after; browsers keep a cookie no longer (RFC 6265bis)"""


class StoreSessions(AbstractStorage):
    """Keeps sessions in the store, by the sha256 of the cookie.

    `SameSite=Lax`, not `Strict`: an administrator who scans a screen's square code arrives from outside and should not
    have to sign in again. Nothing changes state by GET, and foreign origins are refused, so Lax gives nothing away.
    """

    def __init__(self, accounts: Accounts, origins: Origins) -> None:
        super().__init__(cookie_name=COOKIE, httponly=True, samesite="Lax")
        self._accounts = accounts
        self._origins = origins

    async def load_session(self, request: web.Request) -> Session:
        """The session of the request's cookie; a new, empty one without a cookie or when it has expired."""
        cookie = self.load_cookie(request)
        raw = await self._accounts.load_session(cookie) if cookie else None
        if raw is None:
            return Session(None, data=None, new=True)
        return Session(cookie, data=msgspec.json.decode(raw), new=False)

    async def save_session(self, request: web.Request, response: web.StreamResponse, session: Session) -> None:
        """Writes a session under a cookie of its own; an empty one ends it."""
        if session.empty:
            if session.identity:
                await self._accounts.end_session(session.identity)
            response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
            return
        cookie = session.identity or secrets.token_urlsafe(32)
        device = session["kind"] == "device"
        data = msgspec.json.encode(self._get_session_data(session))
        await self._accounts.save_session(cookie, data, DEVICE_IDLE if device else USER_IDLE)
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=DEVICE_IDLE if device else None,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._origins.is_https(request),
        )

    async def begin(self, request: web.Request, response: web.StreamResponse, holder: Holder) -> None:
        """Signs a browser in. Always a new number: one that was known before the sign-in must not work after it."""
        await self.end(request, response)
        session = await self.new_session()
        session.update(msgspec.to_builtins(holder))
        await self.save_session(request, response, session)

    async def end(self, request: web.Request, response: web.StreamResponse) -> None:
        """Signs a browser out."""
        session = await self.load_session(request)
        if not session.new:
            session.invalidate()
            await self.save_session(request, response, Session(session.identity, data=None, new=False))
