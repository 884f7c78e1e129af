"""The one middleware: who asks, then the handler, then what went wrong as JSON or as a page. And all headers.

Only refusals and failures cost anything here: the path of a command is measured against a bare handler.
"""

import logging
import secrets
import warnings
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import hdrs, web
from aiohttp.http import HttpProcessingError
from multidict import CIMultiDict

from hallsys.core.rights import STRANGER, Who
from hallsys.errors import Refused
from hallsys.texts import Texts, pick_language
from hallsys.web.identity import Identities
from hallsys.web.metrics import Metrics
from hallsys.web.origins import Origins
from hallsys.web.pages import POLICY, Pages, page_language
from hallsys.web.sessions import COOKIE

log = logging.getLogger("hallsys.web")

BODY_MOST: Final = 64 * 1024
"""bytes; the application's `client_max_size`"""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# `same-origin`, not `no-referrer`: with the latter a browser sends `Origin: null` with our own forms.
_ALWAYS: Final = CIMultiDict(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(self), payment=()",
    }
)
_JSON: Final = "application/json; charset=utf-8"
_JSON_ALWAYS: Final = CIMultiDict({**_ALWAYS, hdrs.CACHE_CONTROL: "no-store"})
_BY_STATUS: Final = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_NEEDS_NOBODY: Final = ("/static/", "/fonts/", "/healthz", "/readyz", "/metrics")
_COOKIE_PART: Final = f"{COOKIE}="


async def dress(_request: web.Request, response: web.StreamResponse) -> None:
    """Gives every answer its headers, streams and files too; for `on_response_prepare`."""
    headers = response.headers
    if headers.get(hdrs.CONTENT_TYPE) == _JSON:  # nothing else to ask, and every command's answer comes here
        headers.update(_JSON_ALWAYS)
        return
    headers.update(_ALWAYS)
    if hdrs.CACHE_CONTROL not in headers:
        headers[hdrs.CACHE_CONTROL] = "no-store"
    if headers.get(hdrs.CONTENT_TYPE, "").startswith("text/html"):
        headers["X-Frame-Options"] = "DENY"
        headers.setdefault("Content-Security-Policy", POLICY.format(nonce=""))


def not_noise(record: logging.LogRecord) -> bool:
    """A filter for aiohttp's own log: what is not HTTP is answered with 400 and is nobody's error here."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


class Gate:
    """Stands before every handler. `gate.middleware` is the application's only middleware."""

    def __init__(
        self, identities: Identities, origins: Origins, pages: Pages, texts: Texts, metrics: Metrics | None = None
    ) -> None:
        self._identities = identities
        self._origins = origins
        self._pages = pages
        self._texts = texts
        self._refusals = (metrics or Metrics()).counter("hallsys_refusals", "Requests refused, by code", "code")
        self._named = False

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Who asks, then the handler, then what went wrong."""
        try:
            headers = request.headers
            origin = headers.get(hdrs.ORIGIN)
            if (
                origin is not None
                and _COOKIE_PART in headers.get(hdrs.COOKIE, "")
                and self._origins.is_foreign(request, origin)
            ):
                raise Refused("foreign_origin")
            who = await self.who(request)
            if not self._named:
                self._name(request)
            request["who"] = who
            return await handler(request)
        except Refused as refused:
            return self._refuse(request, refused)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return self._translate(request, error)
        except ConnectionResetError:  # the client has gone; there is nobody to answer
            raise
        except Exception as error:  # noqa: BLE001 (the last one before a bare 500; said with a reference and logged)
            return self._fail(request, error)

    async def who(self, request: web.Request) -> Who | None:
        """Who sends a request, as of the last seconds; STRANGER for a token that is nobody's. Raises Refused
        store_unavailable if nothing is known about it."""
        headers = request.headers
        header = headers.get(hdrs.AUTHORIZATION)
        if not header:
            header = headers.get(hdrs.COOKIE)
            if header is None or _COOKIE_PART not in header:
                return None
        return self._identities.at_once(header) or await self._ask(request)

    def _name(self, request: web.Request) -> None:
        # aiohttp advises key objects, once per plain name; but `live/` and `web/` do not know each other's objects.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", web.NotAppKeyWarning)
            request["who"] = None
        self._named = True

    async def _ask(self, request: web.Request) -> Who | None:
        if request.path.startswith(_NEEDS_NOBODY):  # and need not wait for a store that is away
            return None
        who = await self._identities.ask(request)
        # A cookie that has expired is no sign-in; a token that is nobody's is a wrong one.
        return STRANGER if who is None and hdrs.AUTHORIZATION in request.headers else who

    def _translate(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        response = self._refuse(request, Refused(_BY_STATUS.get(error.status, "bad_request"), detail=error.reason))
        response.set_status(error.status)
        if hdrs.ALLOW in error.headers:
            response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        return response

    def _fail(self, request: web.Request, error: Exception) -> web.StreamResponse:
        reference = secrets.token_hex(4)
        # The route and not the path: some paths are secrets (a ticket's page, the setup link).
        resource = request.match_info.route.resource
        where = resource.canonical if resource else "(no route)"
        log.error("%s: %s %s failed", reference, request.method, where, exc_info=error)
        return self._refuse(request, Refused("internal", reference=reference))

    def _refuse(self, request: web.Request, refused: Refused) -> web.Response:
        self._refusals.labels(refused.code).inc()
        response = self._page(request, refused) if wants_page(request) else self._json(request, refused)
        if refused.retry_after is not None:
            response.headers[hdrs.RETRY_AFTER] = str(refused.retry_after)
        return response

    def _json(self, request: web.Request, refused: Refused) -> web.Response:
        language = pick_language(request.headers.get(hdrs.ACCEPT_LANGUAGE))
        error = {"code": refused.code, "message": self._texts.refusal(language, refused)}
        if refused.field is not None:
            error["field"] = refused.field
        response = web.Response(
            body=msgspec.json.encode({"error": error}), content_type="application/json", status=refused.status
        )
        response.headers[hdrs.CONTENT_LANGUAGE] = language
        if refused.status == 401:
            response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
        return response

    def _page(self, request: web.Request, refused: Refused) -> web.Response:
        return self._pages.render(
            request,
            "web/error.html",
            status=refused.status,
            code=refused.code,
            message=self._texts.refusal(page_language(request), refused),
            # A screen that meets an absent store has nobody to press "reload".
            again=refused.retry_after if refused.status == 503 else None,
        )


def wants_page(request: web.Request) -> bool:
    """Is it a person's browser that loads a page?"""
    return "text/html" in request.headers.get(hdrs.ACCEPT, "") and not request.path.startswith(("/api/", "/ws/"))
